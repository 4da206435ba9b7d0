"""Forces and moments through cross-sections: equilibrium and beam theory say what they must be."""

from dataclasses import replace

import numpy as np
import pytest

from fem.connections import elastic_foundation, tied_faces
from fem.discretisation import discretise
from fem.elastic import elastic_by_part, uniform_elastic
from fem.loads import face_moment, face_traction, remote_load
from fem.model import Model
from fem.section_forces import Stations, section_forces, straight_stations
from fem.solvers import solve
from fem.supports import FixedNodes
from fem.verification.joints import joined_model, stacked
from fem.verification.models import TIGHT, model_of
from geometry.arrays import Floats
from geometry.blocks import block
from geometry.errors import ModelError
from geometry.mesh import Mesh

# Solved to 1e-11: what equilibrium alone decides is exact but for that.
EXACT = 1e-7


def rod() -> Mesh:
    """A rod of 10 x 1 x 1 whose inner nodes are shaken, so that no element face lies in a cross-section."""
    return block((20, 3, 3), (10.0, 1.0, 1.0), jitter=0.25)


def along(distances_mm: Floats | list[float]) -> Stations:
    return straight_stations(
        np.array([0.0, 0.5, 0.5]), np.array([10.0, 0.5, 0.5]), np.asarray(distances_mm), np.array([0, 1.0, 0])
    )


def test_a_cantilever_has_the_moments_shears_and_torsion_of_its_load_at_every_station() -> None:
    mesh = rod()
    at = np.array([10.0, 0.5, 0.5])
    load = remote_load(
        mesh, mesh.face("x1"), at, force_n=(3.0, 2.0, -1.0), moment_nmm=(4.0, 5.0, -6.0), name="tip"
    )
    elastic = uniform_elastic(len(mesh.tets), 1000.0, 0.3)
    solution = solve(
        model_of(mesh, elastic, [FixedNodes(name="root", nodes=mesh.face("x0"))], [load]), settings=TIGHT
    )
    x = np.array([0.0, 0.1, 2.345, 5.0, 7.77, 9.6])
    found = section_forces(solution, "tip", ("block",), along(x))
    np.testing.assert_allclose(found.axial_n, 3.0, rtol=EXACT)
    np.testing.assert_allclose(found.shear_n, np.tile([2.0, -1.0], (6, 1)), rtol=EXACT)
    np.testing.assert_allclose(found.torsion_nmm, 4.0, rtol=EXACT)
    # (L - x) e_x cross F, and the moment at the tip
    np.testing.assert_allclose(found.bending_nmm[:, 0], 5.0 + (10.0 - x) * 1.0, rtol=EXACT)
    np.testing.assert_allclose(found.bending_nmm[:, 1], -6.0 + (10.0 - x) * 2.0, rtol=EXACT)
    np.testing.assert_allclose(found.bending_size_nmm, np.linalg.norm(found.bending_nmm, axis=1))
    np.testing.assert_allclose(found.shear_size_n, np.sqrt(5.0), rtol=EXACT)


def test_a_part_on_one_side_of_another_carries_what_its_neighbour_does_not() -> None:
    # two layers of one bar under tension carry in the ratio of their moduli
    mesh = block(
        (10, 2, 2), (10.0, 1.0, 1.0), part_names=("soft", "stiff"),
        part_of=lambda c: (c[:, 2] > 0.5).astype(np.int64),
    )  # fmt: skip
    elastic = elastic_by_part(mesh, {"soft": (100.0, 0.0), "stiff": (900.0, 0.0)})
    # a moment keeps the bar straight: the force acts in the middle of the stiffness
    at = np.array([10.0, 0.5, 0.1 * 0.25 + 0.9 * 0.75])
    load = remote_load(mesh, mesh.face("x1"), at, force_n=(10.0, 0.0, 0.0), name="pull")
    held = [FixedNodes(name="root", nodes=mesh.face("x0"))]
    solution = solve(model_of(mesh, elastic, held, [load]), settings=TIGHT)
    soft, stiff, both = (
        section_forces(solution, "pull", parts, along([5.2])).axial_n[0]
        for parts in (("soft",), ("stiff",), ("soft", "stiff"))
    )
    assert both == pytest.approx(10.0, rel=EXACT)
    assert soft + stiff == pytest.approx(both, rel=EXACT)
    # a station between nodes cuts at the nearest ones: the layers hand over half a cell's shear there
    assert stiff == pytest.approx(9.0, rel=0.01)


