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

    def swept_forward(self, right: Singles) -> tuple[Singles, Singles]:
        """The values after a forward sweep from zero and the residual they leave, both of the shape of
        `right`."""
        values, residual = np.zeros_like(right), np.empty_like(right)
        forward, upper, _ = _SWEEPS[right.shape[1]]
        colours, pattern = self.colouring, self.pattern
        forward(
            pattern.lower, pattern.columns, self.blocks, self.inverse_diagonal, right, values,
            colours.chunk_start, colours.colour_start,
        )  # fmt: skip
        upper(pattern.upper, pattern.columns, self.blocks, values, residual, colours.chunk_start)
        return values, residual

    def sweep_backward(self, right: Singles, values: Singles) -> None:
        """Sweeps `values` in place, last row first: the adjoint of the forward sweep."""
        colours, pattern = self.colouring, self.pattern
        _SWEEPS[right.shape[1]][2](
            pattern.lower, pattern.upper, pattern.columns, self.blocks, self.inverse_diagonal, right, values,
            colours.chunk_start, colours.colour_start,
        )  # fmt: skip


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
                s0 = right[i, 0]
                s1 = right[i, 1]
                s2 = right[i, 2]
                for k in range(lower[i], lower[i + 1]):
                    j = columns[k]
                    x0 = values[j, 0]
                    x1 = values[j, 1]
                    x2 = values[j, 2]
                    s0 -= blocks[k, 0, 0] * x0 + blocks[k, 0, 1] * x1 + blocks[k, 0, 2] * x2
                    s1 -= blocks[k, 1, 0] * x0 + blocks[k, 1, 1] * x1 + blocks[k, 1, 2] * x2
                    s2 -= blocks[k, 2, 0] * x0 + blocks[k, 2, 1] * x1 + blocks[k, 2, 2] * x2
                _solve_3(inverse, i, s0, s1, s2, values)


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def _upper_3(upper, columns, blocks, values, residual, chunks):  # type: ignore[no-untyped-def]
    for chunk in prange(chunks.shape[0] - 1):
        for i in range(chunks[chunk], chunks[chunk + 1]):
            s0 = np.float32(0.0)
            s1 = np.float32(0.0)
            s2 = np.float32(0.0)
            for k in range(upper[i], upper[i + 1]):
                j = columns[k]
                x0 = values[j, 0]
                x1 = values[j, 1]
                x2 = values[j, 2]
                s0 -= blocks[k, 0, 0] * x0 + blocks[k, 0, 1] * x1 + blocks[k, 0, 2] * x2
                s1 -= blocks[k, 1, 0] * x0 + blocks[k, 1, 1] * x1 + blocks[k, 1, 2] * x2
                s2 -= blocks[k, 2, 0] * x0 + blocks[k, 2, 1] * x1 + blocks[k, 2, 2] * x2
            residual[i, 0] = s0
            residual[i, 1] = s1
            residual[i, 2] = s2


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def _backward_3(lower, upper, columns, blocks, inverse, right, values, chunks, colours):  # type: ignore[no-untyped-def]
    for step in range(colours.shape[0] - 1):
        colour = colours.shape[0] - 2 - step
        for chunk in prange(colours[colour], colours[colour + 1]):
            last = chunks[chunk + 1] - 1
            for back in range(chunks[chunk + 1] - chunks[chunk]):
                i = last - back
                s0 = right[i, 0]
                s1 = right[i, 1]
                s2 = right[i, 2]
                # both runs are read from their ends: the prefetcher follows one direction only
                end = upper[i + 1] - 1
                for q in range(upper[i + 1] - upper[i]):
                    k = end - q
                    j = columns[k]
                    x0 = values[j, 0]
                    x1 = values[j, 1]
                    x2 = values[j, 2]
                    s0 -= blocks[k, 0, 0] * x0 + blocks[k, 0, 1] * x1 + blocks[k, 0, 2] * x2
                    s1 -= blocks[k, 1, 0] * x0 + blocks[k, 1, 1] * x1 + blocks[k, 1, 2] * x2
                    s2 -= blocks[k, 2, 0] * x0 + blocks[k, 2, 1] * x1 + blocks[k, 2, 2] * x2
                end = lower[i + 1] - 1
                for q in range(lower[i + 1] - lower[i]):
                    k = end - q
                    j = columns[k]
                    x0 = values[j, 0]
                    x1 = values[j, 1]
                    x2 = values[j, 2]
                    s0 -= blocks[k, 0, 0] * x0 + blocks[k, 0, 1] * x1 + blocks[k, 0, 2] * x2
                    s1 -= blocks[k, 1, 0] * x0 + blocks[k, 1, 1] * x1 + blocks[k, 1, 2] * x2
                    s2 -= blocks[k, 2, 0] * x0 + blocks[k, 2, 1] * x1 + blocks[k, 2, 2] * x2
                _solve_3(inverse, i, s0, s1, s2, values)


