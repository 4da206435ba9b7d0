"""Planning: a preset meets an anatomy and becomes a screw."""

from collections.abc import Callable, Mapping

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.frame import angles_deg, direction, endplate_angles_deg
from geometry.rays import crossings_mm
from geometry.screws import alar, pedicle, s2ai
from geometry.screws.preset import ScrewPreset
from geometry.screws.screw import Screw, ScrewTrajectory

ENTRIES: Mapping[str, Callable[[Anatomy], Floats]] = {
    "facet_base": pedicle.facet_base_mm,
    "facet_lower_lateral": alar.facet_lower_lateral_mm,
    "below_facet": alar.below_facet_mm,
    "first_dorsal_foramen": s2ai.first_dorsal_foramen_mm,
}
PRESETS: Mapping[str, ScrewPreset] = {**pedicle.PRESETS, **alar.PRESETS, **s2ai.PRESETS}

# How far behind the landmark the axis may already have met bone, such as the facet's rim.
LOOK_BACK_MM = 15.0
HEAD_CLEARANCE_MM = 2.0


def plan_screw(anatomy: Anatomy, preset: str | ScrewPreset) -> Screw:
    """The screw of a preset in this anatomy, on the left side; it is not yet inspected for breaches.

    Numbers of one's own go in with `dataclasses.replace(PRESETS["s1_pedicle"], length_mm=50.0)`.

    Raises:
        GeometryError: no such preset or entry, or the entry misses the bone.
    """
    if isinstance(preset, str):
        if preset not in PRESETS:
            raise GeometryError(
                f"no screw preset named {preset!r}",
                where="screw",
                advice=f"Choose one of {', '.join(PRESETS)}",
            )
        preset = PRESETS[preset]
    if preset.entry not in ENTRIES:
        raise GeometryError(
            f"no screw entry named {preset.entry!r}",
            where="screw.entry",
            advice=f"Choose one of {', '.join(ENTRIES)}",
        )
    landmark = ENTRIES[preset.entry](anatomy)
    lateral, caudal = _planned_angles_deg(anatomy, preset, landmark)
    entry = _entry_mm(anatomy, landmark, direction(lateral, caudal))
    trajectory = ScrewTrajectory(
        entry_mm=(float(entry[0]), float(entry[1]), float(entry[2])),
        lateral_deg=lateral,
        caudal_deg=caudal,
        length_mm=preset.length_mm,
    )
    standoff = _head_standoff_mm(anatomy, trajectory, preset.diameter_mm)
    return Screw(
        kind=preset.kind,
        diameter_mm=preset.diameter_mm,
        trajectory=trajectory,
        head_standoff_mm=standoff,
    )


def _planned_angles_deg(anatomy: Anatomy, preset: ScrewPreset, landmark_mm: Floats) -> tuple[float, float]:
    """Lateral and caudal angle to the endplate."""
    if preset.aim == "aiis":
        return angles_deg(anatomy.ilium.landmarks["s2ai_target"] - landmark_mm)
    if preset.aim == "promontory":
        lateral, _ = endplate_angles_deg(
            preset.lateral_deg,
            preset.caudal_deg,
            angle_reference=preset.angle_reference,
            sacral_slope_deg=anatomy.sacral_slope_deg,
        )
        # the promontory is the front edge of the endplate: rise to just below it where the path gets there
        front = -0.5 * anatomy.sacrum.shape.endplate_depth_mm
        run = (landmark_mm[1] - front) / np.cos(np.radians(lateral))
        rise = -(landmark_mm[2] + 0.5 * preset.diameter_mm + 1.5)
        return lateral, float(-np.degrees(np.arctan2(rise, run)))
    return endplate_angles_deg(
        preset.lateral_deg,
        preset.caudal_deg,
        angle_reference=preset.angle_reference,
        sacral_slope_deg=anatomy.sacral_slope_deg,
    )


def _entry_mm(anatomy: Anatomy, landmark_mm: Floats, heading: Floats) -> Floats:
    """Where the axis through the landmark first meets the sacrum, shape (3,)."""
    start = landmark_mm - LOOK_BACK_MM * heading
    hits = crossings_mm(anatomy.sacrum, start, heading, LOOK_BACK_MM + 1.0)
    return np.asarray(start + hits[0] * heading) if len(hits) else landmark_mm


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
        if min(anatomy.sacrum(cap).min(), anatomy.ilium(cap).min()) >= HEAD_CLEARANCE_MM:
            return float(standoff)
    raise GeometryError(
        "the screw head finds no room behind the bone", where="screw", advice="Check the entry and the angles"
    )
