"""Elements that are stiffer along a grain than across it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csc_array

from fem.discretisation import discretise
from fem.elastic import (
    GAUSS_4,
    ElasticField,
    elastic_by_element,
    elastic_by_part,
    grained,
    subdivided_rule,
    uniform_elastic,
    young_moments,
)
from fem.error_estimate import estimated_error
from fem.grain import Grain, GrainRatios
from fem.model import Model
from fem.peers import peer_displacements
from fem.peers.compare import agreement_with
from fem.peers.turned import turned_stiffness
from fem.recovery import gauss_fields, strain_energy_nmm
from fem.solvers import SolverSettings, solve
from fem.solvers.direct import stiffness_matrix
from fem.system import system_of
from fem.verification.manufactured import EVEN
from fem.verification.models import OBLIQUE, THREE_TO_ONE, TIGHT, model_of, pulled, sampled
from fem.verification.patch_test import evenly_stressed
from geometry.arrays import Floats
from geometry.blocks import block
from geometry.errors import MaterialError, ModelError
from geometry.mesh import Mesh

DIRECT = SolverSettings(kind="direct")
# Cortex whose inner face cuts through elements, over softer bone.
INNER_FACE = 0.8


def jittered() -> Mesh:
    return block((3, 3, 4), jitter=0.2)


def soft(points: Floats) -> Floats:
    """Young's modulus of what has a grain, zero in the shell."""
    return np.where(points[..., 0] > INNER_FACE, 0.0, 150.0 + 100.0 * points[..., 1])


def whole(points: Floats) -> Floats:
    return np.where(points[..., 0] > INNER_FACE, 17_000.0, soft(points))


def any_axes(count: int) -> Floats:
    axes = np.random.default_rng(3).normal(size=(count, 3))
    return axes / np.linalg.norm(axes, axis=1, keepdims=True)


def in_a_shell(mesh: Mesh) -> ElasticField:
    """Bone with a grain, another in each element, in an isotropic shell; some elements have none."""
    rule = subdivided_rule(2)
    corners = mesh.corner_points_mm()
    there = np.random.default_rng(4).random(len(corners)) < 0.9
    grain = Grain(
        ratios=THREE_TO_ONE,
        axes=there[:, None] * any_axes(len(corners)),
        moments_mpa=there[:, None] * young_moments(rule, soft(rule.points_mm(corners))),
        gauss_young_mpa=there[:, None] * soft(GAUSS_4.points_mm(corners)),
    )
    return replace(sampled(mesh, whole, rule), grain=grain)


def askew(mesh: Mesh) -> Model:
    return pulled(mesh, in_a_shell(mesh), (0.3, -0.2, 1.0))


def test_five_numbers_give_the_stress_of_the_textbook_matrix() -> None:
    axes = any_axes(20)
    unit = np.broadcast_to(np.eye(6), (20, 6, 6))
    stress = THREE_TO_ONE.stress_mpa(unit, np.full((20, 6), 7.0), axes)
    # row q is the stress of the q-th unit strain; entries are of the size of one
    assert stress == pytest.approx(7.0 * turned_stiffness(THREE_TO_ONE, axes), abs=1e-13)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"young_x": 0.0}, "young_x is 0, not a positive number"),
        ({"shear_xz": float("nan")}, "shear_xz is nan, not a positive number"),
        ({"poisson_xy": 1.0}, "poisson_xy is 1, not between -1 and 1"),
        ({"poisson_xz": 0.4}, r"poisson_xz is 0\.4: .*not positive definite.*between -0\.321 and 0\.321"),
    ],
)
def test_ratios_that_no_solid_can_have_are_refused(changed: dict[str, float], told: str) -> None:
    with pytest.raises(MaterialError, match=told):
        replace(THREE_TO_ONE, **changed)


@pytest.mark.parametrize("poisson_xy", [-0.99, -0.3, 0.381, 0.9])
@pytest.mark.parametrize("young_x", [0.1, 1.0, 5.0])
def test_ratios_are_refused_exactly_where_a_strain_costs_no_energy(poisson_xy: float, young_x: float) -> None:
    limit = np.sqrt(0.5 * (1.0 - poisson_xy) * young_x)
    upright = np.array([[0.0, 0.0, 1.0]])

    def ratios(share: float) -> GrainRatios:
        return GrainRatios(young_x=young_x, poisson_xy=poisson_xy, poisson_xz=share * limit, shear_xz=0.2)

    for share in (-0.999, 0.999):
        assert np.linalg.eigvalsh(turned_stiffness(ratios(share), upright)[0]).min() > 0.0
    for share in (-1.001, 1.001):
        with pytest.raises(MaterialError, match="not positive definite"):
            ratios(share)


