"""Regional density templates: how dense each region of each bone is, over the S1 body, and who says so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

S1_BODY, S1_ALA = "s1_body", "s1_ala"


@dataclass(frozen=True, kw_only=True)
class RegionalDensity:
    """Density of one region over another one's.

    Attributes:
        ratio: its mean over the mean of what it is relative to.
        over: `S1_BODY`, or `S1_ALA`: then it falls with R.
        sd_mg_cm3: standard deviation between people at T-score 0, None where none was published.
        source: where both are from, with the mark of docs/evidence.md.
    """

    ratio: float
    source: str
    over: str = S1_BODY
    sd_mg_cm3: float | None = None


@dataclass(frozen=True, kw_only=True)
class DensityTemplate:
    """QCT density (K2HPO4) by region: the S1 body in mg/cm3, everything else relative to it.

    Attributes:
        s1_body_mg_cm3: trabecular density of the S1 body at T-score 0.
        ala_to_body: R, mean of the S1 ala over the S1 body.
        ala_sd_mg_cm3: standard deviation of the S1 ala between people, None where none was published.
        regions: a row for every name in `REGIONS`.
        source: what S1 body and R are from.
    """

    s1_body_mg_cm3: float
    ala_to_body: float
    ala_sd_mg_cm3: float | None
    regions: Mapping[str, RegionalDensity]
    source: str


# The regions of each bone. Both regions of the S1 ala together have the mean R.
REGIONS: Mapping[str, tuple[str, ...]] = {
    "sacrum": (
        "s1_body",
        "s1_pedicle",
        "s1_ala_upper_lateral",
        "s1_ala_central",
        "s2_body",
        "s2_ala",
        "lower_body",
        "lower_ala",
        "posterior",
    ),
    "ilium": ("ilium_anterior", "ilium_anterior_s2", "ilium_posterior"),
    "l5": ("l5_body", "lumbar_pedicle", "lumbar_posterior"),
    "l4": ("l4_body", "lumbar_pedicle", "lumbar_posterior"),
}
ALA_REGIONS = ("s1_ala_upper_lateral", "s1_ala_central")

# R is the controlling input and is known only between these two published means (evidence 3.1, 3.2).
PUBLISHED_R_RANGE = (0.37, 0.78)

_CHOSEN = {
    "s1_pedicle": RegionalDensity(ratio=1.10, source="[A], direction [V 1]"),
    "s1_ala_upper_lateral": RegionalDensity(ratio=1.15, over=S1_ALA, source="[A], direction [V 1]"),
    "lower_body": RegionalDensity(ratio=0.60, source="[A]: below S2"),
    "lower_ala": RegionalDensity(ratio=0.22 / 0.37, over=S1_ALA, source="[A]: as the S2 ala"),
    # the 635 HU of [V 23] are those of the whole lamina with its two tables
    "posterior": RegionalDensity(ratio=1.10, source="[A]: as the pedicle"),
}


def _lumbar(body: RegionalDensity) -> dict[str, RegionalDensity]:
    """L5 and L4, whose bodies are alike, and their pedicles and arches as much denser as in S1."""
    arch = RegionalDensity(ratio=1.10 * body.ratio, source="[A]: 1.10 of the body, as in S1")
    # doi 10.3389/fendo.2024.1398367: no difference between lumbar levels in 296 CT
    level = replace(body, source="as L5: lumbar levels are alike (Hebei, 296 CT)")
    return {"l5_body": body, "l4_body": level, "lumbar_pedicle": arch, "lumbar_posterior": arch}


# HU of Nakamura 2020 by BMD = 0.810 HU + 0.84 [D 61]. Its deviations follow from the 95 % intervals of 100
# CT, which an analysis of variance gives nearly one width: they are pooled [D 7].
_NAKAMURA = "Nakamura 2020, 100 CT [D 7, 61]"

TEMPLATES: Mapping[str, DensityTemplate] = {
    "clinical_ct": DensityTemplate(
        s1_body_mg_cm3=227.0,
        ala_to_body=0.37,
        ala_sd_mg_cm3=None,
        regions={
            **_CHOSEN,
            "s1_body": RegionalDensity(ratio=1.0, sd_mg_cm3=73.0, source=_NAKAMURA),
            "s1_ala_central": RegionalDensity(ratio=0.85, over=S1_ALA, source="[A], direction [V 33, 58]"),
            "s2_body": RegionalDensity(ratio=0.69, sd_mg_cm3=75.0, source=_NAKAMURA),
            "s2_ala": RegionalDensity(ratio=0.22 / 0.37, over=S1_ALA, source=_NAKAMURA),
            "ilium_anterior": RegionalDensity(ratio=0.91, sd_mg_cm3=73.0, source=_NAKAMURA),
            "ilium_anterior_s2": RegionalDensity(ratio=0.82, sd_mg_cm3=75.0, source=_NAKAMURA),
            "ilium_posterior": RegionalDensity(ratio=0.55, source=_NAKAMURA),
            **_lumbar(RegionalDensity(ratio=0.79, source="220 HU in 98 CT, 179 mg/cm3 [D 23, 61, 7]")),
        },
        source="Nakamura 2020, 100 CT, HU to density by Andresen 2025 (evidence 3.2)",
    ),
    "young_qct": DensityTemplate(
        s1_body_mg_cm3=382.0,
        ala_to_body=0.78,
        ala_sd_mg_cm3=86.0,
        regions={
            **_CHOSEN,
            "s1_body": RegionalDensity(ratio=1.0, sd_mg_cm3=59.0, source="Zheng 2000, 13 men [V 5]"),
            "s1_ala_central": RegionalDensity(ratio=0.90, over=S1_ALA, source="[A], direction [V 33, 58]"),
            "s2_body": RegionalDensity(ratio=0.69, source="ratio of clinical CT [D 7]"),
            "s2_ala": RegionalDensity(ratio=0.22 / 0.37, over=S1_ALA, source="ratio of clinical CT [D 7]"),
            "ilium_anterior": RegionalDensity(ratio=0.91, source="ratio of clinical CT [D 7]"),
            "ilium_anterior_s2": RegionalDensity(ratio=0.82, source="ratio of clinical CT [D 7]"),
            "ilium_posterior": RegionalDensity(ratio=0.55, source="ratio of clinical CT [D 7]"),
            **_lumbar(RegionalDensity(ratio=0.50, sd_mg_cm3=34.0, source="L3 of young women [D 61, 64, 5]")),
        },
        source="Zheng 2000, QCT, 13 men of mean 31 years (evidence 3.2)",
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

    def lumbar_mg_cm3(self, t_score: float) -> float:
        """Mean density of the lumbar bodies at this T-score, as the map reads it."""
        return self.intercept_mg_cm3 + self.slope_mg_cm3 * t_score

    def relative_density(self, t_score: float) -> float:
        """Density at this T-score over the density at T = 0; never below 5 %."""
        return max(self.lumbar_mg_cm3(t_score) / self.intercept_mg_cm3, 0.05)

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

# The ala loses bone first: it scales with this power of the body's loss (evidence 3.3 [A]).
ALA_LOSS_EXPONENT = 1.5
# T-scores that bound osteopenia: there the cortex begins and ends to thin, and the alar void to empty. Below
# the lower one all trabeculae are gone from its middle (below 100 HU in L5, about T -2.4 [V 58]); the line
# between is chosen.
OSTEOPENIA_T_SCORES = (-1.0, -2.5)
# What is left there is fat: -100 HU [R-H], by BMD = 0.810 HU + 0.84 [D 61].
FAT_MG_CM3 = -80.0


def osteoporosis_share(t_score: float) -> float:
    """0 at T -1 and above, 1 at T -2.5 and below, linear between."""
    high, low = OSTEOPENIA_T_SCORES
    return min(max((high - t_score) / (high - low), 0.0), 1.0)
