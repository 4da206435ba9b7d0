"""Does a planned screw stay in bone? Lengths, clearances, breaches, and the longest length that would."""

from dataclasses import dataclass

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.screws.screw import Screw
from geometry.trajectory import crossings_mm

# An oblique screw shows part of its wall near the entry; deeper than this it is a breach (chosen: about
# one and a half diameters).
ENTRY_ZONE_MM = 12.0
# Slack for the rounding of the implicit surfaces.
TOUCH_MM = 0.05
STEP_MM = 0.5
TURNS = 24
LOOK_AHEAD_MM = 60.0


@dataclass(frozen=True, kw_only=True)
class BreachReport:
    """What a screw meets on its way.

    Attributes:
        kind: of the screw.
        length_mm: as planned.
        length_inside_mm: length of the axis, entry to tip, that runs in bone.
        cortices_crossed: how often the axis passes a bone surface, the entry included.
        far_cortex_mm: tip to the surface ahead along the axis; infinity if there is none within 60 mm.
        wall_margin_mm: bone that covers the wall at the thinnest place beyond the entry; negative outside.
        canal_mm: least distance of the wall to the sacral canal.
        foramina_mm: least distance of the wall to a ventral or dorsal foramen beyond the entry zone.
        endplate_mm: least distance of the wall below the S1 endplate plane, within the body's outline.
        crosses_joint: the axis runs through the sacroiliac joint into the ilium.
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
    heading = screw.direction
    entry = np.array(screw.trajectory.entry_mm)
    length = screw.trajectory.length_mm

    def bone(points_mm: Floats) -> Floats:
        return _bone(anatomy, screw.kind, points_mm)

    def solid_bone(points_mm: Floats) -> Floats:
        return np.minimum(anatomy.sacrum(points_mm), anatomy.ilium(points_mm))

    along, wall = _wall(screw)
    flat = wall.reshape(-1, 3)
    cover = -bone(flat).reshape(wall.shape[:2]).min(axis=1)
    deep = along >= _seated_mm(along, cover)
    foramina = anatomy.sacrum.foramina(flat).reshape(wall.shape[:2]).min(axis=1)
    canal = float(anatomy.sacrum.canal(flat).min())
    axis_points = entry + np.arange(0.25, length, 0.25)[:, None] * heading
    ahead = crossings_mm(bone, screw.tip_mm, heading, LOOK_AHEAD_MM)
    surfaces = crossings_mm(solid_bone, entry - 1.0 * heading, heading, length + 1.0)
    crosses_joint = bool(
        anatomy.ilium(screw.tip_mm[None])[0] < 0.0 and (anatomy.sacrum(axis_points) < 0.0).any()
    )
    margin = float(cover[deep].min()) if deep.any() else -np.inf
    clear = float(foramina[deep].min()) if deep.any() else -np.inf
    endplate = _endplate_mm(anatomy, flat)
    breaches = _breaches(screw, margin, canal, clear, endplate, crosses_joint)
    return BreachReport(
        kind=screw.kind,
        length_mm=length,
        length_inside_mm=float(0.25 * (solid_bone(axis_points) < 0.0).sum()),
        cortices_crossed=len(surfaces),
        far_cortex_mm=float(ahead[0]) if len(ahead) else np.inf,
        wall_margin_mm=margin,
        canal_mm=canal,
        foramina_mm=clear,
        endplate_mm=endplate,
        crosses_joint=crosses_joint,
        longest_inside_mm=_longest_inside_mm(anatomy, screw),
        breaches=breaches,
        findings=(*breaches, f"{len(surfaces)} cortices crossed", f"{margin:.1f} mm of bone round the wall"),
    )


def refuse_bad_plan(report: BreachReport) -> None:
    """Raise a GeometryError that names the breach and the nearest remedy; silent for an acceptable plan."""
    if report.acceptable:
        return
    if report.longest_inside_mm >= 15.0:
        advice = f"The longest screw that stays inside on this path is {report.longest_inside_mm:.1f} mm"
    else:
        advice = "No length stays inside on this path: change its angles or the diameter"
    raise GeometryError(f"the {report.kind} screw {'; '.join(report.breaches)}", where="screw", advice=advice)


def fit_length(anatomy: Anatomy, screw: Screw) -> Screw:
    """The screw, shortened to the longest acceptable length if it breaches; unchanged if it does not.

    Raises:
        GeometryError: no length of at least 15 mm is acceptable on this path.
    """
    report = inspect(anatomy, screw)
    if report.acceptable:
        return screw
    if report.longest_inside_mm < 15.0:
        refuse_bad_plan(report)
    return screw.with_length(min(report.longest_inside_mm, screw.trajectory.length_mm))


def _bone(anatomy: Anatomy, kind: str, points_mm: Floats) -> Floats:
    """The field a screw of that kind must stay in, shape (n,): an S2AI may pass the joint space."""
    sacrum = anatomy.sacrum(points_mm)
    if kind != "s2ai":
        return sacrum
    ilium = anatomy.ilium(points_mm)
    # between the bones: close to both
    reach = 0.5 * anatomy.ilium.gap_mm + 1.5
    space = np.maximum(sacrum - reach, ilium - reach)
    return np.minimum(np.minimum(sacrum, ilium), space)


def _wall(screw: Screw) -> tuple[Floats, Floats]:
    """Stations along the axis, shape (k,), and points of the wall there, shape (k, TURNS, 3)."""
    along = np.append(np.arange(0.0, screw.trajectory.length_mm, STEP_MM), screw.trajectory.length_mm)
    heading = screw.direction
    first = np.cross(heading, [0.0, 0.0, 1.0])
    first /= np.linalg.norm(first)
    second = np.cross(heading, first)
    turns = np.linspace(0.0, 2.0 * np.pi, TURNS, endpoint=False)
    rim = np.cos(turns)[:, None] * first + np.sin(turns)[:, None] * second
    axis = np.array(screw.trajectory.entry_mm) + along[:, None] * heading
    return along, axis[:, None] + screw.radius_mm(along)[:, None, None] * rim


def _seated_mm(along: Floats, cover: Floats) -> float:
    """Where the wall is first all in bone, at most the end of the entry zone."""
    inside = np.nonzero(cover > TOUCH_MM)[0]
    first = float(along[inside[0]]) if len(inside) else np.inf
    return min(first, ENTRY_ZONE_MM)


def _endplate_mm(anatomy: Anatomy, wall_points: Floats) -> float:
    """Least depth of wall points below the endplate plane, among those inside the body's outline."""
    within = anatomy.sacrum.bodies(wall_points * np.array([1.0, 1.0, 0.0]) - [0.0, 0.0, 2.0]) < 0.0
    below: Floats = -wall_points[within, 2]
    return float(below.min()) if len(below) else np.inf


