"""Scans in files of every format, as a scanner or a converter would have written them."""

from pathlib import Path
from typing import Any

import nibabel
import nrrd
import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from geometry.arrays import Floats
from materials.ct.volume import ScanVolume

# NIfTI has x to the right and y to the front.
RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
PATIENT = {"PatientName": "Doe^Jane", "PatientID": "4711-secret", "PatientBirthDate": "19500101"}


def write_nifti(scan: ScanVolume, path: Path, unit: str = "mm", values: Floats | None = None) -> Path:
    """The scan as NIfTI, with sform and qform, in that unit of length."""
    scale = {"mm": 1.0, "meter": 1e-3, "micron": 1e3}[unit]
    place = np.diag([scale, scale, scale, 1.0]) @ RAS @ scan.grid.to_mm
    image = nibabel.Nifti1Image(np.asarray(scan.hu if values is None else values), place)
    image.set_sform(place, 1)
    image.set_qform(place, 1)
    image.header.set_xyzt_units(unit)
    nibabel.save(image, path)
    return path


def write_nrrd(scan: ScanVolume, path: Path, *, ras: bool = False, **header: Any) -> Path:
    """The scan as NRRD, with x to the right or to the left; further fields of the header replace ours."""
    sign = np.array([-1.0, -1.0, 1.0] if ras else [1.0, 1.0, 1.0])
    fields = {
        "space": "right-anterior-superior" if ras else "left-posterior-superior",
        "space directions": (scan.grid.to_mm[:3, :3] * sign[:, None]).T,
        "space origin": scan.grid.to_mm[:3, 3] * sign,
        "encoding": "gzip",
        **header,
    }
    nrrd.write(str(path), scan.hu, {name: value for name, value in fields.items() if value is not None})
    return path


def write_dicom(scan: ScanVolume, folder: Path, **elements: Any) -> list[Path]:
    """The scan as DICOM slices, shuffled by name; further elements replace ours, None leaves one out."""
    folder.mkdir(parents=True, exist_ok=True)
    spacing, axes = scan.grid.spacing_mm, scan.grid.to_mm[:3, :3] / scan.grid.spacing_mm
    series, files = generate_uid(), []
    numbers = np.random.default_rng(9).permutation(scan.grid.shape[2])
    for k, number in enumerate(numbers):
        stored = np.where(np.isnan(scan.hu[:, :, k]), -1000.0, scan.hu[:, :, k]) + 1000.0
        position = scan.grid.points_mm(np.array([[0.0, 0.0, k]]))[0]
        file = folder / f"IM{number:04d}.dcm"
        values = {
            **PATIENT,
            "SOPClassUID": CTImageStorage,
            "SOPInstanceUID": generate_uid(),
            "SeriesInstanceUID": series,
            "Modality": "CT",
            "Rows": scan.grid.shape[1],
            "Columns": scan.grid.shape[0],
            "ImagePositionPatient": [f"{x:.6f}" for x in position],
            "ImageOrientationPatient": [f"{x:.10f}" for x in axes[:, :2].T.reshape(-1)],
            "PixelSpacing": [f"{spacing[1]:.6f}", f"{spacing[0]:.6f}"],
            "RescaleSlope": "0.5",
            "RescaleIntercept": "-1000",
            "RescaleType": "HU",
            "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2",
            "BitsAllocated": 16,
            "BitsStored": 16,
            "HighBit": 15,
            "PixelRepresentation": 0,
            # half units, so that the slope counts
            "PixelData": (2.0 * stored.T).astype("<u2").tobytes(),
            **elements,
        }
        _slice(file, values)
        files.append(file)
    return files


def _slice(file: Path, values: dict[str, Any]) -> None:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = values.pop("TransferSyntaxUID", ExplicitVRLittleEndian)
    meta.MediaStorageSOPClassUID = values["SOPClassUID"]
    meta.MediaStorageSOPInstanceUID = values["SOPInstanceUID"]
    data = FileDataset(str(file), {}, file_meta=meta, preamble=b"\0" * 128)
    for name, value in values.items():
        if value is not None:
            setattr(data, name, value)
    data.save_as(file, enforce_file_format=True)


def changed(file: Path, **elements: Any) -> None:
    """Write other values into a slice; None takes an element out."""
    data = pydicom.dcmread(file)
    for name, value in elements.items():
        if value is None:
            delattr(data, name)
        else:
            setattr(data, name, value)
    data.save_as(file)
