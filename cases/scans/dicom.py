"""A folder of DICOM slices, through pydicom.

Only the elements named in `READ` are read: places, sizes, rescaling, padding, the pixels, and the two that
say whether the slices belong together. None that names or describes a patient is.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.errors import BytesLengthException, InvalidDicomError

from geometry.arrays import Floats, frozen_copy
from geometry.errors import MaterialError
from materials.ct.grid import WHERE, VoxelGrid
from materials.ct.volume import ScanVolume, Voxels

READ = (
    "Modality",
    "SeriesInstanceUID",
    "NumberOfFrames",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "Rows",
    "Columns",
    "RescaleSlope",
    "RescaleIntercept",
    "RescaleType",
    "PixelPaddingValue",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelData",
)
# What pydicom raises on elements that are cut short or overwritten.
PYDICOM_FAULTS = (
    AttributeError,
    BytesLengthException,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)
NEEDED = ("Modality", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns")
RESCALED = ("RescaleSlope", "RescaleIntercept")
# Positions are written with few digits: 0.02 mm, or a hundredth of the spacing (chosen).
UNEVEN_MM, UNEVEN_SHARE = 0.02, 0.01
# Directions of slices of one series agree to rounding (chosen).
TURNED = 1e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class Slice:
    """One slice.

    Attributes:
        series: what the slices of a series share.
        position_mm: centre of its first pixel, shape (3,).
        axes: directions of growing column and of growing row, shape (2, 3).
        spacing_mm: from column to column and from row to row, shape (2,).
        hu: rows of columns; NaN where there is padding.
    """

    series: str
    position_mm: Floats
    axes: Floats
    spacing_mm: Floats
    hu: Voxels

    @property
    def normal(self) -> Floats:
        """The direction across the slice, shape (3,)."""
        return np.asarray(np.cross(self.axes[0], self.axes[1]))


def read(folder: Path) -> ScanVolume:
    """The scan of the DICOM slices of a folder; files that are no DICOM are passed over.

    Raises:
        MaterialError: no slices, slices of several series, missing or unevenly spaced ones, a tilted gantry,
            a modality other than CT, or pixels that are compressed or no Hounsfield units.
    """
    files = sorted(entry for entry in folder.iterdir() if entry.is_file())
    slices = [found for found in map(_slice, files) if found is not None]
    if len(slices) < 2:
        raise MaterialError(
            f"{len(slices)} DICOM slices among {len(files)} files of the folder",
            where=WHERE,
            advice="Name the folder that holds the slices themselves",
        )
    _refuse_mixed(slices)
    normal = slices[0].normal
    ordered = sorted(slices, key=lambda one: float(one.position_mm @ normal))
    step = _step_mm(ordered)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1] = ordered[0].axes * ordered[0].spacing_mm[:, None]
    matrix[:3, 2], matrix[:3, 3] = step, ordered[0].position_mm
    rows, columns = ordered[0].hu.shape
    grid = VoxelGrid((columns, rows, len(ordered)), matrix)
    hu = np.empty(grid.shape, dtype=np.float32)
    for k, one in enumerate(ordered):
        hu[:, :, k] = one.hu.T
    return ScanVolume(grid, hu)


def _slice(file: Path) -> Slice | None:
    """The slice of a file; None if it is no DICOM file, or an index of such."""
    try:
        found: Any = pydicom.dcmread(file, specific_tags=list(READ))
        if "PixelData" not in found:
            return None
        # pydicom looks at an element when it is asked for
        _refuse_unfit(found, file)
        return _measured(found)
    except InvalidDicomError:
        return None
    except PYDICOM_FAULTS as error:
        problem = f"cannot be read ({type(error).__name__})"
        raise _refused(file, problem, "copy the slices anew") from None


def _measured(found: Any) -> Slice:
    """The numbers of a slice and where they lie."""
    stored = found.pixel_array.astype(np.float32)
    hu = np.float32(found.RescaleSlope) * stored + np.float32(found.RescaleIntercept)
    if "PixelPaddingValue" in found:
        hu[stored == np.float32(found.PixelPaddingValue)] = np.nan
    rows_first = np.reshape(np.array(found.PixelSpacing, dtype=np.float64), 2)
    return Slice(
        series=str(found.get("SeriesInstanceUID", "")),
        position_mm=frozen_copy(np.reshape(np.array(found.ImagePositionPatient, dtype=np.float64), 3)),
        axes=frozen_copy(np.reshape(np.array(found.ImageOrientationPatient, dtype=np.float64), (2, 3))),
        spacing_mm=frozen_copy(rows_first[::-1]),
        hu=hu,
    )


def _refuse_unfit(found: Any, file: Path) -> None:
    """Refuse an image that is no uncompressed CT slice in Hounsfield units; the first reason is told."""
    missing = [name for name in NEEDED if found.get(name) is None]
    syntax = found.file_meta.get("TransferSyntaxUID")
    if missing:
        raise _refused(file, f"has no {', '.join(missing)}", "name a folder that holds CT slices alone")
    if found.Modality != "CT":
        raise _refused(file, f"is {found.Modality}, no CT", "name a folder that holds CT slices alone")
    if int(found.get("NumberOfFrames") or 1) > 1:
        raise _refused(
            file, "holds many slices in one file", "convert it to NIfTI, for example with dcm2niix"
        )
    if syntax is None or syntax.is_compressed or syntax.is_deflated:
        name = "of unknown coding" if syntax is None else f"compressed ({syntax.name})"
        raise _refused(
            file, f"its pixels are {name}", "decompress the slices (gdcmconv --raw), or convert to NIfTI"
        )
    if any(found.get(name) is None for name in RESCALED) or found.get("RescaleType", "HU") != "HU":
        raise _refused(file, "its numbers are not rescaled to Hounsfield units", "export the original slices")
    if found.get("SamplesPerPixel", 1) != 1:
        raise _refused(file, "is a picture in colour", "export the original slices")


def _refused(file: Path, problem: str, remedy: str) -> MaterialError:
    return MaterialError(f"slice {file.name}: {problem}", where=WHERE, advice=remedy[0].upper() + remedy[1:])


def _refuse_mixed(slices: Sequence[Slice]) -> None:
    """Refuse slices that are not of one series."""
    first = slices[0]
    series = len({one.series for one in slices})
    if series > 1:
        raise MaterialError(
            f"the folder holds {series} series", where=WHERE, advice="Keep the one series to be used in it"
        )
    for what, differ in (
        ("sizes", [one.hu.shape != first.hu.shape for one in slices]),
        ("pixel spacings", [np.abs(one.spacing_mm - first.spacing_mm).max() > TURNED for one in slices]),
        ("directions", [np.abs(one.axes - first.axes).max() > TURNED for one in slices]),
    ):
        if any(differ):
            raise MaterialError(
                f"{sum(differ)} of {len(slices)} slices have other {what} than the rest",
                where=WHERE,
                advice="Keep the one series to be used in the folder, without scouts",
            )


def _step_mm(ordered: Sequence[Slice]) -> Floats:
    """The vector from one slice to the next, shape (3,); refuses slices that are not evenly spaced."""
    places = np.array([one.position_mm for one in ordered])
    along = places @ ordered[0].normal
    gaps = np.diff(along)
    usual = float(np.median(gaps))
    if not gaps.min() > UNEVEN_MM:
        raise MaterialError(
            f"{int((gaps <= UNEVEN_MM).sum()) + 1} slices lie at the same place",
            where=WHERE,
            advice="The folder holds a series twice, or two reconstructions of it: keep one",
        )
    uneven = np.flatnonzero(np.abs(gaps - usual) > max(UNEVEN_MM, UNEVEN_SHARE * usual))
    if len(uneven):
        n = int(uneven[0])
        lacking = round(float(gaps[n]) / usual) - 1
        reason = f"missing between them: {lacking}" if lacking > 0 else "the spacing changes"
        raise MaterialError(
            f"slices {n + 1} and {n + 2} of {len(ordered)} lie {gaps[n]:.2f} mm apart, the others "
            f"{usual:.2f} mm: {reason}",
            where=WHERE,
            advice="Export the whole series, or resample it to even spacing",
        )
    # not along the normal where the gantry is tilted: the grid refuses that
    return np.asarray((places[-1] - places[0]) / (len(ordered) - 1))
