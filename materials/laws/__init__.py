"""Density laws, one paper a file and one law a row. They differ ten-fold and more: read ratios."""

from collections.abc import Mapping

from materials.laws.carter_hayes1977 import carter_hayes_modulus, carter_hayes_strength
from materials.laws.crawford2003 import CRAWFORD_2003
from materials.laws.dalstra1993 import DALSTRA_1993
from materials.laws.keller1994 import (
    KELLER_1994_POOLED_229,
    KELLER_1994_POOLED_251,
    KELLER_1994_POOLED_257,
    KELLER_1994_POOLED_STRENGTH,
    KELLER_1994_VERTEBRA,
    KELLER_1994_VERTEBRA_STRENGTH,
)
from materials.laws.keyak1998 import KEYAK_1998, KEYAK_1998_STRENGTH
from materials.laws.kopperdahl2002 import (
    KOPPERDAHL_2002_APPARENT,
    KOPPERDAHL_2002_QCT,
    KOPPERDAHL_2002_YIELD_APPARENT,
    KOPPERDAHL_2002_YIELD_LINE,
    KOPPERDAHL_2002_YIELD_QCT,
)
from materials.laws.law import DensityLaw, ModulusLaw
from materials.laws.morgan2003 import MORGAN_2003
from materials.laws.strength_law import PrintedStrength, StrengthLaw

LAWS: Mapping[str, ModulusLaw] = {
    law.name: law
    for law in (
        CRAWFORD_2003,
        MORGAN_2003,
        KOPPERDAHL_2002_QCT,
        KOPPERDAHL_2002_APPARENT,
        KELLER_1994_VERTEBRA,
        KELLER_1994_POOLED_229,
        KELLER_1994_POOLED_251,
        KELLER_1994_POOLED_257,
        KEYAK_1998,
        carter_hayes_modulus(),
        DALSTRA_1993,
    )
}

STRENGTH_LAWS: Mapping[str, PrintedStrength] = {
    law.name: law
    for law in (
        KOPPERDAHL_2002_YIELD_LINE,
        KOPPERDAHL_2002_YIELD_QCT,
        KOPPERDAHL_2002_YIELD_APPARENT,
        KELLER_1994_VERTEBRA_STRENGTH,
        KELLER_1994_POOLED_STRENGTH,
        KEYAK_1998_STRENGTH,
        carter_hayes_strength(),
    )
}

__all__ = ["LAWS", "STRENGTH_LAWS", "DensityLaw", "ModulusLaw", "PrintedStrength", "StrengthLaw"]
