"""Elasticity that varies inside the element: moments and sampling rules."""

import numpy as np
import pytest

from fem.elastic import (
    GAUSS_4,
    MOMENT_PAIRS,
    SamplingRule,
    elastic_by_part,
    subdivided_rule,
    uniform_elastic,
    young_moments,
)
from geometry.blocks import block
from geometry.errors import MaterialError

RULES = [GAUSS_4, subdivided_rule(0), subdivided_rule(1), subdivided_rule(2)]


@pytest.mark.parametrize("rule", RULES)
def test_a_constant_modulus_has_exact_moments(rule: SamplingRule) -> None:
    expected = [7.0 * (2.0 if i == j else 1.0) / 20.0 for i, j in MOMENT_PAIRS]
    moments = young_moments(rule, np.full((3, len(rule.weights)), 7.0))
    # exact but for round-off: the four points integrate squares of barycentric coordinates
    np.testing.assert_allclose(moments, np.tile(expected, (3, 1)), rtol=1e-13)


def test_moments_of_a_linear_modulus_converge_sixteenfold() -> None:
    corners = np.array([1.0, 5.0, 2.0, 9.0])
    # integral of lambda_i lambda_j lambda_k over V is 6 a! b! c! d! / 6!, summed over corner k
    exact = []
    for i, j in MOMENT_PAIRS:
        total = 0.0
        for k in range(4):
            powers = np.bincount([i, j, k], minlength=4)
            total += corners[k] * 6.0 * np.prod([[1, 1, 2, 6][p] for p in powers]) / 720.0
        exact.append(total)
    errors = []
    for level in range(3):
        rule = subdivided_rule(level)
        moments = young_moments(rule, (rule.barycentric @ corners)[None])[0]
        errors.append(np.abs(moments - exact).max())
    ratios = np.array(errors[:-1]) / np.array(errors[1:])
    # the rule is exact to degree two and the integrand cubic: one order each in the piece's size and its
    # share
    assert (ratios > 7.0).all()
    assert errors[2] < 1e-3 * corners.max()


def test_the_mean_modulus_comes_from_the_moments() -> None:
    np.testing.assert_allclose(uniform_elastic(2, 12.0, 0.2).mean_young_mpa, 12.0, rtol=1e-14)


def test_a_part_without_material_is_refused() -> None:
    mesh = block((1, 1, 1))
    with pytest.raises(MaterialError, match="no modulus for part block"):
        elastic_by_part(mesh, {})


@pytest.mark.parametrize(
    ("young", "poisson", "text"), [(0.0, 0.3, "mean"), (1.0, 0.5, "Poisson"), (np.nan, 0.3, "modulus")]
)
def test_impossible_materials_are_refused(young: float, poisson: float, text: str) -> None:
    with pytest.raises(MaterialError, match=text):
        uniform_elastic(1, young, poisson)
