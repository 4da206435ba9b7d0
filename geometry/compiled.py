"""Compiled scalar arithmetic for the shapes that are evaluated at millions of points.

The compiled code is kept on disk beside the module. Numba notices a change of the file a function stands
in, not of the files it calls, so only settled arithmetic belongs here.
"""

from collections.abc import Callable
from math import sqrt
from typing import ParamSpec, TypeVar, cast

import numba

from geometry.arrays import Floats

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The same function as machine code, kept on disk; it runs in one thread."""
    return cast(Callable[P, R], numba.njit(cache=True, error_model="numpy")(function))


@compiled
def smooth_min(a: float, b: float, blend: float) -> float:
    """The smaller of two distances, with the corner filled over a width `blend` (polynomial, Quilez)."""
    h = min(max(0.5 + 0.5 * (b - a) / blend, 0.0), 1.0)
    return b + (a - b) * h - blend * h * (1.0 - h)


@compiled
def smooth_max(a: float, b: float, blend: float) -> float:
    """The larger of two distances, with the edge rounded over a width `blend`."""
    return -smooth_min(-a, -b, blend)


@compiled
def smooth_step(value: float, low: float, high: float) -> float:
    """Zero below `low`, one above `high`, with flat ends between."""
    t = min(max((value - low) / (high - low), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


@compiled
def round_cone_at(x: float, y: float, z: float, cone: Floats) -> float:
    """Distance to a capsule whose radius runs linearly; `cone` is (start, end, two radii), shape (8,)."""
    dx, dy, dz = cone[3] - cone[0], cone[4] - cone[1], cone[5] - cone[2]
    px, py, pz = x - cone[0], y - cone[1], z - cone[2]
    t = min(max((px * dx + py * dy + pz * dz) / (dx * dx + dy * dy + dz * dz), 0.0), 1.0)
    px, py, pz = px - t * dx, py - t * dy, pz - t * dz
    radius: float = cone[6] + t * (cone[7] - cone[6])
    return sqrt(px * px + py * py + pz * pz) - radius


@compiled
def ellipsoid_at(x: float, y: float, z: float, body: Floats) -> float:
    """Pseudo-distance to an ellipsoid; `body` is (centre, radii, three unit axes), shape (15,)."""
    dx, dy, dz = x - body[0], y - body[1], z - body[2]
    first = second = 0.0
    for k in range(3):
        along = (dx * body[6 + 3 * k] + dy * body[7 + 3 * k] + dz * body[8 + 3 * k]) / body[3 + k]
        first += along * along
        second += along * along / (body[3 + k] * body[3 + k])
    scale = sqrt(first)
    return scale * (scale - 1.0) / (sqrt(second) + 1e-9)


@compiled
def table_at(table: Floats, column: int, place: float) -> float:
    """Column of a table read at a fractional row, linear between rows and held at both ends."""
    row = min(max(place, 0.0), table.shape[0] - 1.000001)
    k = int(row)
    t = row - k
    value: float = table[k, column] * (1.0 - t) + table[k + 1, column] * t
    return value


@compiled
def grid_at(grid: Floats, place_0: float, place_1: float) -> float:
    """A plane grid read at fractional indices, bilinear and held at its border."""
    row = min(max(place_0, 0.0), grid.shape[0] - 1.000001)
    col = min(max(place_1, 0.0), grid.shape[1] - 1.000001)
    i, j = int(row), int(col)
    s, t = row - i, col - j
    low = grid[i, j] * (1.0 - t) + grid[i, j + 1] * t
    high = grid[i + 1, j] * (1.0 - t) + grid[i + 1, j + 1] * t
    value: float = low * (1.0 - s) + high * s
    return value
