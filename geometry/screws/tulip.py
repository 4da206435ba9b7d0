"""The polyaxial head of a screw, which holds the rod."""

from dataclasses import dataclass, field
from math import acos, degrees

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.errors import GeometryError
from geometry.implicit import cylinder, smooth_intersection, smooth_union
from geometry.parameters import check_ranges, number
from geometry.screws.screw import Screw

# Chosen: how far the neck reaches into the screw, so that head and screw are one solid.
OVERLAP_MM = 1.0
# Chosen: roundings of the head's edges, and of the crease between neck and head.
EDGE_MM = 0.8
CREASE_MM = 1.0
# Chosen: the foot's radius as a share of the block's.
FOOT_SHARE = 0.7
# Chosen: rings of points on a block, and points on a ring: 1.7 mm apart on 13 mm.
LEVELS, ROUND = 10, 24


@dataclass(frozen=True, kw_only=True)
class TulipDesign:
    """The head of a screw: a block on a ball, with a slot for the rod that a set screw closes.

    Attributes:
        diameter_mm: of the block.
        neck_mm: from the flat end of the screw to the centre of the ball.
        saddle_mm: from the centre of the ball to the axis of the rod.
        above_mm: from the axis of the rod to the top.
        below_mm: from the centre of the ball to the foot of the block.
        tilt_limit_deg: how far the block may lean from the axis of the screw.
    """

    diameter_mm: float = number(13.0, 9.0, 18.0, "mm", "chosen: 3.5 mm of wall beside a 6 mm rod")
    neck_mm: float = number(4.0, 2.0, 12.0, "mm", "chosen: a leaning block stays off the bone")
    saddle_mm: float = number(6.5, 5.0, 14.0, "mm", "chosen: the rod passes above the ball")
    above_mm: float = number(5.5, 3.0, 12.0, "mm", "chosen: height of a set screw")
    below_mm: float = number(3.0, 1.0, 8.0, "mm", "chosen: the ball is captured below its equator")
    tilt_limit_deg: float = number(30.0, 0.0, 60.0, "deg", "chosen: common polyaxial heads lean that far")

    def __post_init__(self) -> None:
        check_ranges(self, "screw.tulip")


@dataclass(frozen=True, kw_only=True, eq=False)
class Tulip:
    """The head of one screw, locked onto its rod, callable as a `geometry.field.Field`.

    In a mesh the rod goes before the tulip and the tulip before the screw: what belongs to several bodies
    belongs to the first, and the three are one solid.

    Attributes:
        screw: the screw it sits on.
        axis: direction from the ball to the rod and the opening, shape (3,).
        rod_direction: direction of the rod, shape (3,).
        rod_diameter_mm: width of the slot.
        design: its dimensions.
        locked: with its set screw in, a block without gaps around the rod; else the slot is open.
    """

    screw: Screw
    axis: Floats
    rod_direction: Floats
    rod_diameter_mm: float
    design: TulipDesign = field(default_factory=TulipDesign)
    locked: bool = True

    def __post_init__(self) -> None:
        for name in ("axis", "rod_direction"):
            vector = np.asarray(getattr(self, name), dtype=float)
            object.__setattr__(self, name, frozen_copy(vector / np.linalg.norm(vector)))
        if not self.tilt_deg <= self.design.tilt_limit_deg + 1e-9:
            raise GeometryError(
                f"the head of the {self.screw.kind} screw leans by {self.tilt_deg:.1f} deg from its axis to "
                f"meet the rod, outside 0 to {self.design.tilt_limit_deg:g} deg",
                where="screw.tulip",
                advice="Turn the screw towards the normal of the rod, or use a head that leans further",
            )

    @property
    def tilt_deg(self) -> float:
        """Angle between the axis of the head and that of the screw."""
        return degrees(acos(float(np.clip(-self.axis @ self.screw.direction, -1.0, 1.0))))

    @property
    def ball_mm(self) -> Floats:
        """Centre of the ball, shape (3,)."""
        return ball_mm(self.screw, self.design)

    @property
    def saddle_mm(self) -> Floats:
        """Where the axis of the rod passes, shape (3,)."""
        return np.asarray(self.ball_mm + self.design.saddle_mm * self.axis)

    @property
    def block_mm(self) -> Floats:
        """Points of the block, its edges sharp, that tell whether it clears a bone, shape (k, 3)."""
        design = self.design
        heights = np.linspace(-design.below_mm, design.saddle_mm + design.above_mm, LEVELS)
        radii = np.minimum(0.5 * design.diameter_mm, heights + design.below_mm + self._foot_mm)
        turns = np.linspace(0.0, 2.0 * np.pi, ROUND, endpoint=False)
        across = np.cross(self.axis, self.rod_direction)
        rim = np.cos(turns)[:, None] * self.rod_direction + np.sin(turns)[:, None] * across
        rings = radii[:, None, None] * np.concatenate([rim, 0.5 * rim])
        return np.asarray((self.ball_mm + heights[:, None, None] * self.axis + rings).reshape(-1, 3))

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to head and neck, shape (n,), at points of shape (n, 3): negative inside."""
        design, screw = self.design, self.screw
        offset = points_mm - self.ball_mm
        up = offset @ self.axis
        across = np.linalg.norm(offset - up[:, None] * self.axis, axis=1)
        radius = 0.5 * design.diameter_mm
        top = design.saddle_mm + design.above_mm
        wall = across - radius
        # the foot is a cone: a leaning block keeps clear of the bone
        foot = (across - (up + design.below_mm) - self._foot_mm) * np.sqrt(0.5)
        ends = np.maximum(up - top, -design.below_mm - up)
        block = smooth_intersection(smooth_intersection(wall, ends, EDGE_MM), foot, EDGE_MM)
        if not self.locked:
            block = smooth_intersection(block, -self._slot(offset, up), 0.5 * EDGE_MM)
        start = screw.head_centre_mm + OVERLAP_MM * screw.direction
        neck = cylinder(points_mm, start, self.ball_mm, 0.5 * screw.neck_diameter_mm)
        return smooth_union(block, neck, CREASE_MM)

    @property
    def _foot_mm(self) -> float:
        """Radius of the block's foot, where its cone begins."""
        return FOOT_SHARE * 0.5 * self.design.diameter_mm

    def _slot(self, offset_mm: Floats, up_mm: Floats) -> Floats:
        """Signed distance to the slot, shape (n,): round below the rod's axis, open above."""
        side = np.cross(self.rod_direction, self.axis)
        aside = np.abs(offset_mm @ (side / np.linalg.norm(side)))
        below = np.minimum(up_mm - self.design.saddle_mm, 0.0)
        return np.asarray(np.hypot(aside, below) - 0.5 * self.rod_diameter_mm)


def ball_mm(screw: Screw, design: TulipDesign) -> Floats:
    """Centre of the ball of a screw's head, shape (3,): on its axis, behind its flat end."""
    return np.asarray(screw.head_centre_mm - design.neck_mm * screw.direction)


def levelled_axis(screw: Screw, rod_direction: Floats) -> Floats:
    """The direction across the rod that is nearest to the axis of the screw, away from bone, shape (3,)."""
    unit = rod_direction / np.linalg.norm(rod_direction)
    back = -screw.direction
    across = back - (back @ unit) * unit
    length = float(np.linalg.norm(across))
    if not length > 1e-6:
        raise GeometryError(
            f"the {screw.kind} screw runs along the rod",
            where="screw.tulip",
            advice="Turn the screw towards the normal of the rod",
        )
    return np.asarray(across / length)
