"""A scan in Hounsfield units, and the density it stands for."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geometry.arrays import Floats
from geometry.errors import MaterialError
from materials.ct.calibration import Calibration
from materials.ct.grid import WHERE, VoxelGrid

Voxels: TypeAlias = NDArray[np.float32]

# Air is -1000; scanners write -1024 to -3024 where they saw nothing (chosen between the two).
LOWEST_HU = -1500.0
# Compact bone of a pelvis reaches 1000 HU and more; a window of grey values, or g/cm3, does not (chosen).
LEAST_BRIGHT_HU = 300.0


@dataclass(frozen=True, init=False, eq=False)
class ScanVolume:
    """A CT scan as it was measured, in the patient's frame of DICOM (x left, y back, z up: LPS).

    Attributes:
        grid: places of the voxels in mm.
        hu: Hounsfield units, shape of the grid; NaN where nothing was measured.
    """

    grid: VoxelGrid
    hu: Voxels

    def __init__(self, grid: VoxelGrid, hu: Voxels) -> None:
        if hu.shape != grid.shape:
            raise MaterialError(f"{hu.shape} values for {grid.shape} voxels", where=WHERE)
        measured = np.where(hu > LOWEST_HU, hu, np.float32(np.nan))
        if np.isnan(measured).all():
            raise MaterialError("no voxel holds a number above -1500 HU", where=WHERE)
        brightest = float(np.nanmax(measured))
        if not brightest >= LEAST_BRIGHT_HU:
            raise MaterialError(
                f"the densest voxel is {brightest:.4g}, where compact bone has 1000 HU",
                where=WHERE,
                advice="Export Hounsfield units: not a window of grey values, nor g/cm3",
            )
        measured.flags.writeable = False
        object.__setattr__(self, "grid", grid)
        object.__setattr__(self, "hu", measured)

    @cached_property
    def sha256(self) -> str:
        """A checksum of the numbers and places of the voxels, and of nothing else."""
        digest = hashlib.sha256(np.array(self.grid.shape, dtype="<i8").tobytes())
        # rounded, so that the digits a header happens to keep do not count
        digest.update(np.round(self.grid.to_mm, 3).astype("<f8").tobytes())
        digest.update(np.ascontiguousarray(self.hu, dtype="<f4").tobytes())
        return digest.hexdigest()

    def density(self, calibration: Calibration, motion: Floats, box_mm: Floats) -> "DensityVolume":
        """The density in another frame, cut to what meets a box of that frame.

        Args:
            calibration: HU to density.
            motion: from the patient's frame to the other one, shape (4, 4); may mirror.
            box_mm: lower and upper corner, shape (2, 3).

        Raises:
            MaterialError: the box lies outside the scan.
        """
        grid = self.grid.moved(motion)
        kept = grid.around(box_mm[0], box_mm[1])
        if kept is None:
            raise MaterialError(
                "the sacrum lies wholly outside the scan",
                where="bone.ct",
                advice="Check coordinates and landmarks: are they those of this scan?",
            )
        return DensityVolume(grid.cropped(kept), calibration.density_mg_cm3(self.hu[kept]))


@dataclass(frozen=True, init=False, eq=False)
class DensityVolume:
    """QCT density (K2HPO4) on a grid.

    Attributes:
        grid: places of the voxels in mm.
        density_mg_cm3: shape of the grid; NaN where nothing was measured.
    """

    grid: VoxelGrid
    density_mg_cm3: Voxels

    def __init__(self, grid: VoxelGrid, density_mg_cm3: Voxels) -> None:
        if density_mg_cm3.shape != grid.shape:
            raise MaterialError(f"{density_mg_cm3.shape} values for {grid.shape} voxels", where=WHERE)
        kept = np.array(density_mg_cm3, dtype=np.float32, order="C")
        kept.flags.writeable = False
        object.__setattr__(self, "grid", grid)
        object.__setattr__(self, "density_mg_cm3", kept)
