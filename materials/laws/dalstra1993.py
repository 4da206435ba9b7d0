"""Dalstra 1993: pelvic trabecular bone."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from materials.conversions import apparent_from_qct


@dataclass(frozen=True)
class Dalstra1993:
    """E = 2017.3 rho^2.46, rho apparent in g/cm3; pelvic cancellous bone."""

    name: str = "dalstra1993"
    source: str = "Dalstra 1993 (evidence 4.2)"
    # no range was seen in the source: taken as 0.1 to 0.7 g/cm3 apparent
    valid_mg_cm3: tuple[float, float] = (20.0, 360.0)
    confidence: str = "recalled, high confidence; range chosen"

    def young_mpa(self, density_mg_cm3: Floats) -> Floats:
        """Young's modulus in MPa, same shape as the QCT density in mg/cm3."""
        return 2017.3 * (apparent_from_qct(np.maximum(density_mg_cm3, 0.0)) / 1000.0) ** 2.46
