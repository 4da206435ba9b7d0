"""The compiled signed distance of a lumbar vertebra in its own frame: body, arch, processes, less the voids.

Origin at the centre of the body, x left, y back, z up along the mean of both endplate normals. All but the
inferior processes is drawn for the left side and read at |x|; those have a row per side, because they meet
the facets below wherever the disc has put the bone. Blend widths are chosen after the rounding of a dry
bone's edges; they carry no measurement.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np

from geometry.arrays import Floats
from geometry.compiled import compiled, ellipsoid_at, round_cone_at, smooth_max, smooth_min

# The parts that `part_at` knows.
WHOLE, BODY, CANAL = range(3)


class VertebraTables(NamedTuple):
    """All that the compiled field reads, as arrays and numbers numba understands.

    Rows of fifteen are (centre, three sizes, three axes); rows of eight are (start, end, two radii).
    `inferior` and `pars` hold left and right, drawn on the left.
    """

    upper: Floats
    lower: Floats
    height: float
    half_wedge: float
    waist: float
    pedicle: Floats
    transverse: Floats
    superior: Floats
    mammillary: Floats
    facet_cut: Floats
    lamina: Floats
    spinous: Floats
    spinous_tip: Floats
    pars: Floats
    inferior: Floats
    canal_back: float
    canal_half_width: float
    canal_depth: float
    removed: Floats


@compiled
def oval_at(x: float, y: float, half_width: float, half_depth: float) -> tuple[float, float]:
    """Distance to the oval of an endplate, and how far out in it: 0 at its centre, 1 on its rim.

    A superellipse of exponent 2.5, flatter than an ellipse as vertebral bodies are, over its slope.
    """
    u, v = abs(x) / half_width, abs(y) / half_depth
    ru, rv = u * sqrt(u), v * sqrt(v)
    total = u * ru + v * rv + 1e-9
    radius = total**0.4
    slope = sqrt((ru / half_width) ** 2 + (rv / half_depth) ** 2) * radius / total + 1e-9
    # the axis itself has no slope: stay below the distance that the half-width allows there
    return max((radius - 1.0) / slope, (radius - 1.0) * half_width), total


@compiled
def plate_at(x: float, y: float, z: float, plate: Floats, rounding: float) -> float:
    """Distance to a box with rounded edges; `plate` is (centre, half sizes, three unit axes), shape (15,)."""
    dx, dy, dz = x - plate[0], y - plate[1], z - plate[2]
    outside, deepest = 0.0, -1e9
    for k in range(3):
        along = dx * plate[6 + 3 * k] + dy * plate[7 + 3 * k] + dz * plate[8 + 3 * k]
        beyond = abs(along) - plate[3 + k] + rounding
        deepest = max(deepest, beyond)
        outside += max(beyond, 0.0) ** 2
    return sqrt(outside) + min(deepest, 0.0) - rounding


@compiled
def _body_at(side: float, y: float, z: float, t: VertebraTables) -> float:
    """The body: an oval column with a waist between two dished, wedged endplates."""
    s = min(max(2.0 * z / t.height, -1.0), 1.0)
    up, down = 0.5 + 0.5 * s, 0.5 - 0.5 * s
    hollow = t.waist * (1.0 - s * s) ** 2
    half_width = (up * t.upper[0] + down * t.lower[0]) * (1.0 - hollow)
    # the canal draws the back wall: there the body keeps its depth
    depth_hollow = 0.7 * hollow if y < 0.0 else 0.0
    half_depth = (up * t.upper[1] + down * t.lower[1]) * (1.0 - depth_hollow)
    wall, total = oval_at(side, y, half_width, half_depth)
    dish = max(1.0 - total, 0.0)
    dish *= sqrt(dish)
    c, sn = np.cos(t.half_wedge), np.sin(t.half_wedge)
    top = c * (z - 0.5 * t.height) + sn * y + t.upper[2] * dish
    bottom = -c * (z + 0.5 * t.height) + sn * y + t.lower[2] * dish
    return smooth_max(smooth_max(wall, top, 2.0), bottom, 2.0)


@compiled
def _canal_at(side: float, y: float, t: VertebraTables) -> float:
    """The vertebral canal: a rounded triangle behind the body, open at both ends."""
    u, v = side / t.canal_half_width, max(y - t.canal_back, 0.0) / t.canal_depth
    # exponent 1.4, between a triangle's 1 and an ellipse's 2
    ru, rv = u**0.4, v**0.4
    total = u * ru + v * rv + 1e-9
    radius = total ** (1.0 / 1.4)
    slope = sqrt((ru / t.canal_half_width) ** 2 + (rv / t.canal_depth) ** 2) * radius / total + 1e-9
    roof = max((radius - 1.0) / slope, (radius - 1.0) * t.canal_depth)
    return smooth_max(roof, t.canal_back - y, 3.0)


@compiled
def part_at(x: float, y: float, z: float, t: VertebraTables, which: int) -> float:
    """Distance to one part: the whole bone, the body alone, or the canal."""
    side = sqrt(x * x + 0.04)
    if which == CANAL:
        return _canal_at(side, y, t)
    bone = _body_at(side, y, z, t)
    if which == BODY:
        return bone
    hand = 0 if x >= 0.0 else 1
    bone = smooth_min(bone, ellipsoid_at(side, y, z, t.pedicle), 5.0)
    for k in range(t.transverse.shape[0]):
        bone = smooth_min(bone, round_cone_at(side, y, z, t.transverse[k]), 5.0)
    process = smooth_min(ellipsoid_at(side, y, z, t.superior), round_cone_at(side, y, z, t.mammillary), 3.0)
    bone = smooth_min(bone, process, 5.0)
    arch = smooth_min(
        plate_at(side, y, z, t.lamina, 0.95 * t.lamina[4]),
        plate_at(side, y, z, t.spinous, 0.9 * t.spinous[3]),
        5.0,
    )
    arch = smooth_min(arch, round_cone_at(side, y, z, t.spinous_tip), 4.0)
    lower = smooth_min(
        round_cone_at(side, y, z, t.pars[hand]), ellipsoid_at(side, y, z, t.inferior[hand]), 4.0
    )
    bone = smooth_min(bone, smooth_min(arch, lower, 5.0), 5.0)
    bone = smooth_max(bone, -ellipsoid_at(side, y, z, t.facet_cut), 2.0)
    bone = smooth_max(bone, -_canal_at(side, y, t), 2.0)
    for k in range(t.removed.shape[1]):
        bone = smooth_max(bone, -plate_at(side, y, z, t.removed[hand, k], 2.0), 2.0)
    return bone


@compiled
def parts(points: Floats, t: VertebraTables, which: int) -> Floats:
    """Distance to one part at points (n, 3) of the bone's own frame, shape (n,)."""
    values = np.empty(len(points))
    for i in range(len(points)):
        values[i] = part_at(points[i, 0], points[i, 1], points[i, 2], t, which)
    return values
