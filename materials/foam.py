"""Polyurethane foam that screws are tested in, and one set of tests: what estimators are calibrated on."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FoamGrade:
    """One grade of ASTM F1839 foam.

    Attributes:
        density_mg_cm3: of the foam.
        young_mpa: in compression.
        strength_mpa: in compression.
        shear_strength_mpa: in shear.
    """

    density_mg_cm3: float
    young_mpa: float
    strength_mpa: float
    shear_strength_mpa: float


# By pounds per cubic foot. Supplier's catalogue, recalled with high confidence (evidence 7.3).
FOAMS: Mapping[int, FoamGrade] = {
    5: FoamGrade(density_mg_cm3=80.0, young_mpa=16.0, strength_mpa=0.6, shear_strength_mpa=0.59),
    10: FoamGrade(density_mg_cm3=160.0, young_mpa=58.0, strength_mpa=2.2, shear_strength_mpa=1.6),
    15: FoamGrade(density_mg_cm3=240.0, young_mpa=123.0, strength_mpa=4.9, shear_strength_mpa=2.8),
    20: FoamGrade(density_mg_cm3=320.0, young_mpa=210.0, strength_mpa=8.4, shear_strength_mpa=4.3),
    30: FoamGrade(density_mg_cm3=480.0, young_mpa=445.0, strength_mpa=18.0, shear_strength_mpa=7.6),
    40: FoamGrade(density_mg_cm3=640.0, young_mpa=759.0, strength_mpa=31.0, shear_strength_mpa=11.0),
}


@dataclass(frozen=True, kw_only=True)
class FoamTest:
    """Screws of one design pulled out of foam.

    Attributes:
        grade: of the foam, a key of `FOAMS`.
        engaged_mm: length of thread in the foam.
        force_n: mean of the highest forces.
        force_sd_n: their standard deviation.
    """

    grade: int
    engaged_mm: float
    force_n: float
    force_sd_n: float


def _weidling(force_n: float, force_sd_n: float) -> FoamTest:
    # 25 mm: from the flank overlap areas that the paper prints (evidence 7.5)
    return FoamTest(grade=15, engaged_mm=25.0, force_n=force_n, force_sd_n=force_sd_n)


# By screw, as in `geometry.screws.designs.WEIDLING_2022`; table 2 of [V 124], doi 10.1038/s41598-022-11824-2.
# Foam of 237.2 mg/cm3, taken as grade 15.
WEIDLING_2022_TESTS: Mapping[str, FoamTest] = {
    "st1_6": _weidling(870.0, 10.0),
    "st2_6": _weidling(855.0, 12.0),
    "st3_6.2": _weidling(965.0, 20.0),
    "st4_6.5": _weidling(902.0, 10.0),
    "st5_6.5": _weidling(966.0, 18.0),
    "st6_6.5": _weidling(858.0, 19.0),
}