@pytest.mark.parametrize("order", [1, 2])
def test_ratios_of_an_isotropic_solid_change_nothing(order: int) -> None:
    mesh = jittered()
    plain = pulled(mesh, sampled(mesh, whole, subdivided_rule(2)), (0.3, -0.2, 1.0))
    plain = replace(plain, discretisation=discretise(mesh, order=order))
    even = replace(plain, elastic=grained(plain.elastic, EVEN, any_axes(len(mesh.tets))))
    ours, theirs = solve(plain, settings=TIGHT), solve(even, settings=TIGHT)
    assert theirs.displacement_mm == pytest.approx(
        ours.displacement_mm, abs=1e-9 * np.abs(ours.displacement_mm).max()
    )
    assert gauss_fields(theirs, "pull").stress_mpa == pytest.approx(
        gauss_fields(ours, "pull").stress_mpa, abs=1e-7
    )
    expected = estimated_error(ours, "pull").relative_stiffness_error
    assert estimated_error(theirs, "pull").relative_stiffness_error == pytest.approx(expected, rel=1e-7)


def test_a_body_that_is_turned_with_its_grain_gives_the_turned_result() -> None:
    mesh = jittered()
    turn = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    model = askew(mesh)
    assert model.elastic.grain is not None
    grain = replace(model.elastic.grain, axes=model.elastic.grain.axes @ turn.T)
    turned_mesh = replace(mesh, nodes_mm=mesh.nodes_mm @ turn.T)
    turned = pulled(turned_mesh, replace(model.elastic, grain=grain), turn @ np.array([0.3, -0.2, 1.0]))
    expected = solve(model, settings=TIGHT).displacement_mm @ turn.T
    off = np.abs(solve(turned, settings=TIGHT).displacement_mm - expected).max()
    # residuals of 1e-11 of the load times the condition of the block
    assert off < 1e-8 * np.abs(expected).max()


def test_a_grain_and_the_isotropic_solid_it_shares_elements_with_add() -> None:
    mesh = jittered()
    grain, base = in_a_shell(mesh).grain, uniform_elastic(len(mesh.tets), 50.0, 0.2)
    assert grain is not None

    def stiffness(share: float) -> csc_array:
        """Of the solid and a share of the grain."""
        field = replace(
            base,
            moments_mpa=base.moments_mpa + share * grain.moments_mpa,
            gauss_young_mpa=base.gauss_young_mpa + share * grain.gauss_young_mpa,
            grain=grain.scaled(share),
        )
        return stiffness_matrix(system_of(pulled(mesh, field)))

    alone = stiffness_matrix(system_of(pulled(mesh, base)))
    off = abs(alone + stiffness(1.0) - 2.0 * stiffness(0.5)).max()
    assert off < 1e-12 * abs(alone).max()


@pytest.mark.filterwarnings("ignore")  # of the peers
@pytest.mark.parametrize("peer", ["sfepy", "scikit-fem"])
def test_a_peer_finds_the_same_displacements(peer: str) -> None:
    (agreement,) = agreement_with(peer, askew(jittered()))
    assert agreement.displacement < 1e-9
    assert agreement.passed


@pytest.mark.filterwarnings("ignore")  # of the peer
def test_the_gate_of_peers_sees_another_grain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fem.peers.sfepy.turned_stiffness", lambda ratios, axes: turned_stiffness(EVEN, axes))
    (agreement,) = agreement_with("sfepy", askew(jittered()))
    assert not agreement.passed


def test_calculix_refuses_a_grain_installed_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    model = askew(jittered())
    for ask in (peer_displacements, agreement_with):
        with pytest.raises(
            ModelError, match=r"has a grain, which calculix is not told of\. Use sfepy or scik"
        ):
            ask("calculix", model)


@pytest.mark.parametrize("order", [1, 2])
def test_multigrid_agrees_with_the_direct_solver(order: int) -> None:
    mesh = jittered()
    model = replace(askew(mesh), discretisation=discretise(mesh, order=order))
    solution = solve(model, settings=TIGHT)
    solution.require_balance(1e-9)
    direct = solve(model, settings=DIRECT).displacement_mm
    assert np.abs(solution.displacement_mm - direct).max() < 1e-9 * np.abs(direct).max()


def test_several_loads_at_once_are_solved_like_one() -> None:
    model = askew(jittered())
    case = model.load_cases[0]
    two = replace(
        model, load_cases=(case, replace(case, name="back", nodal_force_n=-2.0 * case.nodal_force_n))
    )
    ours = solve(two, settings=TIGHT).displacement_mm
    alone = solve(model, settings=TIGHT).displacement_mm[0]
    assert np.abs(ours - [alone, -2.0 * alone]).max() < 1e-9 * np.abs(alone).max()


