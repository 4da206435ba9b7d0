"""NRRD volumes, through pynrrd."""

import zlib
from pathlib import Path

import nrrd
import numpy as np

from geometry.arrays import Floats
from geometry.errors import MaterialError
from materials.ct.grid import WHERE, VoxelGrid
from materials.ct.volume import ScanVolume

# Signs that turn the axes of a named frame to x left, y back, z up.
SIGNS = {
    "left-posterior-superior": (1.0, 1.0, 1.0),
    "lps": (1.0, 1.0, 1.0),
    "right-anterior-superior": (-1.0, -1.0, 1.0),
    "ras": (-1.0, -1.0, 1.0),
    "left-anterior-superior": (1.0, -1.0, 1.0),
    "las": (1.0, -1.0, 1.0),
}
MM_PER_UNIT = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "um": 1e-3}


def read(path: Path) -> ScanVolume:
    """The scan of a NRRD file with its data inside.

    Raises:
        MaterialError: no NRRD, one cut short, with its data elsewhere, of other than three dimensions, or
            without its place.
    """
    try:
        header = nrrd.read_header(str(path))
        if "data file" in header or "datafile" in header:
            raise MaterialError(
                "its data are in another file", where=WHERE, advice="Save it as one file with its data"
            )
        shape = tuple(int(count) for count in header["sizes"])
        if len(shape) != 3:
            raise MaterialError(
                f"has {len(shape)} dimensions", where=WHERE, advice="Give one volume, not a series of them"
            )
        grid = VoxelGrid(shape, _place_mm(header))
        hu = np.asarray(nrrd.read(str(path))[0], dtype=np.float32)
    except (nrrd.NRRDError, OSError, EOFError, ValueError, TypeError, LookupError, zlib.error) as error:
        raise MaterialError(
            f"is no NRRD volume that can be read ({type(error).__name__})",
            where=WHERE,
            advice="It may have been cut short: save or copy it anew",
        ) from None
    return ScanVolume(grid, hu)


def _place_mm(header: nrrd.NRRDHeader) -> Floats:
    """The matrix from voxels to the patient's frame of DICOM, in mm."""
    frame = str(header.get("space", "")).lower()
    directions, origin = header.get("space directions"), header.get("space origin")
    if frame not in SIGNS or directions is None or origin is None:
        raise MaterialError(
            "the header does not say where the voxels lie (space, space directions and space origin)",
            where=WHERE,
            advice="Save it from the program that read the DICOM slices",
        )
    units = [str(unit) for unit in header.get("space units", ["mm"])]
    if len(set(units)) != 1 or units[0] not in MM_PER_UNIT:
        raise MaterialError(
            f"its unit of length is {', '.join(units)}",
            where=WHERE,
            advice=f"Save it in one of {', '.join(MM_PER_UNIT)}",
        )
    matrix = np.eye(4)
    # a row of the header is an axis of the volume
    matrix[:3, :3] = np.asarray(directions, dtype=np.float64).T
    matrix[:3, 3] = np.asarray(origin, dtype=np.float64)
    scale = MM_PER_UNIT[units[0]]
    return np.asarray(np.diag([*(scale * sign for sign in SIGNS[frame]), 1.0]) @ matrix)
