"""Another engine assembles and scipy solves: slow, and independent of everything here."""

import numpy as np

from fem.peers import peer_displacements
from fem.solvers.multigrid import Preconditioner
from fem.solvers.settings import Report, SolvedCases, SolverSettings
from fem.system import System
from geometry.arrays import Floats


def solve_by_sfepy(
    system: System,
    settings: SolverSettings,
    start_mm: Floats,
    report: Report | None,
    prepared: Preconditioner | None,
) -> SolvedCases:
    """Displacements of all load cases, inner numbering, shape (cases, n, 3); only the model is used."""
    found = peer_displacements("sfepy", system.model)
    inner = np.stack([system.discretisation.to_inner(u) for u in found])
    return SolvedCases(displacement_mm=inner, iterations=np.ones(len(found), np.int64))
