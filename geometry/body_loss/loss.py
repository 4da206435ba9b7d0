"""Loss of a vertebral body: a number from 0 to 1 and a family of nested shapes."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.body_loss.body import LossBody
from geometry.body_loss.families import FAMILIES
from geometry.errors import GeometryError
from geometry.field import Field

# Chosen: the volume of a body comes out within 0.2 % of that on a grid three times as fine.
QUADRATURE_STEP_MM = 0.7
CELL_MM3 = QUADRATURE_STEP_MM**3
# Shifts of the rows of the grid, in steps: powers of the inverse of the plastic number fill two ways evenly.
SHIFTS = (0.7548776662, 0.5698402910)

SIDES = ("both", "left", "right")


@dataclass(frozen=True, init=False, eq=False)
class BodyLoss:
    """Nested shapes of loss in a vertebral body: bone where `region < 0` and `level < threshold` is lost.

    Fractions are of `volume_mm3`, the bone that may be lost. That is not quite the vertebral body: it has the
    bone in front and at the rims of the body too, where no shell shall be left standing, and lacks the wall
    to the canal, which stays. On the default sacra it is 97 % of `body_volume_mm3`.

    Attributes:
        body: what is lost, such as `S1Body(sacrum)`.
        family: a row of `FAMILIES`.
        side: "both", or the half of the body on the "left" or "right" only.
        volume_mm3: bone that is lost at fraction 1.
        body_volume_mm3: bone of the vertebral body on that side, with the wall to the canal.
    """

    body: LossBody
    family: str
    side: str
    volume_mm3: float
    body_volume_mm3: float
    _levels: Floats = field(repr=False)

    def __init__(self, body: LossBody, family: str, side: str = "both") -> None:
        if family not in FAMILIES:
            raise GeometryError(
                f"no loss family named {family!r}",
                where="loss.family",
                advice=f"Choose one of {', '.join(FAMILIES)}",
            )
        if side not in SIDES:
            raise GeometryError(
                f"no side named {side!r}", where="loss.side", advice=f"Choose one of {', '.join(SIDES)}"
            )
        for name, value in (("body", body), ("family", family), ("side", side)):
            object.__setattr__(self, name, value)
        levels = np.sort(self.level(self._bone_mm(_lost_bone_mm(body))))
        object.__setattr__(self, "_levels", frozen_copy(levels))
        object.__setattr__(self, "volume_mm3", len(levels) * CELL_MM3)
        object.__setattr__(self, "body_volume_mm3", len(self._bone_mm(_body_bone_mm(body))) * CELL_MM3)

    def region(self, points_mm: Floats) -> Floats:
        """Signed distance to what may be lost, shape (n,): the body's region on this side."""
        points = np.asarray(points_mm)
        return np.maximum(self.body.region(points), self._beyond_side(points))

    def level(self, points_mm: Floats) -> Floats:
        """How late bone is lost, shape (n,): rises along the family's way through the body."""
        return FAMILIES[self.family](self.body.places(np.asarray(points_mm)))

    def threshold(self, fraction: float) -> float:
        """The level below which bone is lost, for a share 0 to 1 of `volume_mm3`.

        The share is met within 0.5 %: levels are sorted once on a grid of `QUADRATURE_STEP_MM`.
        Nothing is lost at 0 (minus infinity) and the whole region at 1 (infinity).

        Raises:
            GeometryError: the fraction is outside 0 to 1.
        """
        if not 0.0 <= fraction <= 1.0:
            raise GeometryError(f"loss fraction is {fraction:g}, outside 0 to 1", where="loss.fraction")
        if fraction == 0.0:
            return -np.inf
        if fraction == 1.0:
            return np.inf
        return float(np.quantile(self._levels, fraction))

    def volume_outside_mm3(self, implant: Field) -> float:
        """Bone that may be lost and is not displaced by an implant, in mm3."""
        points = self._bone_mm(_lost_bone_mm(self.body))
        return float(np.count_nonzero(implant(points) > 0.0) * CELL_MM3)

    def _beyond_side(self, points_mm: Floats) -> Floats:
        """Distance out of the half that is lost, shape (n,); minus infinity for both sides."""
        if self.side == "both":
            return np.full(len(points_mm), -np.inf)
        return np.asarray(points_mm[:, 0] * (-1.0 if self.side == "left" else 1.0))

    def _bone_mm(self, points_mm: Floats) -> Floats:
        """The points on this side, shape (k, 3)."""
        return points_mm[self._beyond_side(points_mm) < 0.0]


@lru_cache(maxsize=4)
def _lost_bone_mm(body: LossBody) -> Floats:
    """Points of the quadrature in bone that may be lost, shape (n, 3); families and sides share them."""
    points = _grid_mm(body)
    points = points[body.region(points) < 0.0]
    return frozen_copy(points[body.bone(points) < 0.0])


@lru_cache(maxsize=4)
def _body_bone_mm(body: LossBody) -> Floats:
    """Points of the quadrature in bone of the vertebral body, shape (n, 3)."""
    points = _grid_mm(body)
    points = points[body.body(points) < 0.0]
    return frozen_copy(points[body.bone(points) < 0.0])


def _grid_mm(body: LossBody) -> Floats:
    """Points of the quadrature, shape (n, 3).

    Rows are shifted against each other: walls of the body along a plain grid would be counted whole or not.
    """
    low, high = body.bounds_mm
    counts = np.ceil((high - low) / QUADRATURE_STEP_MM).astype(int) + 1
    half = int(np.ceil(max(-low[0], high[0]) / QUADRATURE_STEP_MM))
    i, j, k = (row.reshape(-1) for row in np.indices((half, counts[1], counts[2])))
    left = np.stack(
        [
            QUADRATURE_STEP_MM * (i + (SHIFTS[0] * j + SHIFTS[1] * k) % 1.0),
            low[1] + QUADRATURE_STEP_MM * (j + (SHIFTS[0] * k + SHIFTS[1] * i) % 1.0),
            low[2] + QUADRATURE_STEP_MM * (k + (SHIFTS[0] * i + SHIFTS[1] * j) % 1.0),
        ],
        axis=1,
    )
    # mirrored, so that left and right weigh the same
    return np.concatenate([left * [-1.0, 1.0, 1.0], left])
