"""Every volume format gives the same scan, and every fault of one is named."""

import gzip
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import nibabel
import nrrd
import numpy as np
import pydicom
import pytest
from pydicom.uid import JPEGLosslessSV1, generate_uid
from synthetic_scan import turned
from written_scan import PATIENT, changed, write_dicom, write_nifti, write_nrrd

from cases.scans import formats
from cases.scans.dicom import READ
from cases.scans.formats import FORMATS, read_scan
from geometry.errors import MaterialError
from materials.ct.grid import VoxelGrid
from materials.ct.volume import ScanVolume

SHAPE = (9, 7, 11)


@pytest.fixture(scope="module")
def scan() -> ScanVolume:
    """Oblique, anisotropic, without any symmetry."""
    matrix = np.eye(4)
    matrix[:3, :3] = turned(15.0, 25.0, -40.0) * np.array([0.7, 0.9, 1.25])
    matrix[:3, 3] = [-120.0, 33.0, -512.5]
    hu = np.round(np.random.default_rng(1).uniform(-900.0, 1400.0, SHAPE))
    return ScanVolume(VoxelGrid(SHAPE, matrix), hu.astype(np.float32))


def nifti(scan: ScanVolume, folder: Path) -> Path:
    return write_nifti(scan, folder / "scan.nii.gz")


def dicom(scan: ScanVolume, folder: Path) -> Path:
    write_dicom(scan, folder / "slices")
    return folder / "slices"


WRITERS: dict[str, Callable[[ScanVolume, Path], Path]] = {
    "NIfTI": nifti,
    "NRRD": lambda scan, folder: write_nrrd(scan, folder / "scan.nrrd"),
    "DICOM": dicom,
    "NIfTI in metres": lambda scan, folder: write_nifti(scan, folder / "scan.nii", "meter"),
    "NIfTI in microns": lambda scan, folder: write_nifti(scan, folder / "scan.nii", "micron"),
    "NRRD with x to the right": lambda scan, folder: write_nrrd(scan, folder / "scan.nrrd", ras=True),
}


def test_every_format_of_the_table_is_tried_here() -> None:
    assert set(FORMATS) <= set(WRITERS)


@pytest.mark.parametrize("way", WRITERS)
def test_every_format_gives_the_same_voxels_at_the_same_places(
    way: str, scan: ScanVolume, tmp_path: Path
) -> None:
    found = read_scan(WRITERS[way](scan, tmp_path))
    np.testing.assert_array_equal(found.hu, scan.hu)
    # headers keep single precision or six digits
    np.testing.assert_allclose(found.grid.to_mm, scan.grid.to_mm, atol=2e-4)


def test_a_scan_that_has_not_changed_is_read_once(scan: ScanVolume, tmp_path: Path) -> None:
    path = nifti(scan, tmp_path)
    first = read_scan(path)
    assert read_scan(path) is first
    write_nifti(scan, path, values=np.asarray(scan.hu) + np.float32(1.0))
    assert read_scan(path) is not first


def test_padding_is_not_measured(scan: ScanVolume, tmp_path: Path) -> None:
    files = write_dicom(scan, tmp_path, PixelPaddingValue=int(2.0 * (scan.hu[3, 2, 5] + 1000.0)))
    assert len(files) == SHAPE[2]
    assert np.isnan(read_scan(tmp_path).hu[3, 2, 5])


def test_what_scanners_write_outside_their_circle_is_not_measured(scan: ScanVolume, tmp_path: Path) -> None:
    values = np.array(scan.hu)
    values[0, 0, :] = -3024.0
    found = read_scan(write_nifti(scan, tmp_path / "scan.nii", values=values))
    assert np.isnan(found.hu[0, 0]).all()
    assert np.isfinite(found.hu[1:]).all()


def test_files_beside_the_slices_are_passed_over(scan: ScanVolume, tmp_path: Path) -> None:
    write_dicom(scan, tmp_path)
    (tmp_path / "README.txt").write_text("a disk of the hospital")
    (tmp_path / "empty").touch()
    np.testing.assert_array_equal(read_scan(tmp_path).hu, scan.hu)


def test_nothing_that_names_a_patient_is_asked_for(scan: ScanVolume, tmp_path: Path) -> None:
    assert not set(READ) & set(PATIENT)
    found = pydicom.dcmread(write_dicom(scan, tmp_path)[0], specific_tags=list(READ))
    # pydicom adds the character set by itself
    assert {element.keyword for element in found} <= {*READ, "SpecificCharacterSet"}


def dropped(files: list[Path]) -> None:
    for file in files[4:6]:
        file.unlink()


