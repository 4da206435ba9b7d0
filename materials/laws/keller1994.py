"""Keller 1994, vertebra: the compliant end of the published laws."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from materials.conversions import ash_from_qct


@dataclass(frozen=True)
class Keller1994:
    """E = 1890 rho^1.92, rho ash in g/cm3; vertebral trabecular bone."""

    name: str = "keller1994"
    source: str = "Keller 1994 vertebra, as tabulated in PMC6069821 table 1 (evidence 4.2)"
    # no range was seen in the source: taken as the QCT span of human lumbar specimens (evidence 4.2)
    valid_mg_cm3: tuple[float, float] = (15.0, 300.0)
    confidence: str = "formula verified; range chosen"

    def young_mpa(self, density_mg_cm3: Floats) -> Floats:
        """Young's modulus in MPa, same shape as the QCT density in mg/cm3."""
        return 1890.0 * (ash_from_qct(np.maximum(density_mg_cm3, 0.0)) / 1000.0) ** 1.92
