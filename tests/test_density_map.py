"""The density templates laid on bones: what CT would measure, T-score, void, symmetry (evidence 3)."""

import numpy as np
import pytest

from cases.patient import mean_lumbar
from geometry.anatomy import Anatomy, build_anatomy
from geometry.arrays import Bools, Floats
from geometry.errors import MaterialError
from geometry.lumbar.spine import build_lumbar
from geometry.pelvis.ilium_shape import ILIUM_SHAPES
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import FEMALE, MALE
from materials.cortex import CortexThickness
from materials.density_map import BoneDensity, DensityMap, bone_density, lay_density
from materials.regions.alar_void import alar_void, middle_mm
from materials.regions.blend import BLEND_MM
from materials.regions.bone import RegionalBone
from materials.regions.bones import regional_bones
from materials.regions.of_interest import SHELL_MM, SampledBone, sampled_bone
from materials.regions.sacral import SacralRegions
from materials.templates import ALA_REGIONS, FAT_MG_CM3, REGIONS, S1_BODY, T_SCORE_MAPS, TEMPLATES

CLASSES = T_SCORE_MAPS["class_boundary"]
SCORES = (0.0, -2.0, -3.0)


@pytest.fixture(scope="module")
def anatomy() -> Anatomy:
    return build_anatomy(MALE, ILIUM_SHAPES["male"])


@pytest.fixture(scope="module")
def bones(anatomy: Anatomy) -> dict[str, RegionalBone]:
    return regional_bones(anatomy, build_lumbar(anatomy.sacrum, mean_lumbar("male")))


@pytest.fixture(scope="module")
def s1(anatomy: Anatomy) -> SampledBone:
    return upper_sacrum(SacralRegions(field=anatomy.sacrum))


