"""What acts one way in a construct: ligaments that go slack, facets that press, implants that may part."""

from dataclasses import replace

import numpy as np
import pytest

from cases.construct.directions import directions_of
from cases.construct.interfaces import interface_motions
from cases.construct.measure import measured_model
from cases.construct.model import SpineModel, spine_model
from cases.construct.plan import mesh_spine, plan_spine
from cases.construct.results import ConstructResult, ModelResult
from cases.construct.solve import SolvedSpine, solved_spine
from cases.construct.springs import summed
from cases.report.construct import construct_text, limits_of
from cases.schema_construct import INSTRUMENTED, INTACT, ConstructCase
from fem.connections import OneSidedSprings, springs_between
from fem.contact import contact_connections
from fem.solution import Solution, work_stiffness
from fem.solvers import SolverSettings
from geometry.blocks import block
from geometry.mesh import Mesh
from materials.ligaments import LIGAMENT_LAWS, STIFFNESS, Branch
from materials.soft_tissue import LumbarLigaments

SCALE = 2.0
LINEAR_KEYS = {"soft_tissue": {"ligaments": "linear"}, "loading": {"facet_joints": "sliding"}}
MOMENTS = ("flexion", "extension", "bending_left", "rotation_left")


def case_of(**keys: object) -> ConstructCase:
    plain = {"schema": 1, "name": "a", "kind": "construct", "screws": [{"preset": "s2ai"}]}
    return ConstructCase.model_validate({**plain, "mesh": {"scale": SCALE}, **keys})


def setup_of(model: str, mesh: Mesh, case: ConstructCase) -> SpineModel:
    return spine_model(plan_spine(case, model), mesh)


def under(setup: SpineModel, names: tuple[str, ...]) -> SpineModel:
    """The same model under some of its loads."""
    cases = tuple(one for one in setup.model.load_cases if one.name in names)
    return replace(setup, model=replace(setup.model, load_cases=cases))


@pytest.fixture(scope="module")
def intact_mesh() -> Mesh:
    return mesh_spine(plan_spine(case_of(), INTACT))


@pytest.fixture(scope="module")
def intact(intact_mesh: Mesh) -> SpineModel:
    return setup_of(INTACT, intact_mesh, case_of())


@pytest.fixture(scope="module")
def solved(intact: SpineModel) -> SolvedSpine:
    return solved_spine(intact, SolverSettings())


@pytest.fixture(scope="module")
def result(intact: SpineModel, solved: SolvedSpine) -> ModelResult:
    return measured_model(intact, solved)


def pulls_n(solution: Solution, kind: str, direction: str) -> float:
    """What all springs of a kind pull together."""
    names = [one.name for one in solution.model.connections if one.name.startswith(kind)]
    return float(sum(solution.spring_forces_n(name, direction).sum() for name in names))


def test_nothing_that_goes_slack_pushes(solved: SolvedSpine) -> None:
    one_way = [one for one in solved.solution.model.connections if not hasattr(one, "stiffness_n_per_mm")]
    assert len(one_way) == len(solved.solution.model.connections)
    for one in one_way:
        for case in solved.solution.model.load_cases:
            # as far as a linear solve can tell
            least = solved.solution.spring_forces_n(one.name, case.name).min()
            assert least > -1e-5 * np.abs(case.nodal_force_n).sum()


def test_ligaments_hold_the_side_that_opens(solved: SolvedSpine) -> None:
    solution = solved.solution
    for kind in ("supraspinous", "interspinous", "flavum"):
        assert pulls_n(solution, kind, "flexion") > 1.0
        assert pulls_n(solution, kind, "extension") < 0.1
    assert pulls_n(solution, "anterior_longitudinal", "extension") > 20.0
    assert pulls_n(solution, "anterior_longitudinal", "flexion") < 0.1
    # turned to the left, the right facet joint closes and the left one is held by its capsule
    assert pulls_n(solution, "facet_l5s1_right_joint", "rotation_left") > 20.0
    assert pulls_n(solution, "facet_l5s1_left_joint", "rotation_left") < 0.1
    assert pulls_n(solution, "facet_l5s1_left_capsule", "rotation_left") > 1.0


