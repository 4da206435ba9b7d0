"""The construct of a short fixation: screws from L5 or L4 to the pelvis with their heads, rods and links."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.field import Field
from geometry.frame import angles_deg
from geometry.lumbar.spine import Lumbar
from geometry.lumbar.vertebra import Vertebra
from geometry.mirror import ACROSS
from geometry.parameters import check_ranges, number
from geometry.rods import CrossLink, CrossLinkDesign, RodDesign, SeatedRod, seated_rod
from geometry.sacrum.promise import SacrumBody
from geometry.screws import Screw, ScrewTrajectory, TulipDesign

# Chosen: room between a head and bone, as wide as a mesh can leave open.
CLEARANCE_MM = 2.0
STANDOFF_STEP_MM, MOST_STANDOFF_MM = 0.5, 40.0
# Chosen: a sacrum counts as alike on both sides up to this; looked at so near its surface, on so fine a grid.
ALIKE_MM, NEAR_MM, PROBES = 0.5, 6.0, 24
# Chosen: points round a head that must clear the bone.
HEAD_TURNS, HEAD_LEVELS = 24, 6
# Chosen: where common heads (30 degrees) do not lean far enough for the rod, these are used instead, and
# `Construct.findings` tells of it: the paper's alar screw and a straight rod ask for 49 degrees.
FURTHEST_LEAN_DEG = 60.0


@dataclass(frozen=True, kw_only=True)
class VertebraScrew:
    """Pedicle screws of L5 and L4.

    Attributes:
        diameter_mm, length_mm: of the screw, whose axis is that of the pedicle.
    """

    diameter_mm: float = number(6.5, 4.0, 9.0, "mm", "chosen: L5 pedicle 17 to 18 mm wide [R-M]")
    length_mm: float = number(45.0, 25.0, 60.0, "mm", "chosen: short of the anterior cortex")

    def __post_init__(self) -> None:
        check_ranges(self, "construct.vertebra_screw")


@dataclass(frozen=True, kw_only=True, eq=False)
class Construct:
    """A fixation that is alike on both sides; all is drawn on the left.

    Attributes:
        anatomy: sacrum, ilium and joint.
        lumbar: what stands on the sacrum.
        screws: from the cranial end to the caudal end, by name, such as "l5" and "s2ai".
        seated: the rod and the heads, in the order of the screws.
        cross_link: the bar between both rods, if there is one.
        lean_limit_deg: how far a head of this design may lean.
    """

    anatomy: Anatomy
    lumbar: Lumbar
    screws: tuple[tuple[str, Screw], ...]
    seated: SeatedRod
    cross_link: CrossLink | None
    lean_limit_deg: float

    @property
    def findings(self) -> tuple[str, ...]:
        """What a surgeon should know of it, in words."""
        return tuple(
            f"the head of {name} leans {head.tilt_deg:.0f} deg, its design allows {self.lean_limit_deg:g} deg"
            for (name, _), head in zip(self.screws, self.seated.tulips, strict=True)
            if head.tilt_deg > self.lean_limit_deg + 1e-6
        )


def build_construct(
    anatomy: Anatomy,
    lumbar: Lumbar,
    sacral: Sequence[tuple[str, Screw]],
    *,
    vertebra_screw: VertebraScrew = VertebraScrew(),
    rod: RodDesign = RodDesign(),  # noqa: B008, frozen
    tulip: TulipDesign = TulipDesign(),  # noqa: B008, frozen
    cross_link: CrossLinkDesign | None = None,
) -> Construct:
    """The construct of these sacral screws and a pedicle screw in every lumbar vertebra.

    Screws stand off until their heads clear all bone; then the rod is led through the heads. Heads that
    cannot reach it within their limit lean further, up to `FURTHEST_LEAN_DEG`.

    Args:
        anatomy: sacrum, ilium and joint.
        lumbar: the vertebrae above.
        sacral: name and plan of each screw in the sacrum, cranial first.
        vertebra_screw: size of the screws above.
        rod, tulip: designs.
        cross_link: a bar between the rods; none if not given.

    Raises:
        GeometryError: a head finds no room, a rod would be bent too sharply, or it would run through bone.
    """
    refuse_two_sides(anatomy.sacrum)
    bones: list[Field] = [anatomy.sacrum, anatomy.ilium, lumbar.l5]
    upper = [("l5", _pedicle_screw(lumbar.l5, vertebra_screw))]
    if lumbar.l4 is not None:
        bones.append(lumbar.l4)
        upper.insert(0, ("l4", _pedicle_screw(lumbar.l4, vertebra_screw)))
    screws = [(name, _raised(screw, tulip, bones)) for name, screw in (*upper, *sacral)]
    try:
        seated = seated_rod([screw for _, screw in screws], rod, tulip)
    except GeometryError:
        further = replace(tulip, tilt_limit_deg=max(tulip.tilt_limit_deg, FURTHEST_LEAN_DEG))
        seated = seated_rod([screw for _, screw in screws], rod, further)
    refuse_clash(seated, bones)
    link = None
    if cross_link is not None:
        left = seated.rod
        link = CrossLink(
            left=left, right=left.mirrored(), share=_link_share(left.through_mm), design=cross_link
        )
    return Construct(
        anatomy=anatomy,
        lumbar=lumbar,
        screws=tuple(screws),
        seated=seated,
        cross_link=link,
        lean_limit_deg=tulip.tilt_limit_deg,
    )


def refuse_two_sides(sacrum: SacrumBody) -> None:
    """Refuse a sacrum whose right side is not the mirror image of its left, which alone is looked at.

    Raises:
        GeometryError: the sides differ by more than `ALIKE_MM`.
    """
    low, high = sacrum.bounds_mm
    axes = [np.linspace(low[k], high[k], PROBES) for k in range(3)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    left, right = sacrum(points), sacrum(points * ACROSS)
    near = np.minimum(np.abs(left), np.abs(right)) < NEAR_MM
    apart = float(np.abs(left - right)[near].max(initial=0.0))
    if not apart <= ALIKE_MM:
        raise GeometryError(
            f"left and right side of the sacrum differ by {apart:.1f} mm, more than {ALIKE_MM:g} mm",
            where="construct",
            advice="A construct is drawn on the left and mirrored: use a sacrum that is alike on both sides",
        )


def _pedicle_screw(vertebra: Vertebra, size: VertebraScrew) -> Screw:
    """The left pedicle screw of a vertebra, on the axis of its pedicle."""
    entry, inwards = vertebra.pedicle_axis("left")
    lateral, caudal = angles_deg(inwards)
    trajectory = ScrewTrajectory(
        entry_mm=(float(entry[0]), float(entry[1]), float(entry[2])),
        lateral_deg=lateral,
        caudal_deg=caudal,
        length_mm=size.length_mm,
    )
    return Screw(kind="pedicle", diameter_mm=size.diameter_mm, trajectory=trajectory)


def _raised(screw: Screw, tulip: TulipDesign, bones: Sequence[Field]) -> Screw:
    """The screw with the least standoff at which its head, square to it, clears the bones."""
    turns = np.linspace(0.0, 2.0 * np.pi, HEAD_TURNS, endpoint=False)
    first, second, along = screw.axes
    rim = 0.5 * tulip.diameter_mm * (np.cos(turns)[:, None] * first + np.sin(turns)[:, None] * second)
    levels = np.linspace(-tulip.below_mm, tulip.saddle_mm, HEAD_LEVELS)
    block = np.concatenate([rim, 0.5 * rim, np.zeros((1, 3))])
    head = (block - levels[:, None, None] * along).reshape(-1, 3) - tulip.neck_mm * along
    for standoff in np.arange(screw.head_standoff_mm, MOST_STANDOFF_MM, STANDOFF_STEP_MM):
        points = screw.trajectory.at_mm(-float(standoff)) + head
        if min(float(bone(points).min()) for bone in bones) >= CLEARANCE_MM:
            return replace(screw, head_standoff_mm=float(standoff))
    raise GeometryError(
        f"the head of the {screw.kind} screw finds no room behind the bone within {MOST_STANDOFF_MM:g} mm",
        where="construct",
        advice="Resect the L5 facets, or move the entry",
    )


def refuse_clash(seated: SeatedRod, bones: Sequence[Field]) -> None:
    """Refuse a rod that runs through bone."""
    line = seated.rod.centreline_mm
    room = np.min([bone(line) for bone in bones], axis=0) - 0.5 * seated.rod.design.diameter_mm
    if not room.min() >= 0.0:
        x, y, z = line[int(room.argmin())]
        raise GeometryError(
            f"the rod cuts {-float(room.min()):.1f} mm into bone at ({x:.0f}, {y:.0f}, {z:.0f}) mm",
            where="construct.rod",
            advice="Resect the L5 facets, or let the heads stand off further",
        )


def _link_share(through_mm: Floats) -> float:
    """The middle between the two heads that are furthest apart, as a share of the way from head to head."""
    steps = np.linalg.norm(np.diff(through_mm, axis=0), axis=1)
    longest = int(steps.argmax())
    return float((steps[:longest].sum() + 0.5 * steps[longest]) / steps.sum())
