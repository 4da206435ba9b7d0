"""Crawford 2003 / Kopperdahl 2002: linear in QCT density, vertebral bodies.

The default, because its density axis is what a calibrated scan delivers.
"""

from materials.conversions import QCT
from materials.laws.curves import Straight
from materials.laws.law import ModulusLaw

CRAWFORD_2003 = ModulusLaw(
    name="crawford2003",
    curve=Straight(slope_mpa=3230.0, offset_mpa=-34.7),
    density_kind=QCT,
    valid_g_cm3=(0.05, 0.25),
    site="vertebra T10 to L4, cranio-caudal",
    source="Crawford 2003, Kopperdahl 2002, as coded in an open tool (evidence 4.2)",
    formula_mark="[V 67]",
    range_mark="[R-M]",
)
