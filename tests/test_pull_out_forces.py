"""Estimates of the pull-out force on a coarse mesh: what must hold whatever the numbers are."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cases import run as run_module
from cases.build import PullOutSetup, mesh_plan, plan_case, set_up
from cases.estimators import ESTIMATORS
from cases.failure import region_of_effect, strain_criteria, thread_shear_n
from cases.faults import CaseError
from cases.load import read_case
from cases.pulled_curve import damage_law, inserted_share
from cases.report.forces import force_lines, forces_text
from cases.results import PullOutCurve, PullOutForces
from cases.run import Computed, pull_out, run_case
from cases.schema import Case
from fem.elastic import GAUSS_4
from geometry.errors import ModelError
from materials.calibration import CALIBRATIONS
from materials.yield_strains import YIELD_STRAINS

LOSSES = (0.0, 50.0, 100.0)
STEPS = {"steps": 5, "displacement_mm": 0.3}


def case_with(failure: Mapping[str, Any], **others: Any) -> Case:
    """An S1 pedicle screw on a mesh with edges 2.5 times as long as usual."""
    screw, mesh = {"preset": "s1_pedicle"}, {"scale": 2.5}
    given = {"schema": 1, "name": "coarse", "screw": screw, "mesh": mesh, "failure": failure, **others}
    return Case.model_validate(given)


@pytest.fixture(scope="module")
def setup() -> PullOutSetup:
    plan = plan_case(case_with({}))
    return set_up(plan, mesh_plan(plan))


def assuming(setup: PullOutSetup, failure: Mapping[str, Any], **others: Any) -> PullOutSetup:
    """The same mesh and bone, with other assumptions."""
    return replace(setup, plan=replace(setup.plan, case=case_with(failure, **others)))


@pytest.fixture(scope="module")
def pulled(setup: PullOutSetup) -> list[Computed]:
    return [pull_out(setup, "s1_pedicle", loss) for loss in LOSSES]


def test_every_estimator_gives_a_force_and_less_bone_never_a_larger_one(pulled: list[Computed]) -> None:
    for name in ("effective_strain", "principal_strain", "thread_shear"):
        forces = [computed.result.failure.forces_n[name] for computed in pulled]
        assert forces[-1] > 0.0
        assert (np.diff(forces) < 0.0).all()


def test_bone_is_left_in_the_region_as_it_is_lost_outside_the_pedicle(pulled: list[Computed]) -> None:
    volumes = [computed.result.failure.region_mm3 for computed in pulled]
    assert (np.diff(volumes) < 0.0).all()
    # all of the shell on the thread is at the entry, in the facet, and stays
    shells = [computed.result.failure.shell_n for computed in pulled]
    assert shells == pytest.approx([shells[0]] * len(LOSSES))


def test_the_region_is_bone_near_the_wall(setup: PullOutSetup) -> None:
    lost = np.zeros(len(setup.mesh.tets))
    region = region_of_effect(setup, lost)
    points = GAUSS_4.points_mm(setup.mesh.corner_points_mm())
    wall = setup.plan.screw.axis_distance_mm(points[region]) - 0.5 * setup.plan.screw.diameter_mm
    assert wall.max() < 5.0
    assert not region[~setup.material.is_bone()].any()
    wider = region_of_effect(assuming(setup, {"region_mm": 8.0}), lost)
    assert (wider | ~region).all()
    assert wider.sum() > region.sum()


def test_forces_do_not_depend_on_the_pull_that_was_solved(
    setup: PullOutSetup, pulled: list[Computed]
) -> None:
    harder = pull_out(assuming(setup, {}, loading={"force_n": 700.0}), "s1_pedicle", 0.0)
    # both solved to 1e-8 of their loads
    assert harder.result.failure.forces_n == pytest.approx(pulled[0].result.failure.forces_n, rel=1e-6)


def test_a_strain_criterion_doubles_with_its_limit(setup: PullOutSetup, pulled: list[Computed]) -> None:
    doubled = {"effective_strain": 0.014, "tension_strain": 0.014, "compression_strain": 0.0154}
    forces = pull_out(assuming(setup, doubled), "s1_pedicle", 0.0).result.failure.forces_n
    for name in ("effective_strain", "principal_strain"):
        assert forces[name] == pytest.approx(2.0 * pulled[0].result.failure.forces_n[name], rel=1e-6)
    strains = YIELD_STRAINS["kopperdahl1998_vertebra"]
    chosen = case_with({"yield_strain": "kopperdahl1998_vertebra", "compression_strain": 0.01}).failure
    assert vars(strain_criteria(chosen)["principal_strain"]) == {
        "tension": strains.tension,
        "compression": 0.01,
    }


def test_the_scale_of_the_foam_constants_scales_every_force(
    setup: PullOutSetup, pulled: list[Computed]
) -> None:
    less = pull_out(assuming(setup, {"foam_constant_scale": 0.85}), "s1_pedicle", 0.0).result
    usual = pulled[0].result
    assert less.stiffness_n_per_mm == pytest.approx(usual.stiffness_n_per_mm, rel=1e-9)
    for name, force_n in usual.failure.forces_n.items():
        assert less.failure.forces_n[name] == pytest.approx(0.85 * force_n, rel=1e-9)


def test_thread_shear_follows_its_assumptions(setup: PullOutSetup) -> None:
    whole, shell = thread_shear_n(setup, 0.0)
    stronger, same_shell = thread_shear_n(assuming(setup, {"shear_to_compressive": 0.88}), 0.0)
    assert same_shell == shell
    assert stronger - shell == pytest.approx(2.0 * (whole - shell))
    factor = thread_shear_n(assuming(setup, {"thread_shape_factor": 1.0}), 0.0)[0]
    assert factor == pytest.approx(whole / 0.74047, rel=1e-4)


def test_the_screw_damages_bone_round_its_wall_only(setup: PullOutSetup) -> None:
    share = inserted_share(setup)
    assert not share[~setup.material.is_bone()].any()
    centroids = setup.mesh.corner_points_mm().mean(axis=1)
    screw = setup.plan.screw
    assert screw.axis_distance_mm(centroids[share == 1.0]).max() < 0.5 * screw.diameter_mm + 0.9
    inside_zone = setup.mesh.volumes_mm3() @ share
    # a sleeve of 0.9 mm along the 45 mm in bone, less the blunt tip and the slant of the entry; the hexagon
    # that stands for the screw on this mesh leaves a tenth of its place to bone, which counts too
    sleeve = np.pi * (4.4**2 - 3.5**2) * 45.0 + 0.1 * np.pi * 3.5**2 * 45.0
    assert inside_zone == pytest.approx(sleeve, rel=0.15)
    without = damage_law(assuming(setup, {"progressive": {"insertion_zone_mm": 0.0}}), np.zeros(len(share)))
    assert (without.kept_at_start == 1.0).all()


def curve_of(setup: PullOutSetup, **progressive: Any) -> PullOutCurve:
    """The curve of five steps, each solved to 1e-4: far below what is compared."""
    stepping = assuming(setup, {"progressive": {**STEPS, **progressive}}, solver={"relative_tolerance": 1e-4})
    computed = pull_out(stepping, "s1_pedicle", 0.0)
    assert computed.result.failure.curve is not None
    return computed.result.failure.curve


@pytest.fixture(scope="module")
def softened(setup: PullOutSetup) -> PullOutCurve:
    return curve_of(setup, insertion_loss=0.0)


def test_the_curve_begins_on_the_linear_stiffness_and_stays_below_it(
    softened: PullOutCurve, pulled: list[Computed]
) -> None:
    stiffness = pulled[0].result.stiffness_n_per_mm
    secant = np.array(softened.force_n) / np.array(softened.displacement_mm)
    # at 0.06 mm next to nothing has yielded
    assert secant[0] == pytest.approx(stiffness, rel=0.005)
    # the same to round-off until the first element yields
    assert (np.diff(secant) < 1e-9 * stiffness).all()
    assert secant[-1] < secant[0]
    assert (np.diff(softened.damaged_mm3) >= 0.0).all()
    assert softened.complete


def test_insertion_damage_and_softening_lower_the_curve(setup: PullOutSetup, softened: PullOutCurve) -> None:
    plastic = curve_of(setup, rule="plastic", insertion_loss=0.0)
    damaged = curve_of(setup, insertion_loss=0.8)
    assert softened.force_n[-1] < plastic.force_n[-1]
    assert damaged.peak_n < softened.peak_n


def test_an_interrupt_keeps_the_finished_steps(
    setup: PullOutSetup, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stepping = assuming(setup, {"progressive": STEPS}, solver={"relative_tolerance": 1e-4})
    told: list[str] = []

    def stop_at_the_third(stage: str) -> None:
        told.append(stage)
        if stage.startswith("step 3"):
            raise KeyboardInterrupt

    monkeypatch.setattr(run_module, "mesh_plan", lambda plan, report: setup.mesh)
    with pytest.raises(KeyboardInterrupt):
        run_case(stepping.plan.case, tmp_path / "result", stop_at_the_third)
    assert told[-1] == "interrupted: 3 of 5 steps are kept"
    text = (tmp_path / "result" / "result.json").read_text()
    assert '"complete": false' in text
    assert '"bias"' in text
    assert (tmp_path / "result" / "pictures" / "pull_out.png").stat().st_size > 10_000


def test_rows_are_flat_and_say_where_the_peak_is() -> None:
    curve = PullOutCurve(
        displacement_mm=(0.1, 0.2, 0.3),
        force_n=(10.0, 15.0, 12.0),
        damaged_mm3=(0.0, 1.0, 2.0),
        complete=True,
    )
    forces = PullOutForces(
        forces_n={"thread_shear": 20.0, "curve_peak": 15.0}, region_mm3=5.0, shell_n=8.0, curve=curve
    )
    assert forces.row() == {
        "failure_thread_shear_n": 20.0,
        "failure_curve_peak_n": 15.0,
        "failure_shell_n": 8.0,
        "failure_region_mm3": 5.0,
        "failure_curve_peak_mm": 0.2,
    }
    assert curve.falls
    assert not replace(curve, force_n=(10.0, 15.0, 15.0)).falls


def test_the_table_has_a_block_of_losses_for_each_estimator_and_tells_a_curve_that_still_rises(
    pulled: list[Computed],
) -> None:
    rising = PullOutCurve(displacement_mm=(0.1,), force_n=(900.0,), damaged_mm3=(0.0,), complete=True)
    results = [computed.result for computed in pulled]
    failure = results[0].failure
    curved = replace(failure, forces_n={**failure.forces_n, "curve_peak": 900.0}, curve=rising)
    lines = forces_text([replace(results[0], failure=curved), *results[1:]]).splitlines()
    assert lines[0].split() == ["Pull-out", "force", "in", "N", "s1_pedicle"]
    blocks = [line.split("  ")[0] for line in lines[1:16] if not line.startswith(" ")]
    assert blocks == [
        "effective strain",
        "principal strain",
        "thread shear",
        "of it the shell",
        "curve peak",
    ]
    assert lines[13].split() == ["curve", "peak", "0", "%", ">", "900"]
    assert lines[14].split() == ["50", "%"]
    assert force_lines(curved)[-1] == ("curve peak", "900 N, still rising at 0.10 mm (not calibrated)")


def test_every_estimator_has_a_constant() -> None:
    assert set(ESTIMATORS) == set(CALIBRATIONS)


def test_elements_too_large_to_soften_are_told_with_their_key(setup: PullOutSetup) -> None:
    with pytest.raises(ModelError, match="before it fails") as caught:
        curve_of(setup, softening_mm=0.02, displacement_mm=3.0)
    assert caught.value.where == "failure.progressive.softening_mm"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("effective_strain: 7000", "outside 0.001 to 0.05"),
        ("exceeded_percent: 0", "outside 0.1 to 50 %"),
        ("yield_strain: morgan", "not one of morgan2001_vertebra"),
        ("progressive: {rule: brittle}", "failure.progressive.rule"),
        ("progressive: {steps: 2.5}", "failure.progressive.steps"),
        ("shear: 1", "unknown key"),
    ],
)
def test_a_fault_in_the_section_is_told_at_its_place(tmp_path: Path, line: str, told: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(f"schema: 1\nname: x\nscrew: {{preset: s1_pedicle}}\nfailure:\n  {line}\n")
    with pytest.raises(CaseError) as caught:
        read_case(file)
    assert told in str(caught.value)
    assert "x.yaml:5:" in str(caught.value)
