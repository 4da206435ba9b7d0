"""A rod led through the heads of its screws, and the heads turned so that it is bent least."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import acos, cos, radians

import numpy as np
from scipy.optimize import minimize

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.rods.rod import Rod, RodDesign, bending, tangents_through
from geometry.screws.screw import Screw
from geometry.screws.tulip import Tulip, TulipDesign, ball_mm, levelled_axis

# Chosen: heads and rod are turned to each other until no saddle moves by more than this.
SETTLED_MM = 1e-3
TURNS = 60
# Chosen: of rods bent almost alike, the one whose heads lean less; 1/mm of bending per square radian of lean.
LEAN_PRICE = 1e-3
# Chosen: points on the axis of a head, 0.5 mm apart.
HEIGHTS = 31


@dataclass(frozen=True, kw_only=True)
class SeatedRod:
    """A rod and the heads that hold it, on the left side.

    Attributes:
        rod: the rod; its axis passes through the saddles of the heads.
        tulips: one head for each screw, in their order.
    """

    rod: Rod
    tulips: tuple[Tulip, ...]


def seated_rod(
    screws: Sequence[Screw],
    rod: RodDesign = RodDesign(),  # noqa: B008, frozen
    tulip: TulipDesign = TulipDesign(),  # noqa: B008, frozen
) -> SeatedRod:
    """The rod through the heads of these screws, from the first to the last, and the heads.

    Every head is square to the rod. What lean that leaves it, it uses as a surgeon does: towards the others,
    so that the rod is bent least.

    Raises:
        GeometryError: fewer than two screws, heads that touch each other or lean too far, a rod bent too
            sharply, or heads and rod that do not settle.
    """
    if len(screws) < 2:
        raise GeometryError(
            f"a rod through {len(screws)} screw", where="rod", advice="Give two screws or more"
        )
    balls = np.array([ball_mm(screw, tulip) for screw in screws])
    saddles = balls + tulip.saddle_mm * np.array([-screw.direction for screw in screws])
    for _ in range(TURNS):
        axes = _axes(screws, balls, tangents_through(saddles), tulip)
        moved = balls + tulip.saddle_mm * axes
        change = float(np.abs(moved - saddles).max())
        # half way, or heads and rod might swing for ever
        saddles = 0.5 * (saddles + moved) if change >= SETTLED_MM else moved
        if change < SETTLED_MM:
            break
    else:
        raise GeometryError(
            f"heads and rod do not settle: the last turn moved a head by {change:.1e} mm",
            where="rod",
            advice="Bring the heads into line",
        )
    _refuse_meeting_heads(balls, axes, tulip)
    bent = Rod(through_mm=saddles, design=rod)
    heads = (
        Tulip(screw=screw, axis=axis, rod_direction=along, rod_diameter_mm=rod.diameter_mm, design=tulip)
        for screw, axis, along in zip(screws, axes, tangents_through(saddles), strict=True)
    )
    return SeatedRod(rod=bent, tulips=tuple(heads))


def _axes(screws: Sequence[Screw], balls_mm: Floats, tangents: Floats, design: TulipDesign) -> Floats:
    """Axes of the heads across these directions of the rod, for the straightest rod, shape (k, 3)."""
    level = np.array([levelled_axis(screw, along) for screw, along in zip(screws, tangents, strict=True)])
    aside = np.cross(tangents, level)
    least = [-float(axis @ screw.direction) for axis, screw in zip(level, screws, strict=True)]
    # turned by psi about the rod, a head leans by acos(cos(least lean) cos(psi))
    limit = cos(radians(design.tilt_limit_deg))
    room = np.array([acos(min(limit / cosine, 1.0)) if cosine > 0.0 else 0.0 for cosine in least])

    def turned(psi: Floats) -> Floats:
        return np.asarray(np.cos(psi)[:, None] * level + np.sin(psi)[:, None] * aside)

    def cost(psi: Floats) -> float:
        return bending(balls_mm + design.saddle_mm * turned(psi)) + LEAN_PRICE * float(psi @ psi)

    found = minimize(cost, np.zeros(len(screws)), method="L-BFGS-B", bounds=np.stack([-room, room], axis=1))
    return turned(np.asarray(found.x))


def _refuse_meeting_heads(balls_mm: Floats, axes: Floats, design: TulipDesign) -> None:
    """Refuse heads whose axes, from foot to top, come nearer to each other than a head is wide."""
    heights = np.linspace(-design.below_mm, design.saddle_mm + design.above_mm, HEIGHTS)
    lines = balls_mm[:, None] + heights[:, None] * axes[:, None]
    apart = [np.linalg.norm(low[:, None] - high, axis=2).min() for low, high in pairwise(lines)]
    if not min(apart) > design.diameter_mm:
        raise GeometryError(
            f"two heads are {min(apart):.1f} mm apart, less than their diameter of {design.diameter_mm:g} mm",
            where="rod",
            advice="Move the entries of the screws apart",
        )
