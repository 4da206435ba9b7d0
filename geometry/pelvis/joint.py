"""The cartilage of the left sacroiliac joint."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.parameters import check_ranges, number
from geometry.pelvis.ilium import Ilium
from geometry.sacrum.promise import SacrumBody

# The ear: a short limb on S1 and a long limb that runs down and back to mid S3 [V 19], as two capsules in
# (share of the axis, depth behind it in mm, half-width in mm). Sized to 990-1140 mm2 [V 18].
SHORT_LIMB = ((0.10, 6.0, 9.5), (0.24, 7.0, 10.5))
LONG_LIMB = ((0.24, 7.0, 10.5), (0.54, 6.0, 8.0))
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

    def __post_init__(self) -> None:
        check_ranges(self, "anatomy.joint")

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the cartilage, shape (n,); it overlaps both bones by `OVERLAP_MM`."""
        points = np.asarray(points_mm)
        values = np.maximum(self.ear(points), -points[:, 0])
        near = values < 8.0
        if near.any():
            off_sacrum = self.sacrum.filled(points[near])
            between = np.abs(off_sacrum - 0.5 * self.gap_mm) - 0.5 * self.gap_mm - OVERLAP_MM
            facing = self.ilium.unfaced(points[near]) + 1.0
            values[near] = np.maximum(values[near], np.maximum(between, facing))
        return values

    def ear(self, points_mm: Floats) -> Floats:
        """Signed distance to the ear-shaped outline, measured along arc and depth, shape (n,)."""
        arc, depth = self.sacrum.curve_coordinates(points_mm)
        length = self.sacrum.shape.length_mm
        limbs = [_limb(arc, depth, *limb, length) for limb in (SHORT_LIMB, LONG_LIMB)]
        return np.minimum(limbs[0], limbs[1])

    def area_mm2(self) -> float:
        """Area of the joint: the volume of the layer between the bones over its thickness."""
        step = 0.6
        low = self.sacrum.bounds_mm[0] * np.array([0.0, 1.0, 1.0]) + np.array([20.0, 0.0, 0.0])
        axes = [np.arange(low[k], self.sacrum.bounds_mm[1][k] + 4.0, step) for k in range(3)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        points = points[self.ear(points) < 0.0]
        off_sacrum = self.sacrum.filled(points)
        layer = (off_sacrum > 0.0) & (off_sacrum < self.gap_mm) & (self(points) < 0.0)
        return float(layer.sum() * step**3 / self.gap_mm)


def _limb(
    arc: Floats,
    depth: Floats,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    length_mm: float,
) -> Floats:
    """Signed distance to one limb in the plane of arc and depth, shape (n,)."""
    da, dd = (end[0] - start[0]) * length_mm, end[1] - start[1]
    pa, pd = arc - start[0] * length_mm, depth - start[1]
    t = np.clip((pa * da + pd * dd) / (da * da + dd * dd), 0.0, 1.0)
    return np.asarray(np.hypot(pa - t * da, pd - t * dd) - start[2] - t * (end[2] - start[2]))
