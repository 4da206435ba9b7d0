"""Solving: what is proven, what is refused, and symmetries that any answer must have."""

from dataclasses import replace

import numba
import numpy as np
import pytest

from fem.discretisation import discretise
from fem.elastic import ElasticField, elastic_by_element, subdivided_rule, uniform_elastic
from fem.loads import LoadCase, face_traction
from fem.model import Model
from fem.solution import compliance_stiffness, work_stiffness
from fem.solvers import SOLVERS, SolverSettings, preconditioner, solve
from fem.supports import FixedNodes
from fem.verification.models import model_of, plane, pulled, sampled
from geometry.arrays import Floats
from geometry.blocks import block, quadratic
from geometry.errors import GateError, ModelError, ResourceError, SolveError
from geometry.mesh import Mesh

SIDE = (4, 4, 8)


def bar(jitter: float = 0.2) -> Mesh:
    """A block large enough for two levels of multigrid above the dense one."""
    return block((7, 7, 14), (10.0, 10.0, 20.0), jitter=jitter)


def patchy(mesh: Mesh, contrast: float) -> ElasticField:
    """Random moduli between 1 and `contrast` MPa, each in cubes of 2.5 mm: jumps everywhere, along faces
    and across."""
    table = 10.0 ** (np.random.default_rng(3).uniform(0.0, 1.0, (5, 5, 9)) * np.log10(contrast))

    def young(points: Floats) -> Floats:
        cell = (points / 2.5).astype(int)
        return np.asarray(table[cell[..., 0], cell[..., 1], cell[..., 2]])

    return sampled(mesh, young, subdivided_rule(1))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of sfepy
@pytest.mark.parametrize("kind", SOLVERS)
def test_every_solver_gives_a_proven_balanced_answer(kind: str) -> None:
    mesh = block(SIDE, (1.0, 1.0, 2.0), jitter=0.2)
    solution = solve(pulled(mesh, force_n=(0.3, -1.0, 0.5)), settings=SolverSettings(kind=kind))
    assert (solution.relative_residual <= 1e-8).all()
    solution.require_balance(1e-6)
    # the residual of 1e-8 bounds what the support can miss
    np.testing.assert_allclose(solution.support_force_n("foot", "pull"), [-0.3, 1.0, -0.5], atol=1e-7)


def test_multigrid_agrees_with_the_direct_solver() -> None:
    model = pulled(block(SIDE, (1.0, 1.0, 2.0), jitter=0.2))
    fine = solve(model, settings=SolverSettings(relative_tolerance=1e-11)).displacement_mm
    direct = solve(model, settings=SolverSettings(kind="direct")).displacement_mm
    np.testing.assert_allclose(fine, direct, atol=1e-8 * np.abs(direct).max())


@pytest.mark.parametrize(("contrast", "limit"), [(1.0, 40), (1e3, 60), (1e6, 250)])
def test_jumps_inside_elements_converge(contrast: float, limit: int) -> None:
    mesh = bar()
    # measured 21, 36 and 178; the gates leave room for other meshes, not for a method that stalls
    assert solve(pulled(mesh, patchy(mesh, contrast))).iterations.max() <= limit


def test_jumps_between_elements_cost_no_iterations() -> None:
    mesh = bar()
    young = patchy(mesh, 1e6).mean_young_mpa
    # measured 26, against 21 without jumps
    assert solve(pulled(mesh, elastic_by_element(young, np.full(len(young), 0.3)))).iterations[0] <= 40


def test_two_stiff_bodies_over_a_thin_gap_converge() -> None:
    # one layer of void between two metals: no soft node may tie them
    mesh = bar(jitter=0.0)
    height = mesh.corner_points_mm().mean(axis=1)[:, 2]
    gap = np.abs(height - 10.0) < 20.0 / 14.0
    young = np.where(gap, 0.1, 1.1e5)
    solution = solve(pulled(mesh, elastic_by_element(young, np.full(len(young), 0.3)), (0.2, 0.0, 1.0)))
    assert solution.iterations[0] <= 40


