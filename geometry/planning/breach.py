"""Does a planned screw fit? What it passes, how near it comes, breaches by grade, the longest in bone."""

from dataclasses import dataclass

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.planning.grade import breach_grade
from geometry.planning.hazards import hazards
from geometry.planning.passage import (
    Crossing,
    crossings,
    joint_distance_mm,
    notch_distance_mm,
    parts_passed,
)
from geometry.planning.wall import TOUCH_MM, Face, WallClearance, entry_face, exit_face, wall_clearance
from geometry.rays import crossings_mm
from geometry.screws.design import TIP_CONE_MM
from geometry.screws.kind import ILIUM, JOINT, OUTSIDE, bone, passable, screw_kind
from geometry.screws.screw import Screw

AXIS_STEP_MM, STEP_MM = 0.25, 0.5
LOOK_AHEAD_MM = 60.0
# A shorter screw is no proposal: cases start at 20 mm too.
SHORTEST_MM = 20.0
# A bicortical tip further than this beyond the cortex is a breach (chosen: twice what is aimed at).
LONGEST_EXIT_MM = 3.0


@dataclass(frozen=True, kw_only=True)
class BreachReport:
    """What a screw meets on its way.

    Distances are of its wall, in mm, and negative inside what they are measured to; infinite where there is
    nothing to measure, such as the notch for a screw that stays in the sacrum. Where the screw enters, and a
    bicortical one leaves, bone shows its wall: that does not count for bone and foramina, but does for the
    canal.

    Attributes:
        kind: of the screw.
        exit: "unicortical" or "bicortical", as planned.
        length_mm: as planned.
        length_inside_mm: length of the axis, entry to tip, that runs in bone.
        crossings: the bone surfaces that the axis passes, the entry included.
        parts: what the axis runs through, in order.
        far_cortex_mm: tip to the surface ahead along the axis, at most `LOOK_AHEAD_MM`; negative if the tip
            has left the bone.
        wall_margin_mm: bone over the wall at its thinnest place; negative outside.
        canal_mm: to the sacral canal.
        foramina_mm: to a ventral or dorsal foramen.
        endplate_mm: below the S1 endplate plane, within the body's outline.
        joint_mm: to the sacroiliac cartilage; 0 for a screw that crosses it.
        notch_mm: to the apex of the greater sciatic notch; negative below it.
        hazards_mm: name and distance of each nerve and vessel of `geometry.planning.hazards`.
        breach_mm: how far the wall stands out of bone.
        crosses_joint: the tip stands in the ilium, beyond the sacroiliac joint.
        longest_inside_mm: the longest unicortical length on this path that stays in bone, out of canal and
            foramina and below the endplate, 0 if none; nerves, vessels and the notch are not asked.
        breaches: what makes the plan unacceptable, in words; empty if nothing does.
    """

    kind: str
    exit: str
    length_mm: float
    length_inside_mm: float
    crossings: tuple[Crossing, ...]
    parts: tuple[str, ...]
    far_cortex_mm: float
    wall_margin_mm: float
    canal_mm: float
    foramina_mm: float
    endplate_mm: float
    joint_mm: float
    notch_mm: float
    hazards_mm: tuple[tuple[str, float], ...]
    breach_mm: float
    crosses_joint: bool
    longest_inside_mm: float
    breaches: tuple[str, ...]

    @property
    def acceptable(self) -> bool:
        """No breach of bone, canal, foramina, endplate, nerve or vessel, and the right parts passed."""
        return not self.breaches

    @property
    def cortices_crossed(self) -> int:
        """How often the axis passes a bone surface, the entry included."""
        return len(self.crossings)

    @property
    def grade(self) -> str:
        """A to E by the millimetres of wall out of bone, after Gertzbein and Robbins: 0, 2, 4, 6 and more."""
        return breach_grade(self.breach_mm)

    @property
    def findings(self) -> tuple[str, ...]:
        """Everything worth telling, breaches first."""
        beyond = "short of" if self.far_cortex_mm >= 0.0 else "beyond"
        near, distance = min(self.hazards_mm, key=lambda pair: pair[1])
        return (
            *self.breaches,
            "passes " + ", ".join(f"{one.name} at {one.along_mm:.1f} mm" for one in self.crossings),
            f"{self.exit}, tip {abs(self.far_cortex_mm):.1f} mm {beyond} the far cortex",
            f"{self.wall_margin_mm:.1f} mm of bone over the wall at its thinnest, grade {self.grade}",
            f"{distance:.1f} mm to the usual place of the {near}",
        )


