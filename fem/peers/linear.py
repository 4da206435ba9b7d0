"""Solving the matrix that a peer assembled with plain scipy: nothing of ours takes part."""

import numpy as np
from scipy.sparse import csr_array, dia_array
from scipy.sparse.linalg import cg, splu

from geometry.arrays import Bools, Floats
from geometry.errors import SolveError

# Chosen: up to here a factorisation is quicker and exact; beyond it fills the memory.
DIRECT_UNKNOWNS = 30_000
TOLERANCE = 1e-11
MOST_ITERATIONS = 40_000


def solved_rows(stiffness: csr_array, held: Bools, forces_n: Floats) -> Floats:
    """Displacements, shape (n,), with zeros where held; by factors, or by diagonal conjugate gradients."""
    free = np.flatnonzero(~held)
    matrix, right = stiffness[free][:, free], forces_n[free]
    result = np.zeros(len(held))
    if len(free) <= DIRECT_UNKNOWNS:
        result[free] = splu(matrix.tocsc()).solve(right)
        return result
    # scaled to a unit diagonal, which is what the diagonal preconditioner does
    scale = 1.0 / np.sqrt(matrix.diagonal())
    scaling = dia_array((scale[None, :], [0]), shape=matrix.shape)
    found, left = cg(
        (scaling @ matrix @ scaling).tocsr(), scale * right, rtol=TOLERANCE, maxiter=MOST_ITERATIONS
    )
    if left:
        raise SolveError(f"the peer's matrix is not solved to {TOLERANCE:g} in {MOST_ITERATIONS} iterations")
    result[free] = scale * found
    return result