def _breaches(
    screw: Screw, margin: float, canal: float, foramina: float, endplate: float, crosses_joint: bool
) -> tuple[str, ...]:
    """The faults of a plan, in words."""
    faults = []
    if margin < -TOUCH_MM:
        faults.append(f"leaves the bone by {-margin:.1f} mm at its wall")
    if canal < 0.0:
        faults.append(f"enters the sacral canal by {-canal:.1f} mm")
    if foramina < 0.0:
        faults.append(f"enters a sacral foramen by {-foramina:.1f} mm")
    if endplate < 0.0:
        faults.append(f"breaks the S1 endplate by {-endplate:.1f} mm")
    if screw.kind == "s2ai" and not crosses_joint:
        faults.append("does not cross the sacroiliac joint into the ilium")
    return tuple(faults)


def _longest_inside_mm(anatomy: Anatomy, screw: Screw) -> float:
    """The longest length without a breach on this path, in half millimetres; 0 if there is none."""
    lengths = np.arange(10.0, 140.0, STEP_MM)
    fits = [length for length in lengths if _fits(anatomy, screw.with_length(float(length)))]
    return float(fits[-1]) if fits else 0.0


def _fits(anatomy: Anatomy, screw: Screw) -> bool:
    """Whether the screw is acceptable."""
    along, wall = _wall(screw)
    flat = wall.reshape(-1, 3)
    cover = -_bone(anatomy, screw.kind, flat).reshape(wall.shape[:2]).min(axis=1)
    deep = along >= _seated_mm(along, cover)
    if not deep.any() or cover[deep].min() < -TOUCH_MM:
        return False
    in_ilium = bool(anatomy.ilium(screw.tip_mm[None])[0] < 0.0)
    foramina = anatomy.sacrum.foramina(wall[deep].reshape(-1, 3)).min()
    clear = min(float(anatomy.sacrum.canal(flat).min()), float(foramina), _endplate_mm(anatomy, flat))
    return clear >= 0.0 and (screw.kind != "s2ai" or in_ilium)
