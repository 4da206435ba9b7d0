"""Strut grafts of a construct: where they stand after loss of bone, and what they carry."""

from dataclasses import replace

import numpy as np
import pytest

from cases.construct.comparison import AtLoss, ConstructComparison
from cases.construct.directions import DIRECTIONS, MOMENT, directions_of
from cases.construct.graft_load import graft_load, graft_stations, resultant
from cases.construct.model import N_MM_PER_N_M, SpineModel, spine_model
from cases.construct.plan import Spine, lost_bodies, mesh_spine, plan_spine
from cases.construct.results import ConstructResult, DirectionResult, ModelResult
from cases.construct.sections import stations_of
from cases.report.construct import construct_text
from cases.schema_construct import INSTRUMENTED, ConstructCase
from cases.template import commented_case
from fem.connections import Springs
from fem.section_forces import Stations, section_forces
from fem.solution import Solution
from fem.solvers import solve
from geometry.body_loss import LossVoid
from geometry.errors import GeometryError
from geometry.mesh_quality import part_volumes, quality

DIRECTION_NAMES = ("flexion_extension", "axial_rotation", "compression")


def case_of(graft: dict[str, object], screw: str = "s2ai", **loss: object) -> ConstructCase:
    plain = {"schema": 1, "name": "a", "kind": "construct", "screws": [{"preset": screw}]}
    keys = {"operation": {"graft": graft}, "body_loss": loss, "mesh": {"scale": 2.0}}
    keys |= {"soft_tissue": {"ligaments": "linear"}, "loading": {"facet_joints": "sliding"}}
    return ConstructCase.model_validate({**plain, **keys})


def planned(graft: dict[str, object], screw: str = "s2ai", **loss: object) -> Spine:
    return plan_spine(case_of(graft, screw, **loss), INSTRUMENTED)


def voids_of(spine: Spine) -> tuple[LossVoid, ...]:
    return lost_bodies(spine.case.body_loss, spine.anatomy, spine.lumbar.l5)


@pytest.fixture(scope="module")
def spine() -> Spine:
    return planned({"pose": "standing"}, s1_percent=50)


@pytest.fixture(scope="module")
def setup(spine: Spine) -> SpineModel:
    return spine_model(spine, mesh_spine(spine))


@pytest.fixture(scope="module")
def solution(setup: SpineModel) -> Solution:
    chosen = tuple(one for one in setup.model.load_cases if one.name in DIRECTION_NAMES)
    return solve(replace(setup.model, load_cases=chosen))


def test_a_block_of_the_paper_stands_from_half_of_s1_to_l5(spine: Spine) -> None:
    for graft in spine.lumbar.grafts:
        assert graft.shape.upright_mm == 24.0
        # the front lies 10 mm below the endplate, and both ends share the surplus
        assert 1.0 < graft.sink_mm < 3.0
        assert graft.standing_share(spine.lumbar.l5, "head") == 1.0
        assert graft.standing_share(voids_of(spine)[0].bone_left, "foot") == 1.0
    assert not spine.findings


@pytest.mark.parametrize("pose", ["lying", "standing"])
def test_a_block_is_cut_to_what_is_left_and_taller_over_more_loss(pose: str) -> None:
    heights = []
    for s1_percent in (0, 40, 80):
        lost = planned({"pose": pose}, s1_percent=s1_percent)
        graft = lost.lumbar.grafts[0]
        heights.append(graft.shape.upright_mm)
        for void in voids_of(lost):
            assert graft.standing_share(void.bone_left, "foot") > 0.9
    assert heights[0] < heights[1] < heights[2]
    assert "mm along the spine; those of the paper were" in " ".join(lost.findings)


def test_a_graft_also_follows_the_loss_of_l5() -> None:
    lost = planned({"pose": "standing"}, s1_percent=50, l5_percent=30)
    graft, (sacral, lumbar) = lost.lumbar.grafts[0], voids_of(lost)
    assert graft.shape.upright_mm > 28.0
    assert graft.standing_share(sacral.bone_left, "foot") > 0.9
    assert graft.standing_share(lumbar.bone_left, "head") > 0.9


def test_a_side_that_is_given_stays_and_is_refused_with_the_one_that_reaches() -> None:
    assert planned({"height_mm": 15}).lumbar.grafts[0].shape.upright_mm == 15.0
    with pytest.raises(GeometryError, match=r"length_mm is 24 mm; .* standing .* with 2\d\.\d to 3\d\.\d mm"):
        planned({"pose": "standing", "length_mm": 24}, s1_percent=75)


def test_a_graft_in_lost_bone_is_told_of_or_refused() -> None:
    with pytest.raises(GeometryError, match="nothing carries the grafts: 5 % of a foot") as caught:
        planned({}, s1_percent=50, s1_shape="bowl")
    assert "Use a flat loss of both sides" in caught.value.advice
    with pytest.raises(GeometryError, match="0 % of a head"):
        planned({}, l5_percent=100)
    partly = planned({}, s1_percent=50, s1_shape="anterior")
    assert any("58 % of the foot of a graft stands on bone that is left" in one for one in partly.findings)


def test_what_a_graft_meets_on_its_way_is_told() -> None:
    assert "the s1_pedicle screw cuts into the grafts" in planned({}, "s1_pedicle", s1_percent=50).findings
    behind = planned({"back_mm": 6, "length_mm": 30}).findings
    assert any("into the sacral canal" in one for one in behind)