def test_nearly_incompressible_material_converges() -> None:
    mesh = bar()
    assert solve(pulled(mesh, uniform_elastic(len(mesh.tets), 1000.0, 0.45))).iterations[0] <= 60


def test_scaled_moduli_scale_the_stiffness() -> None:
    model = pulled(block(SIDE, jitter=0.2))
    tight = SolverSettings(relative_tolerance=1e-11)
    once = compliance_stiffness(solve(model, settings=tight), "pull")
    thrice = compliance_stiffness(
        solve(replace(model, elastic=model.elastic.scaled(3.0)), settings=tight), "pull"
    )
    assert thrice == pytest.approx(3.0 * once, rel=1e-9)


def test_a_mirrored_mesh_gives_the_mirrored_answer() -> None:
    mesh = block(SIDE, (1.0, 1.0, 2.0), jitter=0.2)
    tight = SolverSettings(relative_tolerance=1e-12)
    here = solve(pulled(mesh, force_n=(1.0, 0.5, 0.2)), settings=tight).displacement_mm[0]
    there = solve(pulled(mesh.mirrored(), force_n=(-1.0, 0.5, 0.2)), settings=tight).displacement_mm[0]
    np.testing.assert_allclose(there, here * [-1.0, 1.0, 1.0], atol=1e-9 * np.abs(here).max())


def test_a_larger_void_is_never_stiffer() -> None:
    mesh = block((5, 5, 5), (10.0, 10.0, 10.0))
    d = discretise(mesh)
    stiffness = []
    for radius in (0.0, 1.5, 2.5, 3.5, 4.5):

        def young(points: Floats, radius: float = radius) -> Floats:
            return np.where(np.linalg.norm(points - 5.0, axis=-1) < radius, 0.1, 500.0)

        model = pulled(mesh, sampled(mesh, young, subdivided_rule(2)))
        stiffness.append(compliance_stiffness(solve(replace(model, discretisation=d)), "pull"))
    # nested voids sampled at the same points: each material is softer everywhere, hence the energy bound is
    # strict
    assert (np.diff(stiffness) < 0.0).all()


