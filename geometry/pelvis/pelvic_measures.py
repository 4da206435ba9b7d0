"""What an anatomist would measure on a built ilium and its joint, beside what was published."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.frame import axial_angles_deg
from geometry.pelvis.ilium import Ilium
from geometry.pelvis.joint import SacroiliacJoint
from geometry.rays import crossings_mm

# Unit, mean of men and of women (the same where a source does not part them), standard deviation, source.
# No source gives a deviation of the joint's area or of the length in the sacrum.
PUBLISHED: dict[str, tuple[str, float, float, float | None, str]] = {
    "psis_path": ("mm", 118.0, 118.0, 13.0, "PSIS to AIIS in bone [V 50]"),
    "s2ai_path": ("mm", 121.3, 105.0, 11.0, "entry to far cortex: M [V 51], both [V 50]"),
    "s2ai_in_sacrum": ("mm", 35.0, 35.0, None, "[V 50]; 26.2 [V 51], 41.0 [V 55]"),
    "s2ai_lateral": ("deg", 40.0, 40.0, 6.0, "to the axial plane [V 50]; 39-50 in men [V 41]"),
    "s2ai_caudal": ("deg", 29.2, 34.5, 8.0, "to the axial plane, M 8.6 F 6.6 [V 51]"),
    "corridor_diameter": ("mm", 13.2, 13.2, 1.4, "largest cylinder above the notch [V 52]"),
    "joint_area": ("mm2", 1138.3, 992.5, None, "auricular area [V 18]"),
}
# The stretch of the column whose free diameter counts, mm past the joint: beyond the oblique crossing, short
# of the bone over the hip.
COLUMN_MM = (24.0, 60.0)
TURNS = 24
# From the PSIS a way may aim this far beside the middle of the column; the ray starts this far behind it.
AIM_MM = np.arange(-6.0, 6.1, 3.0)
BEHIND_MM = 30.0


@dataclass(frozen=True, kw_only=True)
class PelvicMeasure:
    """One row of a morphometry table.

    Attributes:
        name: what was measured.
        unit: of the numbers.
        value: on the built shape.
        mean: as published.
        sd: its standard deviation; None where the source gives none.
        source: where mean and deviation are from.
    """

    name: str
    unit: str
    value: float
    mean: float
    sd: float | None
    source: str


def pelvic_measures(
    ilium: Ilium, joint: SacroiliacJoint, sacral_slope_deg: float, sex: str
) -> tuple[PelvicMeasure, ...]:
    """The measures of one built side, in the order of `PUBLISHED`.

    Args:
        ilium: the bone.
        joint: its joint.
        sacral_slope_deg: turns the path's angles to the axial plane.
        sex: "male" or "female", whose published means stand beside.
    """
    corridor = ilium.corridor
    lateral, caudal = axial_angles_deg(
        corridor.lateral_deg, corridor.caudal_deg, sacral_slope_deg=sacral_slope_deg
    )
    values = {
        "psis_path": psis_path_mm(ilium),
        "s2ai_path": s2ai_path_mm(ilium),
        "s2ai_in_sacrum": float(np.linalg.norm(corridor.crossing_mm - corridor.entry_mm)),
        "s2ai_lateral": lateral,
        "s2ai_caudal": caudal,
        "corridor_diameter": corridor_diameter_mm(ilium),
        "joint_area": joint.area_mm2(),
    }
    return tuple(
        PelvicMeasure(
            name=name,
            unit=unit,
            value=values[name],
            mean=female if sex == "female" else male,
            sd=sd,
            source=source,
        )
        for name, (unit, male, female, sd, source) in PUBLISHED.items()
    )


def psis_path_mm(ilium: Ilium) -> float:
    """Length of the longest straight way in bone from the PSIS to the bone behind the AIIS."""
    start, towards = ilium.landmarks["psis"], ilium.landmarks["s2ai_target"]
    first, second = _across(towards - start)
    longest = 0.0
    for a in AIM_MM:
        for b in AIM_MM:
            heading = towards + a * first + b * second - start
            heading = heading / np.linalg.norm(heading)
            behind = start - BEHIND_MM * heading
            hits = crossings_mm(ilium, behind, heading, 220.0)
            # the piece of the way that the PSIS itself lies in
            begin = hits[hits < BEHIND_MM][-1]
            longest = max(longest, float(hits[hits > BEHIND_MM][0] - begin))
    return longest


def s2ai_path_mm(ilium: Ilium) -> float:
    """Length of the planned S2AI path from the sacrum's dorsal face to the far cortex of the ilium."""
    corridor = ilium.corridor
    return float(crossings_mm(ilium, corridor.entry_mm, corridor.heading, 200.0)[1])


def corridor_diameter_mm(ilium: Ilium) -> float:
    """Diameter of the largest cylinder along the S2AI path that stays in the ilium above the notch.

    Its axis may lie up to 2 mm beside the path.
    """
    corridor = ilium.corridor
    first, second = _across(corridor.heading)
    turns = np.linspace(0.0, 2.0 * np.pi, TURNS, endpoint=False)
    rim = np.cos(turns)[:, None] * first + np.sin(turns)[:, None] * second
    along = np.arange(*COLUMN_MM, 3.0)
    axis = corridor.crossing_mm + along[:, None] * corridor.heading
    shifts = (-2.0, 0.0, 2.0)

    def largest(shift: Floats) -> float:
        low, high = 3.0, 15.0
        for _ in range(7):
            radius = 0.5 * (low + high)
            wall = (axis[:, None] + shift + radius * rim).reshape(-1, 3)
            low, high = (radius, high) if ilium(wall).max() < 0.0 else (low, radius)
        return low

    return 2.0 * max(largest(a * first + b * second) for a in shifts for b in shifts)


def _across(heading: Floats) -> tuple[Floats, Floats]:
    """Two unit vectors square to a heading and to each other, shape (3,) each."""
    first = np.cross(heading, [0.0, 0.0, 1.0])
    first /= np.linalg.norm(first)
    second = np.cross(heading / np.linalg.norm(heading), first)
    return first, second