def upper_sacrum(bone: SacralRegions) -> SampledBone:
    """The upper sacrum on a grid of its own, finer than the one that densities are laid with."""
    low, high = bone.bounds_mm
    low = np.array([low[0], low[1], -36.0])
    axes = [np.arange(start + 0.37, end, 1.05) for start, end in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    points = points[bone.field(points) < -SHELL_MM]
    return SampledBone(
        points_mm=points,
        point_mm3=1.05**3,
        rim_mm=np.zeros((0, 3)),
        weights=bone.density_weights(points),
        void=bone.void_share(points),
    )


def spread(bone: RegionalBone, count: int = 20_000) -> Floats:
    low, high = bone.bounds_mm
    points = np.random.default_rng(7).uniform(low, high, (count, 3))
    return points[bone.field(points) < -SHELL_MM]


def sacral(bones: dict[str, RegionalBone], density: BoneDensity) -> DensityMap:
    return lay_density({"sacrum": bones["sacrum"]}, density)


def measured_ratio(density: DensityMap, sampled: SampledBone) -> float:
    values = density.mg_cm3("sacrum", sampled.points_mm)

    def mean(core: Bools) -> float:
        return float(values[core].mean())

    return mean(sampled.core(ALA_REGIONS)) / mean(sampled.core((S1_BODY,)))


@pytest.mark.parametrize("part", REGIONS)
def test_the_regions_share_every_point_without_rest(bones: dict[str, RegionalBone], part: str) -> None:
    points = spread(bones[part])
    density, shell = bones[part].density_weights(points), bones[part].shell_weights(points)
    assert tuple(density) == REGIONS[part]
    assert {f"{region}_mm" for region in shell} <= set(vars(CortexThickness()))
    for weights in (density, shell):
        assert np.allclose(sum(weights.values()), 1.0)
        assert min(weight.min() for weight in weights.values()) >= -1e-12


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_knows_every_region(template: str) -> None:
    assert set(TEMPLATES[template].regions) == {name for names in REGIONS.values() for name in names}


@pytest.mark.parametrize("t_score", SCORES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_regions_of_interest_measure_what_was_asked(
    bones: dict[str, RegionalBone], template: str, t_score: float
) -> None:
    density = lay_density(bones, bone_density(template, CLASSES, t_score=t_score))
    asked = density.density
    for part, bone in bones.items():
        # where the densities were laid: only the least squares that keep them positive could miss
        sampled = sampled_bone(bone)
        values = density.mg_cm3(part, sampled.points_mm)
        for region in set(sampled.weights) - set(ALA_REGIONS):
            mean = values[sampled.core((region,))].mean()
            assert mean == pytest.approx(asked.mean_mg_cm3(region), abs=1e-6 * asked.s1_body_mg_cm3), region


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_s1_body_measures_the_density_of_the_template(
    bones: dict[str, RegionalBone], s1: SampledBone, template: str
) -> None:
    density = sacral(bones, bone_density(template, CLASSES, t_score=0.0))
    body = density.mg_cm3("sacrum", s1.points_mm[s1.core((S1_BODY,))]).mean()
    # 227 and 382 mg/cm3, on points of their own: the two grids agree within a tenth of this
    assert body == pytest.approx(TEMPLATES[template].s1_body_mg_cm3, rel=0.01)


@pytest.mark.parametrize("ratio", [0.2, 0.37, 0.63, 0.78])
@pytest.mark.parametrize("t_score", SCORES)
def test_r_measures_what_was_asked(
    bones: dict[str, RegionalBone], s1: SampledBone, t_score: float, ratio: float
) -> None:
    asked = bone_density("clinical_ct", CLASSES, t_score=t_score, ala_to_body=ratio)
    # two grids put the edge of the empty void elsewhere: half a percent at R 0.2 and T -3
    assert measured_ratio(sacral(bones, asked), s1) == pytest.approx(ratio, rel=0.01)


def test_r_measures_what_was_asked_in_a_woman_too() -> None:
    female = SacralRegions(field=Sacrum(FEMALE))
    asked = bone_density("young_qct", CLASSES, t_score=-3.0)
    density = lay_density({"sacrum": female}, asked)
    assert measured_ratio(density, upper_sacrum(female)) == pytest.approx(asked.ala_to_body, rel=0.01)


def test_the_gate_on_r_sees_a_void_that_nothing_makes_up_for(
    bones: dict[str, RegionalBone], s1: SampledBone
) -> None:
    asked = bone_density("clinical_ct", CLASSES, t_score=-3.0)
    laid = sacral(bones, asked)
    naive = {region: asked.mean_mg_cm3(region) for region in REGIONS["sacrum"]}
    untouched = DensityMap(bones=laid.bones, density=asked, values_mg_cm3={"sacrum": naive})
    # a fifth of the ala at -80 takes more than a third from a mean of 26 mg/cm3
    assert measured_ratio(untouched, s1) < 0.6 * asked.ala_to_body


@pytest.mark.parametrize("part", REGIONS)
def test_density_nowhere_jumps(bones: dict[str, RegionalBone], part: str) -> None:
    density = lay_density({part: bones[part]}, bone_density("clinical_ct", CLASSES, t_score=-3.0))
    points = spread(bones[part])
    step_mm = 0.25
    values = density.values_mg_cm3[part]
    contrast = max(values.values()) - (FAT_MG_CM3 if part == "sacrum" else min(values.values()))
    # a blend rises by at most 1 / (2 BLEND_MM) of its contrast per mm; where the edges of two regions run
    # together, and where the coordinates are steeper than mm, twice that
    allowed = 2.0 * contrast * step_mm / (2.0 * BLEND_MM)
    for axis in np.eye(3):
        there = density.mg_cm3(part, points + step_mm * axis)
        assert np.abs(there - density.mg_cm3(part, points)).max() < allowed


def test_the_s1_body_keeps_its_density_up_to_its_front_wall(bones: dict[str, RegionalBone]) -> None:
    density = sacral(bones, bone_density("clinical_ct", CLASSES, t_score=0.0))
    front = np.array([[x, y, -12.0] for x in (-8.0, 0.0, 8.0) for y in np.arange(-20.0, -8.0, 0.25)])
    depth = -bones["sacrum"].field(front)
    under = front[(depth > 1.0) & (depth < 2.0)]
    # no ala in front of the body that it could blend with
    assert density.mg_cm3("sacrum", under) == pytest.approx([227.0] * len(under), rel=0.03)
    assert len(under) >= 3


def test_left_and_right_are_alike(bones: dict[str, RegionalBone]) -> None:
    density = sacral(bones, bone_density("clinical_ct", CLASSES, t_score=-2.0))
    inside = spread(bones["sacrum"])
    mirrored = density.mg_cm3("sacrum", inside * np.array([-1.0, 1.0, 1.0]))
    assert np.allclose(density.mg_cm3("sacrum", inside), mirrored)


def test_the_void_is_full_of_bone_in_youth_and_of_fat_in_old_age(
    anatomy: Anatomy, bones: dict[str, RegionalBone]
) -> None:
    middle = middle_mm(anatomy.sacrum)[None]
    empty = sacral(bones, bone_density("clinical_ct", CLASSES, t_score=-2.5)).mg_cm3("sacrum", middle)
    full = sacral(bones, bone_density("clinical_ct", CLASSES, t_score=-1.0)).mg_cm3("sacrum", middle)
    # the void blends with what is round it over 2.5 mm and is 6 mm wide to each side
    assert empty[0] == pytest.approx(FAT_MG_CM3, abs=5.0)
    assert full[0] > 40.0


def test_the_void_lies_in_the_alae_alone(anatomy: Anatomy, s1: SampledBone) -> None:
    void = alar_void(anatomy.sacrum, s1.points_mm)
    assert void[s1.core((S1_BODY,))].max() < 0.01
    assert void[s1.core(("s1_pedicle",))].max() < 0.05
    assert void[s1.core(ALA_REGIONS)].mean() > 0.1


def test_a_bone_may_keep_its_void_full_at_any_t_score(
    bones: dict[str, RegionalBone], s1: SampledBone
) -> None:
    asked = bone_density("clinical_ct", CLASSES, t_score=-3.0, alar_void=0.0)
    density = sacral(bones, asked)
    assert density.mg_cm3("sacrum", s1.points_mm).min() > 0.0
    assert measured_ratio(density, s1) == pytest.approx(asked.ala_to_body, rel=0.01)


def test_an_empty_region_stays_empty_beside_dense_ones(bones: dict[str, RegionalBone]) -> None:
    asked = bone_density("young_qct", CLASSES, t_score=0.0, region_ratios={"s2_ala": 0.0, "lower_ala": 0.0})
    assert min(sacral(bones, asked).values_mg_cm3["sacrum"].values()) >= 0.0


def test_the_class_boundaries_of_qct_lie_at_their_t_scores() -> None:
    # 120 mg/cm3 at T -1 and 80 at T -2.5 (evidence 3.3)
    assert CLASSES.lumbar_mg_cm3(-1.0) == pytest.approx(120.0, abs=0.1)
    assert CLASSES.lumbar_mg_cm3(-2.5) == pytest.approx(80.0, abs=0.1)


@pytest.mark.parametrize("exponent", [1.0, 1.5, 2.0])
def test_without_a_measured_r_the_ala_keeps_a_power_of_what_the_body_keeps(exponent: float) -> None:
    healthy = bone_density("clinical_ct", CLASSES, t_score=0.0)
    weak = bone_density("clinical_ct", CLASSES, t_score=-2.5, ala_loss_exponent=exponent)
    kept = weak.s1_body_mg_cm3 / healthy.s1_body_mg_cm3
    assert weak.ala_to_body / healthy.ala_to_body == pytest.approx(kept ** (exponent - 1.0))


def test_l5_has_the_density_of_98_ct_and_l4_that_of_l5() -> None:
    density = bone_density("clinical_ct", CLASSES, t_score=0.0)
    # 220 HU [V 23] by 0.810 HU + 0.84 [D 61], on ratios of two figures
    assert density.mean_mg_cm3("l5_body") == pytest.approx(0.810 * 220.0 + 0.84, rel=0.01)
    assert density.mean_mg_cm3("l4_body") == density.mean_mg_cm3("l5_body")


def test_a_measured_density_stands_for_the_same_bone_as_its_t_score() -> None:
    by_score = bone_density("clinical_ct", CLASSES, t_score=-2.0)
    by_density = bone_density("clinical_ct", CLASSES, s1_body_mg_cm3=by_score.s1_body_mg_cm3)
    assert by_density.t_score == pytest.approx(-2.0)
    assert by_density.alar_void == pytest.approx(by_score.alar_void)
    assert by_density.ratios == pytest.approx(by_score.ratios)


def test_an_unknown_region_is_refused_with_those_that_exist() -> None:
    with pytest.raises(MaterialError, match="no region named s1_wing.*s1_pedicle"):
        bone_density("clinical_ct", CLASSES, t_score=0.0, region_ratios={"s1_wing": 1.0})


def test_two_densities_at_once_are_refused() -> None:
    with pytest.raises(MaterialError, match="either t_score or s1_body_mg_cm3"):
        bone_density("clinical_ct", CLASSES, t_score=0.0, s1_body_mg_cm3=100.0)
