"""What a vertebral body must offer so that a share of it can be lost: S1 and the lumbar bodies alike."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

from geometry.arrays import Floats

# Where the body faces free surface, the region that may be lost reaches this far out of it, so that no shell
# of anterior cortex, endplate or promontory is left standing.
REACH_MM = 5.0
# The wall between body and canal stays, as thick as a mesh and a surgeon can respect (chosen).
CANAL_WALL_MM = 3.0


@dataclass(frozen=True, kw_only=True)
class BodyPlaces:
    """Where points lie in a vertebral body, as shares of its size; each of shape (n,).

    Attributes:
        across: left of the midline over half the width of the superior endplate.
        back: 0 at the front of the superior endplate, 1 at its back; points farther down keep their place.
        down: 0 at the superior endplate, 1 at the inferior end of the body.
        across_here: left of the midline over half the width of the body at that level.
        back_here: -1 at the front and 1 at the back of the body at that level.
    """

    across: Floats
    back: Floats
    down: Floats
    across_here: Floats
    back_here: Floats


class LossBody(Hashable, Protocol):
    """A vertebral body that can be lost, in the anatomical frame, symmetrical or nearly so in x."""

    @property
    def part(self) -> str:
        """The part of a mesh that the body belongs to."""
        ...

    @property
    def bounds_mm(self) -> Floats:
        """Corners of a box around all that may be lost, shape (2, 3)."""
        ...

    def bone(self, points_mm: Floats) -> Floats:
        """Field of the whole bone, shape (n,)."""
        ...

    def body(self, points_mm: Floats) -> Floats:
        """Field of the vertebral body that "100 %" is compared with, shape (n,)."""
        ...

    def region(self, points_mm: Floats) -> Floats:
        """Field of what may be lost, shape (n,); it goes beyond the bone at free surfaces of the body."""
        ...

    def places(self, points_mm: Floats) -> BodyPlaces:
        """Where points lie in the body."""
        ...

    def axis_mm(self, down: float) -> Floats:
        """The middle of the body at that share of its height below where loss begins, shape (3,)."""
        ...