def test_a_graft_in_its_bed_keeps_its_volume_in_the_mesh(setup: SpineModel) -> None:
    volumes, graft = part_volumes(setup.mesh), setup.spine.lumbar.grafts[0]
    low, high = graft.bounds_mm
    steps = [np.arange(low[k], high[k], 0.5) for k in range(3)]
    points = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)
    drawn = 0.5**3 * float((graft(points) < 0.0).sum())
    assert volumes["graft_left"] == pytest.approx(volumes["graft_right"])
    # edges of 2 mm round its edges off once more
    assert volumes["graft_left"] == pytest.approx(drawn, rel=0.04)
    assert quality(setup.mesh).min_dihedral_deg > 10.0
    # a graft through bone is no lost bone
    assert not setup.lost[setup.mesh.part == setup.mesh.part_index("graft_left")].any()


def test_grafts_rods_and_ligaments_together_carry_the_load(setup: SpineModel, solution: Solution) -> None:
    spine, mesh = setup.spine, setup.mesh
    assert spine.construct is not None
    cuts = [(f"graft_{one.side}", graft_stations(one)) for one in spine.lumbar.grafts]
    for part, _, planes in stations_of(spine.construct):
        if part.startswith("rod"):
            # between the heads of L5 and S2AI; rods run down, grafts up
            first = planes.points_mm[:1], -planes.axes[:1], planes.first[:1]
            cuts.append((part, Stations(points_mm=first[0], axes=first[1], first=first[2])))
    centre = np.mean([graft.centre_mm for graft in spine.lumbar.grafts], axis=0)
    upper = np.isin(np.arange(len(mesh.nodes_mm)), mesh.tets[mesh.part == mesh.part_index("l5")])
    for name in DIRECTION_NAMES:
        direction, case = DIRECTIONS[name], setup.model.load_cases[setup.model.case_index(name)]
        passed = [resultant(section_forces(solution, name, [part], planes), centre) for part, planes in cuts]
        force, moment = (np.sum([one[k] for one in passed], axis=0) for k in range(2))
        for springs in setup.model.connections:
            assert isinstance(springs, Springs)
            pull = springs.rows.T @ (
                springs.stiffness_n_per_mm * (springs.rows @ solution.displacement_of(name).ravel())
            )
            on_upper = np.where(upper[:, None], pull.reshape(-1, 3), 0.0)
            force += on_upper.sum(axis=0)
            moment += np.cross(mesh.nodes_mm - centre, on_upper).sum(axis=0)
        assert force == pytest.approx(case.resultant_n, abs=1e-3)
        assert moment == pytest.approx(case.moment_nmm(centre, mesh.nodes_mm), abs=0.1)
        # and the share is that of the grafts alone
        load = direction.load(spine.case.loading)
        grafted = np.sum([one[direction.kind == MOMENT] for one in passed[:2]], axis=0)
        unit = N_MM_PER_N_M if direction.kind == MOMENT else 1.0
        share = graft_load(setup, solution, name).share_percent
        assert share == pytest.approx(100.0 * grafted @ spine.heading(direction) / (unit * load))


def test_grafts_take_most_of_what_presses_the_column_together(setup: SpineModel, solution: Solution) -> None:
    pressed = graft_load(setup, solution, "compression")
    assert 50.0 < pressed.share_percent < 120.0
    assert set(pressed.carried) == {"graft_left", "graft_right"}
    for load in pressed.carried.values():
        assert load.axial_n[0] < 0.0


def test_table_and_csv_say_what_goes_through_the_grafts(setup: SpineModel, solution: Solution) -> None:
    pressed = graft_load(setup, solution, "compression")
    rows = tuple(
        DirectionResult(
            direction=name,
            load=1.0,
            load_unit="N",
            stiffness=1.0,
            stiffness_unit="N/mm",
            stiffness_error_percent=1.0,
            motions={"l5_on_sacrum": 1.0},
            motion_unit="mm",
            nutation_deg=0.0,
            von_mises_mpa={"graft_left": {"p95": 1.0}},
            bone_strain_p98={},
            carried=pressed.carried,
            graft_share_percent=pressed.share_percent,
            interfaces={},
            iterations=1,
            relative_residual=0.0,
            balance_error=0.0,
        )
        for name in directions_of(setup.spine.case)
    )
    model = ModelResult(
        model=INSTRUMENTED,
        linear=True,
        directions=rows,
        findings=(),
        elements=1,
        unknowns=1,
        extrapolated_percent=0.0,
        clipped_percent=0.0,
        mesh_hash="",
    )
    lines = construct_text(ConstructResult(name="a", computed=model, reference=None)).splitlines()
    (shares,) = (line.split() for line in lines if line.startswith("through the grafts, %"))
    assert shares[-1] == f"{pressed.share_percent:+.0f}"
    at = AtLoss(name="a", loss_percent=50.0, result=model)
    (first, *_) = ConstructComparison(name="a", rows=(at,), reference=None, failures={}).flat_rows()
    assert first["graft_share_percent"] == pressed.share_percent
    assert first["axial_n_graft_left"] == pressed.carried["graft_left"].axial_n[0]


def test_a_new_construct_names_the_pose_and_how_a_block_is_cut() -> None:
    text = commented_case("a", "construct")
    assert "pose" in text
    assert "cut to fit where it stands" in text
