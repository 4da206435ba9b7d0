"""Springs that pull and do not push: closed forms, load cases with states of their own, what is refused."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from fem.connections import Connection, OneSidedSprings, Springs, SwitchedSprings, springs_to_points
from fem.contact import OneSidedSolution, solve_one_sided
from fem.discretisation import discretise
from fem.elastic import uniform_elastic
from fem.loads import LoadCase, face_traction
from fem.model import Model
from fem.solvers import SolverSettings, solve
from fem.supports import FixedComponents
from geometry.blocks import block
from geometry.errors import ModelError, SolveError

MESH = block((2, 2, 2))
# Stiff enough to move as a piece: its own strain and dents at the corners add 0.1 %.
YOUNG_MPA = 1e5
FINE = SolverSettings(relative_tolerance=1e-9)
LENGTH_MM = 10.0


def hung(name: str, up: float, n_per_mm: float) -> Springs:
    """A spring from each corner of the block to a point above (up 1) or below it (-1), together so stiff."""
    nodes = MESH.nodes_mm
    corners = np.flatnonzero(np.isin(nodes, (0.0, 1.0)).all(axis=1) & (nodes[:, 2] == 0.5 * (1.0 + up)))
    points = nodes[corners] + [0.0, 0.0, up * LENGTH_MM]
    return springs_to_points(MESH, corners, points, n_per_mm / len(corners), name=name)


def upwards(force_n: float, name: str) -> LoadCase:
    return face_traction(MESH, MESH.face("z1"), np.array([0.0, 0.0, force_n]), name)


def on_rails(
    connections: Sequence[Connection],
    loads: Sequence[LoadCase],
    young_mpa: float = YOUNG_MPA,
    poisson: float = 0.0,
) -> Model:
    """The block, free to move up and down only."""
    rails = FixedComponents(name="rails", nodes=np.arange(len(MESH.nodes_mm)), components=(True, True, False))
    return Model(
        discretisation=discretise(MESH, connections=connections),
        elastic=uniform_elastic(len(MESH.tets), young_mpa, poisson),
        supports=(rails,),
        load_cases=tuple(loads),
        connections=tuple(connections),
    )


def risen_mm(found: OneSidedSolution, case: str) -> float:
    return float(found.solution.displacement_of(case)[:, 2].mean())


def test_each_load_case_is_carried_by_the_springs_that_it_stretches() -> None:
    springs = [hung("above", 1.0, 40.0).one_sided(), hung("below", -1.0, 10.0).one_sided()]
    # more than are solved at once
    loads = [upwards(force, f"load {force:g}") for force in (-8.0, 5.0, -1.0, 2.0, 3.0, 4.0, 6.0, 7.0, -20.0)]
    found = solve_one_sided(on_rails(springs, loads), settings=FINE)
    for load in loads:
        force = load.resultant_n[2]
        stiffness = 10.0 if force > 0.0 else 40.0
        assert risen_mm(found, load.name) == pytest.approx(force / stiffness, rel=3e-3)
        taut, slack = ("below", "above") if force > 0.0 else ("above", "below")
        assert found.solution.spring_forces_n(taut, load.name).sum() == pytest.approx(abs(force))
        assert not found.solution.spring_forces_n(slack, load.name).any()
    assert found.solution.imbalance().max() < 1e-9
    assert (found.unsettled < 1e-6).all()


def test_springs_with_slack_pull_along_a_curve_of_branches() -> None:
    soft = hung("below", -1.0, 10.0)
    springs = [soft.one_sided(), replace(soft.scaled(3.0), name="below from 0.2").one_sided(0.2)]
    loads = [upwards(force, f"load {force:g}") for force in (1.0, 2.0, 10.0)]
    found = solve_one_sided(on_rails(springs, loads), settings=FINE)
    # 10 N/mm up to 0.2 mm, 40 beyond
    risen = [risen_mm(found, load.name) for load in loads]
    assert risen == pytest.approx([0.1, 0.2, 0.2 + 8.0 / 40.0], rel=3e-3)


def test_springs_that_are_taut_before_any_load_balance_each_other() -> None:
    springs = [hung("above", 1.0, 40.0).one_sided(-0.3), hung("below", -1.0, 10.0).one_sided(-0.5)]
    found = solve_one_sided(on_rails(springs, [upwards(2.0, "up")]), settings=FINE)
    # 40 (0.3 - u) = 10 (0.5 + u) - 2 ... with both taut
    assert risen_mm(found, "up") == pytest.approx((40.0 * 0.3 - 10.0 * 0.5 + 2.0) / 50.0, rel=3e-3)


def test_the_settled_state_is_the_linear_model_with_the_springs_that_act() -> None:
    # nearly incompressible too, where displacements are solved with a pressure
    for poisson in (0.3, 0.499):
        above, below = hung("above", 1.0, 40.0), hung("below", -1.0, 10.0)
        loads = [upwards(5.0, "up"), upwards(-5.0, "down")]
        model = on_rails([above.one_sided(), below.one_sided()], loads, 100.0, poisson)
        found = solve_one_sided(model, settings=FINE)
        for load, acting in zip(loads, (below, above), strict=True):
            linear = solve(on_rails([acting], [load], 100.0, poisson), settings=FINE).displacement_of(
                load.name
            )
            moved = found.solution.displacement_of(load.name)
            assert moved == pytest.approx(linear, abs=1e-6 * np.abs(linear).max())


def test_a_state_that_starts_near_takes_no_more_rounds() -> None:
    springs = [hung("above", 1.0, 40.0).one_sided(), hung("below", -1.0, 10.0).one_sided()]
    model = on_rails(springs, [upwards(5.0, "up")])
    found = solve_one_sided(model)
    again = solve_one_sided(model, start=found.solution.displacement_mm)
    assert again.rounds == 2 <= found.rounds
    assert again.solution.iterations.max() == 0


def test_what_cannot_be_solved_is_refused() -> None:
    above, below = hung("above", 1.0, 40.0), hung("below", -1.0, 10.0)
    model = on_rails([above.one_sided(), below.one_sided()], [upwards(5.0, "up"), upwards(-5.0, "down")])
    with pytest.raises(ModelError, match="connections above, below act one way only"):
        solve(model)
    with pytest.raises(ModelError, match="no one-sided springs"):
        solve_one_sided(on_rails([above, below], [upwards(5.0, "up")]))
    with pytest.raises(SolveError, match="the direct solver knows no springs that act in some load cases"):
        solve_one_sided(model, settings=SolverSettings(kind="direct"))
    state = SwitchedSprings(law=above.one_sided(), acting=np.ones((1, 4), bool))
    with pytest.raises(ModelError, match="known in 1 load cases, the model has 2"):
        replace(model, connections=(state, below))
    with pytest.raises(ModelError, match="4 springs and a state of shape"):
        SwitchedSprings(law=above.one_sided(), acting=np.ones((1, 3), bool))
    with pytest.raises(ModelError, match="slack that is no number"):
        above.one_sided(np.nan)
    with pytest.raises(ModelError, match="stiffness of 0, not above zero"):
        OneSidedSprings(name="a", rows=above.rows, stiffness_n_per_mm=np.zeros(4), slack_mm=np.zeros(4))
