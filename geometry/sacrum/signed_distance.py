"""The compiled signed distance of the sacrum: bodies, lateral masses, arch, processes, less the voids.

Each side is drawn on the left and read at |x|; where the sides differ they are blended at the midline.
Blend widths are chosen after the rounding of a dry bone's edges; they carry no measurement.
"""

from math import exp, sqrt
from typing import NamedTuple

import numpy as np

from geometry.arrays import Floats
from geometry.compiled import (
    compiled,
    ellipsoid_at,
    round_cone_at,
    smooth_max,
    smooth_min,
    smooth_step,
    table_at,
)
from geometry.sacrum.auricular import RELIEF_MM, RIM_MM, auricular_at
from geometry.sacrum.curve import ABOVE_MM, STEP_MM, curve_at

# The parts that `part_at` knows.
BODY, LATERAL_MASS, CANAL, FILLED, WHOLE = range(5)
# Left and right are blended over this distance from the midline, so that the field stays smooth.
MIDLINE_MM = 6.0


class SacrumTables(NamedTuple):
    """All that the compiled field reads of one side, as arrays and numbers numba understands."""

    curve: Floats
    guess: Floats
    guess_y: float
    guess_z: float
    profiles: Floats
    ventral: Floats
    groove: Floats
    dorsal: Floats
    tubercles: Floats
    processes: Floats
    facet_cut: Floats
    ear: Floats
    length: float
    endplate_width: float
    concavity: float
    ala_drop: float
    ala_fall: float
    ala_pitch: float
    hiatus: float
    lamina_arc: float


@compiled
def part_at(x: float, y: float, z: float, t: SacrumTables, which: int) -> float:
    """Distance to one part: the bodies, the lateral mass, the canal, or the bone with or without foramina."""
    side = sqrt(x * x + 0.04)
    arc, depth = curve_at(y, z, t.curve, t.guess, t.guess_y, t.guess_z)
    place = (arc + ABOVE_MM) / STEP_MM
    if which == BODY:
        return _body_at(side, z, arc, depth, place, t)
    if which == LATERAL_MASS:
        return _lateral_mass_at(side, y, z, arc, depth, place, t)
    if which == CANAL:
        return _canal_at(side, arc, depth, place, t)
    bone = _filled_at(side, y, z, arc, depth, place, t)
    if which == FILLED:
        return bone
    for k in range(t.ventral.shape[0]):
        bone = smooth_max(bone, -round_cone_at(side, y, z, t.ventral[k]), 3.0)
    for k in range(t.groove.shape[0]):
        bone = smooth_max(bone, -round_cone_at(side, y, z, t.groove[k]), 5.0)
    for k in range(t.dorsal.shape[0]):
        bone = smooth_max(bone, -round_cone_at(side, y, z, t.dorsal[k]), 2.0)
    return bone


@compiled
def _filled_at(
    side: float, y: float, z: float, arc: float, depth: float, place: float, t: SacrumTables
) -> float:
    """The bone with canal and hiatus, its foramina filled."""
    bone = smooth_min(
        _body_at(side, z, arc, depth, place, t), _lateral_mass_at(side, y, z, arc, depth, place, t), 7.0
    )
    for k in range(t.tubercles.shape[0]):
        bone = smooth_min(bone, ellipsoid_at(side, y, z, t.tubercles[k]), 4.0)
    for k in range(t.processes.shape[0]):
        bone = smooth_min(bone, ellipsoid_at(side, y, z, t.processes[k]), 6.0)
    bone = smooth_max(bone, -ellipsoid_at(side, y, z, t.facet_cut), 2.0)
    bone = smooth_max(bone, -_canal_at(side, arc, depth, place, t), 1.5)
    # the hiatus: an arch that widens downwards
    hiatus = 0.94 * (side - 1.0 - 0.34 * (arc - t.hiatus))
    back = table_at(t.profiles, 1, place)
    hiatus = smooth_max(smooth_max(hiatus, side - 6.5, 3.0), back - depth, 2.0)
    return smooth_max(bone, -hiatus, 2.0)


@compiled
def _body_at(side: float, z: float, arc: float, depth: float, place: float, t: SacrumTables) -> float:
    """The column of vertebral bodies under the S1 endplate."""
    half_width = table_at(t.profiles, 0, place)
    half_depth = table_at(t.profiles, 1 if depth > 0.0 else 2, place)
    # superellipse of exponent 2.5, flatter than an ellipse as bodies are; divided by its slope
    u, v = side / half_width, abs(depth) / half_depth
    ru, rv = u * sqrt(u), v * sqrt(v)
    total = u * ru + v * rv + 1e-9
    radius = total**0.4
    slope = sqrt((ru / half_width) ** 2 + (rv / half_depth) ** 2) * radius / total + 1e-9
    # the axis itself has no slope: stay below the distance that the half-depth allows there
    wall = max((radius - 1.0) / slope, (radius - 1.0) * half_width)
    dish = max(1.0 - total, 0.0)
    top = z + t.concavity * dish * sqrt(dish)
    return smooth_max(smooth_max(wall, top, 2.5), arc - t.length, 5.0)


