"""Dalstra 1993: pelvic trabecular bone."""

from materials.conversions import APPARENT
from materials.laws.curves import Power
from materials.laws.law import ModulusLaw

DALSTRA_1993 = ModulusLaw(
    name="dalstra1993",
    curve=Power(factor_mpa=2017.3, exponent=2.46),
    density_kind=APPARENT,
    # no range was seen in the source
    valid_g_cm3=(0.1, 0.7),
    site="pelvis",
    source="Dalstra 1993 (evidence 4.2)",
    formula_mark="[R-H]",
    range_mark="[A]",
)
