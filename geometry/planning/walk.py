"""Compiled: how far each of many straight paths goes on before its wall breaks something."""

from math import cos, pi, sin, sqrt
from typing import NamedTuple

import numpy as np

from geometry.arrays import Floats
from geometry.compiled import compiled, grid_at
from geometry.planning.sampled_fields import BONE, CANAL, FORAMINA, SampledFields, layer_at
from geometry.planning.wall import FACE_COSINE, FACE_DEPTH_MM, FACE_LENGTH_MM, TOUCH_MM
from geometry.screws.design import TIP_CONE_MM, TIP_RADIUS_SHARE

STEP_MM, TURNS = 1.0, 16
# Columns of the answer.
MARGIN, CLEAR, LONGEST = range(3)
# Voids further than this many radii from the axis need no look at the wall: fields may fall short of the
# distance by a third.
FAR_RADII = 1.6
SHORTER_MM = 0.5
# Taken off the margin of what breaks a void or the endplate: more than any wall is long.
BROKEN = 1e6


class Rules(NamedTuple):
    """Sizes of the screw and the rules of its opening, handed over lest compiled code keeps old ones."""

    radius: float
    length: float
    longest: float
    face_length: float
    face_depth: float
    face_cosine: float
    tip_cone: float
    tip_share: float
    touch: float


def walk(
    fields: SampledFields,
    entries_mm: Floats,
    normals: Floats,
    headings: Floats,
    *,
    diameter_mm: float,
    length_mm: float,
    longest_mm: float,
) -> Floats:
    """Least bone over the wall, 1 if nothing is broken (else 0), and longest clear length, shape (n, 3).

    Args:
        fields: that the paths run in.
        entries_mm, normals, headings: of each path, shape (n, 3).
        diameter_mm, length_mm: of the screw.
        longest_mm: where to stop looking.
    """
    rules = Rules(
        radius=0.5 * diameter_mm,
        length=float(length_mm),
        longest=float(longest_mm),
        face_length=FACE_LENGTH_MM,
        face_depth=FACE_DEPTH_MM,
        face_cosine=FACE_COSINE,
        tip_cone=TIP_CONE_MM,
        tip_share=TIP_RADIUS_SHARE,
        touch=TOUCH_MM,
    )
    answers = np.empty((len(headings), 3))
    _walk(fields, rules, entries_mm, normals, headings, answers)
    return answers


@compiled
def _station(
    axis: Floats,
    along: float,
    radius: float,
    frame: Floats,
    fields: SampledFields,
    rules: Rules,
    waiting: Floats,
) -> float:
    """Least bone over the wall of one station; `BROKEN` less where a void or the endplate is broken.

    `frame` has rows entry, face normal, and the two directions across the axis, shape (4, 3); `waiting` says
    of each line of the wall whether it has not entered bone yet, and is kept up to date.
    """
    x, y, z = axis
    corner, step = fields.corner_mm, fields.step_mm
    far = FAR_RADII * radius
    mind_canal = layer_at(x, y, z, fields, CANAL) < far
    mind_foramina = layer_at(x, y, z, fields, FORAMINA) < far
    near = along <= rules.face_length
    least, broken = 1e9, 0.0
    for turn in range(TURNS):
        c, s = cos(2.0 * pi * turn / TURNS), sin(2.0 * pi * turn / TURNS)
        px = x + radius * (c * frame[2, 0] + s * frame[3, 0])
        py = y + radius * (c * frame[2, 1] + s * frame[3, 1])
        pz = z + radius * (c * frame[2, 2] + s * frame[3, 2])
        covered = -layer_at(px, py, pz, fields, BONE)
        if mind_canal and layer_at(px, py, pz, fields, CANAL) < 0.0:
            broken = BROKEN
        if pz > 0.0 and grid_at(fields.outline, (px - corner[0]) / step, (py - corner[1]) / step) < 0.0:
            broken = BROKEN
        if covered > 0.0:
            waiting[turn] = 0.0
        shown = False
        if near:
            depth = (
                (frame[0, 0] - px) * frame[1, 0]
                + (frame[0, 1] - py) * frame[1, 1]
                + (frame[0, 2] - pz) * frame[1, 2]
            )
            shown = depth < rules.face_depth
            if not shown and covered < 0.0 and waiting[turn] > 0.0:
                gx = layer_at(px + step, py, pz, fields, BONE) - layer_at(px - step, py, pz, fields, BONE)
                gy = layer_at(px, py + step, pz, fields, BONE) - layer_at(px, py - step, pz, fields, BONE)
                gz = layer_at(px, py, pz + step, fields, BONE) - layer_at(px, py, pz - step, fields, BONE)
                rise = gx * frame[1, 0] + gy * frame[1, 1] + gz * frame[1, 2]
                shown = rise >= rules.face_cosine * sqrt(gx * gx + gy * gy + gz * gz)
        if not shown:
            least = min(least, covered)
            if mind_foramina and layer_at(px, py, pz, fields, FORAMINA) < 0.0:
                broken = BROKEN
    return least - broken


