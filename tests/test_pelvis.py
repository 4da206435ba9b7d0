"""The ilium measures what is published, keeps the joint gap, lets an S2AI screw through (evidence 1, 2.3)."""

import numpy as np
import pytest
from bones import drawn, mean_anatomy
from scipy.spatial import cKDTree

from geometry.anatomy import Anatomy, build_anatomy
from geometry.arrays import Floats
from geometry.field import Field
from geometry.frame import standing_from_anatomical
from geometry.meshing.sizing import thickness_mm
from geometry.mirror import Mirrored
from geometry.pelvis.ilium import Ilium
from geometry.pelvis.ilium_shape import IliumShape
from geometry.pelvis.pelvic_measures import (
    PUBLISHED,
    corridor_diameter_mm,
    pelvic_measures,
    psis_path_mm,
    s2ai_path_mm,
)
from geometry.planning.breach import inspect
from geometry.sacrum.shape import SACRUM_SHAPES, SacrumShape
from geometry.screws import plan_screw

# More than one standard deviation off, and why: a woman's sacrum is wider between foramen and joint and no
# deeper, so that a path in bone heads more laterally; it stays within the 39 to 50 of [V 41]. A man's PSIS to
# AIIS path ends 15 mm above the mean; the range is 99 to 147 [V 50].
SHOWN_MISSES = {("female", "s2ai_lateral"): 1.2, ("male", "psis_path"): 1.2}


