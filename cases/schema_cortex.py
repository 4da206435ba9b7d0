"""The cortex section of a case: how thick the shell of each region is, and how stiff."""

from dataclasses import replace
from typing import TYPE_CHECKING

from cases.section import Section, overrides_of, quantity
from materials.cortex import CortexThickness

if TYPE_CHECKING:
    Thicknesses = Section
else:
    Thicknesses = overrides_of(CortexThickness, name="Thicknesses", about="Thickness of the shell by region.")


class Cortex(Thicknesses):
    """The cortical shell: its thickness by region before a T-score thins it, and its modulus."""

    thickness_scale: float = quantity(
        1.0,
        0.3,
        3.0,
        unit="",
        about="multiplies the thickness of every region",
        source="chosen: the defaults are assumptions (evidence 1.2)",
    )
    young_mpa: float = quantity(
        12_000.0,
        1_000.0,
        25_000.0,
        unit="MPa",
        about="Young's modulus of cortical bone",
        source="lumbar 12 GPa, pelvis 17, osteoporotic 8.04 (evidence 4.3)",
    )

    def thickness(self) -> CortexThickness:
        """The shell of this case at a T-score of -1 and above."""
        own = {key: value for key, value in self.given().items() if key in Thicknesses.model_fields}
        return replace(CortexThickness(), **own).scaled(self.thickness_scale)
