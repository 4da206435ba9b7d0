"""The S1 body as something that can be lost."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.body_loss.body import CANAL_WALL_MM, REACH_MM, BodyPlaces
from geometry.sacrum.promise import SacrumBody


@dataclass(frozen=True)
class S1Body:
    """The first sacral body, from the S1 superior endplate to the S1/S2 junction.

    What may be lost is the body with the bone in front and at its rims that is no part of the alae, less the
    wall to the canal. Alae, pedicles, arch and S2 stay.

    Attributes:
        sacrum: the bone.
    """

    sacrum: SacrumBody

    @property
    def part(self) -> str:
        """The sacrum."""
        return "sacrum"

    @property
    def bounds_mm(self) -> Floats:
        """Corners of a box around all that may be lost, shape (2, 3)."""
        half_width = 0.5 * self.sacrum.shape.endplate_width_mm + 2.0
        half_depth = 0.5 * self.sacrum.shape.endplate_depth_mm + 2.0
        deep = self.sacrum.junction_arcs_mm[0] + 8.0
        return np.array([[-half_width, -half_depth, -deep], [half_width, half_depth + 4.0, 2.0]])

    def bone(self, points_mm: Floats) -> Floats:
        """Field of the sacrum, shape (n,)."""
        return self.sacrum(points_mm)

    def body(self, points_mm: Floats) -> Floats:
        """Field of the S1 body, shape (n,)."""
        return self.sacrum.s1_body(points_mm)

    def region(self, points_mm: Floats) -> Floats:
        """Field of what may be lost, shape (n,); it goes `REACH_MM` out of the body at free surfaces."""
        points = np.asarray(points_mm)
        arc, depth = self.sacrum.curve_coordinates(points)
        body = self.sacrum.bodies(points)
        beyond = np.maximum(body - REACH_MM, -self.sacrum.lateral_mass(points))
        wall = depth - self.sacrum.body_half_depth_mm(arc) + CANAL_WALL_MM
        front = np.minimum(body, beyond)
        return np.asarray(np.maximum(np.maximum(front, wall), arc - self.sacrum.junction_arcs_mm[0]))

    def places(self, points_mm: Floats) -> BodyPlaces:
        """Where points lie in the body, along and across the curved axis of the sacrum."""
        points = np.asarray(points_mm)
        arc, depth = self.sacrum.curve_coordinates(points)
        height = self.sacrum.junction_arcs_mm[0]
        level = np.clip(arc, 0.0, height)
        half_width = 0.5 * self.sacrum.shape.endplate_width_mm
        half_depth = 0.5 * self.sacrum.shape.endplate_depth_mm
        return BodyPlaces(
            across=points[:, 0] / half_width,
            back=(points[:, 1] + half_depth) / (2.0 * half_depth),
            down=arc / height,
            across_here=points[:, 0] / self.sacrum.body_half_width_mm(level),
            back_here=depth / self.sacrum.body_half_depth_mm(level),
        )

    def axis_mm(self, down: float) -> Floats:
        """The middle of the body at that share of its height below the endplate, shape (3,)."""
        return self.sacrum.curve.point_mm(0.0, down * float(self.sacrum.junction_arcs_mm[0]), 0.0)
