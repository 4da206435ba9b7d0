"""What a density law promises, and the laws that papers print."""

from dataclasses import dataclass, field, replace
from typing import Protocol, Self

import numpy as np

from geometry.arrays import Floats
from materials.conversions import DENSITY_KINDS, Conversion
from materials.laws.curves import Curve


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


@dataclass(frozen=True, kw_only=True)
class PrintedLaw:
    """A stress or modulus over density as a paper prints it, on the density the paper measured.

    Attributes:
        name: key in a case file.
        curve: as printed, over densities in g/cm3 of this law's kind.
        density_kind: one of `DENSITY_KINDS`.
        valid_g_cm3: densities of that kind between which it was measured, or is taken to hold.
        site: the bone that was tested.
        source: paper, and where its formula was seen.
        formula_mark, range_mark: evidence marks, such as "[V 68]" or "[A]" for a range that was chosen.
        doubt: what else of it is uncertain; empty if nothing is.
        conversion: from QCT density to this law's kind.
    """

    name: str
    curve: Curve
    density_kind: str
    valid_g_cm3: tuple[float, float]
    site: str
    source: str
    formula_mark: str
    range_mark: str
    doubt: str = ""
    conversion: Conversion = field(default_factory=Conversion)

    def __post_init__(self) -> None:
        if self.density_kind not in DENSITY_KINDS:
            raise ValueError(f"{self.name}: no density kind {self.density_kind}")

    @property
    def confidence(self) -> str:
        """How sure we are of it, with evidence marks."""
        marks = f"formula {self.formula_mark}, range {self.range_mark}"
        return f"{marks}; {self.doubt}" if self.doubt else marks

    @property
    def valid_mg_cm3(self) -> tuple[float, float]:
        """The range as QCT densities; never below zero."""
        ends = self.conversion.to_qct(1000.0 * np.array(self.valid_g_cm3), self.density_kind)
        low, high = np.maximum(ends, 0.0).tolist()
        return low, high

    def at_mpa(self, density_mg_cm3: Floats) -> Floats:
        """The curve at QCT densities, same shape; bone whose own density is below nothing counts as nothing.

        QCT density is negative where fat outweighs bone, and ash or apparent density then lower than where
        it is zero.
        """
        own = np.maximum(self.conversion.from_qct(density_mg_cm3, self.density_kind), 0.0)
        return np.maximum(self.curve(own / 1000.0), 0.0)

    def converted(self, conversion: Conversion) -> Self:
        """The same law behind another conversion of densities."""
        return replace(self, conversion=conversion)


@dataclass(frozen=True, kw_only=True)
class ModulusLaw(PrintedLaw):
    """A printed law of Young's modulus; keeps the promise of `DensityLaw`."""

    def young_mpa(self, density_mg_cm3: Floats) -> Floats:
        """Young's modulus in MPa, same shape as the QCT density in mg/cm3; never below zero."""
        return self.at_mpa(density_mg_cm3)
