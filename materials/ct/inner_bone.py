"""Bone deep enough for a scan to tell its density from that of the shell, and that density carried outwards.

A scan blurs the cortical shell into what lies beside it: 0.5 mm of cortex looks 0.7 mm thicker even in the
plane of the slice (Prevrhal 2003, doi 10.1118/1.1521940). The shell is modelled apart, with its true
thickness; its blur, counted as trabecular bone, would be counted twice. So voxels in the shell, and those
nearer to its inner face than a margin, get the density of the nearest voxel further in.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from geometry.arrays import Floats
from geometry.errors import MaterialError
from materials.cortex import CortexThickness
from materials.ct.grid import VoxelGrid
from materials.ct.volume import DensityVolume
from materials.regions.sacral import SacralRegions

Counts: TypeAlias = tuple[int, int, int]

# Chosen: three standard deviations of a kernel with 1.2 mm full width at half maximum; of the shell's blur
# 0.1 % reaches further.
SHELL_MARGIN_MM = 1.5
# The shell is looked up this near to the surface; elsewhere one thickness is as good as another.
NEAR_MM = 8.0
# The bone is looked up at about every millimetre, and read between (chosen: it is curved on a scale of
# centimetres).
COARSE_MM = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class SacrumInScan:
    """A sacrum looked up on a thinned grid of a scan.

    Attributes:
        grid: the thinned grid.
        steps: voxels of the scan per voxel of it.
        points_mm: its voxels, shape (n, 3).
        depth_mm: depth below the surface of the bone, shape of the grid; negative outside.
        outwards: unit normals, shape (n, 3).
        shell_mm: thickness of the shell nearest to each voxel, shape of the grid.
    """

    grid: VoxelGrid
    steps: Counts
    points_mm: Floats
    depth_mm: Floats
    outwards: Floats
    shell_mm: Floats

    def under_shell_mm(self) -> Floats:
        """Depth below the inner face of the shell, shape of the grid."""
        return np.asarray(self.depth_mm - self.shell_mm)


def sacrum_in_scan(grid: VoxelGrid, sacrum: SacralRegions, thickness: CortexThickness) -> SacrumInScan:
    """The sacrum as every millimetre of a scan meets it."""
    i, j, k = (max(1, int(COARSE_MM / spacing)) for spacing in grid.spacing_mm)
    coarse = grid.thinned((i, j, k))
    points = coarse.centres_mm()
    field = sacrum.field(points).reshape(coarse.shape)
    # along the axes of the grid, which are at right angles
    slopes = np.array(np.gradient(field, *coarse.spacing_mm)).reshape(3, -1)
    steepness = np.linalg.norm(slopes, axis=0)
    axes = coarse.to_mm[:3, :3] / coarse.spacing_mm
    outwards = (axes @ (slopes / np.maximum(steepness, 1e-9))).T
    near = np.abs(field).reshape(-1) < NEAR_MM
    shell = np.full(len(points), thickness.anterior_mm)
    shell[near] = thickness.at_mm(sacrum, points[near])
    return SacrumInScan(
        grid=coarse,
        steps=(i, j, k),
        points_mm=points,
        # never too deep: in the middle of a thin wall the field is level, and dividing by its slope lifts it
        depth_mm=-field / np.clip(steepness, 1.0, 3.0).reshape(coarse.shape),
        outwards=outwards,
        shell_mm=shell.reshape(coarse.shape),
    )


def carried_outwards(volume: DensityVolume, sacrum: SacrumInScan, margin_mm: float) -> DensityVolume:
    """The volume with the density of inner bone in the shell, beside it and outside the bone.

    Where nothing was measured nothing is made up.

    Args:
        volume: as measured.
        sacrum: looked up on its grid.
        margin_mm: how far below the inner face of the shell the scan is believed.

    Raises:
        MaterialError: no voxel lies that deep.
    """
    inner = _at_voxels(sacrum.under_shell_mm() - margin_mm, sacrum.steps, volume.grid.shape) >= 0.0
    measured = ~np.isnan(volume.density_mg_cm3)
    inner &= measured
    if not inner.any():
        raise MaterialError(
            f"no voxel of the scan lies {margin_mm:g} mm below the shell of the sacrum",
            where="bone.ct",
            advice="Check coordinates and landmarks, or use a smaller shell_margin_mm",
        )
    nearest = ndimage.distance_transform_edt(
        ~inner, sampling=volume.grid.spacing_mm, return_distances=False, return_indices=True
    )
    carried = volume.density_mg_cm3[tuple(nearest)]
    carried[~measured] = np.nan
    return DensityVolume(volume.grid, carried)


def _at_voxels(coarse: Floats, steps: Counts, shape: Counts) -> NDArray[np.float32]:
    """Values of the thinned grid at every voxel of the full one, linear between."""
    return np.asarray(
        ndimage.affine_transform(
            coarse.astype(np.float32),
            1.0 / np.array(steps, dtype=np.float64),
            output_shape=shape,
            order=1,
            mode="nearest",
        )
    )
