"""Stiffness from moments: as a matrix of 3 x 3 blocks, and applied element by element without any matrix.

With N_a the shape function of node a and lambda_i the barycentric coordinates, grad N_a = sum_i lambda_i
g_ai is linear in the element: g_ai = (4 delta_ia - 1) grad(lambda_a) for a vertex, 4 (delta_ip
grad(lambda_r) + delta_ir grad(lambda_p)) for the mid node between vertices p and r. Hence K_ab = V sum_ij
M_ij B(g_ai, g_bj) with the ten moments M of E.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from fem.discretisation import Discretisation
from fem.elastic import ElasticField
from geometry.arrays import Floats
from geometry.mesh import TET_EDGES

# Only contraction to fused multiply-add: reordering would hide a NaN.
FAST = {"contract"}
_SHARES = 32
_ENDS = TET_EDGES.astype(np.int64)
# Place of the pair (i, j) among the ten moments.
_PAIR = np.array([[0, 1, 2, 3], [1, 4, 5, 6], [2, 5, 7, 8], [3, 6, 8, 9]])


@dataclass(frozen=True, kw_only=True)
class ElementTerms:
    """What the stiffness of each inner element is made of.

    Attributes:
        moments: V M_ij in N mm, shape (m, 10).
        lame_first, lame_second: Lame's parameters for E = 1, shape (m,).
    """

    moments: Floats
    lame_first: Floats
    lame_second: Floats


def element_terms(discretisation: Discretisation, elastic: ElasticField) -> ElementTerms:
    """The terms of a material on a mesh, in inner order."""
    order = discretisation.element_order
    poisson = elastic.poisson[order]
    return ElementTerms(
        moments=elastic.moments_mpa[order] * discretisation.volumes_mm3[:, None],
        lame_first=poisson / ((1.0 + poisson) * (1.0 - 2.0 * poisson)),
        lame_second=0.5 / (1.0 + poisson),
    )


def quadratic_blocks(
    discretisation: Discretisation, terms: ElementTerms, dtype: type = np.float32
) -> NDArray[np.float32]:
    """Blocks in N/mm of the quadratic stiffness on `discretisation.pattern`, shape (entries, 3, 3)."""
    pattern, incidence = discretisation.pattern, discretisation.incidence
    blocks: NDArray[np.float32] = np.empty((pattern.entries, 3, 3), dtype)
    _fill_quadratic(
        discretisation.tets, discretisation.gradients, terms.moments, terms.lame_first, terms.lame_second,
        incidence.start, incidence.elements, pattern.lower, pattern.upper, pattern.columns, blocks,
    )  # fmt: skip
    return blocks


def linear_blocks(discretisation: Discretisation, elastic: ElasticField) -> Floats:
    """Blocks in N/mm of the linear stiffness on `vertex_pattern`, shape (entries, 3, 3): exactly the Galerkin
    coarse matrix of the quadratic one, since linear elements feel only the mean modulus."""
    order = discretisation.element_order
    poisson = elastic.poisson[order]
    stiff = elastic.mean_young_mpa[order] * discretisation.volumes_mm3
    pattern, incidence = discretisation.vertex_pattern, discretisation.vertex_incidence
    blocks = np.empty((len(pattern.columns), 3, 3))
    _fill_linear(
        discretisation.vertex_tets, discretisation.gradients,
        stiff * poisson / ((1.0 + poisson) * (1.0 - 2.0 * poisson)), stiff * 0.5 / (1.0 + poisson),
        incidence.start, incidence.elements, pattern.start, pattern.columns, blocks,
    )  # fmt: skip
    return blocks


def nodal_forces(discretisation: Discretisation, terms: ElementTerms, displacement_mm: Floats) -> Floats:
    """Internal forces K u in N, shape (n, 3), inner numbering, from displacements of the same shape."""
    forces = np.zeros_like(displacement_mm)
    colours = discretisation.element_colours
    apply_stiffness(
        discretisation.tets, discretisation.gradients, terms.moments, terms.lame_first, terms.lame_second,
        colours.chunk_start, colours.colour_start, displacement_mm, forces,
    )  # fmt: skip
    return forces


@njit(cache=True, error_model="numpy", parallel=True, fastmath=FAST)
def _fill_quadratic(tets, gradients, moments, lame1, lame2, first, elements, lower, upper, columns, blocks):  # type: ignore[no-untyped-def]
    n = first.shape[0] - 1
    for share in prange(_SHARES):
        place = np.empty(n, np.int64)
        g = np.empty((4, 3))
        w = np.empty((4, 3))
        ws = np.empty(3)
        s = np.empty((3, 3))
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
                # w_j = sum_i M_ij g_ai
                for j in range(4):
                    if a < 4:
                        total = moments[e, _PAIR[0, j]] + moments[e, _PAIR[1, j]]
                        total += moments[e, _PAIR[2, j]] + moments[e, _PAIR[3, j]]
                        f = 4.0 * moments[e, _PAIR[a, j]] - total
                        for c in range(3):
                            w[j, c] = f * g[a, c]
                    else:
                        p = _ENDS[a - 4, 0]
                        r = _ENDS[a - 4, 1]
                        fp = 4.0 * moments[e, _PAIR[p, j]]
                        fr = 4.0 * moments[e, _PAIR[r, j]]
                        for c in range(3):
                            w[j, c] = fp * g[r, c] + fr * g[p, c]
                for c in range(3):
                    ws[c] = w[0, c] + w[1, c] + w[2, c] + w[3, c]
                for b in range(10):
                    if b < 4:
                        for c in range(3):
                            f = 4.0 * w[b, c] - ws[c]
                            for d in range(3):
                                s[c, d] = f * g[b, d]
                    else:
                        p = _ENDS[b - 4, 0]
                        r = _ENDS[b - 4, 1]
                        for c in range(3):
                            for d in range(3):
                                s[c, d] = 4.0 * (w[p, c] * g[r, d] + w[r, c] * g[p, d])
                    k = place[tets[e, b]]
                    trace = lame2[e] * (s[0, 0] + s[1, 1] + s[2, 2])
                    for c in range(3):
                        for d in range(3):
                            blocks[k, c, d] += lame1[e] * s[c, d] + lame2[e] * s[d, c]
                        blocks[k, c, c] += trace


@njit(cache=True, error_model="numpy", inline="always")
def _clear(blocks, k):  # type: ignore[no-untyped-def]
    for c in range(3):
        for d in range(3):
            blocks[k, c, d] = 0.0


@njit(cache=True, error_model="numpy", parallel=True, fastmath=FAST)
def _fill_linear(tets, gradients, lame1, lame2, first, elements, start, columns, blocks):  # type: ignore[no-untyped-def]
    n = first.shape[0] - 1
    for share in prange(_SHARES):
        place = np.empty(n, np.int64)
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            for k in range(start[i], start[i + 1]):
                place[columns[k]] = k
                for c in range(3):
                    for d in range(3):
                        blocks[k, c, d] = 0.0
            for q in range(first[i], first[i + 1]):
                e = elements[q]
                a = 0
                while tets[e, a] != i:
                    a += 1
                for b in range(4):
                    k = place[tets[e, b]]
                    trace = 0.0
                    for c in range(3):
                        trace += gradients[e, a, c] * gradients[e, b, c]
                        for d in range(3):
                            blocks[k, c, d] += (
                                lame1[e] * gradients[e, a, c] * gradients[e, b, d]
                                + lame2[e] * gradients[e, a, d] * gradients[e, b, c]
                            )
                    for c in range(3):
                        blocks[k, c, c] += lame2[e] * trace


@njit(cache=True, error_model="numpy", parallel=True, fastmath=FAST)
def apply_stiffness(tets, gradients, moments, lame1, lame2, chunks, colours, u, f):  # type: ignore[no-untyped-def]
    """Adds K u to f, both of shape (n, 3); threads share out the chunks of one colour, which touch no
    common node."""
    for colour in range(colours.shape[0] - 1):
        for chunk in prange(colours[colour], colours[colour + 1]):
            g = np.empty((4, 3))
            h = np.empty((4, 3, 3))
            t = np.empty((4, 3, 3))
            flat = np.empty((3, 3))
            for e in range(chunks[chunk], chunks[chunk + 1]):
                for v in range(4):
                    for c in range(3):
                        g[v, c] = gradients[e, v, c]
                # displacement gradient at barycentric vertex i: h_i = 4 u_i g_i + 4 sum_edges(i, r) u_ir
                # g_r - sum_a u_a g_a
                for c in range(3):
                    u0 = u[tets[e, 0], c]
                    u1 = u[tets[e, 1], c]
                    u2 = u[tets[e, 2], c]
                    u3 = u[tets[e, 3], c]
                    u01 = u[tets[e, 4], c]
                    u12 = u[tets[e, 5], c]
                    u02 = u[tets[e, 6], c]
                    u03 = u[tets[e, 7], c]
                    u13 = u[tets[e, 8], c]
                    u23 = u[tets[e, 9], c]
                    for d in range(3):
                        base = u0 * g[0, d] + u1 * g[1, d] + u2 * g[2, d] + u3 * g[3, d]
                        h[0, c, d] = (
                            4.0 * (u0 * g[0, d] + u01 * g[1, d] + u02 * g[2, d] + u03 * g[3, d]) - base
                        )
                        h[1, c, d] = (
                            4.0 * (u01 * g[0, d] + u1 * g[1, d] + u12 * g[2, d] + u13 * g[3, d]) - base
                        )
                        h[2, c, d] = (
                            4.0 * (u02 * g[0, d] + u12 * g[1, d] + u2 * g[2, d] + u23 * g[3, d]) - base
                        )
                        h[3, c, d] = (
                            4.0 * (u03 * g[0, d] + u13 * g[1, d] + u23 * g[2, d] + u3 * g[3, d]) - base
                        )
                # stress for E = 1 at each vertex, in place
                for v in range(4):
                    pressure = lame1[e] * (h[v, 0, 0] + h[v, 1, 1] + h[v, 2, 2])
                    xy = lame2[e] * (h[v, 0, 1] + h[v, 1, 0])
                    xz = lame2[e] * (h[v, 0, 2] + h[v, 2, 0])
                    yz = lame2[e] * (h[v, 1, 2] + h[v, 2, 1])
                    h[v, 0, 0] = pressure + 2.0 * lame2[e] * h[v, 0, 0]
                    h[v, 1, 1] = pressure + 2.0 * lame2[e] * h[v, 1, 1]
                    h[v, 2, 2] = pressure + 2.0 * lame2[e] * h[v, 2, 2]
                    h[v, 0, 1] = xy
                    h[v, 1, 0] = xy
                    h[v, 0, 2] = xz
                    h[v, 2, 0] = xz
                    h[v, 1, 2] = yz
                    h[v, 2, 1] = yz
                for j in range(4):
                    m0 = moments[e, _PAIR[0, j]]
                    m1 = moments[e, _PAIR[1, j]]
                    m2 = moments[e, _PAIR[2, j]]
                    m3 = moments[e, _PAIR[3, j]]
                    for c in range(3):
                        for d in range(3):
                            t[j, c, d] = m0 * h[0, c, d] + m1 * h[1, c, d] + m2 * h[2, c, d] + m3 * h[3, c, d]
                for c in range(3):
                    for d in range(3):
                        flat[c, d] = t[0, c, d] + t[1, c, d] + t[2, c, d] + t[3, c, d]
                for v in range(4):
                    for c in range(3):
                        total = 0.0
                        for d in range(3):
                            total += (4.0 * t[v, c, d] - flat[c, d]) * g[v, d]
                        f[tets[e, v], c] += total
                for k in range(6):
                    p = _ENDS[k, 0]
                    r = _ENDS[k, 1]
                    for c in range(3):
                        total = 0.0
                        for d in range(3):
                            total += t[p, c, d] * g[r, d] + t[r, c, d] * g[p, d]
                        f[tets[e, 4 + k], c] += 4.0 * total
