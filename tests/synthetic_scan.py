"""Scans of drawn sacra, as a scanner would have made them: a known density, blurred, noisy, in whole HU."""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from scipy import ndimage

from geometry.arrays import Floats
from geometry.sacrum.promise import SacrumBody
from materials.cortex import CortexThickness
from materials.ct.calibration import Calibration, given_line
from materials.ct.grid import VoxelGrid
from materials.ct.volume import ScanVolume
from materials.density_field import SACRUM
from materials.density_map import DensityMap
from materials.regions.sacral import SacralRegions

# Compact bone of 1200 mg/cm3 hydroxyapatite is 980 on the K2HPO4 scale; muscle of 50 HU is 40.
CORTEX_MG_CM3, SOFT_MG_CM3 = 980.0, 40.0
LINE = given_line(0.81, 0.84)
SPARE_MM = 8.0


@dataclass(frozen=True, kw_only=True)
class Scanner:
    """How a scan is made.

    Attributes:
        spacing_mm: of the voxels.
        fwhm_mm: full width at half maximum of its Gaussian blur.
        noise_hu: standard deviation.
        calibration: the line it follows.
    """

    spacing_mm: tuple[float, float, float] = (1.0, 1.0, 1.0)
    fwhm_mm: float = 1.0
    noise_hu: float = 0.0
    calibration: Calibration = LINE


def turned(x_deg: float, y_deg: float, z_deg: float) -> Floats:
    """A rotation about x, then y, then z, shape (3, 3)."""
    turn = np.eye(3)
    for axis, angle in enumerate(np.radians([x_deg, y_deg, z_deg])):
        c, s = np.cos(angle), np.sin(angle)
        one = np.eye(3)
        i, j = (axis + 1) % 3, (axis + 2) % 3
        one[i, i], one[i, j], one[j, i], one[j, j] = c, -s, s, c
        turn = one @ turn
    return turn


def grid_round(sacrum: SacrumBody, spacing_mm: tuple[float, float, float]) -> VoxelGrid:
    """A grid that holds the sacrum with some room round it."""
    low, high = sacrum.bounds_mm[0] - SPARE_MM, sacrum.bounds_mm[1] + SPARE_MM
    i, j, k = (int(count) for count in np.ceil((high - low) / spacing_mm) + 1)
    matrix = np.diag([*spacing_mm, 1.0])
    matrix[:3, 3] = low
    return VoxelGrid((i, j, k), matrix)


def rendered(
    sacrum: SacrumBody, density: DensityMap, thickness: CortexThickness, scanner: Scanner
) -> ScanVolume:
    """The scan of a sacrum with that density inside its shell and muscle round it, in the sacrum's frame."""
    grid = grid_round(sacrum, scanner.spacing_mm)
    points = grid.centres_mm()
    field = sacrum(points).reshape(grid.shape)
    slope = np.linalg.norm(np.gradient(field, *grid.spacing_mm), axis=0)
    depth = (-field / np.clip(slope, 0.3, 3.0)).reshape(-1)
    # shares of voxels by depth, so that a thin shell keeps its mass
    step = float(grid.spacing_mm.mean())
    bone = np.clip(depth / step + 0.5, 0.0, 1.0)
    inner = np.clip((depth - thickness.at_mm(SacralRegions(field=sacrum), points)) / step + 0.5, 0.0, 1.0)
    true = (
        inner * density.mg_cm3(SACRUM, points) + (bone - inner) * CORTEX_MG_CM3 + (1.0 - bone) * SOFT_MG_CM3
    )
    line = scanner.calibration
    hu = (true.reshape(grid.shape) - line.intercept_mg_cm3) / line.slope_mg_cm3_per_hu
    hu = ndimage.gaussian_filter(hu, scanner.fwhm_mm / 2.3548 / grid.spacing_mm)
    hu += scanner.noise_hu * np.random.default_rng(3).normal(size=hu.shape)
    return ScanVolume(grid, np.round(hu).astype(np.float32))


def elements_inside(sacrum: SacrumBody, edge_mm: float) -> Floats:
    """Tetrahedra that fill the bone but for its surface, six to a cube, corners of shape (m, 4, 3)."""
    low, high = sacrum.bounds_mm
    axes = [np.arange(low[k], high[k], edge_mm) for k in range(3)]
    cubes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    cubes = cubes[sacrum(cubes + 0.5 * edge_mm) < -0.9 * edge_mm]
    paths = np.array(
        [np.cumsum([np.zeros(3), *np.eye(3)[list(order)]], axis=0) for order in permutations(range(3))]
    )
    inverted = np.linalg.det(paths[:, 1:] - paths[:, :1]) < 0.0
    paths[inverted] = paths[inverted][:, [0, 2, 1, 3]]
    return np.asarray((cubes[:, None, None] + edge_mm * paths).reshape(-1, 4, 3))
