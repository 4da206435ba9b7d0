"""The compiled signed distance and radius of a threaded screw, in its own cylinder coordinates.

`s` is the way from the entry to the tip, `r` the distance from the axis, `turn` the angle about it.
"""

from math import atan2, cos, floor, pi, radians, sqrt, tan
from typing import NamedTuple

import numpy as np

from geometry.arrays import Floats
from geometry.compiled import compiled, smooth_max, smooth_min
from geometry.screws.design import ScrewDesign
from geometry.screws.thread import Thread

# Chosen: the thread grows out of the shank under 45 degrees, and the shank falls to the core likewise.
RUN_OUT = 1.0 / sqrt(2.0)


class SolidTables(NamedTuple):
    """All that the compiled field reads, as arrays and numbers numba understands."""

    origin: Floats
    axes: Floats
    head: float
    length: float
    outer: float
    core_entry: float
    core_fall: float
    start: float
    shank: float
    tip_radius: float
    tip_fall: float
    pitch: float
    rise: float
    half_crest: float
    leading: float
    trailing: float
    fillet: float


def solid_tables(
    design: ScrewDesign, thread: Thread, origin_mm: Floats, axes: Floats, length_mm: float, standoff_mm: float
) -> SolidTables:
    """The tables of a design in its place; the rows of `axes` (3, 3) are across, across and along it."""
    threaded_mm = max(length_mm - design.tip_cone_mm - design.shank_mm, 1.0)
    return SolidTables(
        origin=np.asarray(origin_mm, dtype=np.float64),
        axes=np.ascontiguousarray(axes, dtype=np.float64),
        head=-standoff_mm,
        length=length_mm,
        outer=0.5 * design.diameter_mm,
        core_entry=0.5 * design.core_entry_mm,
        core_fall=0.5 * (design.core_entry_mm - design.core_tip_mm) / threaded_mm,
        start=design.shank_mm,
        shank=0.5 * design.shank_diameter_mm,
        tip_radius=design.tip_radius_mm,
        tip_fall=(0.5 * design.diameter_mm - design.tip_radius_mm) / design.tip_cone_mm,
        pitch=thread.pitch_mm,
        rise=thread.rise_mm_per_rad,
        half_crest=0.5 * thread.crest_mm,
        leading=radians(thread.leading_flank_deg),
        trailing=radians(thread.trailing_flank_deg),
        fillet=thread.fillet_mm,
    )


@compiled
def _past_crest(s: float, turn: float, t: SolidTables) -> float:
    """Axial distance from the middle of the crest behind, towards the tip; 0 to one pitch."""
    # the first ring stands half a pitch in front of the shank
    phase = (s - t.start - t.rise * turn) / t.pitch - 0.5
    return t.pitch * (phase - floor(phase))


@compiled
def _core_at(s: float, t: SolidTables) -> float:
    """Radius of the core, cylindrical before the thread begins."""
    return t.core_entry - t.core_fall * max(s - t.start, 0.0)


@compiled
def solid_at(s: float, r: float, turn: float, t: SolidTables) -> float:
    """Signed distance to the screw without its bore; exact for rings away from the fillets."""
    past = _past_crest(s, turn, t)
    # a helix leans across the radius: its flanks are steeper in space than in the section
    lean = abs(t.rise) / max(r, 0.5 * t.core_entry)
    leading = cos(t.leading) / sqrt(1.0 + (lean * cos(t.leading)) ** 2)
    trailing = cos(t.trailing) / sqrt(1.0 + (lean * cos(t.trailing)) ** 2)
    below = t.outer - r
    ridge = 1e9
    for k in range(-1, 2):
        at = past - k * t.pitch
        front = leading * (at - t.half_crest - below * tan(t.leading))
        back = trailing * (-at - t.half_crest - below * tan(t.trailing))
        ridge = min(ridge, max(front, back))
    ridge = smooth_max(ridge, -below, t.fillet)
    ridge = smooth_max(ridge, RUN_OUT * (r - t.shank - (s - t.start)), t.fillet)
    core = (r - _core_at(s, t)) / sqrt(1.0 + t.core_fall * t.core_fall)
    neck = max(r - t.shank, RUN_OUT * (r - t.shank + s - t.start))
    screw = smooth_min(smooth_min(core, neck, t.fillet), ridge, t.fillet)
    cone = (r - t.tip_radius - t.tip_fall * (t.length - s)) / sqrt(1.0 + t.tip_fall * t.tip_fall)
    return max(smooth_max(screw, cone, t.fillet), max(t.head - s, s - t.length))


@compiled
def radius_at(s: float, turn: float, t: SolidTables) -> float:
    """Radius of the screw there, its fillets left out; zero before the head end and behind the tip."""
    if s < t.head or s > t.length:
        return 0.0
    past = _past_crest(s, turn, t)
    ridge = -1e9
    for k in range(-1, 2):
        at = past - k * t.pitch
        off = at - t.half_crest if at > 0.0 else -at - t.half_crest
        slope = tan(t.leading) if at > 0.0 else tan(t.trailing)
        ridge = max(ridge, t.outer - max(off, 0.0) / max(slope, 1e-9))
    ridge = min(ridge, t.shank + s - t.start)
    neck = t.shank if s <= t.start else t.shank - (s - t.start)
    radius = max(max(_core_at(s, t), neck), ridge)
    return max(min(radius, t.tip_radius + t.tip_fall * (t.length - s)), 0.0)


@compiled
def solid(points: Floats, t: SolidTables) -> Floats:
    """Signed distance at points (n, 3), shape (n,)."""
    values = np.empty(len(points))
    for i in range(len(points)):
        x, y, z = points[i, 0] - t.origin[0], points[i, 1] - t.origin[1], points[i, 2] - t.origin[2]
        a = t.axes[0, 0] * x + t.axes[0, 1] * y + t.axes[0, 2] * z
        b = t.axes[1, 0] * x + t.axes[1, 1] * y + t.axes[1, 2] * z
        s = t.axes[2, 0] * x + t.axes[2, 1] * y + t.axes[2, 2] * z
        values[i] = solid_at(s, sqrt(a * a + b * b), atan2(b, a), t)
    return values


@compiled
def radii(along: Floats, turn: Floats, t: SolidTables) -> Floats:
    """Radius at places (n,) and turns (n,), shape (n,)."""
    values = np.empty(len(along))
    for i in range(len(along)):
        values[i] = radius_at(along[i], turn[i], t)
    return values


@compiled
def mean_square_radii(along: Floats, turns: int, t: SolidTables) -> Floats:
    """Mean over one turn of the squared radius at places (n,), shape (n,): the section's area over pi."""
    values = np.zeros(len(along))
    for i in range(len(along)):
        for k in range(turns):
            values[i] += radius_at(along[i], 2.0 * pi * k / turns, t) ** 2
        values[i] /= turns
    return values