def test_a_screw_in_a_block_takes_the_whole_load_at_its_entry_and_hands_it_over() -> None:
    # 4 x 4 mm, from 4 mm outside down to a depth of 8 mm
    ticks = (np.array([0, 2.0, 4.0, 6.0, 8.0]), np.array([0, 2.0, 4.0, 6.0, 8.0]), np.arange(0.0, 19.0, 2.0))
    mesh = _screw_in_block(ticks)
    elastic = elastic_by_part(mesh, {"bone": (300.0, 0.3), "screw": (110_000.0, 0.3)})
    head = mesh.face("z1")
    force, moment = np.array([7.0, -2.0, 11.0]), np.array([30.0, 20.0, 5.0])
    at = np.array([4.0, 4.0, 18.0])
    load = remote_load(mesh, head, at, force_n=force, moment_nmm=moment, name="head")
    held = [FixedNodes(name="base", nodes=mesh.face("z0"))]
    solution = solve(model_of(mesh, elastic, held, [load]), settings=TIGHT)
    stations = straight_stations(at, np.array([4.0, 4.0, 0.0]), np.array([3.9, 10.0]), np.array([1.0, 0, 0]))
    found = section_forces(solution, "head", ("screw",), stations)
    entry = np.array([4.0, 4.0, 14.1])
    # the axis points into the bone, and what lies beyond it does this to the head
    np.testing.assert_allclose(found.axial_n[0], force[2], rtol=1e-6)
    np.testing.assert_allclose(found.shear_n[0], [-force[0], force[1]], rtol=1e-6)
    np.testing.assert_allclose(found.torsion_nmm[0], moment[2], rtol=1e-6)
    about = moment + np.cross(at - entry, force)
    np.testing.assert_allclose(found.bending_nmm[0], [-about[0], about[1]], rtol=1e-6)
    # a stubby screw pulls on the bone under its flat tip, which takes less of the moment
    assert 0.0 < found.axial_n[1] < found.axial_n[0]
    assert found.bending_size_nmm[1] < found.bending_size_nmm[0]


def _screw_in_block(ticks: tuple[Floats, Floats, Floats]) -> Mesh:
    """A block of 8 x 8 x 14 mm with a screw in it that stands out by 4 mm."""
    whole = block(
        (1, 1, 1), ticks=ticks, part_names=("bone", "screw", "air"),
        part_of=lambda c: np.where(
            (np.abs(c[:, :2] - 4.0).max(axis=1) < 2.0) & (c[:, 2] > 6.0), 1, np.where(c[:, 2] > 14.0, 2, 0)
        ),
    )  # fmt: skip
    kept = np.flatnonzero(whole.part < 2)
    used, back = np.unique(whole.tets[kept], return_inverse=True)
    place = np.full(len(whole.nodes_mm), -1)
    place[used] = np.arange(len(used))
    faces = {name: place[whole.face(name)] for name in ("z0", "z1")}
    return Mesh(
        nodes_mm=whole.nodes_mm[used],
        tets=back.reshape(-1, 10),
        part=whole.part[kept],
        part_names=("bone", "screw"),
        faces={name: face[(face >= 0).all(axis=1)] for name, face in faces.items()},
    )


def test_a_beam_on_a_bed_bends_as_winkler_says() -> None:
    # E 1000, I 1/12, bed 1 N/mm2: lambda 0.234 / mm, so 30 mm are as good as endless
    mesh = block((60, 3, 3), (30.0, 1.0, 1.0))
    bed = elastic_foundation(mesh, mesh.face("z0"), 1.0, 1e-3, "bed")
    load = face_traction(mesh, mesh.face("x0"), np.array([0.0, 0.0, -1.0]), "end")
    elastic = uniform_elastic(len(mesh.tets), 1000.0, 0.0)
    solution = solve(joined_model(mesh, [bed], [], [load], elastic))
    x = np.linspace(0.4, 12.0, 15) + 0.03
    stations = straight_stations(
        np.array([0.0, 0.5, 0.5]), np.array([30.0, 0.5, 0.5]), x, np.array([0.0, 1.0, 0.0])
    )
    found = section_forces(solution, "end", ("block",), stations).bending_nmm[:, 0]
    expected = _timoshenko_on_winkler(x, 1000.0 / 12.0, 1000.0 / 2.0 * 10.0 / 12.0, 1.0)
    # cut at nodes 0.25 mm apart, where the bed hands over 1 % of the peak
    np.testing.assert_allclose(found, expected, atol=0.015 * np.abs(expected).max())


