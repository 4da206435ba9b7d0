"""Regional density templates of the sacrum and ilium, as ratios to the S1 body."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DensityTemplate:
    """QCT density (K2HPO4) by region: the S1 body in mg/cm3, everything else relative to it.

    Attributes:
        s1_body_mg_cm3: trabecular density of the S1 body at T-score 0.
        ala_to_body: R, mean of the S1 ala over the S1 body.
        ala_upper_lateral: upper and lateral S1 ala over the ala mean.
        ala_central: central and anterior S1 ala over the ala mean.
        s1_pedicle, s2_body, ilium_anterior, ilium_posterior: over the S1 body.
        s2_ala: S2 ala over the S1 ala.
        lower_body: S3 and below over the S1 body.
        posterior: lamina and articular processes over the S1 body.
        source: where the numbers are from.
    """

    s1_body_mg_cm3: float
    ala_to_body: float
    ala_upper_lateral: float
    ala_central: float
    s1_pedicle: float
    s2_body: float
    s2_ala: float
    lower_body: float
    posterior: float
    ilium_anterior: float
    ilium_posterior: float
    source: str


# R is the controlling input and is known only between these two published means (evidence 3.1, 3.2).
PUBLISHED_R_RANGE = (0.37, 0.78)

TEMPLATES: Mapping[str, DensityTemplate] = {
    "clinical_ct": DensityTemplate(
        s1_body_mg_cm3=227.0,
        ala_to_body=0.37,
        ala_upper_lateral=1.15,
        ala_central=0.85,
        s1_pedicle=1.10,
        s2_body=0.69,
        s2_ala=0.22 / 0.37,
        lower_body=0.60,
        posterior=1.10,
        ilium_anterior=0.91,
        ilium_posterior=0.55,
        source="Nakamura 2020, 100 CT, HU to density by Andresen 2025 (evidence 3.2); "
        "upper-lateral, central, pedicle, posterior and lower ratios chosen",
    ),
    "young_qct": DensityTemplate(
        s1_body_mg_cm3=382.0,
        ala_to_body=0.78,
        ala_upper_lateral=1.15,
        ala_central=0.90,
        s1_pedicle=1.10,
        s2_body=0.69,
        s2_ala=0.22 / 0.37,
        lower_body=0.60,
        posterior=1.10,
        ilium_anterior=0.91,
        ilium_posterior=0.55,
        source="Zheng 2000, QCT, 13 men of mean 31 years (evidence 3.2); "
        "S2 and ilium ratios from Nakamura 2020, the others chosen",
    ),
}


@dataclass(frozen=True, kw_only=True)
class TScoreMap:
    """Lumbar volumetric density at a T-score: intercept + slope T, in mg/cm3.

    Only its ratio to T = 0 is used, to scale a template.
    """

    intercept_mg_cm3: float
    slope_mg_cm3: float
    source: str

    def relative_density(self, t_score: float) -> float:
        """Density at this T-score over the density at T = 0; never below 5 %."""
        return max(1.0 + self.slope_mg_cm3 / self.intercept_mg_cm3 * t_score, 0.05)

    def t_score(self, relative_density: float) -> float:
        """The T-score at which the density is that multiple of the density at T = 0."""
        return (relative_density - 1.0) * self.intercept_mg_cm3 / self.slope_mg_cm3


T_SCORE_MAPS: Mapping[str, TScoreMap] = {
    "class_boundary": TScoreMap(
        intercept_mg_cm3=146.7,
        slope_mg_cm3=26.7,
        source="line through (T -1, 120) and (T -2.5, 80 mg/cm3), the QCT class boundaries (evidence 3.3)",
    ),
    "young_women": TScoreMap(
        intercept_mg_cm3=190.0,
        slope_mg_cm3=34.0,
        source="women of 20 to 30 years, 190 +- 34 mg/cm3 (evidence 3.3)",
    ),
}

# The ala loses bone first: it scales with this power of the body's loss (evidence 3.3, chosen).
ALA_LOSS_EXPONENT = 1.5
# The fatty void in the centre of the ala of old age (evidence 3.2): the ala_central ratio falls to this
# between the T-scores that bound osteopenia (chosen: linear).
OSTEOPOROTIC_ALA_CENTRAL = 0.3
OSTEOPENIA_T_SCORES = (-1.0, -2.5)


def osteoporosis_share(t_score: float) -> float:
    """0 at T -1 and above, 1 at T -2.5 and below, linear between."""
    high, low = OSTEOPENIA_T_SCORES
    return min(max((high - t_score) / (high - low), 0.0), 1.0)
