"""Smoothed aggregation with rigid-body modes: from one matrix of blocks to the next coarser one.

Vanek, Mandel, Brezina 1996 (doi 10.1007/BF02238511) for the method. What is ours is who may follow whom:
node j may join the aggregate of r only if r matters *to j*, measured against j's own strongest neighbour.
Next to a stiff body soft nodes follow the stiff one, but a soft node never ties two stiff bodies together,
whatever the contrast of moduli.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy.sparse import bsr_array

from geometry.arrays import Bools, Floats, Ints

# Chosen: j follows r if their coupling is above this share of j's strongest. Iterations are flat from 0.01
# to 0.2 (measured on blocks with contrasts from 1 to 1e6), since unlike a symmetric threshold it compares
# within one row.
FOLLOWS = 0.05
# A column of a candidate block that keeps less than this share of its length is no motion of its own.
_DEPENDENT = 1e-6


@dataclass(frozen=True, kw_only=True)
class Coarsening:
    """One step down.

    Attributes:
        prolongation: rows of blocks b x 6, from aggregates to nodes.
        coarse: Galerkin matrix, blocks 6 x 6.
        modes: rigid-body modes on the aggregates, shape (aggregates, 6, 6).
    """

    prolongation: bsr_array
    coarse: bsr_array
    modes: Floats


def coarsened(matrix: bsr_array, modes: Floats, free: Bools, visit: Ints) -> Coarsening:
    """The next coarser level of `matrix`.

    Args:
        matrix: symmetric, blocks b x b, columns ascending.
        modes: rigid-body modes, shape (rows, b, 6), zero where held.
        free: which components move, shape (rows, b).
        visit: order in which nodes are tried as roots, shape (rows,).
    """
    strength = np.sqrt(np.einsum("kcd,kcd->k", matrix.data, matrix.data))
    label, count = _aggregates(matrix.indptr, matrix.indices, strength, free.any(axis=1), visit, FOLLOWS)
    local, coarse_modes = _orthonormal(label, count, modes, _DEPENDENT)
    members = np.flatnonzero(label >= 0)
    size = matrix.data.shape[1]
    start = np.concatenate([[0], np.cumsum(label >= 0)])
    tentative = bsr_array(
        (local[members], label[members], start), shape=(size * len(label), 6 * count), blocksize=(size, 6)
    )
    prolongation = _smoothed(matrix, tentative, free)
    coarse = bsr_array(prolongation.T.tobsr(blocksize=(6, size)) @ bsr_array(matrix @ prolongation))
    coarse.sort_indices()
    return Coarsening(prolongation=prolongation, coarse=coarse, modes=coarse_modes)


def _smoothed(matrix: bsr_array, tentative: bsr_array, free: Bools) -> bsr_array:
    """(I - w D^-1 A) tentative with w = 4 / (3 rho), zero where held."""
    inverse = _inverse_diagonal(matrix, free)
    rows = np.repeat(np.arange(len(inverse)), np.diff(matrix.indptr))
    scaled = bsr_array((inverse[rows] @ matrix.data, matrix.indices, matrix.indptr), shape=matrix.shape)
    weight = 4.0 / (3.0 * _spectral_radius(scaled))
    scaled.data *= -weight
    prolongation = bsr_array(tentative + scaled @ tentative)
    prolongation.sort_indices()
    return prolongation


def _inverse_diagonal(matrix: bsr_array, free: Bools) -> Floats:
    """Inverse of each diagonal block on its free components, shape (rows, b, b), zero where held or
    without stiffness."""
    blocks = diagonal_blocks(matrix)
    own = np.einsum("rcc->rc", blocks)
    acting = free & (own > 0.0)
    scale = np.where(acting, 1.0 / np.sqrt(np.where(acting, own, 1.0)), 0.0)
    scaled = blocks * scale[:, :, None] * scale[:, None, :]
    index = range(blocks.shape[1])
    scaled[:, index, index] = 1.0 + 1e-10
    return np.asarray(np.linalg.inv(scaled) * scale[:, :, None] * scale[:, None, :], dtype=np.float64)


def diagonal_blocks(matrix: bsr_array) -> Floats:
    """The diagonal blocks of a matrix that has them all, shape (rows, b, b)."""
    rows = np.repeat(np.arange(len(matrix.indptr) - 1), np.diff(matrix.indptr))
    return np.asarray(matrix.data[matrix.indices == rows], dtype=np.float64)


def _spectral_radius(matrix: bsr_array, steps: int = 10) -> float:
    """The largest eigenvalue, a few per cent low, by power iteration from a fixed rough vector."""
    # a fixed quasi-random vector (golden ratio): rough, so rich in high modes, and the same in every run
    vector = np.modf(np.arange(1, matrix.shape[0] + 1) * 0.6180339887498949)[0] - 0.5
    radius, start = 1.0, float(np.sqrt(np.einsum("i,i->", vector, vector)))
    for _ in range(steps):
        image = matrix @ vector
        length = float(np.sqrt(np.einsum("i,i->", image, image)))
        radius = length / start
        vector, start = image / length, 1.0
    return 1.05 * radius


@njit(cache=True, error_model="numpy")
def _aggregates(start, columns, strength, moves, visit, follows):  # type: ignore[no-untyped-def]
    """The aggregate of each node, -1 where held, and how many there are."""
    n = start.shape[0] - 1
    least = np.zeros(n)
    for i in range(n):
        for k in range(start[i], start[i + 1]):
            if columns[k] != i and moves[columns[k]]:
                least[i] = max(least[i], follows * strength[k])
    label = np.full(n, -1, np.int32)
    count = 0
    # 1. a root whose followers are all still free takes them
    for v in range(n):
        r = visit[v]
        if label[r] >= 0 or not moves[r]:
            continue
        taken = False
        for k in range(start[r], start[r + 1]):
            j = columns[k]
            if label[j] >= 0 and strength[k] >= least[j]:
                taken = True
                break
        if not taken:
            _take(start, columns, strength, moves, least, label, r, count)
            count += 1
    # 2. the others join the aggregate that holds them most, if formed in step 1
    joined = label.copy()
    for v in range(n):
        j = visit[v]
        if label[j] < 0 and moves[j]:
            best = 0.0
            for k in range(start[j], start[j + 1]):
                r = columns[k]
                if label[r] >= 0 and strength[k] >= least[j] and strength[k] > best:
                    best = strength[k]
                    joined[j] = label[r]
    label[:] = joined
    # 3. what is left forms aggregates of its own; a lone node goes with its strongest neighbour
    for v in range(n):
        r = visit[v]
        if label[r] < 0 and moves[r]:
            size = _take(start, columns, strength, moves, least, label, r, count)
            if size > 1:
                count += 1
                continue
            best = 0.0
            host = -1
            for k in range(start[r], start[r + 1]):
                j = columns[k]
                if j != r and label[j] >= 0 and strength[k] >= least[r] and strength[k] > best:
                    best = strength[k]
                    host = label[j]
            if host >= 0:
                label[r] = host
            else:
                count += 1
    return label, count


@njit(cache=True, error_model="numpy")
def _take(start, columns, strength, moves, least, label, r, name):  # type: ignore[no-untyped-def]
    """Labels r and its free followers; gives back how many."""
    label[r] = name
    size = 1
    for k in range(start[r], start[r + 1]):
        j = columns[k]
        if label[j] < 0 and moves[j] and strength[k] >= least[j]:
            label[j] = name
            size += 1
    return size


@njit(cache=True, error_model="numpy")
def _orthonormal(label, count, modes, dependent):  # type: ignore[no-untyped-def]
    """Modes made orthonormal within each aggregate, shape (n, b, 6), and the triangular factors, shape
    (count, 6, 6)."""
    n, size, _ = modes.shape
    local = modes.copy()
    factor = np.zeros((count, 6, 6))
    original = np.zeros((count, 6))
    for i in range(n):
        if label[i] >= 0:
            for c in range(size):
                for q in range(6):
                    original[label[i], q] += modes[i, c, q] ** 2
    dots = np.empty(count)
    for q in range(6):
        # twice is enough: Gram-Schmidt with one repetition is orthogonal to round-off
        for _ in range(2):
            for p in range(q):
                dots[:] = 0.0
                for i in range(n):
                    if label[i] >= 0:
                        for c in range(size):
                            dots[label[i]] += local[i, c, p] * local[i, c, q]
                for i in range(n):
                    if label[i] >= 0:
                        for c in range(size):
                            local[i, c, q] -= dots[label[i]] * local[i, c, p]
                for a in range(count):
                    factor[a, p, q] += dots[a]
        dots[:] = 0.0
        for i in range(n):
            if label[i] >= 0:
                for c in range(size):
                    dots[label[i]] += local[i, c, q] ** 2
        for a in range(count):
            if dots[a] > dependent**2 * original[a, q]:
                factor[a, q, q] = np.sqrt(dots[a])
        for i in range(n):
            if label[i] >= 0:
                for c in range(size):
                    norm = factor[label[i], q, q]
                    local[i, c, q] = local[i, c, q] / norm if norm > 0.0 else 0.0
    return local, factor
