"""Scans of drawn sacra, as a scanner would have made them: a known density, blurred, noisy, in whole HU."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from geometry.arrays import Floats
from geometry.sacrum.promise import SacrumBody
from materials.cortex import CortexThickness, sacral_thickness_mm
from materials.ct.calibration import Calibration, given_line
from materials.ct.grid import VoxelGrid
from materials.ct.volume import ScanVolume, Voxels
from materials.density_map import DensityMap

# Compact bone is 1200 mg/cm3 hydroxyapatite, 0.79 of it on the K2HPO4 scale and 29 more; muscle 50 HU.
CORTEX_MG_CM3, SOFT_MG_CM3 = 980.0, 40.0
LINE = given_line(0.81, 0.84)


@dataclass(frozen=True, kw_only=True)
class Scanner:
    """How a scan is made.

    Attributes:
        spacing_mm: of the voxels.
        fwhm_mm: full width at half maximum of its Gaussian blur.
        noise_hu: standard deviation.
        calibration: the line it follows.
        seed: of the noise.
    """

    spacing_mm: tuple[float, float, float] = (0.7, 0.7, 0.8)
    fwhm_mm: float = 1.0
    noise_hu: float = 0.0
    calibration: Calibration = LINE
    seed: int = 3


def rotation(axis_angles_deg: tuple[float, float, float]) -> Floats:
    """A rotation by angles about x, then y, then z, shape (3, 3)."""
    turn = np.eye(3)
    for axis, angle in enumerate(np.radians(axis_angles_deg)):
        c, s = np.cos(angle), np.sin(angle)
        one = np.eye(3)
        i, j = (axis + 1) % 3, (axis + 2) % 3
        one[i, i], one[i, j], one[j, i], one[j, j] = c, -s, s, c
        turn = one @ turn
    return turn


def grid_round(
    sacrum: SacrumBody, spacing_mm: tuple[float, float, float], turn: Floats | None = None
) -> VoxelGrid:
    """A grid that holds the sacrum with 8 mm to spare, its axes turned."""
    axes = np.eye(3) if turn is None else turn
    low, high = sacrum.bounds_mm
    corners = (
        np.array([[low, high][(n >> k) & 1][k] for n in range(8) for k in range(3)]).reshape(8, 3) @ axes
    )
    first, last = corners.min(axis=0) - 8.0, corners.max(axis=0) + 8.0
    shape = tuple(int(n) for n in np.ceil((last - first) / spacing_mm) + 1)
    matrix = np.eye(4)
    matrix[:3, :3] = axes * np.array(spacing_mm)
    matrix[:3, 3] = axes @ first
    return VoxelGrid(shape, matrix)  # type: ignore[arg-type]


def rendered(
    sacrum: SacrumBody,
    density: DensityMap,
    scanner: Scanner,
    *,
    thickness: CortexThickness | None = None,
    grid: VoxelGrid | None = None,
) -> ScanVolume:
    """The scan of a sacrum with that trabecular density, a shell and soft tissue round it.

    Without a thickness there is no shell: trabecular bone reaches everywhere.
    """
    grid = grid_round(sacrum, scanner.spacing_mm) if grid is None else grid
    points = grid.centres_mm()
    true = density.sacrum_mg_cm3(points)
    if thickness is not None:
        # shares of voxels by depth, so that a thin shell keeps its mass
        step = float(grid.spacing_mm.mean())
        field = sacrum(points).reshape(grid.shape)
        slope = np.linalg.norm(np.gradient(field, *grid.spacing_mm), axis=0)
        depth = (-field / np.clip(slope, 0.3, 3.0)).reshape(-1)
        bone = np.clip(depth / step + 0.5, 0.0, 1.0)
        inner = np.clip((depth - sacral_thickness_mm(sacrum, thickness, points)) / step + 0.5, 0.0, 1.0)
        true = inner * true + (bone - inner) * CORTEX_MG_CM3 + (1.0 - bone) * SOFT_MG_CM3
    hu = (
        true.reshape(grid.shape) - scanner.calibration.intercept_mg_cm3
    ) / scanner.calibration.slope_mg_cm3_per_hu
    hu = ndimage.gaussian_filter(hu, scanner.fwhm_mm / 2.3548 / grid.spacing_mm)
    hu += np.random.default_rng(scanner.seed).normal(0.0, 1.0, hu.shape) * scanner.noise_hu
    return ScanVolume(grid, as_whole(hu))


def as_whole(hu: Floats) -> Voxels:
    """Whole HU, as scanners store them."""
    return np.asarray(np.round(hu), dtype=np.float32)
