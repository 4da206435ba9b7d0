"""A ligament as a bundle of straight lines, and how its ends find the bone."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.field import Field
from geometry.mirror import ACROSS

# Newton steps that put a point on a surface: five bring 10 mm down to a hundredth.
STEPS = 8
SLOPE_MM = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class Ligament:
    """One ligament on one side or on the midline, in the anatomical frame.

    Attributes:
        kind: what it is, such as "posterior_longitudinal"; its numbers go by this name.
        name: kind, level and side.
        first, second: parts of a mesh that its lines join; `second` is "" for the ground, where the bone it
            ends on is not drawn.
        lines_mm: both ends of each line, shape (k, 2, 3).
    """

    kind: str
    name: str
    first: str
    second: str
    lines_mm: Floats

    def mirrored(self) -> "Ligament":
        """The same on the right side of the patient."""
        return Ligament(
            kind=self.kind,
            name=self.name.replace("_left", "_right"),
            first=self.first.replace("_left", "_right"),
            second=self.second.replace("_left", "_right"),
            lines_mm=frozen_copy(self.lines_mm * ACROSS),
        )


def on_surface(field: Field, points_mm: Floats) -> Floats:
    """The points moved to the nearest surface of a body, to first order, shape (n, 3)."""
    points = np.array(points_mm, dtype=np.float64)
    for _ in range(STEPS):
        value = field(points)
        slope = [field(points + step) - field(points - step) for step in SLOPE_MM * np.eye(3)]
        gradient = np.stack(slope, axis=1) / (2.0 * SLOPE_MM)
        steepness = np.maximum((gradient**2).sum(axis=1), 0.1)
        # no step over the far side of a thin bone
        points -= np.clip(value / steepness, -6.0, 6.0)[:, None] * gradient
    return points


def lines(first_mm: Floats, second_mm: Floats) -> Floats:
    """Lines between points of shape (k, 3) each, shape (k, 2, 3), read-only."""
    return frozen_copy(np.stack([first_mm, second_mm], axis=1))
