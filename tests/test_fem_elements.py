"""Linear, quadratic and curved elements, and those with a pressure of their own."""

import math
from dataclasses import replace

import numpy as np
import pytest

from fem.connections import rigid_faces
from fem.discretisation import discretise
from fem.elastic import elastic_by_part, subdivided_rule, uniform_elastic
from fem.error_estimate import estimated_error
from fem.loads import LoadCase, face_pressure, face_traction
from fem.model import Model
from fem.pressure import NEARLY_INCOMPRESSIBLE
from fem.recovery import gauss_fields, strain_energy_nmm
from fem.solvers import SolverSettings, solve
from fem.supports import FixedNodes
from fem.verification.curved_sides import EXACT_WORK, crumpled, ring_work
from fem.verification.models import TIGHT, model_of, plane, pulled, sampled
from geometry.blocks import block
from geometry.errors import MeshError, ModelError, SolveError
from geometry.mesh import Mesh
from geometry.tetrahedron import POINTS_14, WEIGHTS_14, shapes_at, slopes_at


def bar(cells: int = 3) -> Mesh:
    return block((cells, cells, 2 * cells), (1.0, 1.0, 2.0), jitter=0.1)


def of_order(mesh: Mesh, order: int) -> Model:
    return replace(pulled(mesh, force_n=(1.0, 0.0, 1.0)), discretisation=discretise(mesh, order=order))


def test_linear_elements_are_stiffer_and_come_nearer_when_refined() -> None:
    best = solve(of_order(bar(8), 2)).work_nmm()[0]
    work = [solve(of_order(bar(cells), 1)).work_nmm()[0] for cells in (3, 6, 12)]
    gaps = best - np.array(work)
    assert (gaps > 0.0).all()
    assert (gaps[:-1] / gaps[1:] > 2.0).all()


def test_mid_nodes_of_linear_elements_lie_between_their_vertices() -> None:
    mesh = bar()
    u = solve(of_order(mesh, 1)).displacement_mm[0]
    np.testing.assert_allclose(
        u[mesh.tets[:, 4]], 0.5 * (u[mesh.tets[:, 0]] + u[mesh.tets[:, 1]]), atol=1e-15
    )


def test_linear_elements_balance_and_agree_with_the_direct_solver() -> None:
    model = of_order(bar(4), 1)
    solution = solve(model, settings=TIGHT)
    solution.require_balance(1e-9)
    direct = solve(model, settings=SolverSettings(kind="direct"))
    np.testing.assert_allclose(solution.displacement_mm, direct.displacement_mm, atol=1e-10)


def test_a_support_that_linear_elements_cannot_keep_is_refused() -> None:
    mesh = bar()
    # a mid node between two free vertices of the top
    middle = FixedNodes(name="pin", nodes=mesh.face("z1")[:1, 3])
    model = pulled(mesh)
    with pytest.raises(ModelError, match="holds a mid node but not both vertices beside it"):
        replace(model, supports=(*model.supports, middle), discretisation=discretise(mesh, order=1))
    with pytest.raises(ModelError, match="order is 3, only 1 and 2 are known"):
        discretise(mesh, order=3)


def test_the_rule_of_fourteen_points_is_exact_to_degree_five() -> None:
    for a in range(6):
        for b in range(6 - a):
            for c in range(6 - a - b):
                exact = 6 * math.factorial(a) * math.factorial(b) * math.factorial(c)
                exact /= math.factorial(a + b + c + 3)
                found = np.prod(POINTS_14[:, :3] ** [a, b, c], axis=1) @ WEIGHTS_14
                assert found == pytest.approx(exact, rel=1e-12)


def test_shape_functions_are_one_at_their_node_and_slopes_are_their_derivatives() -> None:
    ends = np.array([[0, 1], [1, 2], [0, 2], [0, 3], [1, 3], [2, 3]])
    nodes = np.concatenate([np.eye(4), np.eye(4)[ends].mean(axis=1)])
    np.testing.assert_allclose(shapes_at(nodes), np.eye(10), atol=1e-15)
    step = 1e-6 * np.array([-1.0, 0.0, 1.0, 0.0])
    difference = (shapes_at(POINTS_14 + step) - shapes_at(POINTS_14 - step)) / 2e-6
    np.testing.assert_allclose(slopes_at(POINTS_14)[:, :, 1], difference, atol=1e-9)


def test_bent_inner_sides_change_no_volume_and_no_answer_of_a_patch() -> None:
    straight = block((2, 2, 2), jitter=0.15)
    mesh = crumpled(straight)
    assert len(straight.curved) == 0
    assert len(mesh.curved) > 40
    assert mesh.volumes_mm3().sum() == pytest.approx(1.0)
    solution = solve(
        model_of(
            mesh,
            uniform_elastic(len(mesh.tets), 1000.0, 0.3),
            [plane(mesh, face) for face in ("x0", "y0", "z0")],
            [face_traction(mesh, mesh.face("z1"), np.array([0.0, 0.0, 1.0]), "pull")],
        ),
        settings=TIGHT,
    )
    expected = mesh.nodes_mm * [-3e-4, -3e-4, 1e-3]
    np.testing.assert_allclose(solution.displacement_mm[0], expected, atol=1e-12)
    assert estimated_error(solution, "pull").relative_stiffness_error < 1e-12


