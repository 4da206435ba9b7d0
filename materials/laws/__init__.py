"""Density-modulus laws, one file each and one row here. They differ up to 7-fold: read ratios."""

from collections.abc import Mapping

from materials.laws.crawford2003 import Crawford2003
from materials.laws.dalstra1993 import Dalstra1993
from materials.laws.keller1994 import Keller1994
from materials.laws.law import DensityLaw
from materials.laws.morgan2003 import Morgan2003

LAWS: Mapping[str, DensityLaw] = {
    law.name: law for law in (Crawford2003(), Morgan2003(), Keller1994(), Dalstra1993())
}

__all__ = ["LAWS", "DensityLaw"]
