"""Does a planned screw stay in bone? Lengths, clearances, breaches, and the longest length that would."""

from dataclasses import dataclass

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.field import Field
from geometry.rays import crossings_mm
from geometry.screws.screw import TIP_CONE_MM, Screw

# An oblique screw shows part of its wall near the entry; deeper than this it is a breach (chosen: at the
# steepest preset, 52 degrees off the surface normal, a 7 mm cylinder shows 9 mm of wall on flat bone).
ENTRY_ZONE_MM = 12.0
# Slack for the rounding of the implicit surfaces.
TOUCH_MM = 0.05
# How far the joint space may open beyond the gap and still count as passed inside.
JOINT_SLACK_MM = 1.0
STEP_MM = 0.5
TURNS = 24
LOOK_AHEAD_MM = 60.0
SHORTEST_MM, LONGEST_MM = 15.0, 140.0


@dataclass(frozen=True, kw_only=True)
class BreachReport:
    """What a screw meets on its way.

    Attributes:
        kind: of the screw.
        length_mm: as planned.
        length_inside_mm: length of the axis, entry to tip, that runs in bone.
        cortices_crossed: how often the axis passes a bone surface, the entry included.
        far_cortex_mm: tip to the surface ahead along the axis, at most `LOOK_AHEAD_MM`; negative if the tip
            has left the bone.
        wall_margin_mm: bone over the wall at its thinnest place beyond the entry zone; negative outside.
        canal_mm: least distance of the wall to the sacral canal.
        foramina_mm: least distance of the wall to a ventral or dorsal foramen beyond the entry zone.
        endplate_mm: least distance of the wall below the S1 endplate plane, within the body's outline.
        crosses_joint: the tip stands in the ilium, beyond the sacroiliac joint.
        longest_inside_mm: the longest length on this path that would be acceptable.
        breaches: what makes the plan unacceptable, in words; empty if nothing does.
        findings: everything worth telling, breaches first.
    """

    kind: str
    length_mm: float
    length_inside_mm: float
    cortices_crossed: int
    far_cortex_mm: float
    wall_margin_mm: float
    canal_mm: float
    foramina_mm: float
    endplate_mm: float
    crosses_joint: bool
    longest_inside_mm: float
    breaches: tuple[str, ...]
    findings: tuple[str, ...]

    @property
    def acceptable(self) -> bool:
        """No breach of bone, canal, foramina or endplate."""
        return not self.breaches


def inspect(anatomy: Anatomy, screw: Screw) -> BreachReport:
    """What the screw meets in this anatomy."""
    heading, length = screw.direction, screw.trajectory.length_mm
    entry = np.array(screw.trajectory.entry_mm)
    wall = _wall_clearance(anatomy, screw)

    def bone(points_mm: Floats) -> Floats:
        return _bone(anatomy, screw.kind, points_mm)

    def solid_bone(points_mm: Floats) -> Floats:
        return np.asarray(np.minimum(anatomy.sacrum(points_mm), anatomy.ilium(points_mm)))

    axis_points = entry + np.arange(0.25, length, 0.25)[:, None] * heading
    surfaces = crossings_mm(solid_bone, entry - 1.0 * heading, heading, length + 1.0)
    far_cortex = _far_cortex_mm(bone, screw)
    crosses_joint = _crosses_joint(anatomy, screw)
    breaches = _breaches(screw, wall, crosses_joint)
    return BreachReport(
        kind=screw.kind,
        length_mm=length,
        length_inside_mm=float(0.25 * (solid_bone(axis_points) < 0.0).sum()),
        cortices_crossed=len(surfaces),
        far_cortex_mm=far_cortex,
        wall_margin_mm=float(wall.bone_mm.min()),
        canal_mm=float(wall.canal_mm.min()),
        foramina_mm=float(wall.foramina_mm.min()),
        endplate_mm=float(wall.endplate_mm.min()),
        crosses_joint=crosses_joint,
        longest_inside_mm=_longest_inside_mm(anatomy, screw),
        breaches=breaches,
        findings=(
            *breaches,
            f"{len(surfaces)} cortices crossed",
            f"tip {abs(far_cortex):.1f} mm {'short of' if far_cortex >= 0.0 else 'beyond'} the far cortex",
            f"{float(wall.bone_mm.min()):.1f} mm of bone over the wall at its thinnest",
        ),
    )


def refuse_bad_plan(report: BreachReport) -> None:
    """Raise a GeometryError that names the breach and the nearest remedy; silent for an acceptable plan."""
    if report.acceptable:
        return
    if report.longest_inside_mm >= SHORTEST_MM:
        advice = f"The longest screw that stays inside on this path is {report.longest_inside_mm:.1f} mm"
    else:
        advice = "No length stays inside on this path: change its angles or the diameter"
    raise GeometryError(f"the {report.kind} screw {'; '.join(report.breaches)}", where="screw", advice=advice)


def fit_length(anatomy: Anatomy, screw: Screw) -> Screw:
    """The screw, shortened to the longest acceptable length if it breaches; unchanged if it does not.

    Raises:
        GeometryError: no length of at least `SHORTEST_MM` is acceptable on this path.
    """
    report = inspect(anatomy, screw)
    if report.acceptable:
        return screw
    if report.longest_inside_mm < SHORTEST_MM:
        refuse_bad_plan(report)
    return screw.with_length(min(report.longest_inside_mm, screw.trajectory.length_mm))


