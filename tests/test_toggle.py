"""Loads on the head of a screw: what every one must be, and what toggling gives that a pull does not."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cases.build import PullOutSetup, lost_share, mesh_plan, model_at, plan_case, set_up
from cases.commands.main import main
from cases.commands.run import summary
from cases.estimators import ESTIMATORS
from cases.faults import CaseError, UsageError
from cases.head_loads import LOADS, PULL_OUT, TOGGLE
from cases.load import read_case
from cases.report.convergence import convergence_text
from cases.report.table import comparison_json, comparison_text
from cases.results import CompareResult
from cases.run import Computed, pull_out
from cases.schema import Case
from cases.schema_json import json_schema
from cases.studies.converge import Convergence
from cases.studies.sensitivity.inputs import asked_inputs, inputs_of
from cases.studies.sensitivity.outputs import QUANTITIES
from fem.solvers import solve
from geometry.screws import Screw

Capture = pytest.CaptureFixture[str]


def case_of(kind: str, **sections: object) -> Case:
    """An S1 pedicle screw on a mesh with edges 2.5 times as long as usual."""
    given = {"screw": {"preset": "s1_pedicle"}, "mesh": {"scale": 2.5}, "loading": {"kind": kind}}
    return Case.model_validate({"schema": 1, "name": "coarse", **given, **sections})


@pytest.fixture(scope="module")
def pulled_setup() -> PullOutSetup:
    plan = plan_case(case_of(PULL_OUT))
    return set_up(plan, mesh_plan(plan))


@pytest.fixture(scope="module")
def setup(pulled_setup: PullOutSetup) -> PullOutSetup:
    """The same on the same mesh, toggled."""
    return replace(pulled_setup, plan=replace(pulled_setup.plan, case=case_of(TOGGLE)))


@pytest.fixture(scope="module")
def toggled(setup: PullOutSetup) -> list[Computed]:
    return [pull_out(setup, "s1_pedicle", loss) for loss in (0.0, 100.0)]


@pytest.fixture(scope="module")
def screw(setup: PullOutSetup) -> Screw:
    return setup.plan.screw


@pytest.mark.parametrize("kind", LOADS)
def test_a_load_has_a_direction_of_length_one_and_estimators_that_exist(kind: str, screw: Screw) -> None:
    assert np.linalg.norm(LOADS[kind].direction(screw)) == pytest.approx(1.0)
    assert set(LOADS[kind].estimators) <= set(ESTIMATORS)


@pytest.mark.parametrize("lateral", [-25.0, 0.0, 45.0])
@pytest.mark.parametrize("caudal", [-20.0, 0.0, 45.0])
def test_toggling_is_square_to_the_axis_cranial_and_in_the_plane_of_both(
    lateral: float, caudal: float, screw: Screw
) -> None:
    turned = replace(screw, trajectory=replace(screw.trajectory, lateral_deg=lateral, caudal_deg=caudal))
    axis, cranial = turned.direction, np.array([0.0, 0.0, 1.0])
    across = LOADS[TOGGLE].direction(turned)
    assert across @ axis == pytest.approx(0.0, abs=1e-12)
    assert across @ np.cross(axis, cranial) == pytest.approx(0.0, abs=1e-12)
    # a screw that dips by an angle leaves its cosine of the cranial direction
    assert across @ cranial == pytest.approx(np.cos(np.radians(caudal)))


def test_the_supports_hold_the_load(toggled: list[Computed], screw: Screw) -> None:
    reaction = toggled[0].solution.support_force_n("bone far from the screw", TOGGLE)
    # the result is refused where they miss by more than 1e-6
    assert reaction == pytest.approx(-100.0 * LOADS[TOGGLE].direction(screw), abs=1e-4)


def test_a_pull_moves_the_head_across_as_toggling_moves_it_along(
    setup: PullOutSetup, pulled_setup: PullOutSetup
) -> None:
    # Maxwell and Betti: the work of either load on the other's displacement
    share = lost_share(setup, 0.0)
    model = model_at(setup, share)
    (toggle,), (pull,) = model.load_cases, model_at(pulled_setup, share).load_cases
    solution = solve(replace(model, load_cases=(pull, toggle)))
    across = float((toggle.nodal_force_n * solution.displacement_of(PULL_OUT)).sum())
    along = float((pull.nodal_force_n * solution.displacement_of(TOGGLE)).sum())
    own = float((pull.nodal_force_n * solution.displacement_of(PULL_OUT)).sum())
    # residuals of 1e-8 of the load; the cross terms are of the size of the own ones
    assert abs(across) > 0.01 * own
    assert across == pytest.approx(along, rel=1e-5)


def test_bone_and_metal_twice_as_stiff_toggle_half_as_far(
    setup: PullOutSetup, toggled: list[Computed]
) -> None:
    elastic = setup.elastic
    doubled = replace(
        elastic, moments_mpa=2.0 * elastic.moments_mpa, gauss_young_mpa=2.0 * elastic.gauss_young_mpa
    )
    stiffer = pull_out(replace(setup, elastic=doubled), "s1_pedicle", 0.0).result
    assert stiffer.head_displacement_mm == pytest.approx(
        0.5 * toggled[0].result.head_displacement_mm, rel=1e-6
    )


def test_a_pedicle_screw_is_softer_across_than_along(
    toggled: list[Computed], pulled_setup: PullOutSetup
) -> None:
    across, along = toggled[0].result.stiffness(), pull_out(pulled_setup, "x", 0.0).result.stiffness()
    assert across.high < along.low


def test_loss_lets_a_screw_toggle_further_and_yield_sooner(toggled: list[Computed]) -> None:
    whole, lost = (computed.result for computed in toggled)
    # the same mesh: no difference is of its elements
    assert lost.stiffness_n_per_mm < whole.stiffness_n_per_mm
    for name, force_n in whole.failure.forces_n.items():
        assert lost.failure.forces_n[name] < force_n


def test_a_toggled_result_has_nothing_that_is_of_a_pull(toggled: list[Computed]) -> None:
    result = toggled[0].result
    told = result.as_json()
    assert told["loading"] == result.row()["loading"] == TOGGLE
    assert set(told["failure"]) == {"forces_n", "region_mm3"}
    assert set(told["failure"]["forces_n"]) == {"toggle_effective_strain", "toggle_principal_strain"}
    assert {key for key in result.row() if key.startswith("failure")} == {
        "failure_toggle_effective_strain_n",
        "failure_toggle_principal_strain_n",
        "failure_region_mm3",
    }


def test_no_constant_of_foam_touches_toggle_forces(setup: PullOutSetup, toggled: list[Computed]) -> None:
    case = case_of(TOGGLE, failure={"foam_constant_scale": 0.5})
    scaled = pull_out(replace(setup, plan=replace(setup.plan, case=case)), "s1_pedicle", 0.0)
    assert scaled.result.failure.forces_n == toggled[0].result.failure.forces_n
    keys = {one.key for one in inputs_of(case_of(TOGGLE))}
    assert {one.key for one in inputs_of(case_of(PULL_OUT))} - keys == {"failure.foam_constant_scale"}


def test_tables_say_that_the_screw_was_toggled(toggled: list[Computed]) -> None:
    results = tuple(computed.result for computed in toggled)
    told = summary(results[0])
    assert "100 N cranially, square to the screw's axis" in told
    assert "toggle stiffness" in told
    assert "toggle force at first yield, by estimator" in told
    assert "not calibrated" in told
    assert "ull-out" not in told
    comparison = CompareResult(name="x", loading=TOGGLE, results=results, crossovers=(), failures=())
    table = comparison_text(comparison)
    assert table.startswith("Toggle stiffness in N/mm")
    assert "Toggle force at first yield in N" in table
    assert "ull-out" not in table
    document = comparison_json(comparison)
    assert document["loading"] == TOGGLE
    assert set(document["estimators"]) == set(LOADS[TOGGLE].estimators)
    assert [one.label for one in QUANTITIES[TOGGLE]][:2] == [
        "toggle stiffness",
        "toggle force at first yield by effective strain",
    ]
    study = Convergence(
        name="x", loading=TOGGLE, points=(), observed_order=None, order=None,
        extrapolated_n_per_mm=None, low_n_per_mm=1.0, high_n_per_mm=2.0,
    )  # fmt: skip
    assert "toggle stiffness without mesh error" in convergence_text(study)


FILE = "schema: 1\nname: x\nscrew: {preset: s1_pedicle}\nloading: {kind: toggle}\nmesh: {scale: 2.5}\n"


def test_a_toggled_screw_is_not_pulled_beyond_the_linear_range(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(FILE + "failure:\n  progressive:\n    steps: 25\n")
    with pytest.raises(CaseError) as caught:
        read_case(file)
    assert "x.yaml:8:" in str(caught.value)
    assert "only a pull goes on beyond the linear range, and loading.kind is toggle" in str(caught.value)
    assert "delete steps, or set loading.kind: pull_out" in str(caught.value)
    assert read_case(file, ["loading.kind=pull_out"]).value.loading.kind == PULL_OUT


def test_the_kind_of_load_is_no_uncertain_input() -> None:
    with pytest.raises(UsageError, match="changes what is asked"):
        asked_inputs(case_of(TOGGLE), ["loading.kind=pull_out,toggle"])


def test_a_new_case_and_the_schema_show_the_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "x"]) == 0
    text = " ".join(Path("x.yaml").read_text().replace("#", " ").split())
    assert "toggle, cranially, square to the screw's axis" in text
    assert "One of pull_out, toggle." in text
    assert '"enum": ["pull_out", "toggle"]' in json.dumps(json_schema("case"))


GRID = """schema: 1
name: both
study: sweep
case: {screw: {preset: s1_pedicle}, mesh: {scale: 2.5}}
grid: {loading.kind: [pull_out, toggle]}
"""


def test_a_sweep_over_both_loads_keeps_their_forces_apart(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "grid.yaml"
    file.write_text(GRID)
    assert main(["sweep", str(file), "--out", str(tmp_path / "out"), "--workers", "1", "--json"]) == 0
    pull, toggle = json.loads(capsys.readouterr().out)["rows"]
    assert (pull["loading"], toggle["loading"]) == (PULL_OUT, TOGGLE)
    assert pull["mesh_hash"] == toggle["mesh_hash"]
    assert "failure_thread_shear_n" not in toggle
    assert "failure_toggle_effective_strain_n" not in pull