def inspect(anatomy: Anatomy, screw: Screw, exit: str = "unicortical") -> BreachReport:
    """What the screw meets in this anatomy.

    Args:
        anatomy: the bones.
        screw: the screw, placed.
        exit: "unicortical" must stay in bone; "bicortical" must pass the cortex ahead, by no more than
            `LONGEST_EXIT_MM`.
    """
    met = _met(anatomy, screw, exit)
    wall, length = met.wall, screw.trajectory.length_mm
    stations = np.arange(AXIS_STEP_MM, length, AXIS_STEP_MM)[:, None]
    axis = np.array(screw.trajectory.entry_mm) + stations * screw.direction
    through = JOINT in met.parts
    return BreachReport(
        kind=screw.kind,
        exit=exit,
        length_mm=length,
        length_inside_mm=float(AXIS_STEP_MM * (bone(anatomy, axis) < 0.0).sum()),
        crossings=crossings(anatomy, screw),
        parts=met.parts,
        far_cortex_mm=met.far_cortex_mm,
        wall_margin_mm=float(wall.bone_mm.min()),
        canal_mm=float(wall.canal_mm.min()),
        foramina_mm=float(wall.foramina_mm.min()),
        endplate_mm=float(wall.endplate_mm.min()),
        joint_mm=0.0 if through else float(joint_distance_mm(anatomy, wall.points_mm).min()),
        notch_mm=met.notch_mm,
        hazards_mm=met.hazards_mm,
        breach_mm=max(0.0, -float(wall.bone_mm.min()) - TOUCH_MM),
        crosses_joint=_in_ilium(anatomy, screw),
        longest_inside_mm=_longest_inside_mm(anatomy, screw),
        breaches=met.breaches,
    )


def acceptable(anatomy: Anatomy, screw: Screw, exit: str = "unicortical") -> bool:
    """Whether `inspect` would find no breach, in a fraction of its time."""
    return not _met(anatomy, screw, exit).breaches


def refuse_bad_plan(report: BreachReport, nearest: str = "") -> None:
    """Raise a GeometryError that names the breach and the remedy; silent for an acceptable plan.

    Args:
        report: of the plan.
        nearest: a plan that fits, in words; without it the longest length on this path is told.
    """
    if report.acceptable:
        return
    if nearest:
        advice = nearest
    elif report.longest_inside_mm >= SHORTEST_MM:
        advice = f"The longest screw that stays inside on this path is {report.longest_inside_mm:.1f} mm"
    else:
        advice = "No length stays inside on this path: change its angles or the diameter"
    raise GeometryError(f"the {report.kind} screw {'; '.join(report.breaches)}", where="screw", advice=advice)


@dataclass(frozen=True, kw_only=True)
class Met:
    """What decides about a plan; see `BreachReport`."""

    wall: WallClearance
    parts: tuple[str, ...]
    far_cortex_mm: float
    notch_mm: float
    hazards_mm: tuple[tuple[str, float], ...]
    breaches: tuple[str, ...]


def _met(anatomy: Anatomy, screw: Screw, exit_kind: str) -> Met:
    """Everything that can be a breach."""
    far_cortex = _far_cortex_mm(anatomy, screw)
    wall = wall_clearance(anatomy, screw, _faces(anatomy, screw, exit_kind, far_cortex))
    parts = parts_passed(anatomy, screw)
    notch = notch_distance_mm(anatomy, screw) if ILIUM in screw_kind(screw.kind).passes else np.inf
    near = tuple((one.name, float(one.distance_mm(wall.points_mm).min())) for one in hazards(anatomy))
    return Met(
        wall=wall,
        parts=parts,
        far_cortex_mm=far_cortex,
        notch_mm=notch,
        hazards_mm=near,
        breaches=(
            *_wall_breaches(wall),
            *_way_breaches(screw, parts, notch),
            *(_exit_breaches(far_cortex) if exit_kind == "bicortical" else ()),
            *(f"touches the {name} by {-distance:.1f} mm" for name, distance in near if distance < 0.0),
        ),
    )


