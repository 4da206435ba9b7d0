"""Sparse LU factors (SuperLU by scipy): for small models and as a check of the multigrid solver."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_array, bsr_array, coo_array, csc_array
from scipy.sparse.linalg import splu

from fem.assembly import linear_blocks, quadratic_blocks
from fem.patterns import SplitPattern
from fem.solvers.multigrid import Preconditioner
from fem.solvers.settings import Report, SolvedCases, SolverSettings
from fem.system import System
from geometry.arrays import Floats
from geometry.errors import ResourceError, SolveError

# Chosen: SuperLU on a solid of this many unknowns takes about 3 GiB; beyond it multigrid is the only
# sensible way.
_MOST_UNKNOWNS = 120_000
# Chosen: a pressure loses what Poisson's ratio takes; each refinement wins it back.
_REFINEMENTS = 2


def solve_directly(
    system: System,
    settings: SolverSettings,
    start_mm: Floats,
    report: Report | None,
    prepared: Preconditioner | None,
) -> SolvedCases:
    """Displacements of all load cases, inner numbering, shape (cases, n, 3); start and preconditioner are
    not used."""
    model, d = system.model, system.discretisation
    if d.unknowns > _MOST_UNKNOWNS:
        raise ResourceError(
            f"a direct solve of {d.unknowns} unknowns would not fit, {_MOST_UNKNOWNS} would",
            where="solver.kind",
            advice="Use the multigrid solver",
        )
    if system.bonds is not None or len(d.curved):
        raise SolveError(
            "the direct solver knows no ties, no rigid faces and no curved elements",
            where="solver.kind",
            advice="Use the multigrid solver",
        )
    if system.switched is not None:
        raise SolveError(
            "the direct solver knows no springs that act in some load cases only",
            where="solver.kind",
            advice="Use the multigrid solver",
        )
    matrix = stiffness_matrix(system)
    free = np.flatnonzero(~system.held.ravel())
    matrix = matrix[free][:, free]
    spare = 0
    if system.pressure is None:
        factor = splu(matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    else:
        divergence = csc_array(system.pressure.divergence)[:, free]
        spare = divergence.shape[0]
        matrix = block_array(
            [[matrix, -divergence.T], [-divergence, -system.pressure.compliance]], format="csc"
        )
        factor = splu(matrix)
    displacement = np.zeros_like(start_mm)
    for index, case in enumerate(model.load_cases):
        force = np.append(d.forces_to_inner(case.nodal_force_n).ravel()[free], np.zeros(spare))
        values = factor.solve(force)
        for _ in range(_REFINEMENTS):
            values += factor.solve(force - matrix @ values)
        displacement[index].ravel()[free] = values[: len(free)]
        if report is not None:
            report(1, 0.0)
    return SolvedCases(displacement_mm=displacement, iterations=np.ones(len(model.load_cases), np.int64))


def stiffness_matrix(system: System) -> csc_array:
    """The stiffness in N/mm between all inner displacements, held ones included, shape (3n, 3n); without what
    a pressure adds."""
    d = system.discretisation
    if d.quadratic is None:
        pattern = d.vertex_pattern
        size = 3 * len(d.vertices)
        blocks = linear_blocks(d, system.terms)
        matrix = csc_array(bsr_array((blocks, pattern.columns, pattern.start), shape=(size, size)))
    else:
        matrix = _by_columns(d.quadratic.pattern, quadratic_blocks(d, system.terms, np.float64))
    return matrix if system.springs is None else csc_array(matrix + system.springs)


def _by_columns(pattern: SplitPattern, blocks: NDArray[Any]) -> csc_array:
    """The matrix of blocks in compressed columns."""
    across = np.arange(3)
    rows = 3 * pattern.row_of_entries()[:, None, None] + across[None, :, None]
    columns = 3 * pattern.column_of_entries()[:, None, None] + across[None, None, :]
    rows, columns = np.broadcast_arrays(rows, columns)
    size = 3 * pattern.rows
    return coo_array((blocks.ravel(), (rows.ravel(), columns.ravel())), shape=(size, size)).tocsc()
