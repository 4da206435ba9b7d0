"""Density scales: QCT (K2HPO4) to ash to apparent, in mg/cm3."""

from geometry.arrays import Floats


def ash_from_qct(density_mg_cm3: Floats) -> Floats:
    """Ash density in mg/cm3, same shape; Keyak 1994: ash = 1.06 rho + 38.9 (K2HPO4-equivalent)."""
    return 1.06 * density_mg_cm3 + 38.9


def apparent_from_ash(density_mg_cm3: Floats) -> Floats:
    """Apparent density in mg/cm3, same shape; Schileo 2008: ash over apparent is 0.60 (recalled)."""
    return density_mg_cm3 / 0.60


def apparent_from_qct(density_mg_cm3: Floats) -> Floats:
    """Apparent density in mg/cm3 from QCT density, same shape."""
    return apparent_from_ash(ash_from_qct(density_mg_cm3))
