"""The same discrete problem in engines that share no code with ours."""

import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from fem.connections import springs_to_ground
from fem.discretisation import discretise
from fem.elastic import ElasticField, elastic_by_element, elastic_by_part, subdivided_rule
from fem.model import Model
from fem.peers import PEERS, calculix, linear, peer_displacements
from fem.peers import compare as peer_compare
from fem.peers import table as peer_table
from fem.peers.by_element import MOST_MODULI, constant_in_elements
from fem.peers.compare import agreement_with
from fem.peers.quadrature import matched_young
from fem.peers.table import Peer
from fem.verification.models import pulled, sampled
from geometry.arrays import Floats
from geometry.blocks import block
from geometry.errors import ModelError, SolveError
from geometry.mesh import Mesh

pytestmark = pytest.mark.filterwarnings("ignore")  # of the peers

# make setup installs it, so continuous integration must not go without
needs_ccx = pytest.mark.skipif(shutil.which("ccx") is None and "CI" not in os.environ, reason=calculix.ADVICE)
INSTALLED = [pytest.param(peer, marks=needs_ccx if peer == "calculix" else ()) for peer in PEERS]
# CalculiX writes displacements in single precision, 24 bits
LIMITS = {peer: 1e-7 if peer == "calculix" else 1e-8 for peer in PEERS}


def jittered() -> Mesh:
    return block(
        (3, 3, 4),
        jitter=0.2,
        part_of=lambda c: (c[:, 2] > 0.5).astype(np.int64),
        part_names=("soft", "stiff"),
    )


def by_part(mesh: Mesh) -> ElasticField:
    return elastic_by_part(mesh, {"soft": (150.0, 0.2), "stiff": (110_000.0, 0.3)})


def shell(points: Floats) -> Floats:
    """A stiff layer whose inner face cuts through elements."""
    return np.where(points[..., 0] > 0.8, 17_000.0, 150.0 + 100.0 * points[..., 1])


def two_cases() -> Model:
    """A pull, and another of a thousandth across."""
    mesh = jittered()
    first = pulled(mesh, by_part(mesh), (0.0, 0.0, 1.0))
    second = replace(pulled(mesh, by_part(mesh), (1e-3, 0.0, 0.0)).load_cases[0], name="across")
    return replace(first, load_cases=(*first.load_cases, second))


@pytest.mark.parametrize("peer", INSTALLED)
def test_a_peer_finds_the_same_displacements(peer: str) -> None:
    mesh = jittered()
    (agreement,) = agreement_with(peer, pulled(mesh, by_part(mesh), (0.3, -0.2, 1.0)))
    assert agreement.passed
    assert agreement.displacement < LIMITS[peer]


@pytest.mark.parametrize("peer", INSTALLED)
def test_a_peer_finds_them_where_the_modulus_varies_inside_elements(peer: str) -> None:
    # or, if it knows one modulus in each element, on the field that is made of this one
    mesh = jittered()
    (agreement,) = agreement_with(peer, pulled(mesh, sampled(mesh, shell, subdivided_rule(2))))
    assert agreement.displacement < LIMITS[peer]


@pytest.mark.parametrize("peer", INSTALLED)
def test_a_peer_finds_every_load_case(peer: str) -> None:
    agreements = agreement_with(peer, two_cases())
    assert [agreement.case for agreement in agreements] == ["pull", "across"]
    assert all(agreement.displacement < LIMITS[peer] for agreement in agreements)


@needs_ccx
@pytest.mark.parametrize("solver", ["ITERATIVE CHOLESKY", "ITERATIVE SCALING"])
def test_calculix_iterates_to_the_same_displacements(solver: str) -> None:
    model = two_cases()
    by_factors = calculix.displacements_by_calculix(model, "SPOOLES")
    off = calculix.displacements_by_calculix(model, solver) - by_factors
    assert (np.linalg.norm(off, axis=(1, 2)) < 1e-7 * np.linalg.norm(by_factors, axis=(1, 2))).all()


@needs_ccx
def test_calculix_refuses_a_modulus_that_varies_inside_elements() -> None:
    mesh = jittered()
    with pytest.raises(ModelError, match="calculix knows one modulus in each element"):
        peer_displacements("calculix", pulled(mesh, sampled(mesh, shell, subdivided_rule(2))))