@pytest.fixture(scope="module", params=SACRUM_SHAPES)
def sex(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def anatomy(sex: str) -> Anatomy:
    return mean_anatomy(sex)


def surface_points(field: Field, bounds_mm: Floats, step_mm: float) -> Floats:
    """Points on the surface of a body: those of a grid that are near, moved along the slope, shape (n, 3)."""
    axes = [np.arange(bounds_mm[0, k], bounds_mm[1, k] + step_mm, step_mm) for k in range(3)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    points = points[np.abs(field(points)) < step_mm]
    for _ in range(4):
        value = field(points)
        slope = np.stack([(field(points + e) - value) / 0.01 for e in 0.01 * np.eye(3)], axis=1)
        points = points - (value / np.maximum((slope**2).sum(axis=1), 0.1))[:, None] * slope
    return np.asarray(points[np.abs(field(points)) < 0.05])


def joint_box(anatomy: Anatomy) -> Floats:
    """A box round the left joint, shape (2, 3)."""
    return anatomy.sacrum.bounds_mm + np.array([[75.0, 0.0, 0.0], [12.0, 0.0, 0.0]])


def test_measures_lie_within_one_deviation_of_the_published(sex: str, anatomy: Anatomy) -> None:
    measures = pelvic_measures(anatomy.ilium, anatomy.joint, anatomy.sacral_slope_deg, sex)
    assert [row.name for row in measures] == list(PUBLISHED)
    for row in measures:
        if row.sd is None:
            # no deviation published: a tenth
            assert row.value == pytest.approx(row.mean, rel=0.1), row
        else:
            assert abs(row.value - row.mean) <= SHOWN_MISSES.get((sex, row.name), 1.0) * row.sd, row


def test_a_giant_ilium_fails_the_measures(male: Anatomy) -> None:
    giant = Ilium(male.sacrum, IliumShape(size=1.15, corridor_mm=17.0))
    assert psis_path_mm(giant) > 118.0 + 13.0
    assert corridor_diameter_mm(giant) > 13.2 + 1.4


def test_measures_move_as_the_numbers_say(male: Anatomy) -> None:
    small, large = (Ilium(male.sacrum, IliumShape(size=size)) for size in (0.9, 1.1))
    # 79 mm of the path lie beyond the joint
    assert 10.0 < s2ai_path_mm(large) - s2ai_path_mm(small) < 22.0
    narrow, wide = (Ilium(male.sacrum, IliumShape(corridor_mm=free)) for free in (11.0, 16.0))
    assert 2.5 < corridor_diameter_mm(wide) - corridor_diameter_mm(narrow) < 6.0


def test_the_joint_gap_is_even_over_the_ear(anatomy: Anatomy) -> None:
    box = joint_box(anatomy)
    sacral = surface_points(anatomy.sacrum.filled, box, 1.5)
    # the cartilage reaches its own rim sharply, the bones round theirs: look 2.5 mm inside the rim
    sacral = sacral[anatomy.joint.face.ear_mm(sacral) < -2.5]
    sacral = sacral[anatomy.joint(sacral + np.array([0.5, 0.0, 0.0])) < 0.0]
    gap = cKDTree(surface_points(anatomy.ilium, box, 1.0)).query(sacral)[0]
    assert len(sacral) > 200
    # at nineteen places of twenty; the rest lies where ear and rounded ala meet
    assert np.quantile(gap, 0.02) > anatomy.ilium.gap_mm - 0.3
    assert np.quantile(gap, 0.95) < anatomy.ilium.gap_mm + 0.3


@pytest.mark.parametrize("seed", range(3))
def test_no_ilium_comes_nearer_to_its_sacrum_than_the_gap(seed: int) -> None:
    rng = np.random.default_rng(seed)
    random = build_anatomy(drawn(SacrumShape, rng), drawn(IliumShape, rng), gap_mm=rng.uniform(1.0, 4.0))
    box = joint_box(random)
    gap = cKDTree(surface_points(random.sacrum.filled, box, 1.2)).query(
        surface_points(random.ilium, box, 1.2)
    )[0]
    assert gap.min() > 0.75 * random.ilium.gap_mm


def test_random_pelves_let_an_s2ai_screw_through() -> None:
    # 58 of 60 drawn shapes do (seeds 1000 to 1059), the other two on another path; here are five of them
    for seed in range(1000, 1005):
        rng = np.random.default_rng(seed)
        shapes = drawn(SacrumShape, rng), drawn(IliumShape, rng)
        random = build_anatomy(*shapes, gap_mm=rng.uniform(1.0, 4.0))
        report = inspect(random, plan_screw(random, "s2ai"))
        assert report.acceptable, (seed, report.findings)
        assert report.crosses_joint


def test_the_wing_is_hollow_in_front_and_no_thinner_than_the_mesher_can_take(male: Anatomy) -> None:
    ilium = Ilium(male.sacrum, IliumShape(fossa_mm=4.0))
    marks = ilium.landmarks
    # the iliac fossa: the straight way from the front of the crest to its back runs before the wing
    middle = 0.5 * (marks["asis"] + marks["crest_top"])
    assert ilium(middle[None])[0] > 2.0
    points = surface_points(ilium, ilium.bounds_mm, 4.0)
    assert np.quantile(thickness_mm(ilium, points, 6.0), 0.002) > 3.0


def test_the_crest_is_an_s_from_above(male: Anatomy) -> None:
    turn = standing_from_anatomical(40.0)
    asis, tubercle, top, psis = (
        turn @ male.ilium.landmarks[name] for name in ("asis", "tubercle", "crest_top", "psis")
    )
    assert tubercle[0] > max(asis[0], top[0])
    assert asis[1] < tubercle[1] < top[1] < psis[1]
    # it bulges outwards in front
    chord = psis - tubercle
    along = (top - tubercle)[:2] @ chord[:2] / (chord[:2] @ chord[:2])
    assert (top - tubercle - along * chord)[0] > 5.0


def test_the_hip_is_a_hollow_under_a_roof(anatomy: Anatomy) -> None:
    hip = anatomy.ilium.landmarks["hip"]
    up = standing_from_anatomical(40.0).T @ [0.0, 0.0, 1.0]
    radius = 0.5 * anatomy.ilium.shape.acetabulum_mm
    assert anatomy.ilium((hip + (radius - 2.0) * up)[None])[0] > 0.0
    assert anatomy.ilium((hip + (radius + 4.0) * up)[None])[0] < 0.0


def test_the_right_side_mirrors_the_left(male: Anatomy) -> None:
    right = Mirrored(left=male.ilium)
    points = np.random.default_rng(0).uniform(*male.ilium.bounds_mm, (500, 3))
    across = points * [-1.0, 1.0, 1.0]
    np.testing.assert_array_equal(right(across), male.ilium(points))
    np.testing.assert_array_equal(right.bounds_mm[:, 0], -male.ilium.bounds_mm[::-1, 0])
    np.testing.assert_array_equal(right.bounds_mm[:, 1:], male.ilium.bounds_mm[:, 1:])
