"""A surface becomes one closed surface and its field, or a refusal that names every reason."""

from collections.abc import Callable

import numpy as np
import pytest
from level_sets import BONE, BOX, SMALL, ball, bone, level_set_surface

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.field import Field
from geometry.imported.crossings import crossing_triangles
from geometry.imported.repair import repaired
from geometry.imported.surface import TriangleSurface
from geometry.imported.surface_field import SurfaceField, voted_signs
from geometry.imported.winding import winding_numbers


def torus(points_mm: Floats) -> Floats:
    return np.hypot(np.hypot(points_mm[:, 0], points_mm[:, 1]) - 30.0, points_mm[:, 2]) - 6.0


def without(surface: TriangleSurface, hit: Callable[[Floats], Floats]) -> TriangleSurface:
    centres = surface.corners_mm.mean(axis=1)
    return TriangleSurface(surface.vertices_mm, surface.triangles[hit(centres) > 0.0])


def soup(surface: TriangleSurface) -> TriangleSurface:
    """Every triangle with vertices of its own, as an STL file has them."""
    return TriangleSurface(
        surface.corners_mm.reshape(-1, 3), np.arange(3 * len(surface.triangles)).reshape(-1, 3)
    )


def joined(*surfaces: TriangleSurface) -> TriangleSurface:
    starts = np.cumsum([0] + [len(surface.vertices_mm) for surface in surfaces])
    return TriangleSurface(
        np.concatenate([surface.vertices_mm for surface in surfaces]),
        np.concatenate([s.triangles + start for s, start in zip(surfaces, starts, strict=False)]),
    )


def flipped(surface: TriangleSurface, every: int) -> TriangleSurface:
    turned = np.arange(len(surface.triangles)) % every == 0
    return TriangleSurface(
        surface.vertices_mm, np.where(turned[:, None], surface.triangles[:, ::-1], surface.triangles)
    )


