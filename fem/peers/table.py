"""The table of peers."""

import importlib
import io
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass

import numpy as np

from fem.model import Model
from fem.pressure import nearly_incompressible
from geometry.arrays import Floats
from geometry.errors import ModelError

EXTRA = "pip install -e .[peers]"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Another engine.

    Attributes:
        module: of ours, that speaks to it.
        function: there, from a model to displacements of shape (cases, n, 3).
        cure: how it is installed.
        constant_in_elements: whether it knows only one modulus in each element.
        grain: whether it is told of one.
    """

    module: str
    function: str
    cure: str
    constant_in_elements: bool = False
    grain: bool = True


PEERS: Mapping[str, Peer] = {
    "sfepy": Peer(module="fem.peers.sfepy", function="displacements_by_sfepy", cure=EXTRA),
    "scikit-fem": Peer(module="fem.peers.scikit_fem", function="displacements_by_scikit_fem", cure=EXTRA),
    "calculix": Peer(
        module="fem.peers.calculix",
        function="displacements_by_calculix",
        cure="apt-get install calculix-ccx",
        constant_in_elements=True,
        grain=False,
    ),
}


def peer_displacements(peer: str, model: Model) -> Floats:
    """Displacements by a peer, shape (cases, n, 3).

    Raises:
        ModelError: an unknown peer, one that is not installed, with how to install it, or a model with more
            than peers are told of.
    """
    if peer not in PEERS:
        raise ModelError(f"no peer {peer!r}", advice=f"Known: {', '.join(PEERS)}")
    row = PEERS[peer]
    require_plain(peer, model)
    try:
        # sfepy prints about extras that are not installed; stdout is for results
        with redirect_stdout(io.StringIO()):
            loaded = importlib.import_module(row.module)
    except ImportError as error:
        raise ModelError(f"{peer} cannot be loaded: {error}", advice=f"Install it: {row.cure}") from None
    return np.asarray(getattr(loaded, row.function)(model), dtype=np.float64)


def require_plain(peer: str, model: Model) -> None:
    """Refuses what a known peer would solve as another problem."""
    d = model.discretisation
    beyond = {
        "connections": bool(model.connections),
        "linear shape functions": d.order == 1,
        "curved elements": len(d.curved) > 0,
        "nearly incompressible elements": bool(nearly_incompressible(model.elastic).any()),
        "a grain": model.elastic.grain is not None and not PEERS[peer].grain,
    }
    found = [name for name, there in beyond.items() if there]
    if found:
        raise ModelError(
            f"the model has {' and '.join(found)}, which {peer} is not told of",
            advice="Use the multigrid or the direct solver"
            if found != ["a grain"]
            else f"Use {' or '.join(name for name, row in PEERS.items() if row.grain)}",
        )
