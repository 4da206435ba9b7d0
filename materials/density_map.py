"""Bone density as a field: a regional template laid over the sacrum and ilium, blended smoothly."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from geometry.arrays import Floats
from geometry.errors import MaterialError
from geometry.sacrum.promise import SacrumBody
from geometry.tetrahedron import POINTS_4
from materials.density_field import SACRUM
from materials.templates import (
    ALA_LOSS_EXPONENT,
    OSTEOPOROTIC_ALA_CENTRAL,
    TEMPLATES,
    DensityTemplate,
    TScoreMap,
    osteoporosis_share,
)

# Neighbouring regions pass into each other over about twice this length (chosen: a vertebral endplate
# and the trabecular transition beside it measure a few millimetres).
BLEND_MM = 2.5

REGIONS = (
    "s1_body",
    "s1_pedicle",
    "s1_ala_upper_lateral",
    "s1_ala_central",
    "s2_body",
    "s2_ala",
    "lower_body",
    "lower_ala",
    "posterior",
    "ilium_anterior",
    "ilium_posterior",
)


@dataclass(frozen=True, kw_only=True)
class BoneDensity:
    """Densities of the regions, as one bone has them.

    Attributes:
        s1_body_mg_cm3: QCT density of the S1 body.
        ratios: density of each region over the S1 body.
        ala_to_body: R, mean of the S1 ala over the S1 body.
        t_score: the T-score these stand for; it also thins the cortex.
        source: where the template is from.
    """

    s1_body_mg_cm3: float
    ratios: Mapping[str, float]
    ala_to_body: float
    t_score: float
    source: str


ALA_REGIONS = ("s1_ala_upper_lateral", "s1_ala_central")
# Spacing of the points at which the mean of the ala is taken: a fifth of its smallest extent.
_MEAN_STEP_MM = 2.5
# R is measured inside the shell, as a CT region of interest is drawn (thickest shell of evidence 1.2).
SHELL_MM = 1.5


def bone_density(
    template_name: str,
    scale: TScoreMap,
    *,
    t_score: float | None = None,
    s1_body_mg_cm3: float | None = None,
    ala_to_body: float | None = None,
    region_ratios: Mapping[str, float] | None = None,
) -> BoneDensity:
    """The regional densities of one bone, from a T-score or from its measured S1 body density.

    Args:
        template_name: a row of `TEMPLATES`.
        scale: how a T-score scales density.
        t_score: scales the whole template; the ala loses more (exponent 1.5, evidence 3.3).
        s1_body_mg_cm3: measured density, in place of a T-score.
        ala_to_body: R as measured; without it the template's own, lowered with the T-score.
        region_ratios: ratios to the S1 body that replace the template's; those of the S1 ala set how it
            varies inside, R sets its mean.

    Raises:
        MaterialError: neither or both of T-score and density given, or an unknown region.
    """
    template = TEMPLATES[template_name]
    if s1_body_mg_cm3 is not None and t_score is None:
        relative = s1_body_mg_cm3 / template.s1_body_mg_cm3
        t_score = scale.t_score(relative)
    elif t_score is not None and s1_body_mg_cm3 is None:
        relative = scale.relative_density(t_score)
    else:
        raise MaterialError("give either t_score or s1_body_mg_cm3, not both", where="bone")
    ratio = ala_to_body
    if ratio is None:
        ratio = template.ala_to_body * relative ** (ALA_LOSS_EXPONENT - 1.0)
    ratios = _ratios(template, ratio, osteoporosis_share(t_score))
    unknown = set(region_ratios or {}) - set(ratios)
    if unknown:
        raise MaterialError(
            f"no region named {', '.join(sorted(unknown))}",
            where="bone.regions",
            advice=f"The regions are {', '.join(sorted(ratios))}",
        )
    return BoneDensity(
        s1_body_mg_cm3=template.s1_body_mg_cm3 * relative,
        ratios={**ratios, **(region_ratios or {})},
        ala_to_body=ratio,
        t_score=t_score,
        source=template.source,
    )


def _ratios(template: DensityTemplate, ala_to_body: float, osteoporosis: float) -> dict[str, float]:
    """Density of each region over the S1 body."""
    central = (1.0 - osteoporosis) * template.ala_central + osteoporosis * min(
        OSTEOPOROTIC_ALA_CENTRAL, template.ala_central
    )
    return {
        "s1_body": 1.0,
        "s1_pedicle": template.s1_pedicle,
        "s1_ala_upper_lateral": ala_to_body * template.ala_upper_lateral,
        "s1_ala_central": ala_to_body * central,
        "s2_body": template.s2_body,
        "s2_ala": ala_to_body * template.s2_ala,
        "lower_body": template.lower_body,
        "lower_ala": ala_to_body * template.s2_ala,
        "posterior": template.posterior,
        "ilium_anterior": template.ilium_anterior,
        "ilium_posterior": template.ilium_posterior,
    }


@dataclass(frozen=True, kw_only=True)
class DensityMap:
    """Density at any point of the sacrum or ilium.

    Attributes:
        sacrum: gives the coordinates that the regions are drawn in.
        density: the regional values.
    """

    sacrum: SacrumBody
    density: BoneDensity

    def sacrum_mg_cm3(self, points_mm: Floats) -> Floats:
        """QCT density in mg/cm3 at points in the sacrum, shape (n,) for points of shape (n, 3)."""
        weights = sacral_weights(self.sacrum, points_mm)
        total = np.zeros(len(points_mm))
        for region, weight in weights.items():
            total += weight * self.density.ratios[region]
        return self.density.s1_body_mg_cm3 * total

    def ilium_mg_cm3(self, points_mm: Floats) -> Floats:
        """QCT density in mg/cm3 at points in the ilium, shape (n,): denser in front of the joint."""
        ratios = self.density.ratios
        # the joint lies beside the S1 body; posterior ilium is what stands behind its back wall
        behind = _step(points_mm[:, 1] - float(self.sacrum.body_half_depth_mm(np.zeros(1))[0]), 4 * BLEND_MM)
        share = behind * ratios["ilium_posterior"] + (1.0 - behind) * ratios["ilium_anterior"]
        return self.density.s1_body_mg_cm3 * share

    def in_elements(self, part: str, corners_mm: Floats) -> Floats:
        """QCT density in mg/cm3 at the four Gauss points of elements of "sacrum" or "ilium", shape (m, 4).

        Args:
            part: which bone they are in.
            corners_mm: their corners, shape (m, 4, 3).
        """
        points = np.einsum("qv,mvx->mqx", POINTS_4, corners_mm).reshape(-1, 3)
        density = self.sacrum_mg_cm3(points) if part == SACRUM else self.ilium_mg_cm3(points)
        return density.reshape(-1, 4)


def lay_density(sacrum: SacrumBody, density: BoneDensity) -> DensityMap:
    """The regional densities laid on one sacrum, its S1 ala scaled so that its mean over the S1 body is R.

    The template says how the ala varies inside; how much of it is upper, lateral or central is the shape's.
    """
    weights = sacral_weights(sacrum, points_under_shell(sacrum))
    share = np.array([weights[region].sum() for region in ALA_REGIONS])
    ratios = np.array([density.ratios[region] for region in ALA_REGIONS])
    scaled = ratios * density.ala_to_body / float(share @ ratios / share.sum())
    return DensityMap(
        sacrum=sacrum,
        density=replace(
            density, ratios={**density.ratios, **dict(zip(ALA_REGIONS, scaled.tolist(), strict=True))}
        ),
    )


def points_under_shell(sacrum: SacrumBody) -> Floats:
    """Points spread evenly through the bone inside its shell, at which means are taken, shape (n, 3)."""
    low, high = sacrum.bounds_mm
    steps = [np.arange(low[k], high[k], _MEAN_STEP_MM) for k in range(3)]
    points = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)
    return np.asarray(points[sacrum(points) < -SHELL_MM])


def sacral_weights(sacrum: SacrumBody, points_mm: Floats) -> dict[str, Floats]:
    """How much each sacral region counts at each point; each weight has shape (n,), they sum to one."""
    arc, depth = sacrum.curve_coordinates(points_mm)
    side = np.abs(points_mm[:, 0])
    half_width, half_depth = sacrum.body_half_width_mm(arc), sacrum.body_half_depth_mm(arc)
    ala_half_width = sacrum.ala_half_width_mm(arc)
    s1_end, s2_end = sacrum.junction_arcs_mm[:2]

    below_s1, below_s2 = _step(arc - s1_end), _step(arc - s2_end)
    level = {"s1": 1.0 - below_s1, "s2": below_s1 * (1.0 - below_s2), "lower": below_s1 * below_s2}

    radius = ((side / half_width) ** 2.5 + (np.abs(depth) / half_depth) ** 2.5) ** 0.4
    body = 1.0 - _step((radius - 1.0) * half_depth)
    # lamina and articular processes; the lateral mass beside them is ala up to its dorsal surface
    behind = (1.0 - body) * _step(depth - half_depth - 5.0) * (1.0 - _step(side - 1.05 * half_width))
    wing = 1.0 - body - behind

    # the S1 pedicle bridges the back corner of the body and the articular process (evidence 1.1:
    # about 22 mm wide, 13 to 20 mm high)
    pedicle = np.exp(-(((depth - half_depth) / 8.0) ** 2) - ((side - 0.9 * half_width) / 8.0) ** 2)
    pedicle *= level["s1"] * (1.0 - body)
    upper = 1.0 - _step(arc - 0.45 * s1_end, 2 * BLEND_MM)
    lateral = _step(side - half_width - 0.6 * (ala_half_width - half_width), 2 * BLEND_MM)
    upper_lateral = 1.0 - (1.0 - upper) * (1.0 - lateral)

    outside_pedicle = 1.0 - pedicle
    s1_wing = wing * level["s1"] * outside_pedicle
    return {
        "s1_body": body * level["s1"],
        "s1_pedicle": pedicle * (wing + behind),
        "s1_ala_upper_lateral": s1_wing * upper_lateral,
        "s1_ala_central": s1_wing * (1.0 - upper_lateral),
        "s2_body": body * level["s2"],
        "s2_ala": wing * level["s2"] * outside_pedicle,
        "lower_body": body * level["lower"],
        "lower_ala": wing * level["lower"] * outside_pedicle,
        "posterior": behind * outside_pedicle,
    }


def _step(distance_mm: Floats, blend_mm: float = BLEND_MM) -> Floats:
    """A smooth step from 0 to 1 across distance 0, shape as given."""
    return 0.5 * (1.0 + np.tanh(distance_mm / blend_mm))