def test_both_sides_are_alike_and_front_and_back_are_not(result: ModelResult) -> None:
    for left, right in (("bending_left", "bending_right"), ("rotation_left", "rotation_right")):
        one, other = (result.direction(name).stiffness for name in (left, right))
        # lines on the midline end in nodes beside it
        assert one == pytest.approx(other, rel=0.01)
    # ligaments behind the disc hold better than those before it
    assert result.direction("extension").stiffness < 0.9 * result.direction("flexion").stiffness
    assert [row.direction for row in result.directions] == list(directions_of(case_of()))


def test_what_may_go_slack_is_never_stiffer_than_what_always_acts(
    intact_mesh: Mesh, result: ModelResult
) -> None:
    case = case_of(**LINEAR_KEYS)
    assert case.is_linear
    setup = setup_of(INTACT, intact_mesh, case)
    both_ways = measured_model(setup, solved_spine(setup, SolverSettings()))
    pairs = {"flexion": "flexion_extension", "extension": "flexion_extension"}
    pairs |= {"bending_left": "lateral_bending", "rotation_left": "axial_rotation"}
    for row in result.directions:
        name = pairs.get(row.direction, row.direction)
        if not row.direction.endswith("_right"):
            assert row.stiffness < both_ways.direction(name).stiffness
    assert (both_ways.linear, result.linear) == (True, False)
    assert limits_of(both_ways) != limits_of(result)


def test_a_small_moment_meets_the_toe_and_a_large_one_the_taut_ligament(intact: SpineModel) -> None:
    bent = under(intact, ("flexion",))
    (load,) = bent.model.load_cases
    stiffness = []
    for share in (0.1, 2.0):
        model = replace(bent.model, load_cases=(load.scaled(share),))
        found = solved_spine(replace(bent, model=model), SolverSettings())
        stiffness.append(work_stiffness(share * 10.0, found.solution, "flexion"))
    assert stiffness[0] < stiffness[1]


@pytest.mark.parametrize("law", LIGAMENT_LAWS)
def test_branches_of_a_law_add_up_to_its_stiffness(law: str) -> None:
    mesh = block((1, 1, 4), (1.0, 1.0, 20.0))
    ends = np.array([[np.flatnonzero(mesh.nodes_mm[:, 2] == z)[0] for z in (0.0, 20.0)]])
    length = np.array([20.0])
    branches = LIGAMENT_LAWS[law](LumbarLigaments(), "interspinous", length)
    parts = list(summed(springs_between(mesh, ends, 1.0, "interspinous"), branches, length))
    stretched = np.zeros_like(mesh.nodes_mm)
    axis = mesh.nodes_mm[ends[0, 1]] - mesh.nodes_mm[ends[0, 0]]
    pulls = []
    for strain in (0.05, 0.10, 0.18, 0.19, 0.4, 0.41):
        stretched[ends[0, 1]] = strain * axis
        pulls.append(sum(float(one.forces_n(stretched)[0]) for one in parts))
    slopes = np.diff(pulls)[::2] / (np.array([0.05, 0.01, 0.01]) * np.linalg.norm(axis))
    wanted = [
        [branch.n_per_mm[0] for branch in branches if branch.strain <= at][-1] for at in (0.05, 0.18, 0.4)
    ]
    # rows are along the line, whose length is that of the block but for its width
    assert slopes == pytest.approx(wanted, rel=1e-6)


def test_a_ligament_without_a_toe_of_its_own_has_one_branch() -> None:
    mesh, length = block((1, 1, 1)), np.array([1.0])
    springs = springs_between(mesh, np.array([[0, 1]]), 1.0, "a")
    same = (Branch(strain=0.0, n_per_mm=np.ones(1)), Branch(strain=0.1, n_per_mm=np.ones(1)))
    assert [one.name for one in summed(springs, same, length)] == ["a"]
    # published curves only ever get stiffer
    for curve in STIFFNESS.values():
        assert (np.diff(curve, axis=0) > 0.0).all()


@pytest.fixture(scope="module")
def implanted() -> dict[str, tuple[SpineModel, SolvedSpine]]:
    """Bonded and free to part, with struts, under two loads; what else acts one way is left linear."""
    keys = {**LINEAR_KEYS, "operation": {"graft": {}}}
    mesh = mesh_spine(plan_spine(case_of(**keys), INSTRUMENTED))
    found = {}
    for name, interfaces in (
        ("bonded", {}),
        ("parting", {"interfaces": {"screws": "unilateral", "grafts": "unfused"}}),
    ):
        setup = setup_of(INSTRUMENTED, mesh, case_of(**keys, **interfaces))
        # rows of a linear model and of others bear different names
        setup = under(setup, ("flexion", "flexion_extension", "compression"))
        found[name] = (setup, solved_spine(setup, SolverSettings()))
    return found


