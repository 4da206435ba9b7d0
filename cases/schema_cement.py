"""The cement of a screw in a case: how much, where, how it spreads, how stiff it is."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from cases.section import Section, overrides_of, quantity
from geometry.screws import CementDose
from materials.tables import PMMA, Solid

if TYPE_CHECKING:
    DoseNumbers = Section
else:
    DoseNumbers = overrides_of(CementDose, name="DoseNumbers", about="How much cement, and where.")


class ScrewCement(DoseNumbers):
    """Bone cement round the far end of a screw."""

    young_mpa: float | None = quantity(
        None,
        500.0,
        5_000.0,
        unit="MPa",
        about=f"Young's modulus of the cement; by default {PMMA.young_mpa:g}",
        source=PMMA.source,
        example=PMMA.young_mpa,
    )

    @classmethod
    def completed(cls, given: Mapping[str, object]) -> Mapping[str, object]:
        """A key left out takes its default: a written case would drop a section without keys."""
        own = {number.name: number.default for number in fields(CementDose)}
        chosen = {key: value for key, value in given.items() if value is not None}
        return {**own, "young_mpa": PMMA.young_mpa, **chosen}

    def dose(self) -> CementDose:
        """What is injected."""
        return CementDose(**{key: value for key, value in self.given().items() if key != "young_mpa"})

    def solid(self) -> Solid:
        """What it sets to."""
        return replace(PMMA, young_mpa=self.given()["young_mpa"])