def doubled(files: list[Path]) -> None:
    (files[3].parent / "copy.dcm").write_bytes(files[3].read_bytes())


def tilted(files: list[Path]) -> None:
    for n, file in enumerate(files):
        position = np.array(pydicom.dcmread(file).ImagePositionPatient, dtype=float)
        axes = np.array(pydicom.dcmread(file).ImageOrientationPatient, dtype=float)
        # each slice slides along its columns: 1.25 mm apart, by 18 degrees
        changed(file, ImagePositionPatient=[f"{x:.6f}" for x in position + 0.406 * n * axes[3:]])


def cut_short(files: list[Path]) -> None:
    changed(files[2], PixelData=b"\0\0")


SLICES: dict[str, Callable[[list[Path]], None]] = {
    "slices 4 and 5 of 9 lie 3.75 mm apart, the others 1.25 mm: missing between them: 2": dropped,
    "2 slices lie at the same place.*twice": doubled,
    "its axes are 17.99 deg off a right angle: a tilted gantry": tilted,
    "slice IM[0-9]+.dcm: cannot be read": cut_short,
    "the folder holds 2 series": lambda files: changed(files[5], SeriesInstanceUID=generate_uid()),
    "is MR, no CT": lambda files: changed(files[0], Modality="MR"),
    "has no ImagePositionPatient": lambda files: changed(files[0], ImagePositionPatient=None),
    "1 of 11 slices have other directions": lambda files: changed(
        files[6], ImageOrientationPatient=[1, 0, 0, 0, 1, 0]
    ),
    "1 of 11 slices have other pixel spacings": lambda files: changed(files[6], PixelSpacing=[0.5, 0.5]),
    "not rescaled to Hounsfield units": lambda files: changed(files[0], RescaleIntercept=None),
    "its numbers are not rescaled": lambda files: changed(files[0], RescaleType="US"),
    "holds many slices in one file": lambda files: changed(files[0], NumberOfFrames=20),
    "is a picture in colour": lambda files: changed(files[0], SamplesPerPixel=3),
    "1 DICOM slices among 1 files": lambda files: [file.unlink() for file in files[1:]] and None,
}


@pytest.mark.parametrize("reason", SLICES)
def test_slices_that_are_no_scan_are_refused(reason: str, scan: ScanVolume, tmp_path: Path) -> None:
    SLICES[reason](write_dicom(scan, tmp_path))
    with pytest.raises(MaterialError, match=reason) as caught:
        read_scan(tmp_path)
    assert caught.value.where == "bone.ct.file"
    assert not any(value in str(caught.value) for value in PATIENT.values())


def test_uneven_slices_are_refused(scan: ScanVolume, tmp_path: Path) -> None:
    files = write_dicom(scan, tmp_path)
    position = np.array(pydicom.dcmread(files[10]).ImagePositionPatient, dtype=float)
    changed(files[10], ImagePositionPatient=[f"{x:.6f}" for x in position + 0.3 * scan.grid.to_mm[:3, 2]])
    with pytest.raises(MaterialError, match=r"slices 10 and 11 of 11 lie 1.62 mm apart.*the spacing changes"):
        read_scan(tmp_path)


def test_compressed_slices_are_refused_with_the_name_of_their_coding(
    scan: ScanVolume, tmp_path: Path
) -> None:
    file = write_dicom(scan, tmp_path)[0]
    # the coding stands in the head of the file: that of one slice is overwritten
    content = file.read_bytes()
    plain, coded = b"1.2.840.10008.1.2.1\0", str(JPEGLosslessSV1).encode()
    head = content.index(plain)
    longer = len(coded) - len(plain)
    assert longer > 0
    length = int.from_bytes(content[head - 2 : head], "little") + longer
    group = content.index(b"UL\x04\0") + 4
    total = int.from_bytes(content[group : group + 4], "little") + longer
    content = (
        content[:group]
        + total.to_bytes(4, "little")
        + content[group + 4 : head - 2]
        + length.to_bytes(2, "little")
        + coded
        + content[head + len(plain) :]
    )
    file.write_bytes(content)
    with pytest.raises(MaterialError, match=r"compressed \(JPEG Lossless.*gdcmconv --raw"):
        read_scan(tmp_path)


def moved_apart(scan: ScanVolume, path: Path) -> None:
    image = nibabel.load(write_nifti(scan, path))
    place = image.affine.copy()
    place[0, 3] += 5.0
    image.set_qform(place, 1)
    nibabel.save(image, path)


def unplaced(scan: ScanVolume, path: Path) -> None:
    image = nibabel.Nifti1Image(np.asarray(scan.hu), None)
    nibabel.save(image, path)


