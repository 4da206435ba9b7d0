"""Planning: a preset meets an anatomy and becomes a screw."""

from collections.abc import Callable, Mapping

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.field import Field
from geometry.frame import direction
from geometry.rays import crossings_mm
from geometry.screws import alar, iliac, pedicle, s2ai
from geometry.screws.aim import AIM_AT
from geometry.screws.kind import SACRUM, bone, passable, screw_kind
from geometry.screws.preset import ScrewPreset
from geometry.screws.screw import Screw, ScrewTrajectory

ENTRIES: Mapping[str, Callable[[Anatomy], Floats]] = {
    "facet_base": pedicle.facet_base_mm,
    "facet_base_medial": pedicle.facet_base_medial_mm,
    "between_dorsal_foramina": pedicle.between_dorsal_foramina_mm,
    "facet_lower_lateral": alar.facet_lower_lateral_mm,
    "below_facet": alar.below_facet_mm,
    "mirkovic": alar.mirkovic_mm,
    "asher": alar.asher_mm,
    "harrington": alar.harrington_mm,
    "first_dorsal_foramen": s2ai.first_dorsal_foramen_mm,
    "psis": iliac.psis_mm,
}
PRESETS: Mapping[str, ScrewPreset] = {
    **pedicle.PRESETS,
    **alar.PRESETS,
    **s2ai.PRESETS,
    **iliac.PRESETS,
}

# How far behind the landmark the axis may already have met bone, such as the facet's rim.
LOOK_BACK_MM = 15.0
# How far in front of a point of one's own the bone may begin.
LOOK_AHEAD_MM = 15.0
HEAD_CLEARANCE_MM = 2.0
# How far the tip of a bicortical screw passes the cortex (chosen: the tip's cone is 4 mm, so that most of its
# length still fills the hole, and what runs along the bone is 5 mm away [V 48, 49]).
EXIT_MM = 1.5
# The far cortex is looked for from this depth on; nearer the axis may graze the entry's own.
FAR_FROM_MM = 8.0


def plan_screw(anatomy: Anatomy, preset: str | ScrewPreset) -> Screw:
    """The screw of a preset in this anatomy, on the left side; it is not yet inspected for breaches.

    Numbers of one's own go in with `dataclasses.replace(PRESETS["s1_pedicle"], length_mm=50.0)`.

    Raises:
        GeometryError: no such preset or entry, or the entry misses the bone.
    """
    preset = named_preset(preset)
    landmark = _landmark_mm(anatomy, preset)
    lateral, caudal = AIM_AT[preset.aim](anatomy, preset, landmark)
    entry = _entry_mm(anatomy, preset, landmark, direction(lateral, caudal))
    trajectory = ScrewTrajectory(
        entry_mm=(float(entry[0]), float(entry[1]), float(entry[2])),
        lateral_deg=lateral,
        caudal_deg=caudal,
        length_mm=preset.length_mm,
    )
    if preset.exit == "bicortical":
        trajectory = trajectory.with_length(_through_length_mm(anatomy, preset, trajectory))
    return screw_on(anatomy, preset.kind, preset.diameter_mm, trajectory)


def named_preset(preset: str | ScrewPreset) -> ScrewPreset:
    """The row of `PRESETS` with that name; a preset of one's own is handed back.

    Raises:
        GeometryError: there is no such row.
    """
    if isinstance(preset, ScrewPreset):
        return preset
    if preset not in PRESETS:
        raise GeometryError(
            f"no screw preset named {preset!r}",
            where="screw",
            advice=f"Choose one of {', '.join(PRESETS)}",
        )
    return PRESETS[preset]


def screw_on(anatomy: Anatomy, kind: str, diameter_mm: float, trajectory: ScrewTrajectory) -> Screw:
    """The screw on a path, its head end just clear of bone.

    Raises:
        GeometryError: the head finds no room.
    """
    return Screw(
        kind=kind,
        diameter_mm=diameter_mm,
        trajectory=trajectory,
        head_standoff_mm=_head_standoff_mm(anatomy, trajectory, diameter_mm),
    )


