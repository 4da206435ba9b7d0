"""Stiffness from moments, as a matrix of 3 x 3 blocks; `fem.product` applies it without one.

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
from fem.elastic import MOMENT_COUNT, ElasticField, SamplingRule, linear_young
from geometry.arrays import Bools, Floats, Ints
from geometry.tetrahedron import POINTS_14, TET_EDGES, WEIGHTS_14

# Only contraction to fused multiply-add: reordering would hide a NaN.
FAST = {"contract"}
_SHARES = 32
EDGE_ENDS = TET_EDGES.astype(np.int64)
# Place of the pair (i, j) among the ten moments.
PAIR_PLACE = np.array([[0, 1, 2, 3], [1, 4, 5, 6], [2, 5, 7, 8], [3, 6, 8, 9]])


@dataclass(frozen=True, kw_only=True)
class ElementTerms:
    """What the stiffness of each inner element is made of.

    Attributes:
        moments: V M_ij in N mm, shape (m, 10).
        lame_first, lame_second: Lame's parameters for E = 1, shape (m,).
        curved: of elements with curved sides, whose other terms are those of straight ones; None without any.
    """

    moments: Floats
    lame_first: Floats
    lame_second: Floats
    curved: "CurvedTerms | None" = None


@dataclass(frozen=True, kw_only=True)
class CurvedTerms:
    """What the stiffness of curved elements is integrated from, at 14 points in each.

    Attributes:
        straight_moments: `ElementTerms.moments` with zeros in curved elements, shape (m, 10).
        nodes_mm: shape (k, 10, 3).
        young_mpa: the linear field nearest to Young's modulus at the points, shape (k, 14).
        chunk_start: first curved element of each chunk of elements, shape (chunks + 1,).
    """

    straight_moments: Floats
    nodes_mm: Floats
    young_mpa: Floats
    chunk_start: Ints


def element_terms(discretisation: Discretisation, elastic: ElasticField, shear_only: Bools) -> ElementTerms:
    """The terms of a material on a mesh, in inner order; without Lame's first parameter in the elements of
    `shear_only`, shape (m,)."""
    order = discretisation.element_order
    poisson = elastic.poisson[order]
    first = poisson / ((1.0 + poisson) * (1.0 - 2.0 * poisson))
    return ElementTerms(
        moments=elastic.moments_mpa[order] * discretisation.volumes_mm3[:, None],
        lame_first=np.where(shear_only[order], 0.0, first),
        lame_second=0.5 / (1.0 + poisson),
        curved=_curved_terms(discretisation, elastic),
    )


def _curved_terms(discretisation: Discretisation, elastic: ElasticField) -> CurvedTerms | None:
    """The terms of curved elements; None without any."""
    curved, order = discretisation.curved, discretisation.element_order
    if not len(curved):
        return None
    mesh = discretisation.mesh
    moments = elastic.moments_mpa[order] * discretisation.volumes_mm3[:, None]
    moments[curved] = 0.0
    rule = SamplingRule(barycentric=POINTS_14, weights=WEIGHTS_14)
    return CurvedTerms(
        straight_moments=moments,
        nodes_mm=mesh.nodes_mm[mesh.tets[order[curved]]],
        young_mpa=linear_young(elastic, rule)[order[curved]],
        chunk_start=np.searchsorted(curved, discretisation.element_colours.chunk_start),
    )


def quadratic_blocks(
    discretisation: Discretisation, terms: ElementTerms, dtype: type = np.float32
) -> NDArray[np.float32]:
    """Blocks in N/mm of the quadratic stiffness on the pattern of its nodes, shape (entries, 3, 3)."""
    assert discretisation.quadratic is not None  # noqa: S101  # linear elements have no such blocks
    pattern, incidence = discretisation.quadratic.pattern, discretisation.quadratic.incidence
    blocks: NDArray[np.float32] = np.empty((pattern.entries, 3, 3), dtype)
    _fill_quadratic(
        discretisation.tets, discretisation.gradients, terms.moments, terms.lame_first, terms.lame_second,
        incidence.start, incidence.elements, pattern.lower, pattern.upper, pattern.columns, blocks,
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
        stiff * terms.lame_second, incidence.start, incidence.elements, pattern.start, pattern.columns,
        blocks,
    )  # fmt: skip
    return blocks


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
                    ws[c] = w[0, c] + w[1, c] + w[2, c] + w[3, c]
                for b in range(10):
                    if b < 4:
                        for c in range(3):
                            f = 4.0 * w[b, c] - ws[c]
                            for d in range(3):
                                s[c, d] = f * g[b, d]
                    else:
                        p = EDGE_ENDS[b - 4, 0]
                        r = EDGE_ENDS[b - 4, 1]
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
