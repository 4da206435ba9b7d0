"""The cartilage of the left sacroiliac joint."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.parameters import check_ranges, number
from geometry.pelvis.auricular import AuricularFace
from geometry.pelvis.ilium import Ilium
from geometry.sacrum.promise import SacrumBody

# The cartilage reaches this far into both bones, so that no sliver of void is left; bone wins there.
OVERLAP_MM = 0.6


@dataclass(frozen=True, kw_only=True, eq=False)
class SacroiliacJoint:
    """The cartilage between sacrum and left ilium, callable as a `geometry.field.Field`.

    Attributes:
        sacrum: one side of it.
        ilium: the other side.
        gap_mm: thickness of the cartilage.
    """

    sacrum: SacrumBody
    ilium: Ilium
    gap_mm: float = number(2.5, 1.0, 4.0, "mm", "joint space 1 to 4 mm in adults, chosen")

    @property
    def face(self) -> AuricularFace:
        """The sacrum's side of the joint."""
        return AuricularFace(sacrum=self.sacrum)

    def __post_init__(self) -> None:
        check_ranges(self, "anatomy.joint")

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the cartilage, shape (n,); it overlaps both bones by `OVERLAP_MM`."""
        points = np.asarray(points_mm)
        values = np.maximum(self.face.ear_mm(points), -points[:, 0])
        near = values < 8.0
        if near.any():
            off_sacrum = self.face.distance_mm(points[near])
            between = np.abs(off_sacrum - 0.5 * self.gap_mm) - 0.5 * self.gap_mm - OVERLAP_MM
            facing = self.ilium.unfaced(points[near]) + 1.0
            values[near] = np.maximum(values[near], np.maximum(between, facing))
        return values

    def surface_points_mm(self, step_mm: float) -> Floats:
        """Points of a grid that lie in the cartilage between the faces of both bones, shape (n, 3)."""
        low = self.sacrum.bounds_mm[0] * np.array([0.0, 1.0, 1.0]) + np.array([20.0, 0.0, 0.0])
        axes = [np.arange(low[k], self.sacrum.bounds_mm[1][k] + 4.0, step_mm) for k in range(3)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        points = points[self.face.ear_mm(points) < 0.0]
        off_sacrum = self.face.distance_mm(points)
        layer = (off_sacrum > 0.0) & (off_sacrum < self.gap_mm) & (self(points) < 0.0)
        return np.asarray(points[layer])

    def area_mm2(self) -> float:
        """Area of the joint: the volume of the layer between the bones over its thickness."""
        step = 0.6
        return float(len(self.surface_points_mm(step)) * step**3 / self.gap_mm)