def test_the_answer_does_not_depend_on_the_threads() -> None:
    model = pulled(block(SIDE, jitter=0.2))
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("one core")
    one, two = (solve(model, settings=SolverSettings(threads=t)).displacement_mm for t in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_a_start_near_the_answer_saves_iterations() -> None:
    mesh = bar()
    model = pulled(mesh)
    first = solve(model)
    softer = replace(model, elastic=model.elastic.scaled(0.999))
    again = solve(softer, start=first.displacement_mm, prepared=preconditioner(model))
    assert again.iterations[0] < first.iterations[0]


def test_the_preconditioner_of_another_model_is_refused() -> None:
    model, other = pulled(block((2, 2, 2))), pulled(block((2, 2, 3)))
    with pytest.raises(SolveError, match="another mesh"):
        solve(model, prepared=preconditioner(other))


def test_an_unconverged_answer_is_refused() -> None:
    with pytest.raises(SolveError, match=r"residual .* is above 1e-08 after 2 iterations"):
        solve(pulled(bar()), settings=SolverSettings(max_iterations=2))


def test_a_start_that_is_not_a_number_is_refused() -> None:
    model = pulled(block((2, 2, 2)))
    with pytest.raises(SolveError, match="residual nan"):
        solve(model, start=np.full((1, len(model.held), 3), np.nan))


def test_an_unknown_solver_is_refused() -> None:
    with pytest.raises(SolveError, match="no solver named 'magic', only direct, multigrid"):
        solve(pulled(block((1, 1, 1))), settings=SolverSettings(kind="magic"))


def test_too_large_a_direct_solve_is_refused() -> None:
    mesh = block((18, 18, 18))
    with pytest.raises(ResourceError, match="would not fit"):
        solve(pulled(mesh), settings=SolverSettings(kind="direct"))


def test_progress_is_reported() -> None:
    seen: list[tuple[int, float]] = []
    solution = solve(pulled(block((2, 2, 2))), report=lambda count, residual: seen.append((count, residual)))
    assert [count for count, _ in seen] == list(range(1, int(solution.iterations[0]) + 1))
    assert seen[-1][1] <= 1e-8


def test_the_balance_gate_can_fail() -> None:
    solution = solve(pulled(block((2, 2, 2))))
    with pytest.raises(GateError, match="reactions miss the loads"):
        replace(solution, reactions_n=1.01 * solution.reactions_n).require_balance()


def supported(mesh: Mesh, nodes: list[int]) -> Model:
    load = face_traction(mesh, mesh.face("z1"), np.array([0.0, 0.0, 1.0]), "pull")
    elastic = uniform_elastic(len(mesh.tets), 1.0, 0.3)
    return model_of(mesh, elastic, [FixedNodes(name="few", nodes=np.array(nodes))], [load])


def test_one_held_node_leaves_three_rotations() -> None:
    with pytest.raises(ModelError, match=r"1 held nodes .* rotation"):
        supported(block((1, 1, 1)), [0])


def test_two_held_nodes_leave_the_rotation_about_their_line() -> None:
    mesh = block((1, 1, 1))
    with pytest.raises(ModelError, match=r"2 held nodes .* rotation about \(-?0.00, -?0.00, -?1.00\)"):
        supported(mesh, [0, int(np.flatnonzero(np.all(mesh.nodes_mm == [0.0, 0.0, 1.0], axis=1))[0])])


def test_planes_of_symmetry_leave_the_translation_between_them() -> None:
    mesh = block((1, 1, 1))
    load = face_traction(mesh, mesh.face("z1"), np.array([0.0, 0.0, 1.0]), "pull")
    with pytest.raises(ModelError, match="free in translation along z"):
        model_of(
            mesh, uniform_elastic(len(mesh.tets), 1.0, 0.3), [plane(mesh, "x0"), plane(mesh, "y0")], [load]
        )


def test_a_loose_piece_is_refused() -> None:
    mesh = block((1, 1, 1))
    corners, tets = mesh.nodes_mm[:8], mesh.tets[:, :4]
    twice = quadratic(
        np.concatenate([corners, corners + np.array([3.0, 0.0, 0.0])]),
        np.concatenate([tets, tets + 8]),
        np.zeros(2 * len(tets), np.int64),
        ("bone",),
    )
    load = np.zeros_like(twice.nodes_mm)
    load[0] = 1.0
    below = (twice.nodes_mm[:, 2] == 0.0) & (twice.nodes_mm[:, 0] < 2.0)
    held = FixedNodes(name="foot", nodes=np.flatnonzero(below))
    push = LoadCase(name="push", nodal_force_n=load)
    with pytest.raises(ModelError, match="separate piece of 27 nodes"):
        model_of(twice, uniform_elastic(len(twice.tets), 1.0, 0.3), [held], [push])


def test_a_load_on_the_support_is_refused() -> None:
    mesh = block((1, 1, 1))
    foot = FixedNodes(name="foot", nodes=mesh.face("z0"))
    load = face_traction(mesh, mesh.face("z0"), np.array([0.0, 0.0, 1.0]), "push")
    with pytest.raises(ModelError, match="acts on held nodes only"):
        model_of(mesh, uniform_elastic(len(mesh.tets), 1.0, 0.3), [foot], [load])


def test_a_load_of_another_mesh_is_refused() -> None:
    model = pulled(block((1, 1, 1)))
    with pytest.raises(ModelError, match="has 5 nodes, the mesh 27"):
        replace(model, load_cases=(LoadCase(name="odd", nodal_force_n=np.ones((5, 3))),))


def test_work_stiffness_needs_work() -> None:
    solution = solve(pulled(block((1, 1, 1))))
    with pytest.raises(GateError, match="no positive work"):
        work_stiffness(1.0, replace(solution, displacement_mm=-solution.displacement_mm), "pull")