def test_implants_that_may_part_are_softer_and_press_where_they_touch(
    implanted: dict[str, tuple[SpineModel, SolvedSpine]],
) -> None:
    (bonded, glued), (parting, free) = implanted["bonded"], implanted["parting"]
    assert len(parting.mesh.nodes_mm) > len(bonded.mesh.nodes_mm)
    loose, tight = (work_stiffness(500.0, one.solution, "compression") for one in (free, glued))
    assert 0.3 * tight < loose < tight
    motions = {
        case.name: interface_motions(touching)
        for case, touching in zip(parting.model.load_cases, free.touching, strict=True)
    }
    pressed, bent = (motions[name]["graft_left"] for name in ("compression", "flexion"))
    # rods hold the back: flexion opens it, compression presses all but the rims
    assert pressed.touching_percent > 90.0 > bent.touching_percent > 20.0
    assert bent.opening_um > 10.0 * pressed.opening_um
    for rows in motions.values():
        for name, one in rows.items():
            assert 0.0 < one.touching_percent < 100.0
            # threads hold screws along their axis
            assert one.slip_um < 200.0, name
    assert not any(glued.touching)


def test_what_the_faces_of_a_graft_press_is_what_it_carries(
    implanted: dict[str, tuple[SpineModel, SolvedSpine]],
) -> None:
    setup, free = implanted["parting"]
    place = setup.model.case_index("compression")
    graft = next(one for one in free.touching[place] if one.contact.name == "graft_left")
    rough = next(one for one in setup.model.connections if one.name == "graft_left rough")
    # its two ends are in balance: what presses and what keeps it from sliding
    pressed = graft.contact.pressing
    total = pressed.rows.T @ pressed.forces_n(free.solution.displacement_mm[place])
    total = total + rough.rows.T @ free.solution.spring_forces_n("graft_left rough", "compression")
    mine = np.isin(np.arange(len(setup.mesh.nodes_mm)), np.unique(graft.contact.first))
    on_graft = total.reshape(-1, 3)[mine].sum(axis=0)
    assert np.linalg.norm(pressed.forces_n(free.solution.displacement_mm[place])) > 10.0
    # keys carry the rest, far less than a newton of 500
    assert np.abs(on_graft).max() < 0.1
    assert {one.name for one in contact_connections(setup.contacts)} <= {
        one.name for one in setup.model.connections
    }


def test_rough_ends_keep_a_graft_from_sliding_but_not_from_lifting_off(
    implanted: dict[str, tuple[SpineModel, SolvedSpine]],
) -> None:
    setup, _ = implanted["parting"]
    graft = next(one for one in setup.spine.lumbar.grafts if one.side == "left")
    rough = next(one for one in setup.model.connections if one.name == "graft_left rough")
    block = setup.mesh.tets[setup.mesh.part == setup.mesh.part_index("graft_left")]
    for axis, held in zip(graft.axes, (True, True, False), strict=True):
        lifted = np.zeros_like(setup.mesh.nodes_mm)
        lifted[np.unique(block)] = axis
        stretch = np.abs(rough.rows @ lifted.ravel()).max()
        assert stretch == pytest.approx(1.0 if held else 0.0, abs=1e-6)


def test_the_table_tells_how_faces_move(
    implanted: dict[str, tuple[SpineModel, SolvedSpine]],
) -> None:
    setup, free = implanted["parting"]
    text = construct_text(ConstructResult(name="a", computed=measured_model(setup, free), reference=None))
    assert "opening, um" in text
    assert "graft" in text.split("faces that press, %")[1]


def test_only_what_is_asked_for_may_part() -> None:
    assert not case_of(**LINEAR_KEYS, interfaces={"screws": "unilateral"}).is_linear
    assert not case_of(soft_tissue={"ligaments": "linear"}).is_linear
    springs = springs_between(block((1, 1, 1)), np.array([[0, 1]]), 1.0, "a")
    assert isinstance(springs.one_sided(), OneSidedSprings)
