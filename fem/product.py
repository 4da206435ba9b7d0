"""K u element by element, without any matrix; straight, linear and curved elements each have a kernel."""

import numpy as np
from numba import njit, prange

from fem.assembly import EDGE_ENDS, FAST, PAIR_PLACE
from fem.discretisation import Discretisation
from fem.elastic import MOMENT_COUNT
from fem.lanes import load, room, store
from fem.terms import ElementTerms
from geometry.arrays import Floats
from geometry.tetrahedron import POINTS_14, WEIGHTS_14, slopes_at

_SLOPES_14 = slopes_at(POINTS_14)


def nodal_forces(
    discretisation: Discretisation, terms: ElementTerms, displacement_mm: Floats, out: Floats | None = None
) -> Floats:
    """Internal forces K u in N, inner numbering, from displacements of the same shape: (n, 3), or eight at
    once (n, 3, 8); in `out` if given."""
    forces = np.empty_like(displacement_mm) if out is None else out
    forces.fill(0.0)
    colours = discretisation.element_colours
    if discretisation.order == 1:
        _apply_linear(
            discretisation.tets, discretisation.gradients, terms.moments @ MOMENT_COUNT, terms.lame_first,
            terms.lame_second, terms.grain, colours.chunk_start, colours.colour_start, displacement_mm,
            forces,
        )  # fmt: skip
        return forces
    curved = terms.curved
    _apply_quadratic(
        discretisation.tets, discretisation.gradients,
        terms.moments if curved is None else curved.straight_moments, terms.lame_first, terms.lame_second,
        terms.grain, colours.chunk_start, colours.colour_start, displacement_mm, forces,
    )  # fmt: skip
    if curved is not None:
        _apply_curved(
            discretisation.tets, discretisation.curved, curved.nodes_mm, curved.young_mpa * WEIGHTS_14 / 6.0,
            terms.lame_first, terms.lame_second, _SLOPES_14, curved.chunk_start, colours.colour_start,
            displacement_mm, forces,
        )  # fmt: skip
    return forces


@njit(cache=True, error_model="numpy", parallel=True, fastmath=FAST)
def _apply_quadratic(tets, gradients, moments, lame1, lame2, grain, chunks, colours, u, f):  # type: ignore[no-untyped-def]
    """Adds K u to f, both of shape (n, 3) or (n, 3, 8); threads share out the chunks of one colour, which
    touch no common node."""
    for colour in range(colours.shape[0] - 1):
        for chunk in prange(colours[colour], colours[colour + 1]):
            g = np.empty((4, 3))
            h = room(u, 12, 3)
            s = room(u, 4, 6)
            t = room(u, 4, 6)
            flat = room(u, 1, 6)
            for e in range(chunks[chunk], chunks[chunk + 1]):
                for v in range(4):
                    for c in range(3):
                        g[v, c] = gradients[e, v, c]
                # displacement gradient at barycentric vertex i: h_i = 4 u_i g_i + 4 sum_edges(i, r) u_ir
                # g_r - sum_a u_a g_a
                for c in range(3):
                    u0 = load(u, tets[e, 0], c)
                    u1 = load(u, tets[e, 1], c)
                    u2 = load(u, tets[e, 2], c)
                    u3 = load(u, tets[e, 3], c)
                    u01 = load(u, tets[e, 4], c)
                    u12 = load(u, tets[e, 5], c)
                    u02 = load(u, tets[e, 6], c)
                    u03 = load(u, tets[e, 7], c)
                    u13 = load(u, tets[e, 8], c)
                    u23 = load(u, tets[e, 9], c)
                    for d in range(3):
                        g0 = 4.0 * g[0, d]
                        g1 = 4.0 * g[1, d]
                        g2 = 4.0 * g[2, d]
                        g3 = 4.0 * g[3, d]
                        base = u0 * g[0, d] + u1 * g[1, d] + u2 * g[2, d] + u3 * g[3, d]
                        store(h, c, d, u0 * g0 + u01 * g1 + u02 * g2 + u03 * g3 - base)
                        store(h, 3 + c, d, u01 * g0 + u1 * g1 + u12 * g2 + u13 * g3 - base)
                        store(h, 6 + c, d, u02 * g0 + u12 * g1 + u2 * g2 + u23 * g3 - base)
                        store(h, 9 + c, d, u03 * g0 + u13 * g1 + u23 * g2 + u3 * g3 - base)
                for v in range(4):
                    _symmetric_stress(h, 3 * v, lame1[e], lame2[e], s, v)
                _weigh(moments, e, s, t, False)
                if grain is not None and grain.moments[e, 0] > 0.0:
                    for v in range(4):
                        _grain_stress(h, 3 * v, grain, e, 1.0, s, v)
                    _weigh(grain.moments, e, s, t, True)
                for c in range(6):
                    store(flat, 0, c, load(t, 0, c) + load(t, 1, c) + load(t, 2, c) + load(t, 3, c))
                for v in range(4):
                    for c in range(6):
                        store(s, v, c, 4.0 * load(t, v, c) - load(flat, 0, c))
                    for c in range(3):
                        add_to(f, tets[e, v], c, traction(s, v, g, v, c))
                for k in range(6):
                    p = EDGE_ENDS[k, 0]
                    r = EDGE_ENDS[k, 1]
                    for c in range(3):
                        both = traction(t, p, g, r, c) + traction(t, r, g, p, c)
                        add_to(f, tets[e, 4 + k], c, 4.0 * both)


