"""How far a peer is from us."""

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from fem.model import Model
from fem.peers.by_element import constant_in_elements
from fem.peers.table import PEERS, peer_displacements, require_plain
from fem.solvers import SolverSettings, solve

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


def agreement_with(peer: str, model: Model) -> list[Agreement]:
    """How far a peer is from us, load case by load case.

    With a peer that knows one modulus in each element, both solve the model with such a field.
    """
    if peer in PEERS and PEERS[peer].constant_in_elements:
        require_plain(peer, model)
        volumes = model.discretisation.mesh.volumes_mm3()
        model = replace(model, elastic=constant_in_elements(model.elastic, volumes))
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
