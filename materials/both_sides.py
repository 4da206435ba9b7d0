"""Bone laid on the left side of a symmetric patient, for a mesh of both sides."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from geometry.arrays import Floats
from geometry.mirror import ACROSS
from materials.density_field import ILIUM, DensityField
from materials.field import BoneMaterial
from materials.regions.bone import RegionalBone
from materials.regions.mirrored import MirroredBone

LEFT, RIGHT = "_left", "_right"


@dataclass(frozen=True, kw_only=True)
class BothSides:
    """A density of the left side as a `DensityField` of both.

    Attributes:
        left: density of the sacrum, the left ilium and what stands on the midline.
    """

    left: DensityField

    def mg_cm3(self, part: str, points_mm: Floats) -> Floats:
        """Density in mg/cm3 at points (n, 3) of one bone, shape (n,)."""
        return self.left.mg_cm3(*_on_the_left(part, points_mm))

    def in_elements(self, part: str, corners_mm: Floats) -> Floats:
        """Density in mg/cm3 at the Gauss points of elements of one bone, shape (m, 4)."""
        return self.left.in_elements(*_on_the_left(part, corners_mm))


def on_both_sides(material: BoneMaterial) -> BoneMaterial:
    """The same material with an ilium on either side, alike to the bit."""
    bones: Mapping[str, RegionalBone] = material.bones
    ilium = bones[ILIUM]
    paired = {name: bone for name, bone in bones.items() if name != ILIUM}
    paired |= {ILIUM + LEFT: ilium, ILIUM + RIGHT: MirroredBone(left=ilium)}
    return replace(material, bones=paired, density=BothSides(left=material.density))


def _on_the_left(part: str, points_mm: Floats) -> tuple[str, Floats]:
    """The same bone and points on the left; a right element is the mirror image of a left one."""
    if part.endswith(RIGHT):
        return part.removesuffix(RIGHT), points_mm * ACROSS
    return part.removesuffix(LEFT), points_mm
