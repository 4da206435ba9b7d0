"""Density scales: what a calibrated scan shows, and what the laws were measured on. All lines in mg/cm3."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats

QCT, CAHA, ASH, APPARENT = "QCT", "CaHA", "ash", "apparent"
# QCT: dipotassium phosphate equivalent; CaHA: hydroxyapatite equivalent; ash: mineral left after burning;
# apparent: wet tissue without marrow. Each over the whole volume, pores and all.
DENSITY_KINDS = (QCT, CAHA, ASH, APPARENT)


@dataclass(frozen=True, kw_only=True)
class AshOverApparent:
    """How much of the apparent density is ash.

    Attributes:
        ratio: ash over apparent density.
        source: where from, with its evidence mark.
    """

    ratio: float
    source: str


ASH_OVER_APPARENT: Mapping[str, AshOverApparent] = {
    "schileo2008": AshOverApparent(ratio=0.60, source="Schileo 2008, human bone (evidence 4.1) [R-H]"),
    "calf_lumbosacral": AshOverApparent(
        ratio=0.43,
        source="194 over 453 mg/cm3, means of calf lumbosacral trabecular bone (evidence 3.1, 4.1) [D 60]",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A density that rises in a straight line with the QCT density.

    Attributes:
        slope: per mg/cm3 of QCT density.
        offset_mg_cm3: where QCT shows none.
    """

    slope: float
    offset_mg_cm3: float


# Keyak 1994: ash = 1.06 QCT + 38.9, as coded (evidence 4.1) [V 65]
ASH_OF_QCT = Line(slope=1.06, offset_mg_cm3=38.9)
# Kaneko 2004: ash = 0.839 CaHA + 69.8, as coded (evidence 4.1) [V 65]
ASH_OF_CAHA = Line(slope=0.839, offset_mg_cm3=69.8)


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """From QCT density to the kind of density a law was measured on, and back.

    Attributes:
        ash_over_apparent: ratio of the two densities, a row of `ASH_OVER_APPARENT`; published ones differ.
    """

    ash_over_apparent: float = ASH_OVER_APPARENT["schileo2008"].ratio

    def from_qct(self, density_mg_cm3: Floats, kind: str) -> Floats:
        """The density of that kind in mg/cm3, same shape, for QCT densities."""
        line = self._line(kind)
        return line.slope * density_mg_cm3 + line.offset_mg_cm3

    def to_qct(self, density_mg_cm3: Floats, kind: str) -> Floats:
        """The QCT density in mg/cm3, same shape, for densities of that kind; negative below its offset."""
        line = self._line(kind)
        return np.asarray((density_mg_cm3 - line.offset_mg_cm3) / line.slope, dtype=np.float64)

    def _line(self, kind: str) -> Line:
        ash, caha = ASH_OF_QCT, ASH_OF_CAHA
        lines = {
            QCT: Line(slope=1.0, offset_mg_cm3=0.0),
            CAHA: Line(
                slope=ash.slope / caha.slope,
                offset_mg_cm3=(ash.offset_mg_cm3 - caha.offset_mg_cm3) / caha.slope,
            ),
            ASH: ash,
            APPARENT: Line(
                slope=ash.slope / self.ash_over_apparent,
                offset_mg_cm3=ash.offset_mg_cm3 / self.ash_over_apparent,
            ),
        }
        return lines[kind]
