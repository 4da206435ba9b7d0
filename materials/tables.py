"""Moduli that are not bone density: metals, cement, cartilage, cortex, and what stands for lost bone."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Solid:
    """An isotropic linear-elastic solid.

    Attributes:
        young_mpa: Young's modulus.
        poisson: Poisson's ratio.
        source: where both come from.
    """

    young_mpa: float
    poisson: float
    source: str


METALS: Mapping[str, Solid] = {
    "titanium": Solid(young_mpa=110_000.0, poisson=0.30, source="Ti-6Al-4V, evidence 5 [74, 78]"),
    "cobalt_chrome": Solid(young_mpa=220_000.0, poisson=0.30, source="CoCrMo, evidence 5 [78]"),
    "steel": Solid(young_mpa=195_000.0, poisson=0.30, source="316L, evidence 5, recalled"),
}

CARTILAGE = Solid(
    young_mpa=30.0,
    poisson=0.40,
    source="facet model cartilage 30 MPa, 0.4, in the range 10 to 35 MPa, evidence 5 [17, 74, 80]",
)

PMMA = Solid(
    young_mpa=2_670.0,
    poisson=0.30,
    source="bone cement 2340 to 3000 MPa, 0.2 to 0.4, evidence 5 [V 75, 78]; middles chosen",
)

CORTEX = Solid(young_mpa=12_000.0, poisson=0.30, source="lumbar cortex 12 GPa, 0.3, evidence 4.3 [74, 75]")

TRABECULAR_POISSON = 0.30  # evidence 4.2: 0.2 to 0.3

# Marrow between the last trabeculae still carries a little: evidence 4.2 takes E = max(10, law).
TRABECULAR_FLOOR_MPA = 10.0

# What stands where bone is lost. The void is soft enough to carry nothing (checked by
# tests/test_pull_out.py: ten times softer changes no stiffness by 0.5 %), yet keeps the stiffness matrix
# regular.
LOST_BONE: Mapping[str, Solid] = {
    "void": Solid(young_mpa=0.1, poisson=0.30, source="chosen: carries nothing"),
    "infected": Solid(
        young_mpa=5.0, poisson=0.30, source="chosen: half the trabecular floor; no measurement was found"
    ),
}
