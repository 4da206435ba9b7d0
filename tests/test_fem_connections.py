"""Springs, beds, ties and rigid faces: what they carry, what they leave free, and what is refused."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from fem.connections import (
    Connection,
    bushings,
    elastic_foundation,
    face_spring,
    rigid_faces,
    springs_between,
    springs_to_ground,
    tied_faces,
)
from fem.discretisation import discretise
from fem.elastic import elastic_by_part, uniform_elastic
from fem.loads import LoadCase, face_motion, face_traction, remote_load
from fem.model import Model
from fem.solution import Solution
from fem.solvers import SolverSettings, preconditioner, solve
from fem.supports import FixedComponents, FixedNodes, Support
from fem.verification.joints import glued, stacked
from fem.verification.models import TIGHT, pulled
from geometry.arrays import Floats, Ints
from geometry.blocks import block
from geometry.errors import ModelError, SolveError
from geometry.mesh import Mesh


def model(
    mesh: Mesh,
    connections: list[Connection],
    supports: list[Support],
    loads: list[LoadCase],
    moduli: tuple[float, ...] = (1000.0, 1000.0),
) -> Model:
    materials = {name: (young, 0.3) for name, young in zip(mesh.part_names, moduli, strict=False)}
    return Model(
        discretisation=discretise(mesh, connections=connections),
        elastic=elastic_by_part(mesh, materials),
        supports=tuple(supports),
        load_cases=tuple(loads),
        connections=tuple(connections),
    )


def across(mesh: Mesh, face: str) -> list[LoadCase]:
    return [face_traction(mesh, mesh.face(face), way, f"pull {k}") for k, way in enumerate(np.eye(3))]


def foot(mesh: Mesh, face: str = "z0") -> FixedNodes:
    return FixedNodes(name="foot", nodes=mesh.face(face))


def bar() -> Mesh:
    return block((3, 3, 6), (1.0, 1.0, 2.0))


def glued_cubes(lower: int, upper: int, moduli: tuple[float, float], gap_mm: float = 0.0) -> Solution:
    mesh = stacked(lower, upper, gap_mm)
    tie = glued(mesh, 1.1 * gap_mm + 1e-6)
    return solve(
        model(mesh, [tie], [foot(mesh, "lower_z0")], across(mesh, "upper_z1"), moduli),
        settings=SolverSettings(relative_tolerance=1e-9),
    )


def test_glued_cubes_are_as_stiff_as_one_body() -> None:
    whole = block((4, 4, 8), (1.0, 1.0, 2.0))
    one = solve(
        Model(
            discretisation=discretise(whole),
            elastic=uniform_elastic(len(whole.tets), 1000.0, 0.3),
            supports=(foot(whole),),
            load_cases=tuple(across(whole, "z1")),
        )
    ).work_nmm()
    # the same cells on both sides: the tie loses nothing at all
    np.testing.assert_allclose(glued_cubes(4, 4, (1000.0, 1000.0)).work_nmm(), one, rtol=1e-7)
    # 4 to 3 cells: what the coarser half itself loses
    np.testing.assert_allclose(glued_cubes(4, 3, (1000.0, 1000.0)).work_nmm(), one, rtol=2e-3)


@pytest.mark.parametrize("moduli", [(1000.0, 1000.0), (100.0, 1e5), (1e5, 100.0)])
def test_a_tie_converges_and_balances_whatever_the_contrast(moduli: tuple[float, float]) -> None:
    solution = glued_cubes(4, 5, moduli, gap_mm=0.05)
    # measured 30 to 42 for cubes of 6 and 9 cells; without weights by stiffness it stalled at 400
    assert solution.iterations.max() <= 60
    # a moment passes across the gap without loss: rigid motions open no tie
    assert solution.imbalance().max() < 1e-9


def test_a_support_beside_a_tie_gets_the_force_that_the_tie_hands_on() -> None:
    mesh = stacked(3, 2)
    tie = glued(mesh)
    # held all along the edge of the tie, so that tied nodes are held too
    side = np.concatenate([mesh.face("lower_x0").ravel(), mesh.face("upper_x0").ravel()])
    held = FixedNodes(name="side", nodes=side)
    solution = solve(model(mesh, [tie], [held], across(mesh, "upper_z1")), settings=TIGHT)
    assert solution.imbalance().max() < 1e-10
    assert solution.support_force_n("side", "pull 2") == pytest.approx([0.0, 0.0, -1.0], abs=1e-9)


def test_sides_that_lie_apart_or_nowhere_opposite_are_not_glued() -> None:
    mesh = stacked(2, 3, gap_mm=0.1)
    with pytest.raises(ModelError, match=r"two sides of tie 'glue' are 0.1 mm apart, with 0.05 mm allowed"):
        glued(mesh, 0.05)
    with pytest.raises(ModelError, match="nowhere opposite each other"):
        tied_faces(mesh, mesh.face("lower_x0"), mesh.face("upper_z0"), largest_gap_mm=1.0)
    with pytest.raises(ModelError, match="share nodes"):
        tied_faces(mesh, mesh.face("lower_z1"), mesh.face("lower_z1"), largest_gap_mm=1.0)


def test_a_tie_says_how_much_of_the_first_side_it_glues() -> None:
    mesh = stacked(4, 3)
    left = mesh.face("upper_z0")
    middle = mesh.nodes_mm[left[:, :3]].mean(axis=1)
    tie = tied_faces(mesh, mesh.face("lower_z1"), left[middle[:, 0] < 1 / 3], largest_gap_mm=1e-6)
    assert tie.share == pytest.approx(1 / 3)


def test_a_rigid_plate_moves_as_one_body_and_is_stiffer() -> None:
    mesh = bar()
    at = np.array([0.5, 0.5, 4.0])
    load = remote_load(mesh, mesh.face("z1"), at, force_n=(1.0, 0.0, 0.5), moment_nmm=(0.0, 0.3, 1.0))
    plate = rigid_faces(mesh, mesh.face("z1"))
    free, rigid = (solve(model(mesh, c, [foot(mesh)], [load]), settings=TIGHT) for c in ([], [plate]))
    assert rigid.work_nmm()[0] < free.work_nmm()[0]
    motion = face_motion(mesh, mesh.face("z1"), at, rigid.displacement_mm[0])
    arm = mesh.nodes_mm[plate.nodes] - at
    expected = motion.shift_mm + np.cross(motion.turn_rad, arm)
    np.testing.assert_allclose(rigid.displacement_mm[0][plate.nodes], expected, atol=1e-10)


def test_a_remote_load_has_its_resultants_and_works_on_the_motion_of_its_point() -> None:
    mesh = bar()
    at = np.array([3.0, -1.0, 5.0])
    force, moment = np.array([1.0, 2.0, -0.5]), np.array([0.4, -3.0, 2.0])
    load = remote_load(mesh, mesh.face("z1"), at, force_n=force, moment_nmm=moment)
    np.testing.assert_allclose(load.resultant_n, force, atol=1e-12)
    np.testing.assert_allclose(load.moment_nmm(at, mesh.nodes_mm), moment, atol=1e-11)
    solution = solve(model(mesh, [], [foot(mesh)], [load]), settings=TIGHT)
    motion = face_motion(mesh, mesh.face("z1"), at, solution.displacement_mm[0])
    assert force @ motion.shift_mm + moment @ motion.turn_rad == pytest.approx(solution.work_nmm()[0])


def test_springs_to_the_ground_carry_the_load_and_balance_it() -> None:
    mesh = bar()
    ground = springs_to_ground(mesh, np.unique(mesh.face("z0")), (3.0, 3.0, 5.0), "soil")
    solution = solve(model(mesh, [ground], [], across(mesh, "z1")), settings=TIGHT)
    assert solution.imbalance().max() < 1e-10
    pull = solution.spring_forces_n("soil", "pull 2")
    # springs along x, y and z of each node in turn
    assert pull[2::3].sum() == pytest.approx(1.0)
    with pytest.raises(ModelError, match="no springs named 'rock', only soil"):
        solution.spring_forces_n("rock", "pull 2")


def test_a_group_of_springs_is_as_stiff_as_its_springs_together() -> None:
    mesh = stacked(2, 2, gap_mm=1.0)
    below, above = np.unique(mesh.face("lower_z1")), np.unique(mesh.face("upper_z0"))
    # nodes of the two faces stand over each other in the same order
    pairs = np.column_stack([below, above])
    group = springs_between(mesh, pairs, 2.0, "ligaments")
    upper = np.unique(mesh.tets[mesh.part == 1])
    guide = FixedComponents(name="guide", nodes=upper, components=(True, True, False))
    load = face_traction(mesh, mesh.face("upper_z1"), np.array([0.0, 0.0, 1.0]), "pull")
    # bodies so stiff that the springs alone give
    solution = solve(
        model(mesh, [group], [foot(mesh, "lower_z0"), guide], [load], (1e7, 1e7)),
        settings=SolverSettings(relative_tolerance=1e-7),
    )
    assert solution.work_nmm()[0] == pytest.approx(1.0 / (2.0 * len(pairs)), rel=1e-3)
    assert solution.spring_forces_n("ligaments", "pull").sum() == pytest.approx(1.0, rel=1e-6)
    np.testing.assert_allclose(group.scaled(2.0).stiffness_n_per_mm, 4.0)


def test_bushings_join_nodes_at_one_place_only() -> None:
    mesh = stacked(2, 2)
    pairs = np.column_stack([np.unique(mesh.face("lower_z1")), np.unique(mesh.face("upper_z0"))])
    joint = bushings(mesh, pairs, (1e4, 1e4, 1e4), "joint")
    whole = solve(model(mesh, [glued(mesh)], [foot(mesh, "lower_z0")], across(mesh, "upper_z1")))
    soft = solve(model(mesh, [joint], [foot(mesh, "lower_z0")], across(mesh, "upper_z1")))
    assert (soft.work_nmm() > whole.work_nmm()).all()
    assert soft.imbalance().max() < 1e-8
    apart = stacked(2, 2, gap_mm=0.5)
    with pytest.raises(ModelError, match="joins nodes 0.5 mm apart; bushings join nodes at one place"):
        bushings(apart, pairs, (1.0, 1.0, 1.0), "joint")
    with pytest.raises(ModelError, match="no axis"):
        springs_between(mesh, pairs, 1.0)


def test_a_bed_that_slides_leaves_free_what_it_does_not_hold() -> None:
    mesh = bar()
    bed = elastic_foundation(mesh, mesh.face("z0"), 50.0)
    with pytest.raises(
        ModelError, match="free in translation along x, translation along y, rotation about z"
    ):
        model(mesh, [bed], [], across(mesh, "z1"))


def test_pieces_that_hang_on_one_ligament_are_refused_with_their_motion() -> None:
    mesh = stacked(2, 2, gap_mm=1.0)
    hanging = face_spring(mesh, mesh.face("lower_z1"), mesh.face("upper_z0"), 7.0)
    with pytest.raises(ModelError, match=r"a separate piece of \d+ nodes .* free in translation along"):
        model(mesh, [hanging], [foot(mesh, "lower_z0")], across(mesh, "upper_z1"))


def test_connections_that_do_not_fit_are_refused() -> None:
    mesh = bar()
    ground = springs_to_ground(mesh, np.unique(mesh.face("z0")), (1.0, 1.0, 1.0))
    far = springs_between(mesh, np.array([[0, len(mesh.nodes_mm) - 1]]), 1.0, "brace")
    plain = pulled(mesh)
    with pytest.raises(ModelError, match=r"not made for.*discretise\(mesh, connections=...\)"):
        replace(plain, connections=(far,))
    with pytest.raises(ModelError, match="two connections share a name"):
        model(mesh, [ground, ground], [foot(mesh)], across(mesh, "z1"))
    with pytest.raises(ModelError, match=r"rigid faces 'rigid faces' have held nodes"):
        model(mesh, [rigid_faces(mesh, mesh.face("z0"))], [foot(mesh)], across(mesh, "z1"))
    plates = [rigid_faces(mesh, mesh.face(face), face) for face in ("z1", "x1")]
    with pytest.raises(ModelError, match="shares nodes with another tie or rigid face"):
        model(mesh, [ground, *plates], [], across(mesh, "z1"))
    with pytest.raises(ModelError, match="stiffness of -1, not above zero"):
        springs_between(mesh, np.array([[0, 5]]), -1.0)
    with pytest.raises(ModelError, match="has no spring"):
        springs_to_ground(mesh, np.array([0]), (0.0, 0.0, 0.0))
    with pytest.raises(ModelError, match="is for .* nodes, the mesh has"):
        discretise(stacked(2, 2), connections=[ground])


def test_the_direct_solver_takes_springs_and_refuses_ties() -> None:
    mesh = bar()
    ground = springs_to_ground(mesh, np.unique(mesh.face("z0")), (1.0, 2.0, 3.0))
    standing = model(mesh, [ground], [], across(mesh, "z1"))
    direct, multigrid = (
        solve(standing, settings=SolverSettings(kind=kind, relative_tolerance=1e-9)).displacement_mm
        for kind in ("direct", "multigrid")
    )
    np.testing.assert_allclose(multigrid, direct, atol=1e-7 * np.abs(direct).max())
    plate = model(mesh, [rigid_faces(mesh, mesh.face("z1"))], [foot(mesh)], across(mesh, "z1"))
    with pytest.raises(SolveError, match="knows no ties, no rigid faces and no curved elements"):
        solve(plate, settings=SolverSettings(kind="direct"))


def test_a_brace_between_far_nodes_keeps_the_answer_free_of_threads() -> None:
    mesh = block((4, 4, 12), (1.0, 1.0, 3.0), jitter=0.1)
    first, last = mesh.nodes_mm.sum(axis=1).argmin(), mesh.nodes_mm.sum(axis=1).argmax()
    brace = springs_between(mesh, np.array([[first, last]]), 500.0, "brace")
    # its foot is held elsewhere, so that the brace joins two free nodes
    held = FixedNodes(name="side", nodes=mesh.face("x1"))
    braced = model(mesh, [brace], [held], across(mesh, "z1"))
    one, two = (solve(braced, settings=SolverSettings(threads=t)).displacement_mm for t in (1, 2))
    np.testing.assert_array_equal(one, two)


def guides(mesh: Mesh) -> list[Support]:
    """Planes of symmetry on three sides of stacked cubes."""
    found: list[Support] = []
    for face, held in (
        ("x0", (True, False, False)),
        ("y0", (False, True, False)),
        ("z0", (False, False, True)),
    ):
        names = [f"{part}_{face}" for part in mesh.part_names if face != "z0" or part == "lower"]
        nodes = np.concatenate([mesh.face(name).ravel() for name in names])
        found.append(FixedComponents(name=face, nodes=nodes, components=held))
    return found


def test_linear_elements_pass_the_patch_test_across_a_tie() -> None:
    mesh = stacked(3, 4)
    tie = glued(mesh)
    pull = face_traction(mesh, mesh.face("upper_z1"), np.array([0.0, 0.0, 1.0]), "pull")
    linear = replace(
        model(mesh, [tie], guides(mesh), [pull]), discretisation=discretise(mesh, order=1, connections=[tie])
    )
    found = solve(linear, settings=TIGHT).displacement_mm[0]
    np.testing.assert_allclose(found, mesh.nodes_mm * [-3e-4, -3e-4, 1e-3], atol=1e-11)


def test_linear_elements_take_ties_and_plates() -> None:
    works = []
    for lower, upper in ((3, 4), (6, 8)):
        mesh = stacked(lower, upper)
        joints = [glued(mesh), rigid_faces(mesh, mesh.face("upper_z1"))]
        quadratic = model(mesh, joints, [foot(mesh, "lower_z0")], across(mesh, "upper_z1"))
        linear = replace(quadratic, discretisation=discretise(mesh, order=1, connections=joints))
        solution = solve(linear)
        assert solution.imbalance().max() < 1e-8
        works.append(solution.work_nmm())
    best = solve(quadratic).work_nmm()
    # stiffer than quadratic ones, and half as much on half the cells
    assert (works[0] < works[1]).all()
    assert (works[1] < best).all()
    assert ((best - works[1]) / (best - works[0]) < 0.5).all()


def arch(radius: float) -> Callable[[Floats], Floats]:
    """Maps a block onto a piece of a ring."""

    def shape(points: Floats) -> Floats:
        angle, out = points[:, 0], radius + points[:, 2]
        return np.column_stack([out * np.sin(angle), points[:, 1], out * np.cos(angle)])

    return shape


def test_curved_sides_are_refused_and_may_be_straightened() -> None:
    parts = [block((4, 2, 1), shape=arch(2.0), curved=True), block((3, 2, 1), shape=arch(3.0), curved=True)]
    shift = len(parts[0].nodes_mm)
    mesh = Mesh(
        nodes_mm=np.concatenate([part.nodes_mm for part in parts]),
        tets=np.concatenate([parts[0].tets, parts[1].tets + shift]),
        part=np.repeat([0, 1], [len(part.tets) for part in parts]),
        part_names=("lower", "upper"),
        faces={"below": parts[0].face("z1"), "above": parts[1].face("z0") + shift},
    )
    with pytest.raises(ModelError, match=r"belong to curved elements.*mesh.straightened\(\)"):
        tied_faces(mesh, mesh.face("below"), mesh.face("above"), largest_gap_mm=0.2)
    straight = mesh.straightened()
    tie = tied_faces(straight, straight.face("below"), straight.face("above"), largest_gap_mm=0.2)
    turned = np.cross([0.3, -0.2, 0.5], straight.nodes_mm).ravel()
    assert np.abs(tie.rows @ turned).max() < 1e-12 * np.abs(tie.rows).max()


def test_a_wide_gap_is_glued_all_over() -> None:
    for gap_mm in (0.3, 0.7, 1.5):
        mesh = stacked(4, 5, gap_mm)
        assert glued(mesh, 2.0).share == pytest.approx(1.0)


def test_a_graded_tie_passes_the_patch_test() -> None:
    even = np.linspace(0.0, 1.0, 4)
    graded = np.concatenate([[0.0], np.cumsum(np.geomspace(0.01, 1.0, 5))])
    graded /= graded[-1]
    parts = [block((1, 1, 1), ticks=(graded, graded, even)), block((1, 1, 1), ticks=(even, even, even))]
    shift = len(parts[0].nodes_mm)
    names = ("lower", "upper")
    faces = {f"lower_{name}": face for name, face in parts[0].faces.items()}
    faces |= {f"upper_{name}": face + shift for name, face in parts[1].faces.items()}
    mesh = Mesh(
        nodes_mm=np.concatenate([parts[0].nodes_mm, parts[1].nodes_mm + np.array([0.0, 0.0, 1.0])]),
        tets=np.concatenate([parts[0].tets, parts[1].tets + shift]),
        part=np.repeat([0, 1], [len(part.tets) for part in parts]),
        part_names=names,
        faces=faces,
    )
    pull = face_traction(mesh, mesh.face("upper_z1"), np.array([0.0, 0.0, 1.0]), "pull")
    solution = solve(model(mesh, [glued(mesh)], guides(mesh), [pull]))
    expected = mesh.nodes_mm * [-3e-4, -3e-4, 1e-3]
    np.testing.assert_allclose(solution.displacement_mm[0], expected, atol=1e-8)


def test_a_side_that_sticks_out_by_a_sliver_converges() -> None:
    parts = [block((5, 5, 2)), block((3, 3, 2), (0.61, 1.0, 1.0))]
    shift = len(parts[0].nodes_mm)
    mesh = Mesh(
        nodes_mm=np.concatenate([parts[0].nodes_mm, parts[1].nodes_mm + np.array([0.0, 0.0, 1.0])]),
        tets=np.concatenate([parts[0].tets, parts[1].tets + shift]),
        part=np.repeat([0, 1], [len(part.tets) for part in parts]),
        part_names=("lower", "upper"),
        faces={
            "lower_z0": parts[0].face("z0"),
            "lower_z1": parts[0].face("z1"),
            "upper_z0": parts[1].face("z0") + shift,
            "upper_z1": parts[1].face("z1") + shift,
        },
    )
    tie = glued(mesh)
    assert tie.share == pytest.approx(0.61)
    solution = solve(model(mesh, [tie], [foot(mesh, "lower_z0")], across(mesh, "upper_z1")))
    assert solution.iterations.max() < 80


def test_a_side_in_layers_is_refused() -> None:
    mesh = stacked(2, 2)
    top, bottom = mesh.face("lower_z1"), mesh.face("upper_z0")
    twice = np.concatenate([bottom, bottom])
    with pytest.raises(ModelError, match="lies in layers over the first"):
        tied_faces(mesh, top, twice, largest_gap_mm=1e-6)


def test_a_preconditioner_of_other_connections_is_refused() -> None:
    mesh = bar()
    ground = springs_to_ground(mesh, np.unique(mesh.face("z0")), (1.0, 2.0, 3.0))
    standing = model(mesh, [ground], [foot(mesh, "x0")], across(mesh, "z1"))
    without = replace(standing, connections=())
    with pytest.raises(SolveError, match="belongs to other connections"):
        solve(without, prepared=preconditioner(standing))
    softer = replace(standing, connections=(ground.scaled(0.9),))
    assert (solve(softer, prepared=preconditioner(standing)).iterations < 60).all()


def test_a_load_on_a_plate_that_cancels_out_is_refused_by_name() -> None:
    mesh = bar()
    plate = rigid_faces(mesh, mesh.face("z1"))
    forces = np.zeros_like(mesh.nodes_mm)
    first, second = plate.nodes[:2]
    line = mesh.nodes_mm[second] - mesh.nodes_mm[first]
    forces[first], forces[second] = -line, line
    squeeze = LoadCase(name="squeeze", nodal_force_n=forces)
    with pytest.raises(ModelError, match="load 'squeeze' acts on nothing that is free to move"):
        solve(model(mesh, [plate], [foot(mesh)], [squeeze]))


@pytest.mark.parametrize("pairs", [np.array([[0, -1]]), np.array([[0, 10**6]]), np.array([[0, 1, 2]])])
def test_nodes_that_do_not_exist_are_refused(pairs: Ints) -> None:
    mesh = bar()
    with pytest.raises(ModelError, match=r"names a node that does not exist|needs nodes of shape \(k, 2\)"):
        springs_between(mesh, pairs, 1.0)
    with pytest.raises(ModelError, match="names a node that does not exist"):
        springs_to_ground(mesh, np.array([10**6]), (1.0, 1.0, 1.0))
    with pytest.raises(ModelError, match="1 springs and 3 stiffnesses"):
        springs_between(mesh, np.array([[0, 1]]), np.ones(3))
    with pytest.raises(ModelError, match="needs faces of shape"):
        tied_faces(mesh, mesh.face("z1")[:, :3], mesh.face("z0"), largest_gap_mm=1.0)


def test_a_spring_on_too_many_nodes_is_refused() -> None:
    mesh = block((17, 17, 1))
    with pytest.raises(ModelError, match=r"pulls on \d+ nodes, above 1000"):
        face_spring(mesh, mesh.face("z0"), mesh.face("z1"), 1.0)
