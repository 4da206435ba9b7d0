"""Cortical shell: its thickness by region. It is mapped with this thickness, never smeared over elements."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.parameters import number
from materials.regions.bone import RegionalBone
from materials.templates import osteoporosis_share


@dataclass(frozen=True, kw_only=True)
class CortexThickness:
    """Thickness of the cortical shell in mm, by region.

    The sacral defaults are assumptions: no thickness table of the sacrum was found, and the one study that
    sectioned it found its cortex uniform (Peretz 1998). Clinical CT overestimates a thin shell by a factor of
    two and more (Silva 1994 [V 34]).
    """

    endplate_mm: float = number(0.6, 0.35, 1.0, "mm", "S1 endplate, assumed (evidence 1.2 [A])")
    promontory_mm: float = number(1.0, 0.6, 2.0, "mm", "assumed (evidence 1.2 [A])")
    anterior_mm: float = number(0.8, 0.5, 1.5, "mm", "front of body and ala, assumed (evidence 1.2 [A])")
    canal_mm: float = number(
        0.8, 0.5, 1.5, "mm", "walls of canal and foramina, assumed: as the anterior wall [A]"
    )
    dorsal_mm: float = number(
        1.5,
        1.0,
        3.0,
        "mm",
        "outside of lamina and facet base, and arches of L5 and L4, assumed (evidence 1.2 [A])",
    )
    auricular_mm: float = number(1.0, 0.6, 2.0, "mm", "subchondral, assumed (evidence 1.2 [A])")
    ilium_mm: float = number(1.4, 0.44, 4.0, "mm", "pelvis 1.4 +- 0.5, 0.44 to 4.0 (evidence 1.2 [R-M])")
    lumbar_shell_mm: float = number(
        0.4, 0.25, 1.0, "mm", "wall of L5 and L4 body; 0.35 measured [V 34], 0.4 in models [V 36]"
    )
    lumbar_endplate_mm: float = number(
        0.35, 0.25, 0.6, "mm", "endplates of L5 and L4; 0.35 measured [V 34], 0.25 in models [V 36]"
    )

    def scaled(self, factor: float) -> "CortexThickness":
        """The same shell, thicker or thinner everywhere."""
        return CortexThickness(**{name: value * factor for name, value in vars(self).items()})

    def at_mm(self, bone: RegionalBone, points_mm: Floats) -> Floats:
        """Thickness of the shell at points near the surface of a bone, shape (n,)."""
        total = np.zeros(len(points_mm))
        for region, weight in bone.shell_weights(points_mm).items():
            total += weight * getattr(self, f"{region}_mm")
        return total


# evidence 1.2: all regions x 0.8 at T <= -2.5 [A]; ramped from T = -1 as the void empties (chosen)
OSTEOPOROTIC_THINNING = 0.8


def thinned_cortex(thickness: CortexThickness, t_score: float) -> CortexThickness:
    """The shell at that T-score."""
    return thickness.scaled(1.0 - (1.0 - OSTEOPOROTIC_THINNING) * osteoporosis_share(t_score))
