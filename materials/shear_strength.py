"""How much shear bone bears, and where on a screw there is bone to bear it."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Bools, Floats
from geometry.errors import MaterialError
from materials.field import BoneMaterial, depth_mm
from materials.laws import StrengthLaw

# Shear over compressive strength of human trabecular bone: 0.44 +- 0.16 over 54 specimens of four sites, the
# same at every volume fraction. Sanyal 2012 [V 150].
SHEAR_TO_COMPRESSIVE = 0.44
# Human cortical bone, pure shear along its axis. Turner 2001 [V 151], doi 10.1007/s00223-001-1006-1. A long
# bone's, and a shell is porous: on a sacrum it is an assumption.
CORTICAL_SHEAR_MPA = 51.6


@dataclass(frozen=True, kw_only=True)
class ShearStrength:
    """Shear strength of bone.

    Attributes:
        law: strength of trabecular bone in compression.
        shear_to_compressive: its strength in shear over that.
        cortical_mpa: shear strength of the shell.
    """

    law: StrengthLaw
    shear_to_compressive: float = SHEAR_TO_COMPRESSIVE
    cortical_mpa: float = CORTICAL_SHEAR_MPA

    def __post_init__(self) -> None:
        if not (self.shear_to_compressive > 0.0 and self.cortical_mpa > 0.0):
            raise MaterialError("a shear strength is not above zero", where="failure")

    def trabecular_mpa(self, density_mg_cm3: Floats) -> Floats:
        """Shear strength in MPa, same shape as the QCT density in mg/cm3."""
        return self.shear_to_compressive * self.law.strength_mpa(density_mg_cm3)


@dataclass(frozen=True, kw_only=True)
class BoneShear:
    """Shear strength at points.

    Attributes:
        strength_mpa: zero outside bone, shape (n,).
        in_shell: points in cortical bone, shape (n,).
    """

    strength_mpa: Floats
    in_shell: Bools

    def without(self, lost: Bools) -> "BoneShear":
        """The same with nothing left at the points that are lost, shape (n,)."""
        return BoneShear(strength_mpa=np.where(lost, 0.0, self.strength_mpa), in_shell=self.in_shell)


def bone_shear(bone: BoneMaterial, shear: ShearStrength, points_mm: Floats) -> BoneShear:
    """Shear strength of the bones at points, shape (n, 3); the shell has its true thickness."""
    strength, in_shell = np.zeros(len(points_mm)), np.zeros(len(points_mm), bool)
    for part, regions in bone.bones.items():
        inside = np.flatnonzero(regions.field(points_mm) < 0.0)
        points = points_mm[inside]
        shell = depth_mm(regions.field, points) < bone.cortex_mm.at_mm(regions, points)
        in_shell[inside] = shell
        # where fat outweighs bone, its density is below zero
        density = np.maximum(bone.density.mg_cm3(part, points), 0.0)
        strength[inside] = np.where(shell, shear.cortical_mpa, shear.trabecular_mpa(density))
    return BoneShear(strength_mpa=strength, in_shell=in_shell)
