"""The regional density template on the sacrum: values, means, T-score and symmetry (evidence 3.2 and 3.3)."""

import numpy as np
import pytest

from geometry.arrays import Floats
from geometry.errors import MaterialError
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import MALE
from materials.density_map import ALA_REGIONS, REGIONS, SHELL_MM, bone_density, lay_density, sacral_weights
from materials.templates import T_SCORE_MAPS, TEMPLATES

CLASSES = T_SCORE_MAPS["class_boundary"]


@pytest.fixture(scope="module")
def sacrum() -> Sacrum:
    return Sacrum(MALE)


@pytest.fixture(scope="module")
def inside(sacrum: Sacrum) -> Floats:
    low, high = sacrum.bounds_mm
    points = np.random.default_rng(7).uniform(low, high, (60_000, 3))
    return points[sacrum(points) < -SHELL_MM]


def test_the_regions_share_every_point_without_rest(sacrum: Sacrum, inside: Floats) -> None:
    weights = sacral_weights(sacrum, inside)
    assert set(weights) <= set(REGIONS)
    assert np.allclose(sum(weights.values()), 1.0)
    assert min(weight.min() for weight in weights.values()) >= 0.0


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_centre_of_the_s1_body_has_the_density_of_the_template(sacrum: Sacrum, template: str) -> None:
    density = lay_density(sacrum, bone_density(template, CLASSES, t_score=0.0))
    centre = density.sacrum_mg_cm3(np.array([[0.0, 0.0, -12.0]]))
    # the blend of 2.5 mm has not quite died out 12 mm from the endplate and the S1/S2 junction
    assert centre[0] == pytest.approx(TEMPLATES[template].s1_body_mg_cm3, rel=0.01)


@pytest.mark.parametrize("ratio", [0.37, 0.63, 0.78])
def test_the_mean_of_the_ala_is_r_times_the_body(sacrum: Sacrum, inside: Floats, ratio: float) -> None:
    density = lay_density(sacrum, bone_density("clinical_ct", CLASSES, t_score=-2.0, ala_to_body=ratio))
    weights = sacral_weights(sacrum, inside)
    ala = sum(weights[region] for region in ALA_REGIONS)
    ratios = sum(weights[region] * density.density.ratios[region] for region in ALA_REGIONS)
    # 15 000 random points against a grid of 2.5 mm: 2 % is three standard errors of the mean
    assert ratios.sum() / ala.sum() == pytest.approx(ratio, rel=0.02)


def test_left_and_right_are_alike(sacrum: Sacrum, inside: Floats) -> None:
    density = lay_density(sacrum, bone_density("clinical_ct", CLASSES, t_score=-1.0))
    mirrored = density.sacrum_mg_cm3(inside * np.array([-1.0, 1.0, 1.0]))
    assert np.allclose(density.sacrum_mg_cm3(inside), mirrored)


def test_the_class_boundaries_of_qct_lie_at_their_t_scores() -> None:
    # 120 mg/cm3 at T -1 and 80 at T -2.5 (evidence 3.3)
    assert CLASSES.intercept_mg_cm3 * CLASSES.relative_density(-1.0) == pytest.approx(120.0, abs=0.1)
    assert CLASSES.intercept_mg_cm3 * CLASSES.relative_density(-2.5) == pytest.approx(80.0, abs=0.1)


def test_without_a_measured_r_the_ala_loses_more_than_the_body() -> None:
    healthy = bone_density("clinical_ct", CLASSES, t_score=0.0)
    weak = bone_density("clinical_ct", CLASSES, t_score=-2.5)
    kept = weak.s1_body_mg_cm3 / healthy.s1_body_mg_cm3
    assert weak.ala_to_body / healthy.ala_to_body == pytest.approx(kept**0.5)


def test_a_measured_density_stands_for_the_same_bone_as_its_t_score() -> None:
    by_score = bone_density("clinical_ct", CLASSES, t_score=-2.0)
    by_density = bone_density("clinical_ct", CLASSES, s1_body_mg_cm3=by_score.s1_body_mg_cm3)
    assert by_density.t_score == pytest.approx(-2.0)
    assert by_density.ratios == pytest.approx(by_score.ratios)


def test_an_unknown_region_is_refused_with_those_that_exist() -> None:
    with pytest.raises(MaterialError, match="no region named s1_wing.*s1_pedicle"):
        bone_density("clinical_ct", CLASSES, t_score=0.0, region_ratios={"s1_wing": 1.0})


def test_two_densities_at_once_are_refused() -> None:
    with pytest.raises(MaterialError, match="either t_score or s1_body_mg_cm3"):
        bone_density("clinical_ct", CLASSES, t_score=0.0, s1_body_mg_cm3=100.0)