def entry_field(anatomy: Anatomy, kind: str) -> Field:
    """The bone that the entry of such a screw lies on."""
    return anatomy.sacrum if screw_kind(kind).entry_bone == SACRUM else anatomy.ilium


def _landmark_mm(anatomy: Anatomy, preset: ScrewPreset) -> Floats:
    """The named entry or the point of one's own, shape (3,)."""
    if preset.entry_mm is not None:
        return np.array(preset.entry_mm)
    if preset.entry not in ENTRIES:
        raise GeometryError(
            f"no screw entry named {preset.entry!r}",
            where="screw.entry",
            advice=f"Choose one of {', '.join(ENTRIES)}",
        )
    return ENTRIES[preset.entry](anatomy)


def _entry_mm(anatomy: Anatomy, preset: ScrewPreset, landmark_mm: Floats, heading: Floats) -> Floats:
    """Where the axis through the landmark first meets the bone of the entry, shape (3,)."""
    start = landmark_mm - LOOK_BACK_MM * heading
    ahead = 1.0 if preset.entry_mm is None else LOOK_AHEAD_MM
    field = entry_field(anatomy, preset.kind)
    hits = crossings_mm(field, start, heading, LOOK_BACK_MM + ahead)
    if len(hits) and field(start[None])[0] >= 0.0:
        return np.asarray(start + hits[0] * heading)
    if preset.entry_mm is None:
        return landmark_mm
    raise GeometryError(
        f"the axis through entry_mm does not enter the {screw_kind(preset.kind).entry_bone} from behind "
        f"within {LOOK_BACK_MM:g} mm of it",
        where="screw.entry_mm",
        advice="Give a point on the left (x > 0) near the dorsal surface, or an entry by name",
    )


def _through_length_mm(anatomy: Anatomy, preset: ScrewPreset, trajectory: ScrewTrajectory) -> float:
    """The length of a bicortical screw: to the cortex ahead and `EXIT_MM` past it."""

    def inside(points_mm: Floats) -> Floats:
        return passable(anatomy, preset.kind, points_mm)

    start = trajectory.at_mm(FAR_FROM_MM)
    hits = crossings_mm(inside, start, trajectory.direction, screw_kind(preset.kind).longest_mm)
    needed = FAR_FROM_MM + EXIT_MM + (float(hits[0]) if len(hits) else np.inf)
    if not needed <= preset.length_mm:
        raise GeometryError(
            f"a bicortical screw needs {np.ceil(10.0 * needed) / 10.0:.1f} mm on this path, "
            f"the longest is {preset.length_mm:g} mm",
            where="screw.length_mm",
            advice="Allow a longer screw, or choose a unicortical preset",
        )
    return needed


def _head_standoff_mm(anatomy: Anatomy, trajectory: ScrewTrajectory, diameter_mm: float) -> float:
    """The least standoff at which the whole end cap clears bone by `HEAD_CLEARANCE_MM`."""
    heading = trajectory.direction
    first = np.cross(heading, [0.0, 0.0, 1.0])
    first /= np.linalg.norm(first)
    second = np.cross(heading, first)
    turns = np.linspace(0.0, 2.0 * np.pi, 24, endpoint=False)
    rim = np.cos(turns)[:, None] * first + np.sin(turns)[:, None] * second
    disc = 0.5 * diameter_mm * np.vstack([np.zeros((1, 3)), 0.5 * rim, rim])
    for standoff in np.arange(2.0, 40.0, 0.5):
        cap = trajectory.at_mm(-standoff) + disc
        if bone(anatomy, cap).min() >= HEAD_CLEARANCE_MM:
            return float(standoff)
    raise GeometryError(
        "the screw head finds no room behind the bone", where="screw", advice="Check the entry and the angles"
    )
