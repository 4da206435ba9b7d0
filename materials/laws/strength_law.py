"""The promise every density-strength law keeps, and the laws that papers print."""

from dataclasses import dataclass
from typing import Protocol

from geometry.arrays import Floats
from materials.laws.law import PrintedLaw


class StrengthLaw(Protocol):
    """Uniaxial strength of trabecular bone from its density.

    Attributes:
        name: key in a case file.
        source: paper and site.
        valid_mg_cm3: QCT densities between which the law was measured; outside it extrapolates.
        confidence: how sure we are of the printed coefficients.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def valid_mg_cm3(self) -> tuple[float, float]: ...  # noqa: D102
    @property
    def confidence(self) -> str: ...  # noqa: D102

    def strength_mpa(self, density_mg_cm3: Floats) -> Floats:
        """Strength in MPa, same shape as the QCT (K2HPO4) density in mg/cm3."""
        ...


@dataclass(frozen=True, kw_only=True)
class PrintedStrength(PrintedLaw):
    """A printed law of strength in compression; keeps the promise of `StrengthLaw`."""

    def strength_mpa(self, density_mg_cm3: Floats) -> Floats:
        """Strength in MPa, same shape as the QCT density in mg/cm3; never below zero."""
        return self.at_mpa(density_mg_cm3)
