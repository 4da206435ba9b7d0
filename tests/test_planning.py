"""Rays find the surfaces of bodies whose surfaces are known."""

import numpy as np
import pytest

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.implicit import capsule, cylinder, ellipsoid, rounded_box, smooth_subtraction, smooth_union
from geometry.rays import crossings_mm, first_hits_mm, outward_normals, surface_point_mm

X = np.array([1.0, 0.0, 0.0])


def ball(points_mm: Floats) -> Floats:
    return np.linalg.norm(points_mm, axis=1) - 5.0


def two_balls(points_mm: Floats) -> Floats:
    return np.minimum(ball(points_mm), ball(points_mm - 20.0 * X))


def test_a_ray_crosses_each_surface_once() -> None:
    hits = crossings_mm(two_balls, np.array([-10.0, 0.0, 0.0]), X, 60.0)
    np.testing.assert_allclose(hits, [5.0, 15.0, 25.0, 35.0], atol=2e-3)


def test_first_surface_point_lies_on_the_body() -> None:
    np.testing.assert_allclose(surface_point_mm(ball, -9.0 * X, X), -5.0 * X, atol=2e-3)


def test_many_rays_find_the_nearer_body_or_nothing() -> None:
    starts = np.array([[-10.0, 0.0, 0.0], [-10.0, 3.0, 0.0], [8.0, 0.0, 0.0], [-10.0, 9.0, 0.0]])
    np.testing.assert_allclose(first_hits_mm(two_balls, starts, X, 60.0), [5.0, 6.0, 7.0, np.nan], atol=2e-3)


def test_normals_point_out_of_the_body() -> None:
    np.testing.assert_allclose(
        outward_normals(ball, np.array([[3.0, 4.0, 0.0]])), [[0.6, 0.8, 0.0]], atol=1e-4
    )


def test_a_ray_that_misses_says_so() -> None:
    with pytest.raises(GeometryError, match="misses the bone"):
        surface_point_mm(ball, np.array([-9.0, 7.0, 0.0]), X)
    with pytest.raises(GeometryError, match="starts inside"):
        surface_point_mm(ball, 0.0 * X, X)


def test_simple_bodies_have_their_dimensions() -> None:
    probe = np.array([[4.0, 0.0, 0.0], [0.0, 0.0, 7.0]])
    end = np.array([0.0, 0.0, 5.0])
    np.testing.assert_allclose(capsule(probe, -end, end, 3.0), [1.0, -1.0])
    np.testing.assert_allclose(cylinder(probe, -end, end, 3.0), [1.0, 2.0])
    np.testing.assert_allclose(
        ellipsoid(probe, np.zeros(3), np.array([4.0, 5.0, 7.0])), [0.0, 0.0], atol=1e-8
    )
    np.testing.assert_allclose(rounded_box(probe, np.zeros(3), np.array([3.0, 3.0, 3.0]), 1.0), [1.0, 4.0])


def test_smooth_joins_meet_the_sharp_ones_away_from_the_seam() -> None:
    near, far = np.array([-3.0, 0.0]), np.array([9.0, 0.0])
    np.testing.assert_allclose(smooth_union(near, far, 2.0), [-3.0, -0.5])
    np.testing.assert_allclose(smooth_subtraction(near, far, 2.0), [-3.0, 0.5])
    np.testing.assert_array_equal(smooth_union(near, far, 0.0), [-3.0, 0.0])
