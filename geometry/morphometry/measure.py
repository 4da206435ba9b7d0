"""What a measure of the sacrum is, and what comes out when it is taken."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from geometry.sacrum.promise import SacrumBody

# A mean that was published without a deviation is held to this share of itself (chosen).
SHARE_WITHOUT_SD = 0.10


@dataclass(frozen=True, kw_only=True)
class Published:
    """One series' figure.

    Attributes:
        mean: in the measure's unit.
        sd: its standard deviation; None where the series gives none.
        source: its mark in the literature data sheet.
    """

    mean: float
    sd: float | None
    source: str

    @property
    def reach(self) -> float:
        """How far from the mean a default bone may lie: one deviation, or a share where there is none."""
        return SHARE_WITHOUT_SD * self.mean if self.sd is None else self.sd


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One way to measure a sacrum.

    Attributes:
        name: as anatomists call it.
        unit: mm, mm2, mm3, deg, % or 1.
        how: between which places.
        taken: gives the value on a built bone; a `GeometryError` where the bone lacks the place.
        male, female: what series published; empty where none did.
    """

    name: str
    unit: str
    how: str
    taken: Callable[[SacrumBody], float]
    male: tuple[Published, ...] = ()
    female: tuple[Published, ...] = ()

    def published(self, sex: str) -> tuple[Published, ...]:
        """The series of that sex, "male" or "female"."""
        return self.male if sex == "male" else self.female


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One value beside one series.

    Attributes:
        measure: how it was taken.
        value: what came out; NaN where the bone lacks the place.
        published: the series; None where nobody published one.
    """

    measure: Measure
    value: float
    published: Published | None

    @property
    def z(self) -> float | None:
        """Deviations above the published mean; None where none was published or nothing was found."""
        if self.published is None or self.published.sd is None or not self.found:
            return None
        return (self.value - self.published.mean) / self.published.sd

    @property
    def found(self) -> bool:
        """Whether the bone has what was to be measured."""
        return isfinite(self.value)

    @property
    def within(self) -> bool:
        """Whether the value lies within one deviation or share of the mean; true where there is none."""
        if self.published is None:
            return True
        return abs(self.value - self.published.mean) <= self.published.reach
