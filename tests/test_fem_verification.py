"""Known answers. Sources: evidence.md section 9 (own evaluations of the closed forms) and the formulas
quoted."""

import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.sparse import csr_array, eye_array

from fem.elastic import subdivided_rule
from fem.loads import face_moment, face_traction
from fem.model import Model
from fem.recovery import GaussFields, gauss_fields, strain_energy_nmm
from fem.solution import Solution, compliance_stiffness, work_stiffness
from fem.solvers import SolverSettings, solve
from fem.solvers.direct import stiffness_matrix
from fem.verification import PROBLEMS, Check, rigid_modes
from fem.verification.check import near
from fem.verification.manufactured import manufactured_checks
from fem.verification.models import TIGHT, USUAL, model_of, pulled, sampled
from geometry.blocks import block


@cache
def checks(problem: str) -> list[Check]:
    return PROBLEMS[problem]()


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_solver_gives_the_known_answer(problem: str) -> None:
    missed = [check for check in checks(problem) if not check.passed]
    assert not missed


# a wrong linear solution cannot spoil these: one needs none, the other is spoilt in test_fem_contact.py
WITHOUT_SOLVE = {"rigid_modes", "contact"}


@pytest.mark.parametrize("problem", sorted(set(PROBLEMS) - WITHOUT_SOLVE))
def test_every_gate_sees_a_solution_three_per_cent_off(problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def off(model: Model, settings: SolverSettings = USUAL) -> Solution:
        solution = solve(model, settings=settings)
        return replace(solution, displacement_mm=1.03 * solution.displacement_mm)

    monkeypatch.setattr(sys.modules[PROBLEMS[problem].__module__], "solved", off)
    assert not any(check.passed for check in PROBLEMS[problem]())


def test_the_gate_of_rigid_motions_sees_a_block_that_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*arguments: object) -> csr_array:
        return csr_array(stiffness_matrix(*arguments) + eye_array(81))

    monkeypatch.setattr(rigid_modes, "stiffness_matrix", held)
    assert [check.passed for check in PROBLEMS["rigid_modes"]()] == [False]


def test_the_order_gate_sees_a_wrong_body_force() -> None:
    assert not manufactured_checks(shift=0.5)[0].passed


def test_a_number_that_is_none_is_a_miss() -> None:
    assert not near("case", "quantity", float("nan"), 1.0, 0.1, "nowhere").passed


def test_energy_of_the_points_is_half_the_work() -> None:
    mesh = block((3, 3, 4), (1.0, 1.0, 2.0), jitter=0.2)
    solution = solve(pulled(mesh), settings=TIGHT)
    fields: GaussFields = gauss_fields(solution, "pull")
    # strains are linear and E constant: four points integrate their square exactly
    assert strain_energy_nmm(fields) == pytest.approx(0.5 * float(solution.work_nmm()[0]), rel=1e-9)


def test_a_twisted_bar_turns_as_saint_venant_says() -> None:
    mesh = block((4, 4, 12), (1.0, 1.0, 4.0), shape=lambda p: p - np.array([0.5, 0.5, 0.0]))
    model = pulled(mesh)
    load = face_moment(mesh, mesh.face("z1"), np.array([0.0, 0.0, 1.0]), "twist")
    solution = solve(model_of(mesh, model.elastic, model.supports, [load], model.discretisation))
    stiffness = 1000.0 / 2.6 * 0.1406 / 4.0
    # 0.1406 a^4: Timoshenko & Goodier, square section; both ends are held flat, hence stiffer by some per
    # cent
    assert work_stiffness(1.0, solution, "twist") == pytest.approx(stiffness, rel=0.08)


def test_sampling_a_linear_modulus_gives_a_solution_without_kinks() -> None:
    # a bar with E = 1000 (1 + z) and nu = 0: u = F/A log(1 + L) / 1000
    mesh = block((1, 1, 8))
    elastic = sampled(mesh, lambda p: 1000.0 * (1.0 + p[..., 2]), subdivided_rule(1), poisson=0.0)
    solution = solve(pulled(mesh, elastic))
    assert 1.0 / compliance_stiffness(solution, "pull") == pytest.approx(np.log(2.0) / 1000.0, rel=1e-6)


def test_sum_of_mid_node_loads_is_the_resultant() -> None:
    mesh = block((2, 3, 2), jitter=0.2)
    load = face_traction(mesh, mesh.face("z1"), np.array([1.0, -2.0, 3.0]))
    np.testing.assert_allclose(load.resultant_n, [1.0, -2.0, 3.0], rtol=1e-12)
    vertices = np.unique(mesh.tets[:, :4])
    # consistent loads of a quadratic face sit on its mid nodes alone
    np.testing.assert_allclose(load.nodal_force_n[vertices], 0.0, atol=1e-14)


def test_a_moment_load_has_the_moment_and_no_force() -> None:
    mesh = block((2, 2, 2), (1.0, 2.0, 1.0))
    load = face_moment(mesh, mesh.face("z1"), np.array([5.0, -3.0, 2.0]))
    np.testing.assert_allclose(load.resultant_n, 0.0, atol=1e-12)
    np.testing.assert_allclose(load.moment_nmm(np.zeros(3), mesh.nodes_mm), [5.0, -3.0, 2.0], rtol=1e-12)
