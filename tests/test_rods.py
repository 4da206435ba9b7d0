"""Rods pass through the heads of their screws, bend no further than they may, and weigh what they should."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.field import Field
from geometry.mesh_quality import quality_of
from geometry.meshing import Body, Cap, GradedSize, HalfSpace, mesh_bodies
from geometry.rods import CrossLink, CrossLinkDesign, Rod, RodDesign, SeatedRod, seated_rod
from geometry.screws import Screw, ScrewTrajectory, TulipDesign
from geometry.screws.tulip import levelled_axis


def screw_at(
    x: float, y: float, z: float, lateral_deg: float, caudal_deg: float, kind: str = "pedicle"
) -> Screw:
    trajectory = ScrewTrajectory(
        entry_mm=(x, y, z), lateral_deg=lateral_deg, caudal_deg=caudal_deg, length_mm=45.0
    )
    return Screw(kind=kind, trajectory=trajectory)


# About where L5 and S1 pedicle screws and an S2AI screw enter.
SCREWS = (
    screw_at(22.0, 34.0, 25.0, -15.0, -20.0),
    screw_at(27.0, 34.0, -12.0, -25.0, 0.0),
    screw_at(27.0, 30.0, -38.0, 38.0, 2.0, "s2ai"),
)


@pytest.fixture(scope="module", params=[5.5, 6.0])
def seated(request: pytest.FixtureRequest) -> SeatedRod:
    return seated_rod(SCREWS, RodDesign(diameter_mm=request.param))


def counted_volume_mm3(body: Field, low: Floats, high: Floats, count: int = 500_000) -> float:
    cloud = np.random.default_rng(0).uniform(low, high, (count, 3))
    return float((body(cloud) < 0.0).mean() * np.prod(high - low))


def test_the_rod_passes_through_the_middle_of_every_head(seated: SeatedRod) -> None:
    saddles = np.array([tulip.saddle_mm for tulip in seated.tulips])
    apart = np.linalg.norm(seated.rod.centreline_mm[None] - saddles[:, None], axis=2).min(axis=1)
    assert apart.max() < 0.1
    # a saddle lies as deep in the rod as its axis
    np.testing.assert_allclose(seated.rod(saddles), -0.5 * seated.rod.design.diameter_mm, atol=0.02)


def test_heads_are_square_to_the_rod_and_lean_within_their_limit(seated: SeatedRod) -> None:
    for tulip in seated.tulips:
        assert abs(float(tulip.axis @ tulip.rod_direction)) < 1e-3
        assert 0.0 <= tulip.tilt_deg <= 30.0 + 1e-6


def test_the_rod_is_bent_no_further_than_it_may(seated: SeatedRod) -> None:
    assert seated.rod.least_radius_mm >= seated.rod.design.least_bend_mm
    # radius through three neighbouring points of the centreline, overhangs included
    a, b, c = (seated.rod.centreline_mm[k : len(seated.rod.centreline_mm) - 8 + k] for k in (0, 4, 8))
    sides = [np.linalg.norm(p - q, axis=1) for p, q in ((a, b), (b, c), (c, a))]
    double = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    assert (np.prod(sides, axis=0) / np.maximum(2.0 * double, 1e-9)).min() > 0.97 * seated.rod.least_radius_mm


def test_heads_lean_so_that_the_rod_is_straighter() -> None:
    stiff = seated_rod(SCREWS, RodDesign(least_bend_diameters=2.0), TulipDesign(tilt_limit_deg=27.0))
    free = seated_rod(SCREWS, RodDesign(least_bend_diameters=2.0), TulipDesign(tilt_limit_deg=40.0))
    assert free.rod.least_radius_mm > 1.2 * stiff.rod.least_radius_mm


def test_rod_head_and_screw_are_one_solid(seated: SeatedRod) -> None:
    for tulip in seated.tulips:
        way = np.linspace(tulip.screw.tip_mm + 1e-6, tulip.ball_mm, 300)
        way = np.vstack([way, np.linspace(tulip.ball_mm, tulip.saddle_mm, 50)])
        inside = np.minimum(np.minimum(tulip.screw.field(way), tulip(way)), seated.rod(way))
        assert inside.max() < 1e-5
        # and where the head takes over from the screw it does so over the whole neck
        end = tulip.screw.head_centre_mm[None]
        assert tulip(end)[0] < -1.0


def test_the_volume_of_a_rod_is_section_times_length(seated: SeatedRod) -> None:
    line = seated.rod.centreline_mm
    counted = counted_volume_mm3(seated.rod, line.min(axis=0) - 4.0, line.max(axis=0) + 4.0)
    assert counted == pytest.approx(seated.rod.volume_mm3(), rel=0.015)


def test_the_field_of_a_straight_rod_is_the_distance_to_a_cylinder() -> None:
    rod = Rod(through_mm=np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 30.0]]))
    assert rod.least_radius_mm == np.inf
    assert rod.length_mm == pytest.approx(48.0)
    points = np.array([[4.75, 0.0, 10.0], [0.0, 0.0, 41.0], [0.0, 0.0, 38.0], [1.0, 0.0, -12.0]])
    np.testing.assert_allclose(rod(points), [2.0, 2.0, -1.0, 3.0], atol=1e-9)


def test_the_field_of_a_bent_rod_is_the_distance_to_its_centreline(seated: SeatedRod) -> None:
    rod = seated.rod
    points = rod.through_mm[1] + np.random.default_rng(4).uniform(-60.0, 60.0, (500, 3))
    past = [(points - end) @ outwards for end, outwards in zip(rod.ends_mm, rod.outwards, strict=True)]
    between = np.max(past, axis=0) < 0.0
    finely = np.vstack([np.linspace(a, b, 20) for a, b in pairwise(rod.centreline_mm)])
    apart = np.linalg.norm(points[between, None] - finely, axis=2).min(axis=1)
    assert between.sum() > 100
    # points of the comparison are up to 0.5 mm apart on the overhangs: less than 0.02 mm at 2.5 mm distance
    np.testing.assert_allclose(rod(points[between]), apart - 0.5 * rod.design.diameter_mm, atol=0.02)


def test_a_rod_through_a_circle_has_its_radius() -> None:
    turn = np.radians(np.arange(-40.0, 41.0, 10.0))
    through = 60.0 * np.stack([np.zeros(9), np.cos(turn), np.sin(turn)], axis=1)
    middle = Rod(through_mm=through).centreline_mm
    middle = middle[np.abs(middle[:, 2]) < 15.0]
    # the natural ends of the spline are straight; away from them it keeps to the circle
    assert np.abs(np.linalg.norm(middle, axis=1) - 60.0).max() < 0.02


def test_rod_heads_and_screws_become_one_mesh() -> None:
    short = [screw.with_length(15.0) for screw in SCREWS[:2]]
    seat = seated_rod(short)
    ends = zip(("top", "bottom"), seat.rod.ends_mm, seat.rod.outwards, strict=True)
    caps = tuple(Cap(name=name, field=HalfSpace(point_mm=at, normal=way)) for name, at, way in ends)
    bodies = [Body(name="rod", field=seat.rod.barrel, surface_size_mm=1.5, caps=caps)]
    bodies += [Body(name=f"head_{k}", field=head, surface_size_mm=1.5) for k, head in enumerate(seat.tulips)]
    bodies += [
        Body(name=f"screw_{k}", field=screw.field, surface_size_mm=1.5) for k, screw in enumerate(short)
    ]
    points = np.vstack([seat.rod.centreline_mm, *([s.head_centre_mm, s.tip_mm] for s in short)])
    bounds = np.stack([points.min(axis=0) - 12.0, points.max(axis=0) + 12.0])
    # it refuses parts that are not joined
    size = GradedSize(surfaces=(), grading=0.5, largest_mm=1.5)
    mesh = mesh_bodies(bodies, size=size, bounds_mm=bounds)
    assert mesh.volumes_mm3()[mesh.part == 0].sum() == pytest.approx(seat.rod.volume_mm3(), rel=0.01)
    assert quality_of(mesh.vertices_mm, mesh.tets).min_dihedral_deg >= 8.0


def test_the_gradient_of_rod_head_and_link_is_that_of_a_distance(seated: SeatedRod) -> None:
    link = CrossLink(left=seated.rod, right=seated.rod.mirrored(), share=0.35)
    for body, centre, reach in (
        (seated.rod, seated.rod.through_mm[1], 12.0),
        (seated.tulips[1], seated.tulips[1].ball_mm, 14.0),
        (link, link.ends_mm[0], 12.0),
    ):
        points = centre + np.random.default_rng(1).uniform(-reach, reach, (60_000, 3))
        points = points[np.abs(body(points)) < 0.3]
        assert len(points) > 500
        steps = 1e-4 * np.eye(3)
        slope = np.stack([(body(points + h) - body(points - h)) / 2e-4 for h in steps], axis=1)
        steepness = np.linalg.norm(slope, axis=1)
        assert np.percentile(steepness, 1.0) > 0.6
        assert steepness.max() < 1.3
        assert np.median(steepness) == pytest.approx(1.0, abs=0.02)


def test_an_open_head_has_room_for_the_rod_and_a_locked_one_none() -> None:
    locked = seated_rod(SCREWS).tulips[1]
    opened = replace(locked, locked=False)
    above = (locked.saddle_mm + 3.0 * locked.axis)[None]
    assert locked(above)[0] < 0.0 < opened(above)[0]
    side = (locked.saddle_mm + 4.8 * np.cross(locked.axis, locked.rod_direction))[None]
    assert opened(side)[0] < 0.0


@pytest.mark.parametrize("rise_mm", [0.0, 6.0])
def test_a_cross_link_joins_both_rods_and_rises_backwards(rise_mm: float) -> None:
    rod = seated_rod(SCREWS).rod
    link = CrossLink(left=rod, right=rod.mirrored(), share=0.35, design=CrossLinkDesign(rise_mm=rise_mm))
    np.testing.assert_allclose(rod(link.ends_mm[:1]), -2.75, atol=0.01)
    np.testing.assert_allclose(rod.mirrored()(link.ends_mm[1:]), -2.75, atol=0.01)
    assert link.middle_mm[1] - link.ends_mm[0, 1] == pytest.approx(rise_mm, abs=0.02)
    assert link.middle_mm[0] == pytest.approx(0.0, abs=1e-9)
    flip = np.array([-1.0, 1.0, 1.0])
    points = link.ends_mm[0] + np.random.default_rng(2).uniform(-20.0, 20.0, (2000, 3))
    np.testing.assert_allclose(link(points), link(points * flip), atol=1e-9)


def test_rods_and_heads_that_do_not_fit_are_refused() -> None:
    low, high = SCREWS[0], SCREWS[2]
    with pytest.raises(GeometryError, match="a rod through 1 screw"):
        seated_rod([low])
    with pytest.raises(GeometryError, match="bent to a radius of .* mm, below .* Bring the heads into line"):
        seated_rod([low, replace(SCREWS[1], head_standoff_mm=25.0), high])
    steep = screw_at(27.0, 34.0, -12.0, 30.0, 60.0, "alar")
    with pytest.raises(GeometryError, match=r"head of the alar screw leans by .* deg .* outside 0 to 30 deg"):
        seated_rod([low, steep])
    with pytest.raises(GeometryError, match="two heads are .* mm apart, less than their diameter of 13 mm"):
        seated_rod([low, screw_at(22.0, 34.0, 15.0, -15.0, -20.0)])
    with pytest.raises(GeometryError, match="runs along the rod"):
        levelled_axis(low, low.direction)
    rod = seated_rod(SCREWS).rod
    with pytest.raises(GeometryError, match="the clamp is .* mm from a screw head, below 10.5 mm"):
        CrossLink(left=rod, right=rod.mirrored(), share=0.62)
    with pytest.raises(GeometryError, match="Give two points or more"):
        Rod(through_mm=np.zeros((1, 3)))
