"""The same discrete problem in engines that share no code with ours."""

import numpy as np
import pytest

from fem.elastic import ElasticField, elastic_by_part, subdivided_rule
from fem.peers import PEERS, peer_displacements
from fem.peers import compare as peer_compare
from fem.peers import table as peer_table
from fem.peers.compare import agreement_with
from fem.peers.quadrature import matched_young
from fem.verification.models import pulled, sampled
from geometry.arrays import Floats
from geometry.blocks import block
from geometry.errors import ModelError
from geometry.mesh import Mesh

pytestmark = pytest.mark.filterwarnings("ignore")  # of the peers


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


@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_finds_the_same_displacements(peer: str) -> None:
    mesh = jittered()
    (agreement,) = agreement_with(peer, pulled(mesh, by_part(mesh), (0.3, -0.2, 1.0)))
    assert agreement.passed
    assert agreement.displacement < 1e-8


@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_finds_them_where_the_modulus_varies_inside_elements(peer: str) -> None:
    mesh = jittered()
    (agreement,) = agreement_with(peer, pulled(mesh, sampled(mesh, shell, subdivided_rule(2))))
    assert agreement.displacement < 1e-8


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
        matched_young(elastic, rule.barycentric, rule.weights)


def test_a_peer_that_is_missing_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = jittered()
    model = pulled(mesh, by_part(mesh))
    with pytest.raises(ModelError, match=r"no peer 'abaqus'\. Known: sfepy, scikit-fem"):
        peer_displacements("abaqus", model)
    monkeypatch.setitem(peer_table.PEERS, "absent", ("fem.peers.absent", "displacements", "pip install it"))
    with pytest.raises(ModelError, match=r"absent cannot be loaded.*Install it: pip install it"):
        peer_displacements("absent", model)
