"""Stiffness from moments, as a matrix of 3 x 3 blocks; `fem.product` applies it without one.

With N_a the shape function of node a and lambda_i the barycentric coordinates, grad N_a = sum_i lambda_i
g_ai is linear in the element: g_ai = (4 delta_ia - 1) grad(lambda_a) for a vertex, 4 (delta_ip
grad(lambda_r) + delta_ir grad(lambda_p)) for the mid node between vertices p and r. Hence K_ab = V sum_ij
M_ij B(g_ai, g_bj) with the ten moments M of E. A grain adds the same with its own moments and B.

Kernels take a grain or None, and numba compiles each of the two by itself: without a grain it costs nothing.
"""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from fem.discretisation import Discretisation
from fem.elastic import MOMENT_COUNT
from fem.terms import ElementTerms
from geometry.arrays import Floats
from geometry.tetrahedron import TET_EDGES

# Only contraction to fused multiply-add: reordering would hide a NaN.
FAST = {"contract"}
_SHARES = 32
EDGE_ENDS = TET_EDGES.astype(np.int64)
# Place of the pair (i, j) among the ten moments.
PAIR_PLACE = np.array([[0, 1, 2, 3], [1, 4, 5, 6], [2, 5, 7, 8], [3, 6, 8, 9]])


def quadratic_blocks(
    discretisation: Discretisation, terms: ElementTerms, dtype: type = np.float32
) -> NDArray[np.float32]:
    """Blocks in N/mm of the quadratic stiffness on the pattern of its nodes, shape (entries, 3, 3)."""
    assert discretisation.quadratic is not None  # noqa: S101  # linear elements have no such blocks
    pattern, incidence = discretisation.quadratic.pattern, discretisation.quadratic.incidence
    blocks: NDArray[np.float32] = np.empty((pattern.entries, 3, 3), dtype)
    _fill_quadratic(
        discretisation.tets, discretisation.gradients, terms.moments, terms.lame_first, terms.lame_second,
        terms.grain, incidence.start, incidence.elements, pattern.lower, pattern.upper, pattern.columns,
        blocks,
    )  # fmt: skip
    return blocks


def linear_blocks(discretisation: Discretisation, terms: ElementTerms) -> Floats:
    """Blocks in N/mm of the linear stiffness on `vertex_pattern`, shape (entries, 3, 3): exactly the Galerkin
    coarse matrix of the quadratic one, since linear elements feel only the mean modulus."""
    stiff = terms.moments @ MOMENT_COUNT
    pattern, incidence = discretisation.vertex_pattern, discretisation.vertex_incidence
    blocks = np.empty((len(pattern.columns), 3, 3))
    _fill_linear(
        discretisation.vertex_tets, discretisation.gradients, stiff * terms.lame_first,
        stiff * terms.lame_second, terms.grain, incidence.start, incidence.elements, pattern.start,
        pattern.columns, blocks,
    )  # fmt: skip
    return blocks


@njit(cache=True, error_model="numpy", parallel=True, fastmath=FAST)
def _fill_quadratic(  # type: ignore[no-untyped-def]
    tets, gradients, moments, lame1, lame2, grain, first, elements, lower, upper, columns, blocks
):
    n = first.shape[0] - 1
    for share in prange(_SHARES):
        place = np.empty(n, np.int64)
        g = np.empty((4, 3))
        w = np.empty((5, 3))
        s = np.empty((3, 3))
        p = np.empty((3, 3))
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            place[i] = upper[n] + i
            _clear(blocks, upper[n] + i)
            for k in range(lower[i], lower[i + 1]):
                place[columns[k]] = k
                _clear(blocks, k)
            for k in range(upper[i], upper[i + 1]):
                place[columns[k]] = k
                _clear(blocks, k)
            for q in range(first[i], first[i + 1]):
                e = elements[q]
                a = 0
                while tets[e, a] != i:
                    a += 1
                for v in range(4):
                    for c in range(3):
                        g[v, c] = gradients[e, v, c]
                _weigh(moments, e, a, g, w)
                for b in range(10):
                    _pair(w, b, g, s)
                    _add_block(s, lame1[e], lame2[e], blocks, place[tets[e, b]])
                if grain is not None and grain.moments[e, 0] > 0.0:
                    _weigh(grain.moments, e, a, g, w)
                    for b in range(10):
                        _pair(w, b, g, s)
                        _add_grain_block(s, grain, e, 1.0, p, blocks, place[tets[e, b]])