def series(_: ScanVolume, path: Path) -> None:
    nibabel.save(nibabel.Nifti1Image(np.zeros((4, 4, 4, 3), dtype=np.float32), np.eye(4)), path)


def said_in_metres(scan: ScanVolume, path: Path) -> None:
    image = nibabel.load(write_nifti(scan, path))
    image.header.set_xyzt_units("meter")
    nibabel.save(image, path)


NIFTIS: dict[str, Callable[[ScanVolume, Path], object]] = {
    "does not say where the voxels lie": unplaced,
    "sform and qform place the voxels 5.0 mm apart": moved_apart,
    "has 4 dimensions": series,
    "no NIfTI volume that can be read": lambda scan, path: path.write_bytes(b"GIF89a"),
    "can be read [(]EOFError[)]": lambda scan, path: path.write_bytes(
        nifti(scan, path.parent).read_bytes()[:900]
    ),
    "can be read [(](OS|Value)Error[)]": lambda scan, path: path.write_bytes(
        gzip.compress(gzip.decompress(nifti(scan, path.parent).read_bytes())[:1000])
    ),
    "voxels are 700 x 900 x 1250 mm, outside": said_in_metres,
}


@pytest.mark.parametrize("reason", NIFTIS)
def test_a_nifti_file_that_is_no_scan_is_refused(reason: str, scan: ScanVolume, tmp_path: Path) -> None:
    path = tmp_path / "faulty.nii.gz"
    NIFTIS[reason](scan, path)
    with pytest.raises(MaterialError, match=reason):
        read_scan(path)


NRRDS: dict[str, Callable[[ScanVolume, Path], object]] = {
    "does not say where the voxels lie": lambda scan, path: write_nrrd(
        scan, path, **{"space": None, "space directions": None, "space origin": None}
    ),
    "its unit of length is furlong": lambda scan, path: write_nrrd(
        scan, path, **{"space units": ["furlong"] * 3}
    ),
    "its data are in another file": lambda scan, path: path.write_text(
        "NRRD0004\ntype: short\ndimension: 3\nsizes: 4 4 4\nencoding: raw\nendian: little\n"
        "data file: /etc/passwd\n\n"
    ),
    "has 2 dimensions": lambda scan, path: nrrd.write(str(path), np.zeros((4, 4))),
    "no NRRD volume that can be read": lambda scan, path: path.write_bytes(b"NRRD"),
    "that can be read": lambda scan, path: path.write_bytes(write_nrrd(scan, path).read_bytes()[:700]),
}


@pytest.mark.parametrize("reason", NRRDS)
def test_a_nrrd_file_that_is_no_scan_is_refused(reason: str, scan: ScanVolume, tmp_path: Path) -> None:
    path = tmp_path / "faulty.nrrd"
    NRRDS[reason](scan, path)
    with pytest.raises(MaterialError, match=reason):
        read_scan(path)


def test_an_unknown_ending_is_answered_with_those_that_are_known(tmp_path: Path) -> None:
    (tmp_path / "scan.mha").write_text("ObjectType = Image")
    with pytest.raises(MaterialError, match=r"NIfTI \(.nii, .nii.gz\), NRRD \(.nrrd\), DICOM \(a folder"):
        read_scan(tmp_path / "scan.mha")


def test_a_missing_package_is_answered_with_how_to_install_it(
    scan: ScanVolume, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = nifti(scan, tmp_path)
    monkeypatch.setitem(sys.modules, "nibabel", None)
    monkeypatch.delitem(sys.modules, "cases.scans.nifti", raising=False)
    formats._read.cache_clear()
    with pytest.raises(
        MaterialError, match=r"NIfTI is read with nibabel.*Install it: pip install -e .\[ct\]"
    ):
        read_scan(path)


@pytest.mark.parametrize("way", ["NIfTI", "NIfTI in metres", "NRRD", "DICOM"])
def test_whatever_a_file_holds_it_is_a_scan_or_a_fault(way: str, scan: ScanVolume, tmp_path: Path) -> None:
    path = WRITERS[way](scan, tmp_path)
    file = min(path.iterdir()) if path.is_dir() else path
    whole, rng = file.read_bytes(), np.random.default_rng(6)
    for _ in range(60):
        content = bytearray(whole)
        for place in rng.integers(0, min(len(whole), 1200), 3):
            content[place] = rng.integers(0, 256)
        file.write_bytes(content[: rng.integers(1, len(whole))] if rng.random() < 0.2 else content)
        with suppress(MaterialError):
            read_scan(path)
