"""Sums and updates of nodal vectors, shape (n, 3), or of eight at once, shape (n, 3, 8); shared by threads.

Sums do not depend on the number of threads. Not numpy's: its dot product hands these short vectors to
spinning library threads, 8 ms each on a busy machine.
"""

from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from fem.lanes import load, nought, room, store
from geometry.arrays import Floats

# Only contraction to fused multiply-add: reordering would hide a NaN.
_FAST = {"contract"}
_SHARES = 32


def dot(a: Floats, b: Floats) -> Floats:
    """The scalar product of two vectors, shape (1,), or of eight pairs, shape (8,)."""
    return np.asarray(_dot(a, b)).reshape(-1)


def two_dots(a: Floats, b: Floats, c: Floats) -> tuple[Floats, Floats]:
    """The scalar products of a with b and of a with c, in one pass; shapes as of `dot`."""
    with_b, with_c = _two_dots(a, b, c)
    return np.asarray(with_b).reshape(-1), np.asarray(with_c).reshape(-1)


def advance(u: Floats, r: Floats, p: Floats, kp: Floats, alpha: Floats) -> Floats:
    """Steps u along p and r along -K p, in place, by alpha of shape (lanes,); gives back the squares of the
    norms of r, of the same shape."""
    return np.asarray(_advance(u, r, p, kp, _one_by_one(alpha, u))).reshape(-1)


def turn(p: Floats, z: Floats, beta: Floats) -> None:
    """The next direction z + beta p, in place of p."""
    _turn(p, z, _one_by_one(beta, p))


def put_scaled(vector: NDArray[Any], factor: Floats, result: NDArray[Any]) -> None:
    """Puts a vector times a factor for each lane, shape (lanes,), into another of any floating-point type."""
    _scaled(vector.reshape(-1, len(factor)), factor, result.reshape(-1, len(factor)))


def _one_by_one(factor: Floats, like: Floats) -> Floats:
    """Factors of shape (lanes,) in the form that kernels load."""
    return factor.reshape((1, 1) if like.ndim == 2 else (1, 1, -1))


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def _dot(a, b):  # type: ignore[no-untyped-def]
    partial = room(a, _SHARES, 1)
    n = a.shape[0]
    for share in prange(_SHARES):
        x = nought(a)
        y = nought(a)
        z = nought(a)
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            x = x + load(a, i, 0) * load(b, i, 0)
            y = y + load(a, i, 1) * load(b, i, 1)
            z = z + load(a, i, 2) * load(b, i, 2)
        store(partial, share, 0, x + y + z)
    return _total(partial)


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def _two_dots(a, b, c):  # type: ignore[no-untyped-def]
    first = room(a, _SHARES, 1)
    second = room(a, _SHARES, 1)
    n = a.shape[0]
    for share in prange(_SHARES):
        x = nought(a)
        y = nought(a)
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            for d in range(3):
                value = load(a, i, d)
                x = x + value * load(b, i, d)
                y = y + value * load(c, i, d)
        store(first, share, 0, x)
        store(second, share, 0, y)
    return _total(first), _total(second)


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def _advance(u, r, p, kp, alpha):  # type: ignore[no-untyped-def]
    partial = room(u, _SHARES, 1)
    n = u.shape[0]
    for share in prange(_SHARES):
        total = nought(u)
        step = load(alpha, 0, 0)
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            for c in range(3):
                store(u, i, c, load(u, i, c) + step * load(p, i, c))
                left = load(r, i, c) - step * load(kp, i, c)
                store(r, i, c, left)
                total = total + left * left
        store(partial, share, 0, total)
    return _total(partial)


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def _turn(p, z, beta):  # type: ignore[no-untyped-def]
    n = p.shape[0]
    for share in prange(_SHARES):
        step = load(beta, 0, 0)
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            for c in range(3):
                store(p, i, c, load(z, i, c) + step * load(p, i, c))


@njit(cache=True, error_model="numpy", parallel=True)
def _scaled(vector, factor, result):  # type: ignore[no-untyped-def]
    n = vector.shape[0]
    for share in prange(_SHARES):
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            for lane in range(factor.shape[0]):
                result[i, lane] = vector[i, lane] * factor[lane]


@njit(cache=True, error_model="numpy")
def _total(partial):  # type: ignore[no-untyped-def]
    """The sum in a fixed order; inside a parallel function numba would split it by threads."""
    total = room(partial, 1, 1)
    store(total, 0, 0, nought(partial))
    for share in range(partial.shape[0]):
        store(total, 0, 0, load(total, 0, 0) + load(partial, share, 0))
    return total
