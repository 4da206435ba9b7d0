"""Trabecular bone measured in every kind of density beside its stiffness: a check on laws and scales."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Specimens:
    """Means of one series, each followed by its standard deviation.

    Attributes:
        name: of the bone.
        qct_mg_cm3, ash_mg_cm3, apparent_mg_cm3: its densities.
        young_mpa, strength_mpa: in compression.
        source: with its evidence mark.
    """

    name: str
    qct_mg_cm3: tuple[float, float]
    ash_mg_cm3: tuple[float, float]
    apparent_mg_cm3: tuple[float, float]
    young_mpa: tuple[float, float]
    strength_mpa: tuple[float, float]
    source: str


CALF_LUMBOSACRAL = Specimens(
    name="calf lumbosacral",
    qct_mg_cm3=(169.0, 36.0),
    ash_mg_cm3=(194.0, 59.0),
    apparent_mg_cm3=(453.0, 89.0),
    young_mpa=(173.0, 97.0),
    strength_mpa=(7.1, 3.0),
    source="calf lumbosacral trabecular bone (evidence 3.1) [V 60]",
)