def _bone(anatomy: Anatomy, kind: str, points_mm: Floats) -> Floats:
    """The field a screw of that kind must stay in, shape (n,): an S2AI may pass the joint space."""
    sacrum = anatomy.sacrum(points_mm)
    if kind != "s2ai":
        return sacrum
    ilium = anatomy.ilium(points_mm)
    # straight across the joint both distances add up to the gap; away from it the sum grows
    space = 0.5 * (sacrum + ilium - anatomy.ilium.gap_mm) - JOINT_SLACK_MM
    return np.asarray(np.minimum(np.minimum(sacrum, ilium), space))


@dataclass(frozen=True, kw_only=True)
class WallClearance:
    """Least clearance of the wall at each station along the axis; each array has shape (k,), in mm."""

    along_mm: Floats
    bone_mm: Floats
    canal_mm: Floats
    foramina_mm: Floats
    endplate_mm: Floats


def _wall_clearance(anatomy: Anatomy, screw: Screw) -> WallClearance:
    """Clearances of a screw; bone and foramina count only beyond the entry zone."""
    along = np.append(np.arange(0.0, screw.trajectory.length_mm, STEP_MM), screw.trajectory.length_mm)
    heading = screw.direction
    first = np.cross(heading, [0.0, 0.0, 1.0])
    first /= np.linalg.norm(first)
    turns = np.linspace(0.0, 2.0 * np.pi, TURNS, endpoint=False)
    rim = np.cos(turns)[:, None] * first + np.sin(turns)[:, None] * np.cross(heading, first)
    axis = np.array(screw.trajectory.entry_mm) + along[:, None] * heading
    points = (axis[:, None] + screw.radius_mm(along)[:, None, None] * rim).reshape(-1, 3)

    def least(values: Floats) -> Floats:
        return np.asarray(values.reshape(len(along), TURNS).min(axis=1))

    deep = along >= ENTRY_ZONE_MM
    flat = points * np.array([1.0, 1.0, 0.0]) - np.array([0.0, 0.0, 2.0])
    under_endplate = anatomy.sacrum.bodies(flat) < 0.0
    return WallClearance(
        along_mm=along,
        bone_mm=np.where(deep, least(-_bone(anatomy, screw.kind, points)), np.inf),
        canal_mm=least(anatomy.sacrum.canal(points)),
        foramina_mm=np.where(deep, least(anatomy.sacrum.foramina(points)), np.inf),
        endplate_mm=least(np.where(under_endplate, -points[:, 2], np.inf)),
    )


def _far_cortex_mm(bone: Field, screw: Screw) -> float:
    """How far the tip stands short of the surface ahead; negative if it has left the bone."""
    heading, tip = screw.direction, screw.tip_mm
    inside = bone(tip[None])[0] < 0.0
    way = crossings_mm(bone, tip, heading if inside else -heading, LOOK_AHEAD_MM)
    distance = float(way[0]) if len(way) else LOOK_AHEAD_MM
    return distance if inside else -distance


def _crosses_joint(anatomy: Anatomy, screw: Screw) -> bool:
    """Whether the tip stands in the ilium."""
    return bool(anatomy.ilium(screw.tip_mm[None])[0] < 0.0)


def _breaches(screw: Screw, wall: WallClearance, crosses_joint: bool) -> tuple[str, ...]:
    """The faults of a plan, in words."""
    places = (
        ("leaves the bone", wall.bone_mm, -TOUCH_MM),
        ("enters the sacral canal", wall.canal_mm, 0.0),
        ("enters a sacral foramen", wall.foramina_mm, 0.0),
        ("breaks the S1 endplate", wall.endplate_mm, 0.0),
    )
    faults = []
    for what, clearance, limit in places:
        if not clearance.min() >= limit:
            at = wall.along_mm[np.argmax(clearance < limit)]
            faults.append(f"{what} by {-clearance.min():.1f} mm, first {at:.1f} mm from the entry")
    if screw.kind == "s2ai" and not crosses_joint:
        faults.append("does not cross the sacroiliac joint into the ilium")
    return tuple(faults)


def _longest_inside_mm(anatomy: Anatomy, screw: Screw) -> float:
    """The longest length without a breach on this path, in half millimetres; 0 if there is none."""
    wall = _wall_clearance(anatomy, screw.with_length(LONGEST_MM))
    fault = (wall.bone_mm < -TOUCH_MM) | (wall.canal_mm < 0.0)
    fault |= (wall.foramina_mm < 0.0) | (wall.endplate_mm < 0.0)
    reach = float(wall.along_mm[fault.argmax()]) if fault.any() else LONGEST_MM
    # the cone at the tip may go a little further than the full cylinder
    longest = min(reach + TIP_CONE_MM, LONGEST_MM)
    for length in np.arange(longest, max(longest - 2.0 * TIP_CONE_MM, SHORTEST_MM), -STEP_MM):
        trial = screw.with_length(float(length))
        if not _breaches(trial, _wall_clearance(anatomy, trial), _crosses_joint(anatomy, trial)):
            return float(length)
    return 0.0
