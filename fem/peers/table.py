"""The table of peers."""

import importlib
import io
from collections.abc import Mapping
from contextlib import redirect_stdout

import numpy as np

from fem.model import Model
from geometry.arrays import Floats
from geometry.errors import ModelError

# Name of the peer: module and function, and how it is installed.
PEERS: Mapping[str, tuple[str, str, str]] = {
    "sfepy": ("fem.peers.sfepy", "displacements_by_sfepy", "pip install -e .[peers]"),
    "scikit-fem": ("fem.peers.scikit_fem", "displacements_by_scikit_fem", "pip install -e .[peers]"),
}


def peer_displacements(peer: str, model: Model) -> Floats:
    """Displacements by a peer, shape (cases, n, 3).

    Raises:
        ModelError: an unknown peer, or one that is not installed; says how to install it.
    """
    if peer not in PEERS:
        raise ModelError(f"no peer {peer!r}", advice=f"Known: {', '.join(PEERS)}")
    module, function, cure = PEERS[peer]
    try:
        # sfepy prints about extras that are not installed; stdout is for results
        with redirect_stdout(io.StringIO()):
            loaded = importlib.import_module(module)
    except ImportError as error:
        raise ModelError(f"{peer} cannot be loaded: {error}", advice=f"Install it: {cure}") from None
    return np.asarray(getattr(loaded, function)(model), dtype=np.float64)