@compiled
def _tip_clear(
    entry: Floats,
    heading: Floats,
    radius: float,
    length: float,
    frame: Floats,
    fields: SampledFields,
    rules: Rules,
) -> float:
    """Least bone over the cone of the tip, as `_station` tells it."""
    waiting = np.zeros(TURNS)
    least, broken = 1e9, 0.0
    count = int(rules.tip_cone / STEP_MM) + 1
    for k in range(count):
        back = rules.tip_cone * (count - 1 - k) / (count - 1)
        along = length - back
        cone = radius * (rules.tip_share + (1.0 - rules.tip_share) * back / rules.tip_cone)
        here = _station(entry + along * heading, along, cone, frame, fields, rules, waiting)
        if here < -0.5 * BROKEN:
            here, broken = here + BROKEN, BROKEN
        least = min(least, here)
    return least - broken


@compiled
def _walk(
    fields: SampledFields,
    rules: Rules,
    entries: Floats,
    normals: Floats,
    headings: Floats,
    answers: Floats,
) -> None:
    """Fill `answers` with margin, clear (1 or 0) and longest length of each path."""
    radius, length, longest = rules.radius, rules.length, rules.longest
    frame = np.empty((4, 3))
    for n in range(len(headings)):
        entry, heading = entries[n], headings[n]
        frame[0] = entry
        frame[1] = normals[n]
        across = sqrt(heading[0] ** 2 + heading[1] ** 2)
        frame[2, 0], frame[2, 1], frame[2, 2] = heading[1] / across, -heading[0] / across, 0.0
        frame[3] = np.cross(heading, frame[2])
        waiting = np.ones(TURNS)
        margin, broken, fault = 1e9, 0.0, -1.0
        along = 0.0
        while along <= longest:
            within = along <= length - rules.tip_cone
            if fault >= 0.0 and not within:
                break
            here = _station(entry + along * heading, along, radius, frame, fields, rules, waiting)
            if here < -rules.touch and fault < 0.0:
                fault = along
            if here < -0.5 * BROKEN:
                here += BROKEN
                broken = BROKEN if within else broken
            if within:
                margin = min(margin, here)
            along += STEP_MM
        here = _tip_clear(entry, heading, radius, length, frame, fields, rules)
        if here < -0.5 * BROKEN:
            here, broken = here + BROKEN, BROKEN
        margin = min(margin, here)
        reach = min(fault + rules.tip_cone if fault >= 0.0 else longest, longest)
        best = 0.0
        trial = reach
        while trial > max(reach - 2.0 * rules.tip_cone, 2.0 * rules.tip_cone):
            if _tip_clear(entry, heading, radius, trial, frame, fields, rules) >= -rules.touch:
                best = trial
                break
            trial -= SHORTER_MM
        answers[n, MARGIN] = margin
        answers[n, CLEAR] = 1.0 if margin >= -rules.touch and broken == 0.0 else 0.0
        answers[n, LONGEST] = best
