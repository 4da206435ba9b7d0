"""The shapes keep their promises: one closed bone each, no overlap, coordinates and angles that hold."""

import dataclasses

import numpy as np
import pytest
from bones import drawn, grid, piece_count

from geometry.anatomy import Anatomy, build_anatomy
from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.frame import (
    angles_deg,
    axial_angles_deg,
    direction,
    endplate_angles_deg,
    standing_from_anatomical,
)
from geometry.lumbar.level import sacral_facets
from geometry.mirror import ACROSS
from geometry.pelvis.ilium_shape import IliumShape
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import MALE, SIDED_NUMBERS, SacrumShape


def drawn_right_side(left: SacrumShape, rng: np.random.Generator) -> SacrumShape:
    """A right side of its own, with the midline of the left one."""
    other = drawn(SacrumShape, rng)
    return dataclasses.replace(left, **{name: getattr(other, name) for name in SIDED_NUMBERS})


@pytest.mark.parametrize("seed", range(10))
def test_any_shape_in_range_is_one_closed_bone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    random = build_anatomy(drawn(SacrumShape, rng), drawn(IliumShape, rng), gap_mm=rng.uniform(1.0, 4.0))
    assert piece_count(random.sacrum, random.sacrum.bounds_mm, 2.0) == 1
    assert piece_count(random.ilium, random.ilium.bounds_mm, 2.0) == 1


def test_a_tilted_short_sacrum_keeps_its_first_tubercle() -> None:
    # found by drawing 200 shapes: the spinous tubercle of S1 floated above a lamina that began too low
    shape = SacrumShape(
        length_mm=96.7,
        kyphosis_deg=81.2,
        table_tilt_deg=17.9,
        ala_slope_deg=26.3,
        ala_drop_mm=8.0,
        crest_mm=7.3,
    )
    sacrum = Sacrum(shape)
    assert piece_count(sacrum, sacrum.bounds_mm, 2.0) == 1


