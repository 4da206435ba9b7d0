"""Carter and Hayes 1977: cube and square of apparent density, and a weak power of the strain rate."""

from materials.conversions import APPARENT
from materials.laws.curves import RatePower
from materials.laws.law import ModulusLaw
from materials.laws.strength_law import PrintedStrength

# Chosen: a slow test; the copied table uses it too [V 68]. Ten times faster is 15 % stiffer and stronger.
STRAIN_RATE_PER_S = 0.01
RATE_EXPONENT = 0.06
NAME = "carter_hayes1977"
# recalled, human tibia and bovine femur, medium confidence
RANGE_G_CM3 = (0.07, 2.0)
SITE = "human tibia and bovine femur pooled"
SOURCE = "Carter and Hayes 1977 (evidence 4.2; the table copied at [V 68] is garbled)"
DOUBT = "site recalled, strain rate chosen"


def carter_hayes_modulus(strain_rate_per_s: float = STRAIN_RATE_PER_S) -> ModulusLaw:
    """The modulus law at one strain rate."""
    return ModulusLaw(
        name=NAME,
        curve=RatePower(
            factor_mpa=3790.0,
            rate_exponent=RATE_EXPONENT,
            exponent=3.0,
            strain_rate_per_s=strain_rate_per_s,
        ),
        density_kind=APPARENT,
        valid_g_cm3=RANGE_G_CM3,
        site=SITE,
        source=SOURCE,
        formula_mark="[R-H]",
        range_mark="[R-M]",
        doubt=DOUBT,
    )


def carter_hayes_strength(strain_rate_per_s: float = STRAIN_RATE_PER_S) -> PrintedStrength:
    """The strength law at one strain rate."""
    return PrintedStrength(
        name=NAME,
        curve=RatePower(
            factor_mpa=68.0,
            rate_exponent=RATE_EXPONENT,
            exponent=2.0,
            strain_rate_per_s=strain_rate_per_s,
        ),
        density_kind=APPARENT,
        valid_g_cm3=RANGE_G_CM3,
        site=SITE,
        source=SOURCE,
        formula_mark="[R-H]",
        range_mark="[R-M]",
        doubt=DOUBT,
    )
