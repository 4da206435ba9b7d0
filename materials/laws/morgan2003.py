"""Morgan 2003: vertebral trabecular bone, the stiff end of the published laws."""

from materials.conversions import APPARENT
from materials.laws.curves import Power
from materials.laws.law import ModulusLaw

MORGAN_2003 = ModulusLaw(
    name="morgan2003",
    curve=Power(factor_mpa=4730.0, exponent=1.56),
    density_kind=APPARENT,
    valid_g_cm3=(0.11, 0.35),
    site="vertebra, on-axis, 61 specimens",
    source="Morgan 2003 (evidence 4.2)",
    formula_mark="[V 66, 36]",
    range_mark="[R-M]",
)