@njit(cache=True, error_model="numpy", parallel=True, fastmath=FAST)
def _apply_linear(tets, gradients, stiff, lame1, lame2, grain, chunks, colours, u, f):  # type: ignore[no-untyped-def]
    """The same for linear elements, which feel only the mean modulus times the volume."""
    for colour in range(colours.shape[0] - 1):
        for chunk in prange(colours[colour], colours[colour + 1]):
            g = np.empty((4, 3))
            h = room(u, 3, 3)
            s = room(u, 1, 6)
            for e in range(chunks[chunk], chunks[chunk + 1]):
                for v in range(4):
                    for c in range(3):
                        g[v, c] = gradients[e, v, c]
                for c in range(3):
                    u0 = load(u, tets[e, 0], c)
                    u1 = load(u, tets[e, 1], c)
                    u2 = load(u, tets[e, 2], c)
                    u3 = load(u, tets[e, 3], c)
                    for d in range(3):
                        store(h, c, d, u0 * g[0, d] + u1 * g[1, d] + u2 * g[2, d] + u3 * g[3, d])
                _symmetric_stress(h, 0, stiff[e] * lame1[e], stiff[e] * lame2[e], s, 0)
                for v in range(4):
                    for c in range(3):
                        add_to(f, tets[e, v], c, traction(s, 0, g, v, c))
                if grain is not None:
                    mean = 0.0
                    for k in range(10):
                        mean += MOMENT_COUNT[k] * grain.moments[e, k]
                    _grain_stress(h, 0, grain, e, mean, s, 0)
                    for v in range(4):
                        for c in range(3):
                            add_to(f, tets[e, v], c, traction(s, 0, g, v, c))


@njit(cache=True, error_model="numpy", parallel=True, fastmath=FAST)
def _apply_curved(tets, curved, nodes, young, lame1, lame2, slopes, chunks, colours, u, f):  # type: ignore[no-untyped-def]
    """The same for curved elements, point by point; `young` holds the weights of the points."""
    for colour in range(colours.shape[0] - 1):
        for chunk in prange(colours[colour], colours[colour + 1]):
            jacobian = np.empty((3, 3))
            g = np.empty((10, 3))
            h = room(u, 3, 3)
            s = room(u, 1, 6)
            for k in range(chunks[chunk], chunks[chunk + 1]):
                e = curved[k]
                for q in range(slopes.shape[0]):
                    for c in range(3):
                        for d in range(3):
                            jacobian[c, d] = 0.0
                            for a in range(10):
                                jacobian[c, d] += nodes[k, a, c] * slopes[q, a, d]
                    weight = young[k, q] * _fill_gradients(jacobian, slopes[q], g)
                    for c in range(3):
                        for d in range(3):
                            total = load(u, tets[e, 0], c) * g[0, d]
                            for a in range(1, 10):
                                total = total + load(u, tets[e, a], c) * g[a, d]
                            store(h, c, d, total)
                    _symmetric_stress(h, 0, weight * lame1[e], weight * lame2[e], s, 0)
                    for a in range(10):
                        for c in range(3):
                            add_to(f, tets[e, a], c, traction(s, 0, g, a, c))


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _fill_gradients(jacobian, slopes, g):  # type: ignore[no-untyped-def]
    """Puts the gradients of the ten shape functions into g; gives back the determinant."""
    cofactor = np.empty((3, 3))
    for c in range(3):
        for d in range(3):
            p = (c + 1) % 3
            r = (c + 2) % 3
            s = (d + 1) % 3
            t = (d + 2) % 3
            cofactor[c, d] = jacobian[p, s] * jacobian[r, t] - jacobian[p, t] * jacobian[r, s]
    determinant = 0.0
    for d in range(3):
        determinant += jacobian[0, d] * cofactor[0, d]
    for a in range(10):
        for c in range(3):
            g[a, c] = 0.0
            for d in range(3):
                g[a, c] += slopes[a, d] * cofactor[c, d]
            g[a, c] /= determinant
    return determinant


