"""NIfTI volumes, through nibabel."""

import zlib
from pathlib import Path

import nibabel
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.nifti1 import Nifti1Image
from nibabel.spatialimages import HeaderDataError
from nibabel.wrapstruct import WrapStructError

from geometry.arrays import Floats
from geometry.errors import MaterialError
from materials.ct.grid import WHERE, VoxelGrid
from materials.ct.volume import ScanVolume

NIBABEL_FAULTS = (ImageFileError, HeaderDataError, WrapStructError)
MM_PER_UNIT = {"unknown": 1.0, "mm": 1.0, "meter": 1000.0, "micron": 1e-3}
# NIfTI's frame has x to the right and y to the front.
LPS_FROM_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
# Two statements of one place may differ by rounding (chosen).
SAME_MM = 0.1


def read(path: Path) -> ScanVolume:
    """The scan of a NIfTI-1 or NIfTI-2 file.

    Raises:
        MaterialError: no NIfTI, one cut short, of other than three dimensions, or without its place.
    """
    try:
        image = nibabel.load(path)
        if not isinstance(image, Nifti1Image):
            raise MaterialError("is no NIfTI volume", where=WHERE, advice="Convert it to .nii.gz")
        shape = image.shape[:3] if image.shape[3:] == (1,) else image.shape
        if len(shape) != 3:
            raise MaterialError(
                f"has {len(shape)} dimensions", where=WHERE, advice="Give one volume, not a series of them"
            )
        grid = VoxelGrid(shape, _place_mm(image))
        hu = np.asarray(image.dataobj, dtype=np.float32).reshape(shape)
    except (*NIBABEL_FAULTS, OSError, EOFError, ValueError, TypeError, LookupError, zlib.error) as error:
        raise MaterialError(
            f"is no NIfTI volume that can be read ({type(error).__name__})",
            where=WHERE,
            advice="It may have been cut short: convert or copy it anew",
        ) from None
    return ScanVolume(grid, hu)


def _place_mm(image: Nifti1Image) -> Floats:
    """The matrix from voxels to the patient's frame of DICOM, in mm."""
    header = image.header
    unit = header.get_xyzt_units()[0]
    sform, sform_code = header.get_sform(coded=True)
    qform, qform_code = header.get_qform(coded=True)
    if not sform_code and not qform_code:
        raise MaterialError(
            "the header does not say where the voxels lie (no sform, no qform)",
            where=WHERE,
            advice="Convert it from DICOM anew, for example with dcm2niix",
        )
    if sform_code and qform_code:
        corners = np.array([[(n >> k) & 1 for k in range(3)] for n in range(8)]) * image.shape[:3]
        apart = corners @ (sform - qform)[:3, :3].T + (sform - qform)[:3, 3]
        if not np.abs(apart).max() * MM_PER_UNIT[unit] <= SAME_MM:
            raise MaterialError(
                f"sform and qform place the voxels {np.abs(apart).max() * MM_PER_UNIT[unit]:.1f} mm apart",
                where=WHERE,
                advice="It was moved after the scan: convert it from DICOM anew",
            )
    place = sform if sform_code else qform
    scale = np.diag([MM_PER_UNIT[unit]] * 3 + [1.0])
    return np.asarray(LPS_FROM_RAS @ scale @ place, dtype=np.float64)
