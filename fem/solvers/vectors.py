"""Sums and updates of nodal vectors, shared by threads; sums do not depend on the number of threads.

Not numpy's: its dot product hands these short vectors to spinning library threads, 8 ms each on a busy
machine.
"""

import numpy as np
from numba import njit, prange

# Only contraction to fused multiply-add: reordering would hide a NaN.
_FAST = {"contract"}
_SHARES = 32


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def dot(a, b):  # type: ignore[no-untyped-def]
    """The scalar product of two vectors of shape (n, 3)."""
    partial = np.empty(_SHARES)
    n = a.shape[0]
    for share in prange(_SHARES):
        x = 0.0
        y = 0.0
        z = 0.0
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            x += a[i, 0] * b[i, 0]
            y += a[i, 1] * b[i, 1]
            z += a[i, 2] * b[i, 2]
        partial[share] = x + y + z
    return _total(partial)


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def advance(u, r, p, kp, alpha):  # type: ignore[no-untyped-def]
    """Steps u along p and r along -K p, in place; gives back the square of the norm of r."""
    partial = np.empty(_SHARES)
    n = u.shape[0]
    for share in prange(_SHARES):
        total = 0.0
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            for c in range(3):
                u[i, c] += alpha * p[i, c]
                r[i, c] -= alpha * kp[i, c]
                total += r[i, c] * r[i, c]
        partial[share] = total
    return _total(partial)


@njit(cache=True, error_model="numpy", parallel=True, fastmath=_FAST)
def turn(p, z, beta):  # type: ignore[no-untyped-def]
    """The next direction z + beta p, in place of p."""
    n = p.shape[0]
    for share in prange(_SHARES):
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            for c in range(3):
                p[i, c] = z[i, c] + beta * p[i, c]


@njit(cache=True, error_model="numpy")
def _total(partial):  # type: ignore[no-untyped-def]
    """The sum in a fixed order; inside a parallel function numba would split it by threads."""
    total = 0.0
    for share in range(partial.shape[0]):
        total += partial[share]
    return total
