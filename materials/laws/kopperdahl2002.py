"""Kopperdahl 2002: powers of a density whose kind is in doubt, so each law stands here in both readings.

One open tool feeds QCT density to the powers (evidence 4.2 [V 67]); we recall apparent density [R-M]. The
lines for modulus and yield stress over QCT density are `crawford2003` and `kopperdahl2002_line`: from 80 to
250 mg/cm3 the powers follow them within 13 % when read on QCT density, and stand 1.9 to 3.4 times higher
when read on apparent density. That speaks for QCT; the paper should be checked.
"""

from materials.conversions import APPARENT, QCT
from materials.laws.curves import Power, Straight
from materials.laws.law import ModulusLaw
from materials.laws.strength_law import PrintedStrength
from materials.laws.vertebral_range import VERTEBRAL_APPARENT_G_CM3

SITE = "vertebra, on-axis"
SOURCE = "Kopperdahl 2002, as coded in an open tool (evidence 4.2)"
QCT_RANGE_G_CM3 = (0.05, 0.25)
MODULUS = Power(factor_mpa=2980.0, exponent=1.05)
YIELD = Power(factor_mpa=37.4, exponent=1.39)
AS_QCT = "density kind as coded, in dispute"
AS_APPARENT = "density kind recalled [R-M], in dispute"

KOPPERDAHL_2002_QCT = ModulusLaw(
    name="kopperdahl2002_qct",
    curve=MODULUS,
    density_kind=QCT,
    valid_g_cm3=QCT_RANGE_G_CM3,
    site=SITE,
    source=SOURCE,
    formula_mark="[V 67]",
    range_mark="[R-M]",
    doubt=AS_QCT,
)
KOPPERDAHL_2002_APPARENT = ModulusLaw(
    name="kopperdahl2002_apparent",
    curve=MODULUS,
    density_kind=APPARENT,
    valid_g_cm3=VERTEBRAL_APPARENT_G_CM3,
    site=SITE,
    source=SOURCE,
    formula_mark="[V 67]",
    range_mark="[A]",
    doubt=AS_APPARENT,
)
KOPPERDAHL_2002_YIELD_QCT = PrintedStrength(
    name="kopperdahl2002_qct",
    curve=YIELD,
    density_kind=QCT,
    valid_g_cm3=QCT_RANGE_G_CM3,
    site=SITE,
    source=SOURCE,
    formula_mark="[V 67]",
    range_mark="[R-M]",
    doubt=AS_QCT,
)
KOPPERDAHL_2002_YIELD_APPARENT = PrintedStrength(
    name="kopperdahl2002_apparent",
    curve=YIELD,
    density_kind=APPARENT,
    valid_g_cm3=VERTEBRAL_APPARENT_G_CM3,
    site=SITE,
    source=SOURCE,
    formula_mark="[V 67]",
    range_mark="[A]",
    doubt=AS_APPARENT,
)
KOPPERDAHL_2002_YIELD_LINE = PrintedStrength(
    name="kopperdahl2002_line",
    curve=Straight(slope_mpa=24.9, offset_mpa=-0.75),
    density_kind=QCT,
    valid_g_cm3=QCT_RANGE_G_CM3,
    site=SITE,
    source="Kopperdahl 2002, partner of crawford2003; not in evidence 4.2",
    formula_mark="[R-M]",
    range_mark="[R-M]",
    doubt="density kind recalled [R-M]; a public script codes it for apparent density",
)
