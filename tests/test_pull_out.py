"""A whole pull-out on a coarse mesh: what must hold whatever the numbers are."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cases.build import (
    PullOutSetup,
    ScrewPlan,
    achieved_loss_percent,
    lost_share,
    mesh_plan,
    model_at,
    plan_case,
    set_up,
)
from cases.elasticity import weakened
from cases.faults import CaseError
from cases.head_loads import PULL_OUT
from cases.load import read_case
from cases.run import Computed, pull_out
from cases.schema import Case
from fem.discretisation import discretise
from fem.loads.traction import face_traction
from fem.model import Model
from fem.solution import work_stiffness
from fem.solvers import SolverSettings, solve
from fem.supports import FixedNodes
from geometry.mesh_quality import quality
from geometry.pelvis.ilium_shape import ILIUM_SHAPES
from geometry.sacrum.shape import SACRUM_SHAPES
from geometry.screws import DESIGNS

LOSSES = (0.0, 30.0, 60.0, 100.0)
SETTINGS = SolverSettings()


def coarse_case() -> Case:
    """An S1 pedicle screw on a mesh with edges 2.5 times as long as usual."""
    return Case.model_validate(
        {"schema": 1, "name": "coarse", "screw": {"preset": "s1_pedicle"}, "mesh": {"scale": 2.5}}
    )


@pytest.fixture(scope="module")
def setup() -> PullOutSetup:
    plan = plan_case(coarse_case())
    return set_up(plan, mesh_plan(plan))


@pytest.fixture(scope="module")
def pulled(setup: PullOutSetup) -> list[Computed]:
    return [pull_out(setup, "s1_pedicle", loss) for loss in LOSSES]


def stiffness(model: Model) -> float:
    return work_stiffness(100.0, solve(model, settings=SETTINGS), PULL_OUT)


def test_the_anatomy_is_that_of_the_case() -> None:
    given = {"sex": "female", "sacral_slope_deg": 30.0, "joint_gap_mm": 2.0}
    anatomy = plan_case(
        Case.model_validate(
            {
                "schema": 1,
                "name": "small",
                "anatomy": {**given, "sacrum": {"length_mm": 106.0}, "ilium": {"fossa_mm": 7.5}},
                "screw": {"preset": "s1_pedicle"},
            }
        )
    ).anatomy
    assert anatomy.sacral_slope_deg == 30.0
    assert anatomy.sacrum.shape == replace(SACRUM_SHAPES["female"], length_mm=106.0)
    assert anatomy.ilium.shape == replace(ILIUM_SHAPES["female"], fossa_mm=7.5)
    assert anatomy.ilium.gap_mm == 2.0


def planned(side: str) -> ScrewPlan:
    """A screw in a sacrum whose right ala is steeper and whose first right foramen is smaller."""
    sacrum = {"ala_slope_deg": 18.0, "dorsal_foramen_mm": 7.0}
    screw = {"preset": "s1_pedicle", "side": side}
    given = {"schema": 1, "name": "lopsided", "anatomy": {"sacrum_right": sacrum}, "screw": screw}
    return plan_case(Case.model_validate(given))


def test_a_screw_is_planned_in_the_bone_of_its_own_side() -> None:
    left, right = planned("left").anatomy.sacrum, planned("right").anatomy.sacrum
    points = np.random.default_rng(2).uniform([-50.0, -25.0, -60.0], [50.0, 40.0, 5.0], (400, 3))
    # the plan of a right screw is the mirror image of the patient
    assert right(points) == pytest.approx(left(points * [-1.0, 1.0, 1.0]), abs=1e-9)
    assert np.abs(right(points) - left(points)).max() > 1.0
    assert right.shape.ala_slope_deg == 18.0


@pytest.mark.parametrize(("side", "handedness"), [("left", 1.0), ("right", -1.0)])
def test_a_design_gives_its_screw_a_thread_of_the_same_hand_on_both_sides(
    side: str, handedness: float
) -> None:
    screw = {"preset": "s1_pedicle", "side": side, "design": "weidling_st5_6.5"}
    made = plan_case(Case.model_validate({"schema": 1, "name": "threaded", "screw": screw})).screw
    design = DESIGNS["weidling_st5_6.5"]
    assert made.diameter_mm == design.diameter_mm
    assert made.design == (design if handedness > 0.0 else design.mirrored())


def test_a_number_of_the_midline_on_one_side_only_is_refused(tmp_path: Path) -> None:
    text = "schema: 1\nname: x\nanatomy:\n  sacrum_right: {length_mm: 110}\nscrew: {preset: s1_pedicle}\n"
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(CaseError, match="anatomy.sacrum_right.length_mm"):
        read_case(tmp_path / "x.yaml")


def test_loss_never_makes_the_screw_stiffer(pulled: list[Computed]) -> None:
    values = [computed.result.stiffness_n_per_mm for computed in pulled]
    assert (np.diff(values) < 0.0).all()


def test_the_loss_found_on_the_mesh_is_the_loss_asked_for(pulled: list[Computed]) -> None:
    # the screw takes bone out of the S1 body, more of it where it runs: 3 % of the body at most
    for computed, loss in zip(pulled, LOSSES, strict=True):
        assert computed.result.achieved_loss_percent == pytest.approx(loss, abs=3.0)
    assert pulled[0].result.achieved_loss_percent == 0.0
    assert pulled[-1].result.achieved_loss_percent == 100.0


def test_no_loss_is_the_intact_model_exactly(setup: PullOutSetup) -> None:
    share = lost_share(setup, 0.0)
    assert not share.any()
    model = model_at(setup, share)
    assert np.array_equal(model.elastic.moments_mpa, setup.elastic.moments_mpa)


def test_the_void_carries_nothing(setup: PullOutSetup) -> None:
    share = lost_share(setup, 60.0)
    model = model_at(setup, share)
    softer = replace(model, elastic=weakened(setup.elastic, share, 0.01))
    # the void's modulus is a regularisation: a tenth of it must change the stiffness by far less than the
    # discretisation error, 0.5 %
    assert stiffness(softer) == pytest.approx(stiffness(model), rel=0.005)


def test_infected_bone_holds_more_than_a_void(setup: PullOutSetup) -> None:
    share = lost_share(setup, 60.0)
    model = model_at(setup, share)
    infected = replace(model, elastic=weakened(setup.elastic, share, 50.0))
    assert stiffness(infected) > stiffness(model)


def test_bone_and_metal_twice_as_stiff_hold_twice_as_much(setup: PullOutSetup) -> None:
    model = model_at(setup, lost_share(setup, 0.0))
    elastic = model.elastic
    doubled = replace(
        elastic, moments_mpa=2.0 * elastic.moments_mpa, gauss_young_mpa=2.0 * elastic.gauss_young_mpa
    )
    # both solved to 1e-8 of their loads
    assert stiffness(replace(model, elastic=doubled)) == pytest.approx(2.0 * stiffness(model), rel=1e-6)


def test_the_mirrored_model_gives_the_mirrored_result(setup: PullOutSetup) -> None:
    model = model_at(setup, lost_share(setup, 30.0))
    mirror = np.array([-1.0, 1.0, 1.0])
    mesh = setup.mesh.mirrored()
    # vertices 1 and 2 of each element have changed places, and so have their moments and Gauss points
    order = [0, 2, 1, 3, 7, 5, 8, 4, 6, 9]
    mirrored = Model(
        discretisation=discretise(mesh),
        elastic=replace(
            model.elastic,
            moments_mpa=model.elastic.moments_mpa[:, order],
            gauss_young_mpa=model.elastic.gauss_young_mpa[:, [0, 2, 1, 3]],
        ),
        supports=(FixedNodes(name="held", nodes=setup.held),),
        load_cases=(
            face_traction(
                mesh, mesh.face("screw_head"), -setup.plan.screw.direction * mirror * 100.0, name=PULL_OUT
            ),
        ),
    )
    ours = solve(model, settings=SETTINGS).displacement_of(PULL_OUT)
    theirs = solve(mirrored, settings=SETTINGS).displacement_of(PULL_OUT)
    # residuals of 1e-8 of the load leave far less than 1e-5 of the largest displacement
    assert np.abs(theirs - ours * mirror).max() < 1e-5 * np.abs(ours).max()
    assert quality(mesh).min_volume_mm3 > 0.0


def test_the_displacement_of_the_head_is_the_pull_over_the_stiffness(pulled: list[Computed]) -> None:
    computed = pulled[0]
    screw, mesh = computed.setup.plan.screw, computed.setup.mesh
    head = mesh.face("screw_head")
    # the mean over a quadratic triangle is the mean of its mid nodes
    corners = mesh.nodes_mm[head[:, :3]]
    area = 0.5 * np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    along = computed.solution.displacement_of(PULL_OUT)[head[:, 3:]] @ -screw.direction
    mean = float(area @ along.mean(axis=1) / area.sum())
    assert mean == pytest.approx(computed.result.head_displacement_mm, rel=1e-6)


def test_held_bone_is_far_from_the_screw_and_off_the_s1_body(setup: PullOutSetup) -> None:
    points = setup.mesh.nodes_mm[setup.held]
    clearance = 5.0 * setup.plan.screw.diameter_mm
    assert setup.plan.screw.axis_distance_mm(points).min() > clearance
    assert setup.loss.region(points).min() > 0.0


def test_all_of_the_region_counts_as_lost_at_full_loss(setup: PullOutSetup) -> None:
    assert achieved_loss_percent(setup, lost_share(setup, 100.0)) == pytest.approx(100.0)