def _timoshenko_on_winkler(x: Floats, bending: float, shear: float, bed: float) -> Floats:
    """The moment about y of a half-endless beam on a bed, pressed down by 1 at its end: of
    M'''' - (k / S) M'' + (k / E I) M = 0 with M = 0 and M' = 1 at the end."""
    roots = np.roots([1.0, 0.0, -bed / shear, 0.0, bed / bending])
    one, other = roots[roots.real < 0.0]
    return np.asarray(((np.exp(one * x) - np.exp(other * x)) / (one - other)).real)


def test_ties_and_soft_rubber_hand_on_the_whole_force() -> None:
    mesh = stacked(3, 2)
    glue = tied_faces(mesh, mesh.face("lower_z1"), mesh.face("upper_z0"), largest_gap_mm=1e-6, name="glue")
    elastic = elastic_by_part(mesh, {"lower": (10.0, 0.499), "upper": (100.0, 0.3)})
    twist = face_moment(mesh, mesh.face("upper_z1"), np.array([0.2, 0.3, 0.5]), "twist")
    push = face_traction(mesh, mesh.face("upper_z1"), np.array([1.0, -2.0, -3.0]), "push")
    model = Model(
        discretisation=discretise(mesh, connections=[glue]),
        elastic=elastic,
        supports=(FixedNodes(name="foot", nodes=mesh.face("lower_z0")),),
        load_cases=(twist, push),
        connections=(glue,),
    )
    solution = solve(model, settings=replace(TIGHT, relative_tolerance=1e-10))
    middle = np.array([0.5, 0.5, 0.0])
    stations = straight_stations(
        middle, middle + np.array([0, 0, 2.0]), np.array([0.4, 0.8, 1.1, 1.7]), np.array([1.0, 0, 0])
    )
    for k, part in ((slice(0, 2), "lower"), (slice(2, 4), "upper")):
        own = Stations(points_mm=stations.points_mm[k], axes=stations.axes[k], first=stations.first[k])
        found = section_forces(solution, "twist", (part,), own)
        np.testing.assert_allclose(found.torsion_nmm, 0.5, rtol=1e-6)
        np.testing.assert_allclose(found.bending_nmm, np.tile([0.2, 0.3], (2, 1)), rtol=1e-6)
        np.testing.assert_allclose(section_forces(solution, "push", (part,), own).axial_n, -3.0, rtol=1e-6)


def test_stations_off_the_part_or_askew_are_refused() -> None:
    mesh = rod()
    load = face_traction(mesh, mesh.face("x1"), np.array([1.0, 0.0, 0.0]), "pull")
    elastic = uniform_elastic(len(mesh.tets), 1000.0, 0.3)
    solution = solve(model_of(mesh, elastic, [FixedNodes(name="root", nodes=mesh.face("x0"))], [load]))
    with pytest.raises(ModelError, match="station 1 lies 2 mm off block"):
        section_forces(solution, "pull", ("block",), along([5.0, 12.0]))
    with pytest.raises(ModelError, match="unit vectors at right angles"):
        Stations(points_mm=np.zeros((1, 3)), axes=np.eye(3)[:1], first=np.ones((1, 3)))
    with pytest.raises(ModelError, match="lies along their axis"):
        straight_stations(np.zeros(3), np.array([1.0, 0, 0]), np.zeros(1), np.array([2.0, 0, 0]))
    with pytest.raises(ModelError, match="starts where it ends"):
        straight_stations(np.zeros(3), np.zeros(3), np.zeros(1), np.array([2.0, 0, 0]))