@njit(cache=True, error_model="numpy", parallel=True, fastmath=FAST)
def _fill_linear(tets, gradients, lame1, lame2, grain, first, elements, start, columns, blocks):  # type: ignore[no-untyped-def]
    n = first.shape[0] - 1
    for share in prange(_SHARES):
        place = np.empty(n, np.int64)
        s = np.empty((3, 3))
        p = np.empty((3, 3))
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            for k in range(start[i], start[i + 1]):
                place[columns[k]] = k
                _clear(blocks, k)
            for q in range(first[i], first[i + 1]):
                e = elements[q]
                a = 0
                while tets[e, a] != i:
                    a += 1
                stiff = 0.0
                if grain is not None:
                    for k in range(10):
                        stiff += MOMENT_COUNT[k] * grain.moments[e, k]
                for b in range(4):
                    k = place[tets[e, b]]
                    for c in range(3):
                        for d in range(3):
                            s[c, d] = gradients[e, a, c] * gradients[e, b, d]
                    _add_block(s, lame1[e], lame2[e], blocks, k)
                    if grain is not None and stiff > 0.0:
                        _add_grain_block(s, grain, e, stiff, p, blocks, k)


@njit(cache=True, error_model="numpy", inline="always")
def _clear(blocks, k):  # type: ignore[no-untyped-def]
    for c in range(3):
        for d in range(3):
            blocks[k, c, d] = 0.0


@njit(cache=True, error_model="numpy", inline="always")
def _weigh(moments, e, a, g, w):  # type: ignore[no-untyped-def]
    """Puts w_j = sum_i M_ij g_ai into the first four rows of w and their sum into the fifth."""
    for j in range(4):
        if a < 4:
            total = moments[e, PAIR_PLACE[0, j]] + moments[e, PAIR_PLACE[1, j]]
            total += moments[e, PAIR_PLACE[2, j]] + moments[e, PAIR_PLACE[3, j]]
            f = 4.0 * moments[e, PAIR_PLACE[a, j]] - total
            for c in range(3):
                w[j, c] = f * g[a, c]
        else:
            p = EDGE_ENDS[a - 4, 0]
            r = EDGE_ENDS[a - 4, 1]
            fp = 4.0 * moments[e, PAIR_PLACE[p, j]]
            fr = 4.0 * moments[e, PAIR_PLACE[r, j]]
            for c in range(3):
                w[j, c] = fp * g[r, c] + fr * g[p, c]
    for c in range(3):
        w[4, c] = w[0, c] + w[1, c] + w[2, c] + w[3, c]


@njit(cache=True, error_model="numpy", inline="always")
def _pair(w, b, g, s):  # type: ignore[no-untyped-def]
    """Puts sum_j w_j g_bj' into s."""
    if b < 4:
        for c in range(3):
            f = 4.0 * w[b, c] - w[4, c]
            for d in range(3):
                s[c, d] = f * g[b, d]
    else:
        p = EDGE_ENDS[b - 4, 0]
        r = EDGE_ENDS[b - 4, 1]
        for c in range(3):
            for d in range(3):
                s[c, d] = 4.0 * (w[p, c] * g[r, d] + w[r, c] * g[p, d])


@njit(cache=True, error_model="numpy", inline="always")
def _add_block(s, lame1, lame2, blocks, k):  # type: ignore[no-untyped-def]
    """Adds B of gradients whose outer product is s to a block."""
    trace = lame2 * (s[0, 0] + s[1, 1] + s[2, 2])
    for c in range(3):
        for d in range(3):
            blocks[k, c, d] += lame1 * s[c, d] + lame2 * s[d, c]
        blocks[k, c, c] += trace


@njit(cache=True, error_model="numpy", inline="always")
def _add_grain_block(s, grain, e, factor, p, blocks, k):  # type: ignore[no-untyped-def]
    """Adds a factor times the B of a grain to a block.

    With n the grain, a = s n and b = s' n, it is lambda s + mu (s' + tr(s) I) + p n' + n q' + gamma/2 n.a I,
    where p = alpha a + gamma/2 b and q = alpha b + gamma/2 a + (gamma/2 tr(s) + beta n.a) n; n, p and q are
    the rows of the array p.
    """
    half = 0.5 * grain.stiffness[3]
    trace = s[0, 0] + s[1, 1] + s[2, 2]
    both = 0.0
    for c in range(3):
        right = 0.0
        left = 0.0
        for d in range(3):
            right += s[c, d] * grain.axes[e, d]
            left += s[d, c] * grain.axes[e, d]
        both += grain.axes[e, c] * right
        p[0, c] = grain.axes[e, c]
        p[1, c] = grain.stiffness[2] * right + half * left
        p[2, c] = grain.stiffness[2] * left + half * right
    along = half * trace + grain.stiffness[4] * both
    even = grain.stiffness[1] * trace + half * both
    for c in range(3):
        for d in range(3):
            total = grain.stiffness[0] * s[c, d] + grain.stiffness[1] * s[d, c]
            total += p[1, c] * p[0, d] + p[0, c] * (p[2, d] + along * p[0, d])
            blocks[k, c, d] += factor * total
        blocks[k, c, c] += factor * even
