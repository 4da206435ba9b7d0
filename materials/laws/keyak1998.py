"""Keyak 1998: femur, in pieces that meet within 0.1 % where one passes into the next."""

from materials.conversions import ASH
from materials.laws.curves import Pieces, Power, Straight
from materials.laws.law import ModulusLaw
from materials.laws.strength_law import PrintedStrength
from materials.laws.vertebral_range import CORTICAL_ASH_G_CM3, VERTEBRAL_ASH_G_CM3

SITE = "femur"
SOURCE = "Keyak 1998, as printed in PMC6069821 table 1 (evidence 4.2)"
# No range of specimens was seen. The table prints the modulus for any ash density, and the strength above
# 0.2 g/cm3: its authors let lighter bone never yield.
RANGE_G_CM3 = (VERTEBRAL_ASH_G_CM3[0], CORTICAL_ASH_G_CM3)
STRENGTH_RANGE_G_CM3 = (0.2, CORTICAL_ASH_G_CM3)

KEYAK_1998 = ModulusLaw(
    name="keyak1998",
    curve=Pieces(
        curves=(
            Power(factor_mpa=33_900.0, exponent=2.20),
            Straight(slope_mpa=5307.0, offset_mpa=469.0),
            Power(factor_mpa=10_200.0, exponent=2.01),
        ),
        ends_g_cm3=(0.27, 0.6),
    ),
    density_kind=ASH,
    valid_g_cm3=RANGE_G_CM3,
    site=SITE,
    source=SOURCE,
    formula_mark="[V 68]",
    range_mark="[A]",
)
KEYAK_1998_STRENGTH = PrintedStrength(
    name="keyak1998",
    curve=Pieces(
        curves=(Power(factor_mpa=137.0, exponent=1.88), Power(factor_mpa=114.0, exponent=1.72)),
        ends_g_cm3=(0.317,),
    ),
    density_kind=ASH,
    valid_g_cm3=STRENGTH_RANGE_G_CM3,
    site=SITE,
    source=SOURCE,
    formula_mark="[V 68]",
    range_mark="[A]",
)
