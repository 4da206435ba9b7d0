"""The bones of one patient with their regions."""

from geometry.anatomy import Anatomy
from geometry.lumbar.spine import Lumbar
from materials.regions.bone import RegionalBone
from materials.regions.iliac import IliacRegions
from materials.regions.lumbar import LumbarRegions
from materials.regions.sacral import SacralRegions


def regional_bones(anatomy: Anatomy, lumbar: Lumbar | None = None) -> dict[str, RegionalBone]:
    """Sacrum, ilium, and L5 and L4 where they are given, by the name of their part in a mesh."""
    bones: dict[str, RegionalBone] = {
        "sacrum": SacralRegions(field=anatomy.sacrum),
        "ilium": IliacRegions(field=anatomy.ilium),
    }
    if lumbar is not None:
        bones["l5"] = LumbarRegions(level="l5", field=lumbar.l5)
        if lumbar.l4 is not None:
            bones["l4"] = LumbarRegions(level="l4", field=lumbar.l4)
    return bones
