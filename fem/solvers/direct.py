"""Sparse LU factors (SuperLU by scipy): for small models and as a check of the multigrid solver."""

import numpy as np
from scipy.sparse import bsr_array
from scipy.sparse.linalg import splu

from fem.assembly import element_terms, quadratic_blocks
from fem.model import Model
from fem.solvers.multigrid import Preconditioner
from fem.solvers.settings import Report, SolvedCases, SolverSettings
from geometry.arrays import Floats
from geometry.errors import ResourceError

# Chosen: SuperLU on a solid of this many unknowns takes about 3 GiB; beyond it multigrid is the only sensible way.
_MOST_UNKNOWNS = 120_000


def solve_directly(
    model: Model,
    settings: SolverSettings,
    start_mm: Floats,
    report: Report | None,
    prepared: Preconditioner | None,
) -> SolvedCases:
    """Displacements of all load cases, inner numbering, shape (cases, n, 3); start and preconditioner are not used."""
    d = model.discretisation
    if d.unknowns > _MOST_UNKNOWNS:
        raise ResourceError(
            f"a direct solve of {d.unknowns} unknowns would not fit, {_MOST_UNKNOWNS} would",
            where="solver.kind",
            advice="Use the multigrid solver",
        )
    blocks = quadratic_blocks(d, element_terms(d, model.elastic), np.float64)
    matrix = bsr_array((blocks, d.pattern.columns, d.pattern.start), shape=(d.unknowns, d.unknowns)).tocsc()
    free = np.flatnonzero(~model.held[d.node_order].ravel())
    factor = splu(matrix[free][:, free], permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    displacement = np.zeros_like(start_mm)
    for index, case in enumerate(model.load_cases):
        force = d.to_inner(case.nodal_force_n).ravel()[free]
        values = factor.solve(force)
        values += factor.solve(force - matrix[free][:, free] @ values)
        displacement[index].ravel()[free] = values
        if report is not None:
            report(1, 0.0)
    return SolvedCases(displacement_mm=displacement, iterations=np.ones(len(model.load_cases), np.int64))