def test_calculix_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(ModelError, match=r"ccx of CalculiX is not found\. .*apt-get install calculix-ccx"):
        peer_displacements("calculix", two_cases())


def test_calculix_says_how_it_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _, which=shutil.which: which("false"))
    with pytest.raises(ModelError, match="ccx failed with code 1"):
        peer_displacements("calculix", two_cases())


def test_a_field_with_one_modulus_in_each_element_stays_as_it_is() -> None:
    mesh = jittered()
    constant = constant_in_elements(by_part(mesh), mesh.volumes_mm3())
    assert constant.moments_mpa == pytest.approx(by_part(mesh).moments_mpa, rel=1e-9)


def test_a_field_of_many_moduli_becomes_one_of_few_with_the_same_mean() -> None:
    mesh = block((8, 8, 8))
    given = elastic_by_element(np.geomspace(0.1, 20_000.0, len(mesh.tets)), np.full(len(mesh.tets), 0.3))
    few = constant_in_elements(given, mesh.volumes_mm3()).mean_young_mpa
    assert len(np.unique(np.round(few, 9))) <= MOST_MODULI
    assert few == pytest.approx(given.mean_young_mpa, rel=0.05)
    assert mesh.volumes_mm3() @ few == pytest.approx(mesh.volumes_mm3() @ given.mean_young_mpa)


def test_multigrid_solves_the_matrix_of_a_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "DIRECT_UNKNOWNS", 0)
    assert all(agreement.displacement < 1e-8 for agreement in agreement_with("scikit-fem", two_cases()))


def test_the_matrix_of_a_peer_is_solved_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "DIRECT_UNKNOWNS", 0)
    monkeypatch.setattr(linear, "MOST_ITERATIONS", 2)
    with pytest.raises(SolveError, match="which is above 1e-11"):
        peer_displacements("scikit-fem", two_cases())


def test_the_gate_sees_another_material(monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = jittered()
    model = pulled(mesh, by_part(mesh))

    def softer(peer: str, given: object) -> Floats:
        return peer_displacements(peer, pulled(mesh, by_part(mesh).scaled(1.0 + 1e-5)))

    monkeypatch.setattr(peer_compare, "peer_displacements", softer)
    (agreement,) = agreement_with("scikit-fem", model)
    assert not agreement.passed
    assert agreement.stiffness == pytest.approx(-1e-5, rel=0.01)


def test_a_rule_of_few_points_is_refused() -> None:
    mesh = jittered()
    elastic = sampled(mesh, shell, subdivided_rule(2))
    rule = subdivided_rule(0)
    with pytest.raises(ModelError, match="4 points cannot carry"):
        matched_young(elastic.moments_mpa, rule.barycentric, rule.weights)


def test_a_peer_that_is_missing_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = jittered()
    model = pulled(mesh, by_part(mesh))
    with pytest.raises(ModelError, match=r"no peer 'abaqus'\. Known: sfepy, scikit-fem, calculix"):
        peer_displacements("abaqus", model)
    absent = Peer(module="fem.peers.absent", function="displacements", cure="pip install it")
    monkeypatch.setitem(peer_table.PEERS, "absent", absent)
    with pytest.raises(ModelError, match=r"absent cannot be loaded.*Install it: pip install it"):
        peer_displacements("absent", model)


def test_a_model_that_peers_are_not_told_of_is_refused() -> None:
    mesh = jittered()
    soft = pulled(mesh, elastic_by_part(mesh, {"soft": (1.0, 0.499), "stiff": (1e3, 0.3)}))
    with pytest.raises(ModelError, match="has nearly incompressible elements, which sfepy is not told of"):
        peer_displacements("sfepy", soft)
    ground = springs_to_ground(mesh, np.array([0]), (1.0, 1.0, 1.0))
    joined = replace(pulled(mesh), connections=(ground,), discretisation=discretise(mesh, order=1))
    with pytest.raises(ModelError, match="has connections and linear shape functions"):
        peer_displacements("calculix", joined)