def test_curved_sides_beat_straight_ones_on_a_round_body() -> None:
    straight, curved = (abs(ring_work(4, bent) / EXACT_WORK - 1.0) for bent in (False, True))
    # measured 6.9e-3 and 2.0e-4
    assert curved < straight / 20.0


def test_linear_shape_functions_need_straight_sides() -> None:
    mesh = crumpled(block((2, 2, 2), jitter=0.15))
    with pytest.raises(ModelError, match=r"curved, which linear shape functions cannot be.*straightened"):
        discretise(mesh, order=1)
    straight = mesh.straightened()
    assert len(straight.curved) == 0
    assert discretise(straight, order=1).order == 1


def test_linear_elements_start_from_their_own_answer() -> None:
    model = of_order(bar(4), 1)
    first = solve(model)
    assert solve(model, start=first.displacement_mm).iterations[0] == 0


def test_a_few_curved_elements_leave_the_others_as_they_were() -> None:
    mesh = block((3, 3, 3))
    young = sampled(mesh, lambda p: 500.0 + 400.0 * p[..., 0], subdivided_rule(2))
    nodes = mesh.nodes_mm.copy()
    inner = np.setdiff1d(mesh.tets[:, 4:], mesh.face("skin"))
    nodes[inner[0]] += [1e-5, 0.0, 0.0]
    plain, bent = (solve(pulled(m, young), settings=TIGHT).work_nmm()[0] for m in (mesh, mesh.bent(nodes)))
    # moments against points: both exact for a modulus that is linear in place
    assert bent == pytest.approx(plain, rel=1e-6)


def test_curved_elements_that_fold_are_refused() -> None:
    mesh = block((2, 2, 2))
    nodes = mesh.nodes_mm.copy()
    inner = np.setdiff1d(mesh.tets[:, 4:], mesh.face("skin"))
    nodes[inner[0]] += [0.0, 0.4, 0.0]
    with pytest.raises(MeshError, match=r"\d+ curved tetrahedra fold over themselves"):
        discretise(mesh.bent(nodes))
    with pytest.raises(MeshError, match="must leave its vertices where they are"):
        mesh.bent(mesh.nodes_mm + 1.0)


@pytest.mark.parametrize("poisson", [0.485, 0.49, 0.499, 0.4999])
def test_iterations_do_not_depend_on_how_incompressible_a_part_is(poisson: float) -> None:
    mesh = block((5, 5, 10), (10.0, 10.0, 20.0), jitter=0.2)
    solution = solve(pulled(mesh, uniform_elastic(len(mesh.tets), 1000.0, poisson)))
    # measured 106 to 118; conjugate gradients on displacements alone stall at 0.499
    assert solution.iterations[0] <= 160
    assert solution.imbalance()[0] < 1e-7


def layered(poisson: float) -> Model:
    """A soft disc between stiff plates."""
    mesh = block(
        (4, 4, 6),
        (1.0, 1.0, 1.5),
        jitter=0.1,
        part_of=lambda c: (np.abs(c[:, 2] - 0.75) > 0.25).astype(np.int64),
        part_names=("disc", "plate"),
    )
    return pulled(mesh, elastic_by_part(mesh, {"disc": (1.0, poisson), "plate": (1e4, 0.3)}), (0.2, 0.0, 1.0))


def test_a_soft_disc_between_plates_agrees_with_the_direct_solver() -> None:
    model = layered(0.4999)
    multigrid, direct = (
        solve(model, settings=SolverSettings(kind=kind, relative_tolerance=1e-8))
        for kind in ("multigrid", "direct")
    )
    assert multigrid.work_nmm()[0] == pytest.approx(direct.work_nmm()[0], rel=1e-7)
    # a thin bonded disc that cannot change its volume is far stiffer than its modulus
    assert direct.work_nmm()[0] < solve(layered(0.3)).work_nmm()[0]


def test_the_energy_of_stress_and_strain_is_half_the_work_with_a_pressure_too() -> None:
    solution = solve(layered(0.499))
    fields = gauss_fields(solution, "pull")
    # the pressure is orthogonal to what is left of the divergence, on average over the disc
    assert strain_energy_nmm(fields) == pytest.approx(0.5 * solution.work_nmm()[0], rel=0.02)


def test_both_sides_of_the_switch_to_a_pressure_agree() -> None:
    mesh = block((6, 6, 6), (1.0, 1.0, 1.0))
    ratios = (NEARLY_INCOMPRESSIBLE, NEARLY_INCOMPRESSIBLE + 1e-9)
    below, above = (
        solve(pulled(mesh, uniform_elastic(len(mesh.tets), 1000.0, poisson))).work_nmm()[0]
        for poisson in ratios
    )
    # measured 0.34 % apart, at the edges of the held face; the mixed form is softer: it does not lock
    assert below < above < 1.005 * below


