"""The ilium as a thick sheet: height, thickness and outline over a plane, tabulated once."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.interpolate import CubicSpline, RBFInterpolator

from geometry.arrays import Floats, frozen_copy
from geometry.compiled import compiled, grid_at, smooth_max

GRID_STEP_MM = 1.0
MARGIN_MM = 25.0
# Layers of the tabulated sheet.
HEIGHT, HALF_THICKNESS, SLOPE, EDGE = range(4)


@dataclass(frozen=True, kw_only=True, eq=False)
class IliumSheet:
    """A sheet over a plane that lies roughly along the iliac wing.

    Attributes:
        origin_mm: a point of the plane, shape (3,).
        axes: rows are the two directions in the plane and the lateral normal, shape (3, 3).
        corner_mm: plane coordinates of the first grid point, shape (2,).
        layers: mid-surface height, half-thickness, length of the height's gradient (1 where flat) and
            signed distance to the outline, on the grid, shape (4, m, n).
    """

    origin_mm: Floats
    axes: Floats
    corner_mm: Floats
    layers: Floats

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the sheet, shape (n,)."""
        points = np.require(points_mm, np.float64, ["C", "W"]).reshape(-1, 3)
        return _sheet(points, self.origin_mm, self.axes, self.corner_mm, self.layers)


def ilium_sheet(outline_mm: Floats, places_mm: Floats, half_thickness_mm: Floats) -> IliumSheet:
    """The sheet through given places.

    Args:
        outline_mm: places round the rim, in order, shape (k, 3).
        places_mm: all places the mid-surface passes through, shape (n, 3); the rim's come first.
        half_thickness_mm: half-thickness at each place, shape (n,).
    """
    origin = places_mm.mean(axis=0)
    axes = _plane_axes(places_mm - origin)
    local = (places_mm - origin) @ axes.T
    rim = (outline_mm - origin) @ axes.T
    low = rim[:, :2].min(axis=0) - MARGIN_MM
    high = rim[:, :2].max(axis=0) + MARGIN_MM
    us, vs = (np.arange(low[k], high[k], GRID_STEP_MM) for k in range(2))
    grid = np.stack(np.meshgrid(us, vs, indexing="ij"), axis=-1).reshape(-1, 2)
    nearest, edge = _rim_distance(_closed_curve(rim[:, :2]), grid)
    # beyond the rim the sheet keeps the value of the rim: a spline would run away
    held = np.where((edge > 0.0)[:, None], nearest, grid)
    height = RBFInterpolator(local[:, :2], local[:, 2], kernel="thin_plate_spline", smoothing=2.0)(held)
    thick = RBFInterpolator(local[:, :2], half_thickness_mm, kernel="thin_plate_spline", smoothing=0.5)(held)
    shape = (len(us), len(vs))
    height = _softened(height.reshape(shape))
    thick = _softened(np.maximum(thick, half_thickness_mm.min()).reshape(shape))
    du, dv = np.gradient(height, GRID_STEP_MM)
    layers = np.stack([height, thick, np.sqrt(1.0 + du**2 + dv**2), edge.reshape(shape)])
    return IliumSheet(
        origin_mm=frozen_copy(origin),
        axes=frozen_copy(axes),
        corner_mm=frozen_copy(low),
        layers=frozen_copy(layers),
    )


def _plane_axes(offsets: Floats) -> Floats:
    """Axes of the best plane, shape (3, 3): the long way, the short way, and the normal to the left."""
    _, _, axes = np.linalg.svd(offsets - offsets.mean(axis=0), full_matrices=False)
    if axes[2, 0] < 0.0:
        axes[2] = -axes[2]
    axes[1] = np.cross(axes[2], axes[0])
    return np.asarray(axes)


def _closed_curve(corners: Floats) -> Floats:
    """A smooth closed curve through plane points (k, 2), as 480 points, shape (480, 2)."""
    closed = np.vstack([corners, corners[:1]])
    chord = np.sqrt(np.linalg.norm(np.diff(closed, axis=0), axis=1))
    place = np.concatenate([[0.0], np.cumsum(chord)])
    spline = CubicSpline(place, closed, bc_type="periodic")
    return np.asarray(spline(np.linspace(0.0, place[-1], 481)[:-1]))


def _rim_distance(curve: Floats, grid: Floats) -> tuple[Floats, Floats]:
    """Nearest point of the closed curve, shape (n, 2), and signed distance, negative inside, shape (n,)."""
    following = np.roll(curve, -1, axis=0)
    squared = np.full(len(grid), np.inf)
    nearest = np.zeros_like(grid)
    inside = np.zeros(len(grid), dtype=bool)
    for a, b in zip(curve, following, strict=True):
        d = b - a
        offset = grid - a
        t = np.clip(offset @ d / (d @ d), 0.0, 1.0)
        foot = a + t[:, None] * d
        gap = ((grid - foot) ** 2).sum(axis=1)
        closer = gap < squared
        squared[closer], nearest[closer] = gap[closer], foot[closer]
        crosses = (a[1] > grid[:, 1]) != (b[1] > grid[:, 1])
        if d[1] != 0.0:
            inside ^= crosses & (offset[:, 0] < offset[:, 1] * d[0] / d[1])
    distance = np.sqrt(squared)
    return nearest, np.where(inside, -distance, distance)


def _softened(layer: Floats) -> Floats:
    """The layer after a few passes of a three-point mean, so that held values join without a kink."""
    for _ in range(12):
        padded = np.pad(layer, 1, mode="edge")
        layer = 0.25 * (padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:])
    return layer


@compiled
def sheet_at(
    x: float, y: float, z: float, origin: Floats, axes: Floats, corner: Floats, layers: Floats
) -> float:
    """Distance of one point: a slab with a round rim."""
    dx, dy, dz = x - origin[0], y - origin[1], z - origin[2]
    u = (dx * axes[0, 0] + dy * axes[0, 1] + dz * axes[0, 2] - corner[0]) / GRID_STEP_MM
    v = (dx * axes[1, 0] + dy * axes[1, 1] + dz * axes[1, 2] - corner[1]) / GRID_STEP_MM
    w = dx * axes[2, 0] + dy * axes[2, 1] + dz * axes[2, 2]
    half = grid_at(layers[1], u, v)
    slab = abs(w - grid_at(layers[0], u, v)) / grid_at(layers[2], u, v) - half
    # outside the table the plane distance goes on growing
    edge = grid_at(layers[3], u, v)
    edge += GRID_STEP_MM * (max(-u, 0.0) + max(u - layers.shape[1] + 1.0, 0.0))
    edge += GRID_STEP_MM * (max(-v, 0.0) + max(v - layers.shape[2] + 1.0, 0.0))
    rim = 0.9 * half
    a, b = max(slab + rim, 0.0), max(edge + rim, 0.0)
    return sqrt(a * a + b * b) + min(smooth_max(slab + rim, edge + rim, 2.0), 0.0) - rim


@compiled
def _sheet(points: Floats, origin: Floats, axes: Floats, corner: Floats, layers: Floats) -> Floats:
    """Distances at points (n, 3), shape (n,)."""
    values = points[:, 0].copy()
    for i in range(len(points)):
        values[i] = sheet_at(points[i, 0], points[i, 1], points[i, 2], origin, axes, corner, layers)
    return values
