"""The table of peers, and how far one of them is from us."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from fem.model import Model
from fem.solvers import SolverSettings, solve
from geometry.arrays import Floats
from geometry.errors import ModelError

# Name of the peer: module and function, and how it is installed.
PEERS: Mapping[str, tuple[str, str, str]] = {
    "sfepy": ("fem.peers.sfepy", "displacements_by_sfepy", "pip install sacrofix[peers]"),
    "scikit-fem": ("fem.peers.scikit_fem", "displacements_by_scikit_fem", "pip install sacrofix[peers]"),
}
# What two engines with the same discrete problem may differ by (docs/method.md).
ALIKE = 1e-6
TIGHT = SolverSettings(relative_tolerance=1e-11)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Ours against a peer's on the same mesh, material, supports and load.

    Attributes:
        peer: its name.
        case: the load case.
        displacement: relative L2 difference over all nodes.
        stiffness: relative difference of load over work.
        ours_s, peer_s: seconds each took, assembly and solve.
    """

    peer: str
    case: str
    displacement: float
    stiffness: float
    ours_s: float
    peer_s: float

    @property
    def passed(self) -> bool:
        """Whether both differences are within what rounding explains."""
        return self.displacement <= ALIKE and abs(self.stiffness) <= ALIKE


def peer_displacements(peer: str, model: Model) -> Floats:
    """Displacements by a peer, shape (cases, n, 3).

    Raises:
        ModelError: an unknown peer, or one that is not installed; says how to install it.
    """
    if peer not in PEERS:
        raise ModelError(f"no peer {peer!r}", advice=f"Known: {', '.join(PEERS)}")
    module, function, cure = PEERS[peer]
    try:
        loaded = importlib.import_module(module)
    except ImportError as error:
        raise ModelError(f"{peer} cannot be loaded: {error}", advice=f"Install it: {cure}") from None
    return np.asarray(getattr(loaded, function)(model), dtype=np.float64)


def agreement_with(peer: str, model: Model) -> list[Agreement]:
    """How far a peer is from us, load case by load case."""
    begin = perf_counter()
    theirs = peer_displacements(peer, model)
    between = perf_counter()
    ours = solve(model, settings=TIGHT).displacement_mm
    end = perf_counter()
    result = []
    for index, case in enumerate(model.load_cases):
        off = np.linalg.norm(ours[index] - theirs[index]) / np.linalg.norm(theirs[index])
        works = [float(np.vdot(model.forces_n[index], u[index])) for u in (ours, theirs)]
        result.append(
            Agreement(
                peer=peer, case=case.name, displacement=float(off), stiffness=works[1] / works[0] - 1.0,
                ours_s=end - between, peer_s=between - begin,
            )
        )  # fmt: skip
    return result