def test_a_pressure_needs_straight_quadratic_elements() -> None:
    mesh = bar()
    soft = pulled(mesh, uniform_elastic(len(mesh.tets), 1000.0, 0.499))
    with pytest.raises(ModelError, match="above 0.48 locks linear elements"):
        solve(replace(soft, discretisation=discretise(mesh, order=1)))
    with pytest.raises(ModelError, match="a curved element has Poisson's ratio above 0.48"):
        solve(pulled(crumpled(block((2, 2, 2))), uniform_elastic(48, 1000.0, 0.499)))


def test_a_mixed_solve_that_runs_out_of_iterations_is_refused() -> None:
    with pytest.raises(SolveError, match="after 10 iterations"):
        solve(layered(0.499), settings=SolverSettings(max_iterations=10))


def test_loads_beside_a_pressure_are_solved_together_as_if_alone() -> None:
    model = layered(0.499)
    mesh = model.discretisation.mesh
    ways = {"pull": (0.0, 0.0, 1.0), "shear": (1e3, 0.0, 0.0), "both": (0.0, 1e-3, 1e-3)}
    loads = tuple(face_traction(mesh, mesh.face("z1"), np.array(way), name) for name, way in ways.items())
    together = solve(replace(model, load_cases=loads))
    for k, load in enumerate(loads):
        alone = solve(replace(model, load_cases=(load,)))
        size = np.abs(alone.displacement_mm).max()
        # each is solved to 1e-8 of its own load, whatever the size of the others
        np.testing.assert_allclose(together.displacement_mm[k], alone.displacement_mm[0], atol=1e-6 * size)
        assert abs(together.iterations[k] - alone.iterations[0]) <= 0.1 * alone.iterations[0]


def test_a_pressure_and_a_rigid_plate_work_together() -> None:
    mesh = bar()
    plate = rigid_faces(mesh, mesh.face("z1"))
    model = Model(
        discretisation=discretise(mesh, connections=[plate]),
        elastic=uniform_elastic(len(mesh.tets), 10.0, 0.495),
        supports=(FixedNodes(name="foot", nodes=mesh.face("z0")),),
        load_cases=(face_pressure(mesh, mesh.face("z1"), 1.0, "press"),),
        connections=(plate,),
    )
    solution = solve(model)
    assert solution.imbalance()[0] < 1e-7
    lifted = solution.displacement_mm[0][plate.nodes, 2]
    np.testing.assert_allclose(lifted, lifted.mean(), rtol=0.05)


def loads(mesh: Mesh, count: int) -> tuple[LoadCase, ...]:
    ways = np.random.default_rng(1).normal(size=(count, 3))
    return tuple(face_traction(mesh, mesh.face("z1"), way, f"load {k}") for k, way in enumerate(ways))


@pytest.mark.parametrize("count", [2, 6, 11])
@pytest.mark.parametrize("order", [1, 2])
def test_load_cases_solved_together_are_those_solved_alone(count: int, order: int) -> None:
    mesh = bar(4)
    model = replace(of_order(mesh, order), load_cases=loads(mesh, count))
    together = solve(model, settings=TIGHT)
    for index, case in enumerate(model.load_cases):
        alone = solve(replace(model, load_cases=(case,)), settings=TIGHT)
        difference = together.displacement_mm[index] - alone.displacement_mm[0]
        assert np.abs(difference).max() < 1e-9 * np.abs(alone.displacement_mm).max()
        assert abs(int(together.iterations[index]) - int(alone.iterations[0])) <= 1


def test_curved_elements_solve_load_cases_together_too() -> None:
    mesh = crumpled(block((2, 2, 2), jitter=0.1))
    model = replace(pulled(mesh), load_cases=loads(mesh, 3))
    together = solve(model, settings=TIGHT).displacement_mm
    alone = [
        solve(replace(model, load_cases=(c,)), settings=TIGHT).displacement_mm[0] for c in model.load_cases
    ]
    np.testing.assert_allclose(together, alone, atol=1e-9 * np.abs(together).max())


def test_a_load_case_far_smaller_than_another_is_solved_as_well() -> None:
    mesh = bar(4)
    large, small = loads(mesh, 2)
    solution = solve(replace(pulled(mesh), load_cases=(large, small.scaled(1e-12))))
    assert (solution.relative_residual <= 1e-8).all()


def test_one_load_case_that_does_not_converge_refuses_all() -> None:
    mesh = bar(6)
    model = replace(pulled(mesh), load_cases=loads(mesh, 3))
    with pytest.raises(SolveError, match=r"load 'load \d': residual .* after 3 iterations"):
        solve(model, settings=SolverSettings(max_iterations=3))