# Aggregates are few and swept by one thread: parallel sweeps gained nothing, compiled twice as long.
@njit(cache=True, error_model="numpy", fastmath=_FAST)
def _forward_6(lower, columns, blocks, inverse, right, values, chunks, colours):  # type: ignore[no-untyped-def]
    for colour in range(colours.shape[0] - 1):
        for chunk in range(colours[colour], colours[colour + 1]):
            s = np.empty(6, np.float32)
            for i in range(chunks[chunk], chunks[chunk + 1]):
                for c in range(6):
                    s[c] = right[i, c]
                for k in range(lower[i], lower[i + 1]):
                    _subtract_6(blocks, k, values, columns[k], s)
                _solve_6(inverse, i, s, values)


@njit(cache=True, error_model="numpy", fastmath=_FAST)
def _upper_6(upper, columns, blocks, values, residual, chunks):  # type: ignore[no-untyped-def]
    for chunk in range(chunks.shape[0] - 1):
        s = np.empty(6, np.float32)
        for i in range(chunks[chunk], chunks[chunk + 1]):
            for c in range(6):
                s[c] = 0.0
            for k in range(upper[i], upper[i + 1]):
                _subtract_6(blocks, k, values, columns[k], s)
            for c in range(6):
                residual[i, c] = s[c]


@njit(cache=True, error_model="numpy", fastmath=_FAST)
def _backward_6(lower, upper, columns, blocks, inverse, right, values, chunks, colours):  # type: ignore[no-untyped-def]
    for step in range(colours.shape[0] - 1):
        colour = colours.shape[0] - 2 - step
        for chunk in range(colours[colour], colours[colour + 1]):
            s = np.empty(6, np.float32)
            last = chunks[chunk + 1] - 1
            for back in range(chunks[chunk + 1] - chunks[chunk]):
                i = last - back
                for c in range(6):
                    s[c] = right[i, c]
                end = upper[i + 1] - 1
                for q in range(upper[i + 1] - upper[i]):
                    _subtract_6(blocks, end - q, values, columns[end - q], s)
                end = lower[i + 1] - 1
                for q in range(lower[i + 1] - lower[i]):
                    _subtract_6(blocks, end - q, values, columns[end - q], s)
                _solve_6(inverse, i, s, values)


@njit(cache=True, error_model="numpy", inline="always")
def _solve_3(inverse, i, s0, s1, s2, values):  # type: ignore[no-untyped-def]
    values[i, 0] = inverse[i, 0, 0] * s0 + inverse[i, 0, 1] * s1 + inverse[i, 0, 2] * s2
    values[i, 1] = inverse[i, 1, 0] * s0 + inverse[i, 1, 1] * s1 + inverse[i, 1, 2] * s2
    values[i, 2] = inverse[i, 2, 0] * s0 + inverse[i, 2, 1] * s1 + inverse[i, 2, 2] * s2


@njit(cache=True, error_model="numpy", inline="always")
def _subtract_6(blocks, k, values, j, s):  # type: ignore[no-untyped-def]
    for c in range(6):
        s[c] -= (
            blocks[k, c, 0] * values[j, 0] + blocks[k, c, 1] * values[j, 1] + blocks[k, c, 2] * values[j, 2]
        ) + (blocks[k, c, 3] * values[j, 3] + blocks[k, c, 4] * values[j, 4] + blocks[k, c, 5] * values[j, 5])


@njit(cache=True, error_model="numpy", inline="always")
def _solve_6(inverse, i, s, values):  # type: ignore[no-untyped-def]
    for c in range(6):
        values[i, c] = (inverse[i, c, 0] * s[0] + inverse[i, c, 1] * s[1] + inverse[i, c, 2] * s[2]) + (
            inverse[i, c, 3] * s[3] + inverse[i, c, 4] * s[4] + inverse[i, c, 5] * s[5]
        )


_SWEEPS = {3: (_forward_3, _upper_3, _backward_3), 6: (_forward_6, _upper_6, _backward_6)}


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def add_product(start, columns, blocks, values, result):  # type: ignore[no-untyped-def]
    """Adds blocks times values, shape (columns, c), to result, shape (rows, r)."""
    rows = start.shape[0] - 1
    shares = 32
    for share in prange(shares):
        for i in range(rows * share // shares, rows * (share + 1) // shares):
            for k in range(start[i], start[i + 1]):
                j = columns[k]
                for c in range(blocks.shape[1]):
                    total = np.float32(0.0)
                    for d in range(blocks.shape[2]):
                        total += blocks[k, c, d] * values[j, d]
                    result[i, c] += total
