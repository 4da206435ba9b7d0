"""Strains at which trabecular bone yields: nearly the same at every density, so a criterion of their own."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class YieldStrain:
    """Strain at which trabecular bone of one site yields or breaks, as a fraction; 0.0077 is 0.77 %.

    Attributes:
        site: the bone that was tested.
        compression, tension: means, both positive.
        compression_sd, tension_sd: standard deviations between specimens; None where none was seen.
        source: paper, place in the evidence and mark.
    """

    site: str
    compression: float
    tension: float
    compression_sd: float | None
    tension_sd: float | None
    source: str


_MORGAN = "Morgan and Keaveny 2001 (evidence 4.3) [R-H]"
_KOPPERDAHL = "Kopperdahl and Keaveny 1998 (evidence 4.3) [R-M]"

YIELD_STRAINS: Mapping[str, YieldStrain] = {
    "morgan2001_vertebra": YieldStrain(
        site="vertebra",
        compression=0.0077,
        tension=0.0070,
        compression_sd=0.0006,
        tension_sd=0.0005,
        source=_MORGAN,
    ),
    "morgan2001_tibia": YieldStrain(
        site="proximal tibia",
        compression=0.0073,
        tension=0.0065,
        compression_sd=None,
        tension_sd=None,
        source=_MORGAN,
    ),
    "morgan2001_trochanter": YieldStrain(
        site="greater trochanter",
        compression=0.0070,
        tension=0.0061,
        compression_sd=None,
        tension_sd=None,
        source=_MORGAN,
    ),
    "morgan2001_femoral_neck": YieldStrain(
        site="femoral neck",
        compression=0.0085,
        tension=0.0061,
        compression_sd=None,
        tension_sd=None,
        source=_MORGAN,
    ),
    "kopperdahl1998_vertebra": YieldStrain(
        site="vertebra",
        compression=0.0084,
        tension=0.0078,
        compression_sd=0.0006,
        tension_sd=0.0004,
        source=_KOPPERDAHL,
    ),
}

# The strain at the highest stress, past yield.
ULTIMATE_STRAINS: Mapping[str, YieldStrain] = {
    "kopperdahl1998_vertebra": YieldStrain(
        site="vertebra",
        compression=0.0145,
        tension=0.0159,
        compression_sd=0.0033,
        tension_sd=0.0033,
        source=_KOPPERDAHL,
    ),
}
