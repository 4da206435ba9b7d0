"""The cartilage of one facet joint."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.field import Field
from geometry.lumbar.level import Facet
from geometry.lumbar.vertebra import Vertebra

# The cartilage reaches this far into both bones, so that no sliver of void is left; bone wins there.
OVERLAP_MM = 0.6
# How far off the facet's middle the joint still belongs to it: concave facets rise round their rims (chosen).
DEEP_MM = 4.5
# The layer covers this share of the facet's width and height (chosen: the rims are capsule).
COVERED = 0.88


@dataclass(frozen=True, kw_only=True, eq=False)
class FacetCartilage:
    """The layer between a superior facet and the inferior process above it, as a `geometry.field.Field`.

    Attributes:
        facet: where it lies.
        below: the bone the facet is on.
        above: the vertebra whose inferior process meets it.
    """

    facet: Facet
    below: Field
    above: Vertebra

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the cartilage, shape (n,); it overlaps both bones by `OVERLAP_MM`."""
        points = np.asarray(points_mm, dtype=np.float64).reshape(-1, 3)
        along, off, up = ((points - self.facet.centre_mm) @ self.facet.axes.T).T
        radii = 0.5 * COVERED * np.array([self.facet.width_mm, self.facet.height_mm])
        values: Floats = (np.hypot(along / radii[0], up / radii[1]) - 1.0) * radii.min()
        values = np.maximum(values, np.abs(off) - DEEP_MM)
        near = values < 4.0
        if near.any():
            half = 0.5 * self.above.gap_mm
            between = np.abs(self.below(points[near]) - half) - half - OVERLAP_MM
            facing = self.above.unfaced(points[near]) + OVERLAP_MM
            values[near] = np.maximum(values[near], np.maximum(between, facing))
        return values

    @property
    def bounds_mm(self) -> Floats:
        """Lower and upper corner of a box around it, shape (2, 3)."""
        reach = 0.5 * max(self.facet.width_mm, self.facet.height_mm) + DEEP_MM
        return np.array([self.facet.centre_mm - reach, self.facet.centre_mm + reach])