@compiled
def _lateral_mass_at(
    side: float, y: float, z: float, arc: float, depth: float, place: float, t: SacrumTables
) -> float:
    """Alae, lateral parts and dorsal arch as one block between ventral, dorsal, lateral and top faces."""
    p = t.profiles
    half_width, back, edge = table_at(p, 0, place), table_at(p, 1, place), table_at(p, 3, place)
    beside = smooth_max(side - 0.95 * half_width, 0.0, 8.0)
    ventral = -table_at(p, 8, place) + table_at(p, 9, place) * beside
    share = min(side / edge, 1.2)
    relief = table_at(p, 12, place)
    groove = exp(-(((side - 0.22 * edge) / 5.0) ** 2))
    inner_crest = exp(-(((side - 0.36 * edge) / 3.0) ** 2))
    outer_crest = exp(-(((side - 0.68 * edge) / 4.5) ** 2))
    dorsal = back + table_at(p, 6, place) + table_at(p, 7, place) - table_at(p, 10, place) * share**4
    ridge = exp(-((side / 3.2) ** 2))
    tubercle = table_at(p, 13, place)
    dorsal += relief * (2.5 * ridge + tubercle * (2.8 * inner_crest + 3.8 * outer_crest) - 2.0 * groove)
    wedge = table_at(p, 11, place)
    taper = table_at(p, 4, place)
    # behind the auricular face the edge runs faster inwards: the pitted area under the ligaments
    behind = max(depth - 10.0, 0.0)
    edge += RELIEF_MM * smooth_step(-auricular_at(arc, depth, t.ear), -0.5 * RIM_MM, 0.5 * RIM_MM)
    lateral = (side - edge + wedge * (depth - ventral) + 0.012 * behind * behind) / sqrt(
        1.0 + wedge * wedge + taper * taper
    )
    beyond = max(side - 0.5 * t.endplate_width - 1.0, 0.0)
    top = -t.ala_drop - t.ala_fall * (0.65 * beyond + 0.013 * beyond * beyond)
    top += t.ala_pitch * smooth_min(max(y - 8.0, -25.0), 12.0, 8.0)
    # the lamina of S1 begins well below the endplate, at the middle of its spinous tubercle whatever the tilt
    arch = smooth_step(depth - back, -2.0, 9.0) * smooth_step(0.46 * t.endplate_width - side, -2.0, 16.0)
    above = (1.0 - arch) * (z - top) + arch * (t.lamina_arc - arc)
    block = smooth_max(smooth_max(ventral - depth, depth - dorsal, 3.0), lateral, 5.0)
    block = smooth_max(block, 0.95 * above, 10.0)
    return smooth_max(block, arc - 0.985 * t.length, 6.0)


@compiled
def _canal_at(side: float, arc: float, depth: float, place: float, t: SacrumTables) -> float:
    """The sacral canal: a rounded triangle behind the bodies, open at both ends."""
    p = t.profiles
    half_width, height = 1.18 * table_at(p, 5, place), 1.15 * table_at(p, 6, place)
    back = table_at(p, 1, place)
    roof = side / half_width + (depth - back) / height - 1.0
    roof /= sqrt(1.0 / (half_width * half_width) + 1.0 / (height * height))
    # its corners are acute: rounded in proportion, or nothing straight is left of a narrow canal
    blend = 0.17 * half_width
    return smooth_max(smooth_max(back - depth, roof, blend), side - 0.83 * half_width, blend)


@compiled
def two_sided_at(
    x: float, y: float, z: float, left: SacrumTables, right: SacrumTables, even: bool, which: int
) -> float:
    """Distance to one part of a sacrum whose sides may differ."""
    if even or x > MIDLINE_MM:
        return part_at(x, y, z, left, which)
    if x < -MIDLINE_MM:
        return part_at(x, y, z, right, which)
    share = smooth_step(x, -MIDLINE_MM, MIDLINE_MM)
    return share * part_at(x, y, z, left, which) + (1.0 - share) * part_at(x, y, z, right, which)


@compiled
def foramina_at(x: float, y: float, z: float, t: SacrumTables) -> float:
    """Distance to the nearest of the ventral and dorsal foramina of one side, drawn on the left."""
    nearest = 1e9
    for k in range(t.ventral.shape[0]):
        nearest = min(nearest, round_cone_at(x, y, z, t.ventral[k]))
    for k in range(t.dorsal.shape[0]):
        nearest = min(nearest, round_cone_at(x, y, z, t.dorsal[k]))
    return nearest


@compiled
def parts(points: Floats, left: SacrumTables, right: SacrumTables, even: bool, which: int) -> Floats:
    """Distance to one part at points (n, 3), shape (n,)."""
    values = np.empty(len(points))
    for i in range(len(points)):
        values[i] = two_sided_at(points[i, 0], points[i, 1], points[i, 2], left, right, even, which)
    return values


@compiled
def foramina(points: Floats, left: SacrumTables, right: SacrumTables, even: bool) -> Floats:
    """Distance to the foramina of both sides at points (n, 3), shape (n,)."""
    values = np.empty(len(points))
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        if even:
            values[i] = foramina_at(abs(x), y, z, left)
        else:
            values[i] = min(foramina_at(x, y, z, left), foramina_at(-x, y, z, right))
    return values


@compiled
def ears(points: Floats, left: SacrumTables, right: SacrumTables) -> Floats:
    """Distance to the outline of the auricular surfaces at points (n, 3), shape (n,)."""
    values = np.empty(len(points))
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        arc, depth = curve_at(y, z, left.curve, left.guess, left.guess_y, left.guess_z)
        values[i] = auricular_at(arc, depth, left.ear if x >= 0.0 else right.ear)
    return values