def test_energy_of_the_points_is_half_the_work() -> None:
    mesh = jittered()
    elastic = grained(uniform_elastic(len(mesh.tets), 1000.0, 0.3), THREE_TO_ONE, any_axes(len(mesh.tets)))
    solution = solve(pulled(mesh, elastic), settings=TIGHT)
    # strains are linear and E constant: four points integrate their square exactly
    assert strain_energy_nmm(gauss_fields(solution, "pull")) == pytest.approx(
        0.5 * float(solution.work_nmm()[0]), rel=1e-9
    )


def test_effective_strain_is_the_strain_of_a_pull_along_the_grain_and_less_across() -> None:
    mesh = block((1, 1, 1))
    found = {}
    for axis, along in zip("xz", np.eye(3)[[0, 2]], strict=True):
        axes = np.tile(along, (len(mesh.tets), 1))
        elastic = grained(uniform_elastic(len(mesh.tets), 1000.0, 0.3), THREE_TO_ONE, axes)
        solution = solve(evenly_stressed(mesh, elastic, np.diag([0.0, 0.0, 1.0])), settings=TIGHT)
        found[axis] = gauss_fields(solution, "all").effective_strain
    assert found["z"] == pytest.approx(1e-3, rel=1e-8)
    # strain 1 / E_x, energy density half of that
    assert found["x"] == pytest.approx(1e-3 / np.sqrt(THREE_TO_ONE.young_x), rel=1e-8)


def test_a_grain_beside_a_pressure_is_solved_and_within_it_refused() -> None:
    mesh = block((2, 2, 4), part_of=lambda c: (c[:, 2] > 0.5).astype(np.int64), part_names=("wood", "rubber"))
    elastic = elastic_by_part(mesh, {"wood": (1000.0, 0.3), "rubber": (10.0, 0.499)})
    wood = (mesh.part == 0)[:, None] * OBLIQUE
    model = pulled(mesh, grained(elastic, THREE_TO_ONE, wood), (1.0, 0.0, 1.0))
    direct = solve(model, settings=DIRECT).displacement_mm
    assert np.abs(solve(model, settings=TIGHT).displacement_mm - direct).max() < 1e-7 * np.abs(direct).max()
    with pytest.raises(ModelError, match="nearly incompressible elements have a grain"):
        pulled(mesh, grained(elastic, THREE_TO_ONE, np.tile(OBLIQUE, (len(mesh.tets), 1))))


def test_a_grain_in_curved_elements_is_refused_and_beside_them_counts_once() -> None:
    mesh = block((2, 2, 2))
    nodes = mesh.nodes_mm.copy()
    nodes[mesh.tets[0, 4:]] += 0.01 * np.random.default_rng(0).normal(size=(6, 3))
    bent = mesh.bent(nodes)
    elastic = uniform_elastic(len(mesh.tets), 1000.0, 0.3)
    everywhere = np.tile(OBLIQUE, (len(mesh.tets), 1))
    with pytest.raises(ModelError, match=r"curved elements have a grain\. Use mesh.straightened"):
        pulled(bent, grained(elastic, THREE_TO_ONE, everywhere))
    straight = np.ones(len(mesh.tets), bool)
    straight[bent.curved] = False
    model = pulled(bent, grained(elastic, EVEN, straight[:, None] * everywhere))
    plain = pulled(bent, elastic)
    ours, theirs = (solve(one, settings=TIGHT).displacement_mm for one in (model, plain))
    assert np.abs(ours - theirs).max() < 1e-9 * np.abs(theirs).max()


def test_a_grain_that_does_not_fit_its_field_is_refused() -> None:
    mesh = block((1, 1, 1))
    count = len(mesh.tets)
    elastic = uniform_elastic(count, 1000.0, 0.3)
    good = grained(elastic, THREE_TO_ONE, np.tile(OBLIQUE, (count, 1))).grain
    assert good is not None
    with pytest.raises(MaterialError, match="an axis is no unit vector"):
        replace(good, axes=2.0 * good.axes)
    with pytest.raises(
        MaterialError, match=r"an axis is no unit vector\. Elements without a grain have zeros"
    ):
        replace(good, axes=np.zeros_like(good.axes))
    with pytest.raises(MaterialError, match="do not belong to the same elements"):
        replace(good, axes=good.axes[:-1])
    with pytest.raises(MaterialError, match="above the whole modulus"):
        replace(elastic, grain=good.scaled(1.01))
    with pytest.raises(MaterialError, match=f"the grain has {count} elements, the field 1"):
        replace(elastic_by_element(np.array([1.0]), np.array([0.3])), grain=good)


def test_a_field_that_is_scaled_takes_its_grain_along() -> None:
    mesh = jittered()
    model = askew(mesh)
    double = model_of(mesh, model.elastic.scaled(2.0), model.supports, model.load_cases)
    ours, theirs = solve(model, settings=TIGHT), solve(double, settings=TIGHT)
    assert 2.0 * theirs.work_nmm() == pytest.approx(ours.work_nmm(), rel=1e-8)