def _faces(anatomy: Anatomy, screw: Screw, exit_kind: str, far_cortex_mm: float) -> tuple[Face, ...]:
    """Where bone may show the wall: the entry, and the exit of a bicortical screw."""
    entry = entry_face(anatomy, screw)
    if exit_kind != "bicortical":
        return (entry,)
    return entry, exit_face(anatomy, screw, screw.trajectory.length_mm + far_cortex_mm)


def _far_cortex_mm(anatomy: Anatomy, screw: Screw) -> float:
    """How far the tip stands short of the surface ahead; negative if it has left the bone."""

    def inside(points_mm: Floats) -> Floats:
        return passable(anatomy, screw.kind, points_mm)

    heading, tip = screw.direction, screw.tip_mm
    in_bone = inside(tip[None])[0] < 0.0
    way = crossings_mm(inside, tip, heading if in_bone else -heading, LOOK_AHEAD_MM)
    distance = float(way[0]) if len(way) else LOOK_AHEAD_MM
    return distance if in_bone else -distance


def _in_ilium(anatomy: Anatomy, screw: Screw) -> bool:
    """Whether the tip stands in the ilium."""
    return bool(anatomy.ilium(screw.tip_mm[None])[0] < 0.0)


def _wall_breaches(wall: WallClearance) -> tuple[str, ...]:
    """What the wall breaks, in words."""
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
    return tuple(faults)


def _way_breaches(screw: Screw, parts: tuple[str, ...], notch_mm: float) -> tuple[str, ...]:
    """Wrong parts on the way, in words: an S2AI passes sacral ala, joint and ilium above the notch."""
    wanted = screw_kind(screw.kind).passes
    faults = []
    if ILIUM in wanted and ILIUM not in parts:
        faults.append("does not cross the sacroiliac joint into the ilium")
    elif ILIUM in wanted and tuple(part for part in parts if part != OUTSIDE) != wanted:
        faults.append(f"runs through {', '.join(parts)} in place of {', '.join(wanted)}")
    if not notch_mm >= 0.0:
        faults.append("passes through or below the greater sciatic notch")
    return tuple(faults)


def _exit_breaches(far_cortex_mm: float) -> tuple[str, ...]:
    """What is wrong with where a bicortical tip ends, in words."""
    if far_cortex_mm > 0.0:
        return (f"is bicortical and ends {far_cortex_mm:.1f} mm short of the far cortex",)
    if far_cortex_mm < -LONGEST_EXIT_MM:
        return (f"passes the far cortex by {-far_cortex_mm:.1f} mm, more than {LONGEST_EXIT_MM:g}",)
    return ()


def _longest_inside_mm(anatomy: Anatomy, screw: Screw) -> float:
    """The longest unicortical length that stays in bone on this path, to half a millimetre; 0 if none."""
    most = screw_kind(screw.kind).longest_mm
    faces = (entry_face(anatomy, screw),)
    wall = wall_clearance(anatomy, screw.with_length(most), faces)
    fault = (wall.bone_mm < -TOUCH_MM) | (wall.canal_mm < 0.0)
    fault |= (wall.foramina_mm < 0.0) | (wall.endplate_mm < 0.0)
    reach = float(wall.along_mm[fault.argmax()]) if fault.any() else most
    # the cone at the tip may go a little further than the full cylinder
    longest = min(reach + TIP_CONE_MM, most)
    ends_in_ilium = ILIUM in screw_kind(screw.kind).passes
    for length in np.arange(longest, max(longest - 2.0 * TIP_CONE_MM, SHORTEST_MM) - 0.01, -STEP_MM):
        trial = screw.with_length(float(length))
        in_place = not ends_in_ilium or _in_ilium(anatomy, trial)
        if in_place and not _wall_breaches(wall_clearance(anatomy, trial, faces)):
            return float(length)
    return 0.0