# Place of component (c, d) of a symmetric stress in the order xx, yy, zz, xy, yz, zx.
_VOIGT = np.array([[0, 3, 5], [3, 1, 4], [5, 4, 2]])


@njit(cache=True, error_model="numpy", inline="always")
def _symmetric_stress(h, row, first, second, s, v):  # type: ignore[no-untyped-def]
    """Puts the stress of a displacement gradient, three rows of h, for Lame's parameters into row v of s."""
    pressure = first * (load(h, row, 0) + load(h, row + 1, 1) + load(h, row + 2, 2))
    for c in range(3):
        store(s, v, c, pressure + 2.0 * second * load(h, row + c, c))
    store(s, v, 3, second * (load(h, row, 1) + load(h, row + 1, 0)))
    store(s, v, 4, second * (load(h, row + 1, 2) + load(h, row + 2, 1)))
    store(s, v, 5, second * (load(h, row + 2, 0) + load(h, row, 2)))


@njit(cache=True, error_model="numpy", inline="always")
def _grain_stress(h, row, grain, e, factor, s, v):  # type: ignore[no-untyped-def]
    """The same for a factor times the stiffness of a grain (the formula: fem.grain)."""
    lame1 = grain.stiffness[0]
    lame2 = grain.stiffness[1]
    alpha = grain.stiffness[2]
    gamma = grain.stiffness[3]
    beta = grain.stiffness[4]
    n0 = grain.axes[e, 0]
    n1 = grain.axes[e, 1]
    n2 = grain.axes[e, 2]
    xy = 0.5 * (load(h, row, 1) + load(h, row + 1, 0))
    yz = 0.5 * (load(h, row + 1, 2) + load(h, row + 2, 1))
    zx = 0.5 * (load(h, row + 2, 0) + load(h, row, 2))
    # strain times grain
    v0 = n0 * load(h, row, 0) + n1 * xy + n2 * zx
    v1 = n0 * xy + n1 * load(h, row + 1, 1) + n2 * yz
    v2 = n0 * zx + n1 * yz + n2 * load(h, row + 2, 2)
    stretch = n0 * v0 + n1 * v1 + n2 * v2
    trace = load(h, row, 0) + load(h, row + 1, 1) + load(h, row + 2, 2)
    even = lame1 * trace + alpha * stretch
    along = alpha * trace + beta * stretch
    twice = 2.0 * lame2
    store(s, v, 0, factor * (even + twice * load(h, row, 0) + n0 * (2.0 * gamma * v0 + n0 * along)))
    store(s, v, 1, factor * (even + twice * load(h, row + 1, 1) + n1 * (2.0 * gamma * v1 + n1 * along)))
    store(s, v, 2, factor * (even + twice * load(h, row + 2, 2) + n2 * (2.0 * gamma * v2 + n2 * along)))
    store(s, v, 3, factor * (twice * xy + gamma * (n0 * v1 + n1 * v0) + n0 * n1 * along))
    store(s, v, 4, factor * (twice * yz + gamma * (n1 * v2 + n2 * v1) + n1 * n2 * along))
    store(s, v, 5, factor * (twice * zx + gamma * (n2 * v0 + n0 * v2) + n2 * n0 * along))


@njit(cache=True, error_model="numpy", inline="always")
def _weigh(moments, e, s, t, more):  # type: ignore[no-untyped-def]
    """Puts sum_i M_ij s_i into rows j of t; adds it there for `more`."""
    for j in range(4):
        m0 = moments[e, PAIR_PLACE[0, j]]
        m1 = moments[e, PAIR_PLACE[1, j]]
        m2 = moments[e, PAIR_PLACE[2, j]]
        m3 = moments[e, PAIR_PLACE[3, j]]
        for c in range(6):
            near = m0 * load(s, 0, c) + m1 * load(s, 1, c)
            total = near + m2 * load(s, 2, c) + m3 * load(s, 3, c)
            store(t, j, c, load(t, j, c) + total if more else total)


@njit(error_model="numpy", inline="always")
def traction(stress, v, g, a, c):  # type: ignore[no-untyped-def]
    """Component c of the stress in row v times the vector in row a of g."""
    near = load(stress, v, _VOIGT[c, 0]) * g[a, 0] + load(stress, v, _VOIGT[c, 1]) * g[a, 1]
    return near + load(stress, v, _VOIGT[c, 2]) * g[a, 2]


@njit(error_model="numpy", inline="always")
def add_to(f, node, c, force):  # type: ignore[no-untyped-def]
    """Adds to component c of the force on a node."""
    store(f, node, c, load(f, node, c) + force)
