"""The promise every density-modulus law keeps."""

from typing import Protocol

from geometry.arrays import Floats


class DensityLaw(Protocol):
    """Young's modulus of trabecular bone from its density.

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

    def young_mpa(self, density_mg_cm3: Floats) -> Floats:
        """Young's modulus in MPa, same shape as the QCT (K2HPO4) density in mg/cm3."""
        ...
