"""Curves of printed laws: each takes densities in g/cm3 to MPa and prints itself."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats


@dataclass(frozen=True, kw_only=True)
class Power:
    """factor x rho^exponent."""

    factor_mpa: float
    exponent: float

    def __call__(self, density_g_cm3: Floats) -> Floats:
        """The curve in MPa, same shape."""
        return self.factor_mpa * density_g_cm3**self.exponent

    def __str__(self) -> str:
        return f"{self.factor_mpa:g} rho^{self.exponent:g}"


@dataclass(frozen=True, kw_only=True)
class RatePower:
    """factor x strain rate^rate_exponent x rho^exponent, at one strain rate."""

    factor_mpa: float
    rate_exponent: float
    exponent: float
    strain_rate_per_s: float

    def __call__(self, density_g_cm3: Floats) -> Floats:
        """The curve in MPa, same shape."""
        factor_mpa = self.factor_mpa * float(self.strain_rate_per_s**self.rate_exponent)
        return factor_mpa * density_g_cm3**self.exponent

    def __str__(self) -> str:
        rate = f"({self.strain_rate_per_s:g}/s)^{self.rate_exponent:g}"
        return f"{self.factor_mpa:g} {rate} rho^{self.exponent:g}"


@dataclass(frozen=True, kw_only=True)
class Straight:
    """offset + slope x rho."""

    slope_mpa: float
    offset_mpa: float

    def __call__(self, density_g_cm3: Floats) -> Floats:
        """The line in MPa, same shape; negative where it falls below zero."""
        return self.slope_mpa * density_g_cm3 + self.offset_mpa

    def __str__(self) -> str:
        sign = "-" if self.offset_mpa < 0.0 else "+"
        return f"{self.slope_mpa:g} rho {sign} {abs(self.offset_mpa):g}"


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """Another curve on each stretch of density.

    Attributes:
        curves: one per stretch, lightest bone first.
        ends_g_cm3: where one passes into the next; an end belongs to the lighter stretch.
    """

    curves: tuple[Power | Straight, ...]
    ends_g_cm3: tuple[float, ...]

    def __call__(self, density_g_cm3: Floats) -> Floats:
        """The curve in MPa, same shape."""
        stretch = np.searchsorted(self.ends_g_cm3, density_g_cm3)
        pieces = [curve(density_g_cm3) for curve in self.curves]
        return np.asarray(np.choose(stretch, pieces), dtype=np.float64)

    def jumps_mpa(self) -> Floats:
        """By how much the curve jumps up at each end, shape (len(ends),)."""
        ends = np.array(self.ends_g_cm3)
        values = np.array([curve(ends) for curve in self.curves])
        return np.diff(values, axis=0).diagonal()

    def __str__(self) -> str:
        ends = [f" to {end:g}" for end in self.ends_g_cm3] + [" above"]
        return ", ".join(f"{curve}{end}" for curve, end in zip(self.curves, ends, strict=True))


Curve = Power | RatePower | Straight | Pieces
