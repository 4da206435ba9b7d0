"""Keller 1994: vertebra, the compliant end of the published laws, and spine with femur pooled.

The exponent of the pooled modulus is printed in three ways; all three are rows, none is preferred.
"""

from materials.conversions import ASH
from materials.laws.curves import Power
from materials.laws.law import ModulusLaw
from materials.laws.strength_law import PrintedStrength
from materials.laws.vertebral_range import CORTICAL_ASH_G_CM3, VERTEBRAL_ASH_G_CM3

VERTEBRA = "vertebra"
POOLED = "spine and femur pooled"
TABLE = "Keller 1994, as printed in PMC6069821 table 1 (evidence 4.2)"
POOLED_RANGE_G_CM3 = (VERTEBRAL_ASH_G_CM3[0], CORTICAL_ASH_G_CM3)

KELLER_1994_VERTEBRA = ModulusLaw(
    name="keller1994_vertebra",
    curve=Power(factor_mpa=1890.0, exponent=1.92),
    density_kind=ASH,
    valid_g_cm3=VERTEBRAL_ASH_G_CM3,
    site=VERTEBRA,
    source=TABLE,
    formula_mark="[V 68]",
    range_mark="[A]",
)
KELLER_1994_VERTEBRA_STRENGTH = PrintedStrength(
    name="keller1994_vertebra",
    curve=Power(factor_mpa=284.0, exponent=2.27),
    density_kind=ASH,
    valid_g_cm3=VERTEBRAL_ASH_G_CM3,
    site=VERTEBRA,
    source=TABLE,
    formula_mark="[V 68]",
    range_mark="[A]",
)
KELLER_1994_POOLED_STRENGTH = PrintedStrength(
    name="keller1994_pooled",
    curve=Power(factor_mpa=117.0, exponent=1.93),
    density_kind=ASH,
    valid_g_cm3=POOLED_RANGE_G_CM3,
    site=POOLED,
    source=TABLE,
    formula_mark="[V 68]",
    range_mark="[A]",
)


def _pooled(name: str, exponent: float, source: str, mark: str) -> ModulusLaw:
    """The pooled modulus with one of its exponents."""
    return ModulusLaw(
        name=name,
        curve=Power(factor_mpa=10_500.0, exponent=exponent),
        density_kind=ASH,
        valid_g_cm3=POOLED_RANGE_G_CM3,
        site=POOLED,
        source=source,
        formula_mark=mark,
        range_mark="[A]",
        doubt="exponent in dispute",
    )


KELLER_1994_POOLED_251 = _pooled("keller1994_pooled_251", 2.51, TABLE, "[V 68]")
KELLER_1994_POOLED_229 = _pooled(
    "keller1994_pooled_229", 2.29, "Keller 1994, as coded in an open tool (evidence 4.2)", "[V 67]"
)
KELLER_1994_POOLED_257 = _pooled("keller1994_pooled_257", 2.57, "Keller 1994 (evidence 4.2)", "[R-M]")
