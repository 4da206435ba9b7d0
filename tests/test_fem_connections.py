"""Springs, beds and rigid faces: what they carry, what they leave free, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from joined_blocks import across, foot, model

from fem.connections import (
    bushings,
    elastic_foundation,
    face_spring,
    rigid_faces,
    springs_between,
    springs_to_ground,
    tied_faces,
)
from fem.discretisation import discretise
from fem.loads import LoadCase, face_motion, face_traction, remote_load
from fem.solvers import SolverSettings, preconditioner, solve
from fem.supports import FixedComponents, FixedNodes
from fem.verification.joints import glued, stacked
from fem.verification.models import TIGHT, pulled
from geometry.arrays import Ints
from geometry.blocks import block
from geometry.errors import ModelError, SolveError
from geometry.mesh import Mesh


def bar() -> Mesh:
    return block((3, 3, 6), (1.0, 1.0, 2.0))


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
