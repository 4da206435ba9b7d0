"""The curved axis through the sacral bodies, and the coordinates along and across it."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.compiled import compiled, grid_at, table_at
from geometry.sacrum.shape import SacrumShape

# The axis runs straight on above the endplate and below S5, so that nearby points have coordinates too.
ABOVE_MM, BELOW_MM, STEP_MM = 60.0, 45.0, 0.25
# First guess of the arc on a plane grid; one Newton step makes it exact to 1e-3 mm near bone.
GUESS_STEP_MM = 1.0
# Columns of the axis table: position y, z, tangent y, z, curvature.
Y, Z, TANGENT_Y, TANGENT_Z, CURVATURE = range(5)
# Share of the axis over which it bends: S1 itself and the tip are nearly straight (chosen).
BEND_FROM, BEND_TO = 0.18, 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class SacralCurve:
    """The axis of the sacral bodies in the midsagittal plane, S1 endplate to tip of S5.

    Attributes:
        table: position y, z, tangent y, z and curvature every `STEP_MM` of arc, shape (k, 5).
        guess: arc length of the nearest axis point on a grid over the y-z plane, shape (m, n).
        guess_origin_mm: y and z of the grid's first point.
        length_mm: arc length from endplate to tip.
    """

    table: Floats
    guess: Floats
    guess_origin_mm: tuple[float, float]
    length_mm: float

    def coordinates(self, points_mm: Floats) -> tuple[Floats, Floats]:
        """Arc length below the endplate and depth behind the axis, each (n,), in mm."""
        points = np.require(points_mm, np.float64, ["C", "W"])
        pairs = _coordinates(points, self.table, self.guess, *self.guess_origin_mm)
        return pairs[:, 0], pairs[:, 1]

    def point_mm(self, lateral_mm: float, arc_mm: float, depth_mm: float) -> Floats:
        """The point with these coordinates, shape (3,)."""
        arcs = np.arange(len(self.table)) * STEP_MM - ABOVE_MM
        y, z, ty, tz = (np.interp(arc_mm, arcs, self.table[:, k]) for k in (Y, Z, TANGENT_Y, TANGENT_Z))
        return np.array([lateral_mm, y - depth_mm * tz, z + depth_mm * ty])

    def tangent(self, arc_mm: float | Floats) -> Floats:
        """Unit vector down the axis at that arc, shape (3,), or at each of several, shape (n, 3)."""
        arcs = np.arange(len(self.table)) * STEP_MM - ABOVE_MM
        y, z = (np.interp(arc_mm, arcs, self.table[:, k]) for k in (TANGENT_Y, TANGENT_Z))
        return np.stack([np.zeros_like(y), y, z], axis=-1)


def sacral_curve(shape: SacrumShape) -> SacralCurve:
    """The axis of a sacrum: its tilt runs from `table_tilt_deg` at S1 forward by `kyphosis_deg` at S5."""
    return _curve(shape.length_mm, shape.kyphosis_deg, shape.table_tilt_deg)


# its grid of guesses takes 40 ms, and shapes that differ in other numbers share it
@lru_cache(maxsize=16)
def _curve(length_mm: float, kyphosis_deg: float, table_tilt_deg: float) -> SacralCurve:
    """The axis of these three numbers."""
    count = round((ABOVE_MM + length_mm + BELOW_MM) / STEP_MM) + 1
    arc = np.arange(count) * STEP_MM - ABOVE_MM
    t = np.clip((arc / length_mm - BEND_FROM) / (BEND_TO - BEND_FROM), 0.0, 1.0)
    tilt = np.radians(table_tilt_deg - kyphosis_deg * t * t * (3.0 - 2.0 * t))
    tangent = np.stack([np.sin(tilt), -np.cos(tilt)], axis=1)
    middle = 0.5 * (tangent[1:] + tangent[:-1]) * STEP_MM
    position = np.concatenate([np.zeros((1, 2)), np.cumsum(middle, axis=0)])
    position -= position[round(ABOVE_MM / STEP_MM)]
    table = np.column_stack([position, tangent, np.gradient(tilt, STEP_MM)])
    inside = (arc >= -25.0) & (arc <= length_mm + 20.0)
    low = position[inside].min(axis=0) - 60.0
    high = position[inside].max(axis=0) + 70.0
    axes = [np.arange(low[k], high[k], GUESS_STEP_MM) for k in range(2)]
    return SacralCurve(
        table=frozen_copy(table),
        guess=frozen_copy(_nearest_arc(axes[0], axes[1], position, np.asarray(arc))),
        guess_origin_mm=(float(low[0]), float(low[1])),
        length_mm=length_mm,
    )


def _nearest_arc(ys: Floats, zs: Floats, position: Floats, arc: Floats) -> Floats:
    """Arc of the nearest axis point at each grid point, shape (len(ys), len(zs))."""
    coarse = slice(None, None, 4)
    near_y, near_z, near_arc = position[coarse, 0], position[coarse, 1], arc[coarse]
    rows = []
    for y in ys:
        squared = (y - near_y) ** 2 + (zs[:, None] - near_z) ** 2
        k = np.clip(squared.argmin(axis=1), 1, len(near_arc) - 2)
        pick = np.arange(len(zs))
        # the vertex of the parabola through three squared distances
        before, here, after = squared[pick, k - 1], squared[pick, k], squared[pick, k + 1]
        shift = 0.5 * (before - after) / (before - 2.0 * here + after)
        rows.append(near_arc[k] + np.clip(shift, -1.0, 1.0) * (near_arc[1] - near_arc[0]))
    return np.array(rows)


@compiled
def curve_at(
    y: float, z: float, table: Floats, guess: Floats, origin_y: float, origin_z: float
) -> tuple[float, float]:
    """Arc and depth of one point: a first guess from the grid, then one Newton step to the foot point."""
    arc = grid_at(guess, (y - origin_y) / GUESS_STEP_MM, (z - origin_z) / GUESS_STEP_MM)
    place = (arc + ABOVE_MM) / STEP_MM
    ty, tz = table_at(table, 2, place), table_at(table, 3, place)
    dy, dz = y - table_at(table, 0, place), z - table_at(table, 1, place)
    along, depth = dy * ty + dz * tz, dz * ty - dy * tz
    # moving the foot by d turns the tangent by curvature * d, which takes depth * curvature * d off `along`
    stretch = max(1.0 - depth * table_at(table, 4, place), 0.2)
    arc += min(max(along / stretch, -4.0), 4.0)
    place = (arc + ABOVE_MM) / STEP_MM
    ty, tz = table_at(table, 2, place), table_at(table, 3, place)
    dy, dz = y - table_at(table, 0, place), z - table_at(table, 1, place)
    return arc, dz * ty - dy * tz


@compiled
def _coordinates(points: Floats, table: Floats, guess: Floats, origin_y: float, origin_z: float) -> Floats:
    """Arc and depth of points (n, 3), shape (n, 2)."""
    pairs = points[:, :2].copy()
    for i in range(len(points)):
        arc, depth = curve_at(points[i, 1], points[i, 2], table, guess, origin_y, origin_z)
        pairs[i, 0] = arc
        pairs[i, 1] = depth
    return pairs
