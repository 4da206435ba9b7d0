"""How long element edges should be: fine at the screw, coarse far away, one factor for all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from geometry.arrays import Floats
from geometry.field import Field
from geometry.parameters import check_ranges, number


@dataclass(frozen=True, kw_only=True)
class Sizing:
    """Wished element edges of a mesh in mm.

    Chosen so that a pull-out mesh has 60 to 90 thousand elements; `scaled` changes all edges together.
    """

    screw_mm: float = number(1.0, 0.2, 5.0, "mm", "chosen: seven edges across a 7 mm screw")
    bone_surface_mm: float = number(3.2, 0.5, 15.0, "mm", "chosen: a third of the smallest foramen")
    joint_mm: float = number(2.6, 0.5, 15.0, "mm", "chosen: the joint gap, one quadratic element across")
    ilium_surface_mm: float = number(4.5, 0.5, 20.0, "mm", "chosen: the ilium is support, not result")
    interior_mm: float = number(5.0, 0.5, 25.0, "mm", "chosen")
    grading: float = number(0.45, 0.1, 1.0, "mm per mm", "chosen: growth of the edge with the distance")

    def __post_init__(self) -> None:
        check_ranges(self, "mesh.sizing")

    def scaled(self, factor: float) -> "Sizing":
        """All edges times the factor; the grading, a slope, stays."""
        return replace(
            self,
            screw_mm=self.screw_mm * factor,
            bone_surface_mm=self.bone_surface_mm * factor,
            joint_mm=self.joint_mm * factor,
            ilium_surface_mm=self.ilium_surface_mm * factor,
            interior_mm=self.interior_mm * factor,
        )

    def refined(self) -> "Sizing":
        """All edges halved."""
        return self.scaled(0.5)


def graded_size(
    distances: Sequence[tuple[Field, float]], grading: float, largest_mm: float
) -> Callable[[Floats], Floats]:
    """A function that gives the wished edge in mm, shape (n,), at points of shape (n, 3).

    Args:
        distances: fields with the edge wished at their surface; away from it the edge grows.
        grading: growth in mm per mm.
        largest_mm: the edge never exceeds this.
    """

    def size(points_mm: Floats) -> Floats:
        edge = np.full(len(points_mm), largest_mm)
        for field, at_surface_mm in distances:
            away = np.maximum(np.abs(field(points_mm)) - 0.8 * at_surface_mm, 0.0)
            edge = np.minimum(edge, at_surface_mm + grading * away)
        return edge

    return size
