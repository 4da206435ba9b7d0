"""Rows of small dense blocks in float32: Gauss-Seidel half sweeps, residuals and products, shared by threads.

A V-cycle that starts from zero needs no full sweep before the coarse grid: the forward sweep reads only
the lower triangle, and the residual it leaves is minus the upper triangle times the new values. One pass
over the matrix does both. Rows are numbered colour by colour, so that "lower" means "already swept"
whatever the number of threads.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fem.lanes import load, nought, room, store
from fem.ordering import Colouring
from fem.patterns import SplitPattern
from geometry.arrays import Bools

Singles = NDArray[np.float32]

# Only contraction to fused multiply-add: reordering would hide a NaN.
_FAST = {"contract"}


@dataclass(frozen=True, kw_only=True)
class BlockMatrix:
    """A symmetric matrix of square blocks, ready for Gauss-Seidel.

    Attributes:
        pattern: where the blocks are.
        blocks: shape (entries, b, b), float32.
        inverse_diagonal: inverse of the free part of each diagonal block, zero where held, shape (rows, b,
            b).
        colouring: chunks of rows that may be swept at once.
    """

    pattern: SplitPattern
    blocks: Singles
    inverse_diagonal: Singles
    colouring: Colouring

    @property
    def size(self) -> int:
        """Rows of the matrix, in single numbers."""
        return int(self.inverse_diagonal.shape[0] * self.inverse_diagonal.shape[1])

    def sweep_forward(self, right: Singles, values: Singles, residual: Singles) -> None:
        """Puts the values after a forward sweep from zero, and the residual they leave, into arrays of the
        shape of `right`: (rows, b), or (rows, b, 8) for eight vectors at once."""
        forward, upper, _ = _SWEEPS[right.shape[1]]
        colours, pattern = self.colouring, self.pattern
        forward(
            pattern.lower, pattern.columns, self.blocks, self.inverse_diagonal, right, values,
            colours.chunk_start, colours.colour_start,
        )  # fmt: skip
        upper(pattern.upper, pattern.columns, self.blocks, values, residual, colours.chunk_start)

    def sweep_backward(self, right: Singles, values: Singles) -> None:
        """Sweeps `values` in place, last row first: the adjoint of the forward sweep."""
        colours, pattern = self.colouring, self.pattern
        _SWEEPS[right.shape[1]][2](
            pattern.lower, pattern.upper, pattern.columns, self.blocks, self.inverse_diagonal, right, values,
            colours.chunk_start, colours.colour_start,
        )  # fmt: skip


def add_entries(pattern: SplitPattern, matrix: csr_array, blocks: Singles) -> None:
    """Adds a matrix of 3 x 3 blocks, all of whose places are in the pattern, to blocks, in place."""
    added = matrix.tobsr(blocksize=(3, 3))
    added.sort_indices()
    _add_entries(
        pattern.lower, pattern.upper, pattern.columns, added.indptr, added.indices, added.data, blocks
    )


def inverse_blocks(diagonal: NDArray[Any], free: Bools) -> Singles:
    """Inverses of diagonal blocks, shape (rows, b, b), on their free components (rows, b); zero elsewhere.

    A component without stiffness of its own, as a rotation that a tiny aggregate does not have, counts as
    held.
    """
    size = diagonal.shape[1]
    own = np.einsum("rcc->rc", diagonal)
    acting = free & (own > 0.0)
    scale = np.where(acting, 1.0 / np.sqrt(np.where(acting, own, 1.0)), 0.0)
    scaled = diagonal * scale[:, :, None] * scale[:, None, :]
    scaled[:, range(size), range(size)] = 1.0
    # a block that is singular to float32 keeps its diagonal: still a valid smoother
    shift = 1e-6 * np.eye(size)
    inverse = np.linalg.inv(scaled + shift)
    return np.ascontiguousarray(inverse * scale[:, :, None] * scale[:, None, :], dtype=np.float32)


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def _forward_3(lower, columns, blocks, inverse, right, values, chunks, colours):  # type: ignore[no-untyped-def]
    for colour in range(colours.shape[0] - 1):
        for chunk in prange(colours[colour], colours[colour + 1]):
            for i in range(chunks[chunk], chunks[chunk + 1]):
                s0 = load(right, i, 0)
                s1 = load(right, i, 1)
                s2 = load(right, i, 2)
                for k in range(lower[i], lower[i + 1]):
                    s0, s1, s2 = _subtracted_3(blocks, k, values, columns[k], s0, s1, s2)
                _solve_3(inverse, i, s0, s1, s2, values)


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def _upper_3(upper, columns, blocks, values, residual, chunks):  # type: ignore[no-untyped-def]
    for chunk in prange(chunks.shape[0] - 1):
        for i in range(chunks[chunk], chunks[chunk + 1]):
            s0 = nought(values)
            s1 = nought(values)
            s2 = nought(values)
            for k in range(upper[i], upper[i + 1]):
                s0, s1, s2 = _subtracted_3(blocks, k, values, columns[k], s0, s1, s2)
            store(residual, i, 0, s0)
            store(residual, i, 1, s1)
            store(residual, i, 2, s2)


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def _backward_3(lower, upper, columns, blocks, inverse, right, values, chunks, colours):  # type: ignore[no-untyped-def]
    for step in range(colours.shape[0] - 1):
        colour = colours.shape[0] - 2 - step
        for chunk in prange(colours[colour], colours[colour + 1]):
            last = chunks[chunk + 1] - 1
            for back in range(chunks[chunk + 1] - chunks[chunk]):
                i = last - back
                s0 = load(right, i, 0)
                s1 = load(right, i, 1)
                s2 = load(right, i, 2)
                # both runs are read from their ends: the prefetcher follows one direction only
                end = upper[i + 1] - 1
                for q in range(upper[i + 1] - upper[i]):
                    s0, s1, s2 = _subtracted_3(blocks, end - q, values, columns[end - q], s0, s1, s2)
                end = lower[i + 1] - 1
                for q in range(lower[i + 1] - lower[i]):
                    s0, s1, s2 = _subtracted_3(blocks, end - q, values, columns[end - q], s0, s1, s2)
                _solve_3(inverse, i, s0, s1, s2, values)


# Aggregates are few and swept by one thread: parallel sweeps gained nothing, compiled twice as long.
@njit(cache=True, error_model="numpy", fastmath=_FAST)
def _forward_6(lower, columns, blocks, inverse, right, values, chunks, colours):  # type: ignore[no-untyped-def]
    s = room(right, 6, 1)
    for colour in range(colours.shape[0] - 1):
        for chunk in range(colours[colour], colours[colour + 1]):
            for i in range(chunks[chunk], chunks[chunk + 1]):
                for c in range(6):
                    store(s, c, 0, load(right, i, c))
                for k in range(lower[i], lower[i + 1]):
                    _subtract_6(blocks, k, values, columns[k], s)
                _solve_6(inverse, i, s, values)


@njit(cache=True, error_model="numpy", fastmath=_FAST)
def _upper_6(upper, columns, blocks, values, residual, chunks):  # type: ignore[no-untyped-def]
    s = room(values, 6, 1)
    for chunk in range(chunks.shape[0] - 1):
        for i in range(chunks[chunk], chunks[chunk + 1]):
            for c in range(6):
                store(s, c, 0, nought(values))
            for k in range(upper[i], upper[i + 1]):
                _subtract_6(blocks, k, values, columns[k], s)
            for c in range(6):
                store(residual, i, c, load(s, c, 0))


@njit(cache=True, error_model="numpy", fastmath=_FAST)
def _backward_6(lower, upper, columns, blocks, inverse, right, values, chunks, colours):  # type: ignore[no-untyped-def]
    s = room(right, 6, 1)
    for step in range(colours.shape[0] - 1):
        colour = colours.shape[0] - 2 - step
        for chunk in range(colours[colour], colours[colour + 1]):
            last = chunks[chunk + 1] - 1
            for back in range(chunks[chunk + 1] - chunks[chunk]):
                i = last - back
                for c in range(6):
                    store(s, c, 0, load(right, i, c))
                end = upper[i + 1] - 1
                for q in range(upper[i + 1] - upper[i]):
                    _subtract_6(blocks, end - q, values, columns[end - q], s)
                end = lower[i + 1] - 1
                for q in range(lower[i + 1] - lower[i]):
                    _subtract_6(blocks, end - q, values, columns[end - q], s)
                _solve_6(inverse, i, s, values)


@njit(error_model="numpy", inline="always")
def _subtracted_3(blocks, k, values, j, s0, s1, s2):  # type: ignore[no-untyped-def]
    """Three sums less the product of block k with row j of the values."""
    x0 = load(values, j, 0)
    x1 = load(values, j, 1)
    x2 = load(values, j, 2)
    s0 = s0 - (blocks[k, 0, 0] * x0 + blocks[k, 0, 1] * x1 + blocks[k, 0, 2] * x2)
    s1 = s1 - (blocks[k, 1, 0] * x0 + blocks[k, 1, 1] * x1 + blocks[k, 1, 2] * x2)
    s2 = s2 - (blocks[k, 2, 0] * x0 + blocks[k, 2, 1] * x1 + blocks[k, 2, 2] * x2)
    return s0, s1, s2


@njit(cache=True, error_model="numpy", inline="always")
def _solve_3(inverse, i, s0, s1, s2, values):  # type: ignore[no-untyped-def]
    for c in range(3):
        store(values, i, c, inverse[i, c, 0] * s0 + inverse[i, c, 1] * s1 + inverse[i, c, 2] * s2)


@njit(cache=True, error_model="numpy", inline="always")
def _subtract_6(blocks, k, values, j, s):  # type: ignore[no-untyped-def]
    x0 = load(values, j, 0)
    x1 = load(values, j, 1)
    x2 = load(values, j, 2)
    x3 = load(values, j, 3)
    x4 = load(values, j, 4)
    x5 = load(values, j, 5)
    for c in range(6):
        near = blocks[k, c, 0] * x0 + blocks[k, c, 1] * x1 + blocks[k, c, 2] * x2
        far = blocks[k, c, 3] * x3 + blocks[k, c, 4] * x4 + blocks[k, c, 5] * x5
        store(s, c, 0, load(s, c, 0) - (near + far))


@njit(cache=True, error_model="numpy", inline="always")
def _solve_6(inverse, i, s, values):  # type: ignore[no-untyped-def]
    for c in range(6):
        total = inverse[i, c, 0] * load(s, 0, 0)
        for d in range(1, 6):
            total = total + inverse[i, c, d] * load(s, d, 0)
        store(values, i, c, total)


@njit(cache=True, error_model="numpy")
def _add_entries(lower, upper, columns, start, added_columns, added, blocks):  # type: ignore[no-untyped-def]
    n = lower.shape[0] - 1
    for i in range(n):
        for k in range(start[i], start[i + 1]):
            j = added_columns[k]
            place = upper[n] + i
            if j != i:
                first, last = (lower[i], lower[i + 1]) if j < i else (upper[i], upper[i + 1])
                place = first + np.searchsorted(columns[first:last], j)
            for c in range(3):
                for d in range(3):
                    blocks[place, c, d] += added[k, c, d]


_SWEEPS = {3: (_forward_3, _upper_3, _backward_3), 6: (_forward_6, _upper_6, _backward_6)}


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def add_product(start, columns, blocks, values, result):  # type: ignore[no-untyped-def]
    """Adds blocks times values, shape (columns, c), to result, shape (rows, r); or eight at once."""
    rows = start.shape[0] - 1
    shares = 32
    for share in prange(shares):
        for i in range(rows * share // shares, rows * (share + 1) // shares):
            for k in range(start[i], start[i + 1]):
                j = columns[k]
                for c in range(blocks.shape[1]):
                    total = load(result, i, c)
                    for d in range(blocks.shape[2]):
                        total = total + blocks[k, c, d] * load(values, j, d)
                    store(result, i, c, total)