DAMAGES: dict[str, tuple[TriangleSurface, str]] = {
    "doubled vertices": (soup(BONE), "doubled vertices merged"),
    "doubled triangles": (joined(BONE, BONE), "doubled triangles dropped"),
    "inside out": (flipped(BONE, 1), "inside out"),
    "turned triangles": (flipped(BONE, 3), "triangles turned like their neighbours"),
    "a small hole": (without(BONE, lambda p: ball(10.0 * (p - [50.0, 0.0, 0.0]))), "1 holes closed"),
    "a crumb": (joined(BONE, TriangleSurface(SMALL.vertices_mm + 60.0, SMALL.triangles)), "1 crumbs of"),
    "a cavity": (joined(BONE, flipped(SMALL, 1)), "1 inner cavities filled"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_repaired_and_told(damage: str) -> None:
    surface, step = DAMAGES[damage]
    repair = repaired(surface)
    assert step in "; ".join(repair.steps)
    assert repair.surface.volume_mm3() == pytest.approx(BONE.volume_mm3(), rel=0.01)


def test_a_sound_surface_is_left_as_it_is() -> None:
    repair = repaired(repaired(BONE).surface)
    assert (repair.steps, repair.findings) == ((), ())


REFUSALS: dict[str, tuple[TriangleSurface, str]] = {
    "a wide hole": (
        without(BONE, lambda p: 35.0 - p[:, 0]),
        "1 of its 1 holes are wider than 10 mm, the widest",
    ),
    "metres": (
        TriangleSurface(BONE.vertices_mm / 1000.0, BONE.triangles),
        r"unit were m \(x 1000\): set units",
    ),
    "inches": (TriangleSurface(BONE.vertices_mm / 25.4, BONE.triangles), r"in \(x 25.4\)"),
    "two bones": (joined(BONE, TriangleSurface(BONE.vertices_mm + 55.0, BONE.triangles)), "2 large pieces"),
    "a third sheet": (
        TriangleSurface(BONE.vertices_mm, np.vstack([BONE.triangles, [[*BONE.triangles[0, :2], 500]]])),
        "edges belong to more than two triangles",
    ),
    "too flat": (
        TriangleSurface(BONE.vertices_mm * [1.0, 0.1, 1.0], BONE.triangles),
        "cm3, outside 30 to 350 cm3",
    ),
    "too coarse": (level_set_surface(bone, BOX, 15.0), "fewer than 500"),
}


@pytest.mark.parametrize("fault", REFUSALS)
def test_what_cannot_be_repaired_is_refused_with_its_reason(fault: str) -> None:
    surface, reason = REFUSALS[fault]
    with pytest.raises(GeometryError, match=reason):
        repaired(surface)


def test_a_wrong_unit_in_the_case_is_told_too() -> None:
    taken_for_cm = TriangleSurface(10.0 * BONE.vertices_mm, BONE.triangles)
    with pytest.raises(GeometryError, match=r"as if its unit were mm \(x 1\): set units"):
        repaired(taken_for_cm, units="cm")


def test_every_reason_is_given_at_once() -> None:
    two = joined(BONE, TriangleSurface(BONE.vertices_mm + 55.0, BONE.triangles))
    with pytest.raises(GeometryError, match=r"mm long.*; it is 2 large pieces"):
        repaired(TriangleSurface(3.0 * two.vertices_mm, two.triangles))


def test_two_bodies_pushed_into_each_other_cross_and_a_sound_one_does_not() -> None:
    assert not crossing_triangles(repaired(BONE).surface).any()
    beside = np.array([0.0, 20.0, 0.0])
    pushed = joined(BONE, TriangleSurface(BONE.vertices_mm + beside, BONE.triangles))
    centres = pushed.corners_mm.mean(axis=1)
    crossing = crossing_triangles(pushed)
    assert crossing.any()
    # only where the surfaces meet: both fields vanish there within an edge
    assert np.abs(bone(centres[crossing])).max() < 4.0
    assert np.abs(bone(centres[crossing] - beside)).max() < 4.0


def test_a_surface_goes_once_round_what_is_inside() -> None:
    points = np.array([[0.0, 0.0, 0.0], [45.0, 0.0, 0.0], [52.0, 0.0, 0.0], [0.0, 30.0, 0.0]])
    np.testing.assert_allclose(winding_numbers(BONE, points), [1.0, 1.0, 0.0, 0.0], atol=1e-6)


def test_volume_and_centre_are_those_of_the_body() -> None:
    moved = TriangleSurface(BONE.vertices_mm + np.array([7.0, 8.0, 9.0]), BONE.triangles)
    # chords of 3 mm cut 1 % off
    assert moved.volume_mm3() == pytest.approx(4.0 / 3.0 * np.pi * 50.0 * 25.0 * 25.0, rel=0.01)
    np.testing.assert_allclose(moved.centroid_mm(), [7.0, 8.0, 9.0], atol=0.05)


@pytest.mark.parametrize("shape", [ball, torus], ids=["ball", "torus"])
def test_the_field_of_a_surface_is_its_distance(shape: Field) -> None:
    field = SurfaceField(level_set_surface(shape, BOX, 1.0))
    points = np.random.default_rng(0).uniform(-48.0, 48.0, (100_000, 3))
    truth, off = shape(points), np.abs(field(points) - shape(points))
    assert off[np.abs(truth) < 0.3].max() < 0.1
    # the centre of the tube is a kink that a spline rounds
    assert off[np.abs(truth) < 4.0].max() < 0.35
    assert (
        np.array_equal(field(points) < 0.0, truth < 0.0)
        or np.abs(truth[(field(points) < 0.0) != (truth < 0.0)]).max() < 0.1
    )


def test_the_field_is_smooth_where_triangles_have_edges() -> None:
    field = SurfaceField(level_set_surface(ball, BOX, 4.0))
    along = np.linspace(0.0, 0.4, 2001)[:, None]
    points = 25.0 * np.hstack([np.cos(along), np.sin(along), 0.0 * along])
    slope = np.gradient(field(points), 25.0 * 0.4 / 2000)
    assert np.abs(np.diff(slope)).max() < 0.005


def test_smoothing_takes_little_off_a_ball() -> None:
    surface = level_set_surface(ball, BOX, 1.0)
    points = surface.spread_points_mm(3000)
    shift = SurfaceField(surface, smoothing_mm=0.5)(points).mean()
    # the mean of a distance over a Gauss bell: half its variance times twice the curvature
    assert shift == pytest.approx(0.5**2 / 25.0, abs=0.003)


def test_one_wrong_sign_is_outvoted() -> None:
    x = np.arange(-6.0, 7.0)
    samples = np.broadcast_to(x[:, None, None] + 0.4, (13, 7, 7)).copy()
    near = np.abs(samples) < 2.5
    truth = np.sign(samples[near])
    samples[7, 3, 3] *= -1.0
    np.testing.assert_array_equal(voted_signs(samples, near, 1.0), truth)


def test_a_side_that_cannot_agree_is_refused() -> None:
    rng = np.random.default_rng(0)
    samples = rng.uniform(1.0, 2.0, (6, 6, 6)) * rng.choice([-1.0, 1.0], (6, 6, 6))
    with pytest.raises(GeometryError, match="cannot be told apart"):
        voted_signs(samples, np.ones((6, 6, 6), dtype=bool), 1.0)
