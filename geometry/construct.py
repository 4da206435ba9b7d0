"""The construct of a short fixation: screws from L5 or L4 to the pelvis with their heads, rods and links."""

from collections.abc import Mapping
from dataclasses import dataclass

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
from geometry.rods import CrossLink, CrossLinkDesign, RodDesign, SeatedRod, standing
from geometry.rods.standing import CLEARANCE_MM
from geometry.sacrum.promise import SacrumBody
from geometry.screws import Screw, ScrewTrajectory, TulipDesign

# Chosen: a screw that stands off further is told of.
TALL_MM = 15.0
# Chosen: a sacrum counts as alike on both sides up to this; looked at so near its surface, on so fine a grid.
ALIKE_MM, NEAR_MM, PROBES = 0.5, 6.0, 24


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
    screws: Mapping[str, Screw]
    seated: SeatedRod
    cross_link: CrossLink | None
    lean_limit_deg: float

    @property
    def findings(self) -> tuple[str, ...]:
        """What a surgeon should know of it, in words."""
        found = []
        for (name, screw), head in zip(self.screws.items(), self.seated.tulips, strict=True):
            if head.tilt_deg > self.lean_limit_deg + 1e-6:
                limit = f"its design allows {self.lean_limit_deg:g} deg"
                found.append(f"the head of {name} leans {head.tilt_deg:.0f} deg, {limit}")
            if screw.head_standoff_mm > TALL_MM:
                found.append(
                    f"{name} stands {screw.head_standoff_mm:g} mm out, so that its head clears the bone"
                )
        return tuple(found)


def build_construct(
    anatomy: Anatomy,
    lumbar: Lumbar,
    sacral: Mapping[str, Screw],
    *,
    vertebra_screw: VertebraScrew = VertebraScrew(),
    rod: RodDesign = RodDesign(),  # noqa: B008, frozen
    tulip: TulipDesign = TulipDesign(),  # noqa: B008, frozen
    cross_link: CrossLinkDesign | None = None,
) -> Construct:
    """The construct of these sacral screws and a pedicle screw in every lumbar vertebra.

    Screws stand off until their heads, as they lean to the rod, clear all bone.

    Args:
        anatomy: sacrum, ilium and joint.
        lumbar: the vertebrae above.
        sacral: the screws in the sacrum by name, cranial first.
        vertebra_screw: size of the screws above.
        rod, tulip: designs.
        cross_link: a bar between the rods; none if not given.

    Raises:
        GeometryError: a head finds no room, heads meet each other, or a rod would be bent too sharply.
    """
    refuse_two_sides(anatomy.sacrum)
    bones: dict[str, Field] = {
        "sacrum": anatomy.sacrum,
        "ilium": anatomy.ilium,
        "L5": lumbar.l5,
        # both sides stay half of their room off it
        "the midline": lambda points_mm: points_mm[:, 0] + 0.5 * CLEARANCE_MM,
    }
    screws = {"l5": _pedicle_screw(lumbar.l5, vertebra_screw), **sacral}
    if lumbar.l4 is not None:
        bones["L4"] = lumbar.l4
        screws = {"l4": _pedicle_screw(lumbar.l4, vertebra_screw), **screws}
    stood = standing(screws, bones, rod, tulip)
    link = None
    if cross_link is not None:
        left = stood.seated.rod
        link = CrossLink(
            left=left, right=left.mirrored(), share=_link_share(left.through_mm), design=cross_link
        )
    return Construct(
        anatomy=anatomy,
        lumbar=lumbar,
        screws=stood.screws,
        seated=stood.seated,
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


def _link_share(through_mm: Floats) -> float:
    """The middle between the two heads that are furthest apart, as a share of the way from head to head."""
    steps = np.linalg.norm(np.diff(through_mm, axis=0), axis=1)
    longest = int(steps.argmax())
    return float((steps[:longest].sum() + 0.5 * steps[longest]) / steps.sum())