@pytest.mark.parametrize("seed", range(4))
def test_any_lopsided_sacrum_is_one_closed_bone(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    left = drawn(SacrumShape, rng)
    sacrum = Sacrum(left, drawn_right_side(left, rng))
    assert piece_count(sacrum, sacrum.bounds_mm, 2.0) == 1


def test_each_side_of_a_lopsided_sacrum_is_that_of_its_own_shape() -> None:
    right = dataclasses.replace(MALE, facet_angle_deg=60.0, breadth_mm=112.0, dysmorphism=1.0)
    lopsided, whole_left, whole_right = Sacrum(MALE, right), Sacrum(MALE), Sacrum(right)
    rng = np.random.default_rng(3)
    points = rng.uniform(*lopsided.bounds_mm, (50_000, 3))
    on_left, on_right = points[points[:, 0] > 6.0], points[points[:, 0] < -6.0]
    np.testing.assert_array_equal(lopsided(on_left), whole_left(on_left))
    np.testing.assert_array_equal(lopsided(on_right), whole_right(on_right))
    np.testing.assert_array_equal(
        lopsided.foramina(on_right), whole_right.foramina(on_right * [-1.0, 1.0, 1.0])
    )
    # no step where they meet: sideways the field near the surface changes at most twice as fast as a distance
    middle = points * [6.0 / 60.0, 1.0, 1.0]
    middle = middle[np.abs(lopsided(middle)) < 2.0]
    aside = middle + np.array([0.1, 0.0, 0.0])
    assert np.abs(lopsided(aside) - lopsided(middle)).max() < 0.2


def test_l5_meets_each_side_of_a_lopsided_sacrum_at_its_own_facet() -> None:
    right = dataclasses.replace(MALE, facet_x_mm=28.0, facet_angle_deg=57.0)
    sacrum = Sacrum(MALE, right)
    own, other = sacral_facets(sacrum), sacral_facets(Sacrum(right, MALE))
    for facet, mirrored in zip(own, reversed(other), strict=True):
        np.testing.assert_allclose(facet.centre_mm, mirrored.centre_mm * ACROSS, atol=1e-9)
        np.testing.assert_allclose(facet.axes, mirrored.axes * ACROSS, atol=1e-9)
        assert abs(sacrum(facet.centre_mm[None])[0]) < 0.01
    assert own[1].centre_mm[0] + own[0].centre_mm[0] < -2.0


def test_a_right_side_with_another_midline_is_refused() -> None:
    with pytest.raises(GeometryError, match=r"length_mm, canal_width_mm differ between left and right"):
        Sacrum(MALE, dataclasses.replace(MALE, length_mm=110.0, canal_width_mm=28.0))


def test_dysmorphism_lowers_the_ala_and_leaves_no_trace_at_zero() -> None:
    normal, dysmorphic = Sacrum(MALE), Sacrum(dataclasses.replace(MALE, dysmorphism=1.0))
    side, tops = 0.42 * MALE.breadth_mm, []
    for sacrum in (normal, dysmorphic):
        column = np.array([[side, 5.0, z] for z in np.arange(-30.0, 5.0, 0.1)])
        tops.append(float(column[sacrum(column) < 0.0, 2].max()))
    assert tops[1] < tops[0] - 3.0
    # the residual disc is a furrow where a normal bone has its first ridge
    ridge = [
        float(np.interp(normal.junction_arcs_mm[0], np.arange(60) * 0.5, front))
        for front in (_front_depth_mm(normal), _front_depth_mm(dysmorphic))
    ]
    assert ridge[1] > ridge[0] + 2.0
    # S3 to S5 stay as they are
    points, _ = grid(normal.bounds_mm, 3.0)
    low = points[normal.curve_coordinates(points)[0] > normal.junction_arcs_mm[2]]
    np.testing.assert_allclose(normal(low), dysmorphic(low), atol=0.05)


def _front_depth_mm(sacrum: Sacrum) -> Floats:
    """Depth of the ventral midline every 0.5 mm of arc, shape (60,); negative is in front of the axis."""
    depths = np.arange(-25.0, 0.0, 0.1)
    front = []
    for arc in np.arange(60) * 0.5:
        line = np.array([sacrum.curve.point_mm(0.0, arc, depth) for depth in depths])
        front.append(float(depths[sacrum(line) < 0.0].min()))
    return np.array(front)


def test_counting_bones_sees_two() -> None:
    def two(points_mm: Floats) -> Floats:
        return np.abs(np.abs(points_mm[:, 0]) - 10.0) + np.abs(points_mm[:, 1:]).max(axis=1) - 6.0

    assert piece_count(two, np.array([[-30.0, -30.0, -30.0], [30.0, 30.0, 30.0]])) == 2


def test_the_sacrum_is_symmetrical(anatomy: Anatomy) -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(*anatomy.sacrum.bounds_mm, (20_000, 3))
    np.testing.assert_array_equal(anatomy.sacrum(points), anatomy.sacrum(points * [-1.0, 1.0, 1.0]))


@pytest.mark.parametrize("bone", ["sacrum", "ilium"])
def test_near_the_surface_the_field_is_a_distance(anatomy: Anatomy, bone: str) -> None:
    field = getattr(anatomy, bone)
    rng = np.random.default_rng(1)
    points = rng.uniform(*field.bounds_mm, (200_000, 3))
    points = points[np.abs(field(points)) < 1.0]
    step = 1e-3
    slopes = [(field(points + e) - field(points - e)) / (2 * step) for e in step * np.eye(3)]
    length = np.linalg.norm(slopes, axis=0)
    # a mesher steps by the field's value: half to twice as long keeps its edges within twice the aim
    assert np.median(length) == pytest.approx(1.0, abs=0.1)
    assert np.quantile(length, 0.01) > 0.5
    assert np.quantile(length, 0.99) < 2.0


def test_the_ilium_keeps_the_gap_to_the_sacrum(anatomy: Anatomy) -> None:
    points, _ = grid(anatomy.sacrum.bounds_mm, 1.5)
    in_ilium = points[anatomy.ilium(points) < 0.0]
    # distances along the sacrum's slope are true to first order
    assert anatomy.joint.face.distance_mm(in_ilium).min() > 0.9 * anatomy.joint.gap_mm


def test_the_cartilage_touches_both_bones_and_is_one_piece(anatomy: Anatomy) -> None:
    box = anatomy.sacrum.bounds_mm + np.array([[50.0, 0.0, 0.0], [10.0, 0.0, 0.0]])
    points, _ = grid(box, 0.8)
    in_joint = points[anatomy.joint(points) < 0.0]
    assert piece_count(anatomy.joint, box, 0.8) == 1
    assert anatomy.sacrum(in_joint).min() < 0.0
    assert anatomy.ilium(in_joint).min() < 0.0


def test_landmarks_stand_where_an_anatomist_expects(anatomy: Anatomy) -> None:
    marks = anatomy.ilium.landmarks
    turn = standing_from_anatomical(anatomy.sacral_slope_deg)
    psis, asis, aiis, notch, crest = (
        turn @ marks[name] for name in ("psis", "asis", "aiis", "notch", "crest_top")
    )
    assert asis[0] > aiis[0] > psis[0] > 30.0  # lateral order
    assert asis[1] < psis[1]  # the front spine in front
    assert psis[2] > asis[2] > aiis[2] > notch[2] - 40.0  # a standing pelvis dips forward
    assert crest[2] > max(asis[2], psis[2], 0.0)  # the crest tops the sacrum
    # PSIS to AIIS 118 +- 13 from cortex to cortex (evidence 2.3); landmarks lie half a rim, 7 mm, inside
    assert 118.0 - 13.0 - 14.0 < np.linalg.norm(psis - aiis) < 118.0 + 13.0


def test_curve_coordinates_go_there_and_back() -> None:
    sacrum = Sacrum(MALE)
    rng = np.random.default_rng(2)
    wanted = rng.uniform([-40.0, 0.0, -18.0], [40.0, 110.0, 40.0], (300, 3))
    points = np.array([sacrum.curve.point_mm(*row) for row in wanted])
    arc, depth = sacrum.curve_coordinates(points)
    # one Newton step from a 1 mm grid
    np.testing.assert_allclose(arc, wanted[:, 1], atol=0.01)
    np.testing.assert_allclose(depth, wanted[:, 2], atol=0.01)


def test_canal_and_foramina_are_void() -> None:
    sacrum = Sacrum(MALE)
    points, _ = grid(sacrum.bounds_mm, 2.0)
    # the rims are rounded by up to 2 mm, so look a little inside
    assert sacrum(points[sacrum.canal(points) < -0.5]).min() > 0.0
    assert sacrum(points[sacrum.foramina(points) < -0.5]).min() > 0.0
    for opening in sacrum.foramina_shape.dorsal_openings_mm:
        assert sacrum(opening[None])[0] > 0.0


@pytest.mark.parametrize("slope", [0.0, 25.0, 39.5, 60.0])
def test_angles_turn_with_the_sacral_slope_and_back(slope: float) -> None:
    lateral, caudal = endplate_angles_deg(30.0, 45.0, angle_reference="global_axial", sacral_slope_deg=slope)
    assert axial_angles_deg(lateral, caudal, sacral_slope_deg=slope) == pytest.approx((30.0, 45.0), abs=1e-9)
    assert angles_deg(direction(30.0, 45.0)) == pytest.approx((30.0, 45.0), abs=1e-9)
    if slope == 0.0:
        assert (lateral, caudal) == pytest.approx((30.0, 45.0), abs=1e-9)


def test_a_sagittal_path_along_the_endplate_dips_by_the_slope() -> None:
    assert axial_angles_deg(0.0, 0.0, sacral_slope_deg=40.0) == pytest.approx((0.0, 40.0), abs=1e-9)


def test_paper_angles_in_the_axial_reading_are_nearly_flat_to_the_endplate() -> None:
    # by hand: (sin 30 cos 45, -cos 30 cos 45, -sin 45) turned by 40 degrees about x
    angles = endplate_angles_deg(30.0, 45.0, angle_reference="global_axial", sacral_slope_deg=40.0)
    assert angles == pytest.approx((21.0, 8.5), abs=0.1)


def test_refuses_an_unknown_reference() -> None:
    with pytest.raises(GeometryError, match="Choose one of s1_endplate, global_axial"):
        endplate_angles_deg(30.0, 45.0, angle_reference="floor", sacral_slope_deg=40.0)


def test_refuses_numbers_out_of_range_all_at_once() -> None:
    with pytest.raises(GeometryError, match=r"length_mm is 20 mm.*; crest_mm is 99 mm"):
        SacrumShape(length_mm=20.0, crest_mm=99.0)
    with pytest.raises(GeometryError, match="gap_mm is 9 mm, outside 1 to 4 mm"):
        build_anatomy(MALE, IliumShape(), gap_mm=9.0)
