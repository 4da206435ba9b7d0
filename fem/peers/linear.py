"""Solving the matrix that a peer assembled with open libraries: nothing of ours takes part.

Measured on the stiffness of sacra with a screw and of blocks, with two cores: conjugate gradients with the
algebraic multigrid of pyamg (MIT) are quickest from about 10 000 unknowns on; at 148 000 they took 12 s, and
SuperLU 109 s. With a diagonal preconditioner they take two thousand iterations on a sacrum, against ninety.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from pyamg import smoothed_aggregation_solver
from scipy.sparse import bsr_array, csr_array, dia_array
from scipy.sparse.linalg import LinearOperator, cg, splu

from geometry.arrays import Bools, Floats
from geometry.errors import SolveError

# Chosen: up to here a factorisation is as quick, and exact.
DIRECT_UNKNOWNS = 10_000
TOLERANCE = 1e-11
MOST_ITERATIONS = 2_000
# Chosen: of 0, 0.02, 0.05 and 0.1 the quickest on both problems; as were one sweep there and one back.
STRONG = 0.05
SWEEPS = {
    "presmoother": ("block_gauss_seidel", {"sweep": "forward"}),
    "postsmoother": ("block_gauss_seidel", {"sweep": "backward"}),
}


def solved_rows(
    stiffness: csr_array, held: Bools, forces_n: Floats, points_mm: Floats, tolerance: float = TOLERANCE
) -> Floats:
    """Displacements of all load cases, shape (cases, n), with zeros where held; by factors, or by multigrid.

    Args:
        stiffness: shape (n, n), three rows in turn for each node.
        held: shape (n,).
        forces_n: shape (cases, n).
        points_mm: nodes in the order of the rows, shape (n / 3, 3).
        tolerance: of the residual over the load, both as Euclidean norms.

    Raises:
        SolveError: the tolerance is not reached.
    """
    right = np.where(held, 0.0, forces_n)
    # rows that are held become those of their diagonal, so that the three of a node stay together
    loose = dia_array((np.where(held, 0.0, 1.0)[None, :], [0]), shape=stiffness.shape)
    alone = dia_array((np.where(held, stiffness.diagonal(), 0.0)[None, :], [0]), shape=stiffness.shape)
    matrix = csr_array(loose @ stiffness @ loose + alone)
    if len(held) <= DIRECT_UNKNOWNS:
        result = splu(matrix.tocsc()).solve(right.T).T
    else:
        multigrid = _multigrid(matrix, held, points_mm)
        limits = {"rtol": tolerance, "maxiter": MOST_ITERATIONS}
        result = np.stack([cg(matrix, row, M=multigrid, **limits)[0] for row in right])
    for found, row in zip(result, right, strict=True):
        residual = np.linalg.norm(matrix @ found - row)
        # stiff parts that turn leave this much by rounding
        rounding = np.finfo(float).eps * np.linalg.norm(abs(matrix) @ abs(found))
        if not residual <= tolerance * np.linalg.norm(row) + rounding:
            share = residual / np.linalg.norm(row)
            raise SolveError(f"the peer's matrix is solved to {share:.1e}, which is above {tolerance:g}")
    return np.asarray(result, dtype=np.float64)


def _multigrid(matrix: csr_array, held: Bools, points_mm: Floats) -> LinearOperator:
    """One cycle of smoothed aggregation that keeps the six rigid motions."""
    motions = _rigid_motions(points_mm)
    motions[held] = 0.0
    with _same_dice():
        levels = smoothed_aggregation_solver(
            bsr_array(matrix, blocksize=(3, 3)),
            motions,
            symmetry="symmetric",
            strength=("symmetric", {"theta": STRONG}),
            smooth="energy",
            improve_candidates=None,
            **SWEEPS,
        )
    return levels.aspreconditioner()


def _rigid_motions(points_mm: Floats) -> Floats:
    """Displacements of three shifts and three turns, shape (n, 6)."""
    arms = points_mm - points_mm.mean(axis=0)
    shifts = [np.tile(axis, (len(arms), 1)) for axis in np.eye(3)]
    turns = [np.cross(axis, arms) for axis in np.eye(3)]
    return np.stack([*shifts, *turns], axis=-1).reshape(-1, 6)


@contextmanager
def _same_dice() -> Iterator[None]:
    """pyamg draws from the global generator of numpy: here always the same numbers, put back at the end."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
