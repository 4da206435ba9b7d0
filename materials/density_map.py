"""Bone density as a field: a regional template laid over sacrum, ilium and vertebrae, blended smoothly."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from geometry.arrays import Floats
from geometry.errors import MaterialError
from geometry.tetrahedron import POINTS_4
from materials.regions.bone import RegionalBone
from materials.regions.of_interest import SampledBone, sampled_bone
from materials.templates import (
    ALA_LOSS_EXPONENT,
    ALA_REGIONS,
    FAT_MG_CM3,
    S1_ALA,
    TEMPLATES,
    TScoreMap,
    osteoporosis_share,
)


@dataclass(frozen=True, kw_only=True)
class BoneDensity:
    """Densities of the regions, as one bone has them.

    Attributes:
        s1_body_mg_cm3: QCT density of the S1 body.
        ratios: density of each region over the S1 body.
        ala_to_body: R, mean of the S1 ala over the S1 body.
        alar_void: share of the trabeculae that fat has replaced in the middle of the alar void.
        t_score: the T-score these stand for; it also thins the cortex.
        source: where the template is from.
    """

    s1_body_mg_cm3: float
    ratios: Mapping[str, float]
    ala_to_body: float
    alar_void: float
    t_score: float
    source: str

    def mean_mg_cm3(self, region: str) -> float:
        """Mean density of a region, as asked for."""
        return self.s1_body_mg_cm3 * self.ratios[region]


def bone_density(
    template_name: str,
    scale: TScoreMap,
    *,
    t_score: float | None = None,
    s1_body_mg_cm3: float | None = None,
    ala_to_body: float | None = None,
    ala_loss_exponent: float = ALA_LOSS_EXPONENT,
    alar_void: float | None = None,
    region_ratios: Mapping[str, float] | None = None,
) -> BoneDensity:
    """The regional densities of one bone, from a T-score or from its measured S1 body density.

    Args:
        template_name: a row of `TEMPLATES`.
        scale: how a T-score scales density.
        t_score: scales the whole template; the ala loses more.
        s1_body_mg_cm3: measured density, in place of a T-score.
        ala_to_body: R as measured; without it the template's own, lowered with the T-score.
        ala_loss_exponent: the ala keeps this power of what the body keeps (evidence 3.3 [A]).
        alar_void: how empty the alar void is, 0 to 1; without it, it empties with the T-score.
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
        ratio = template.ala_to_body * relative ** (ala_loss_exponent - 1.0)
    ratios = {
        name: region.ratio * (ratio if region.over == S1_ALA else 1.0)
        for name, region in template.regions.items()
    }
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
        alar_void=osteoporosis_share(t_score) if alar_void is None else alar_void,
        t_score=t_score,
        source=template.source,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class DensityMap:
    """Density at any point of the bones it is laid on.

    Attributes:
        bones: by part name.
        density: the regional means asked for.
        values_mg_cm3: by part and region, what stands in the middle of each region so that its mean comes
            out as asked.
    """

    bones: Mapping[str, RegionalBone]
    density: BoneDensity
    values_mg_cm3: Mapping[str, Mapping[str, float]]

    def mg_cm3(self, part: str, points_mm: Floats) -> Floats:
        """QCT density in mg/cm3 at points (n, 3) of a bone, shape (n,); negative where fat outweighs bone."""
        bone, values = self.bones[part], self.values_mg_cm3[part]
        bony = np.zeros(len(points_mm))
        for region, weight in bone.density_weights(points_mm).items():
            bony += weight * values[region]
        empty = self.density.alar_void * bone.void_share(points_mm)
        return (1.0 - empty) * bony + empty * FAT_MG_CM3

    def in_elements(self, part: str, corners_mm: Floats) -> Floats:
        """QCT density in mg/cm3 at the Gauss points of elements with corners (m, 4, 3), shape (m, 4)."""
        points = np.einsum("qv,mvx->mqx", POINTS_4, corners_mm).reshape(-1, 3)
        return self.mg_cm3(part, points).reshape(-1, 4)


def lay_density(bones: Mapping[str, RegionalBone], density: BoneDensity) -> DensityMap:
    """The regional densities laid on these bones, so that regions of interest measure what was asked for.

    Blending and the alar void take from a region's mean; what stands in its middle makes up for it. The S1
    ala is one region here, of mean R: the template says how it varies inside, and the void moves its bone
    aside but takes none away.
    """
    return DensityMap(
        bones=bones,
        density=density,
        values_mg_cm3={part: _values_mg_cm3(sampled_bone(bone), density) for part, bone in bones.items()},
    )


def _values_mg_cm3(sampled: SampledBone, density: BoneDensity) -> dict[str, float]:
    """What stands in the middle of each region of one bone, so that the regions of interest come out."""
    groups: list[tuple[str, ...]] = [(region,) for region in sampled.weights if region not in ALA_REGIONS]
    means = [density.mean_mg_cm3(region) for (region,) in groups]
    if set(ALA_REGIONS) <= set(sampled.weights):
        groups.append(ALA_REGIONS)
        means.append(density.s1_body_mg_cm3 * density.ala_to_body)
    empty = density.alar_void * sampled.void
    # with every region at its asked mean each region of interest holds so much of each, and so much fat
    bony = [
        (1.0 - empty) * sum(density.mean_mg_cm3(region) * sampled.weights[region] for region in group)
        for group in groups
    ]
    cores = [sampled.core(group) for group in groups]
    held = np.array([[part[core].mean() for part in bony] for core in cores])
    fat = np.array([FAT_MG_CM3 * empty[core].mean() for core in cores])
    factors, _ = nnls(held, np.array(means) - fat)
    return {
        region: float(factor * density.mean_mg_cm3(region))
        for group, factor in zip(groups, factors, strict=True)
        for region in group
    }
