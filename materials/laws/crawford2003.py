"""Crawford 2003 / Kopperdahl 2002: linear in QCT density, vertebral bodies."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats


@dataclass(frozen=True)
class Crawford2003:
    """E = -34.7 + 3230 rho, rho in g/cm3 K2HPO4-equivalent; cranio-caudal, T10 to L4.

    The default, because its density axis is what a calibrated CT delivers.
    """

    name: str = "crawford2003"
    source: str = "Crawford 2003, Kopperdahl 2002, as coded in an open FE tool (evidence 4.2)"
    valid_mg_cm3: tuple[float, float] = (50.0, 250.0)
    confidence: str = "formula verified; range recalled"

    def young_mpa(self, density_mg_cm3: Floats) -> Floats:
        """Young's modulus in MPa, same shape as the QCT density in mg/cm3; never below zero."""
        return np.maximum(-34.7 + 3.230 * density_mg_cm3, 0.0)
