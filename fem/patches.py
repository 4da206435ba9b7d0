"""Smooth fields from Gauss-point values: a quadratic polynomial fitted on the elements around each vertex
of a part."""

from dataclasses import dataclass, replace

import numpy as np
from numba import njit, prange

from fem.assembly import FAST
from fem.elastic import GAUSS_4
from fem.patterns import BlockPattern, Incidence, Int32s, incidence_of, pattern_of
from geometry.arrays import Bools, Floats, Ints
from geometry.mesh import Mesh
from geometry.tetrahedron import TET_EDGES


@dataclass(frozen=True, kw_only=True)
class Patches:
    """One polynomial for each pair of a part and a vertex in it.

    Attributes:
        tets: patch of each element corner, shape (m, 4).
        centres_mm: where the vertices are, shape (k, 3).
        radius_mm: by which coordinates are divided, shape (k,).
        coefficients: of 1, x, y, z, xx, yy, zz, xy, yz, zx, shape (k, 10, c).
    """

    tets: Int32s
    centres_mm: Floats
    radius_mm: Floats
    coefficients: Floats

    def columns(self, first: int, past: int) -> "Patches":
        """The polynomials of some of the values that were fitted."""
        return replace(self, coefficients=np.ascontiguousarray(self.coefficients[:, :, first:past]))


def fitted_patches(mesh: Mesh, group: Ints, gauss_values: Floats, wanted: Bools | None = None) -> Patches:
    """Polynomials fitted by least squares to values of shape (m, 4, c) at the points of GAUSS_4.

    A vertex inside its group uses the elements around it; one on its surface, where those lie on one side and
    are few, also those around its neighbours in the group. Several fields cost little more than one.

    Args:
        mesh: of tetrahedra.
        group: elements of one number are smoothed together, shape (m,).
        gauss_values: shape (m, 4, c).
        wanted: only the corners of these elements get a patch, shape (m,); all if not given.
    """
    keys = group[:, None] * len(mesh.nodes_mm) + mesh.tets[:, :4]
    distinct, back = np.unique(keys, return_inverse=True)
    tets = back.reshape(-1, 4).astype(np.int32)
    centres = mesh.nodes_mm[distinct % len(mesh.nodes_mm)]
    fit = np.ones(len(distinct), bool)
    if wanted is not None:
        fit[:] = False
        fit[tets[wanted]] = True
    around = incidence_of(tets, len(distinct))
    near = pattern_of(tets, around)
    points = mesh.points_mm(GAUSS_4.barycentric)
    coefficients, radius = _fit(
        around.start, around.elements, near.start, near.columns, _inside(around, near),
        fit, centres, points, np.ascontiguousarray(gauss_values),
    )  # fmt: skip
    return Patches(tets=tets, centres_mm=centres, radius_mm=radius, coefficients=coefficients)


def _inside(around: Incidence, near: BlockPattern) -> Bools:
    """Which vertices lie inside their part: there the faces opposite form a closed surface of Euler number
    two."""
    faces, neighbours = np.diff(around.start), np.diff(near.start) - 1
    return np.asarray(2 * neighbours == 4 + faces)


def patch_values(mesh: Mesh, patches: Patches) -> Floats:
    """The smooth field on the ten nodes of each element, shape (m, 10, c).

    On a vertex it is the vertex's own polynomial, on a mid node the mean of those of both ends.
    """
    return np.asarray(
        _values(
            patches.tets,
            mesh.nodes_mm[mesh.tets],
            patches.centres_mm,
            patches.radius_mm,
            patches.coefficients,
        ),
        dtype=np.float64,
    )


@njit(cache=True, error_model="numpy", parallel=True, fastmath=FAST)
def _values(tets, nodes, centres, radius, coefficients):  # type: ignore[no-untyped-def]
    m = tets.shape[0]
    width = coefficients.shape[2]
    values = np.empty((m, 10, width))
    shares = 32
    for share in prange(shares):
        basis = np.empty(10)
        for e in range(m * share // shares, m * (share + 1) // shares):
            for v in range(4):
                for c in range(width):
                    values[e, v, c] = coefficients[tets[e, v], 0, c]
            for edge in range(6):
                for c in range(width):
                    values[e, 4 + edge, c] = 0.0
                for end in range(2):
                    i = tets[e, TET_EDGES[edge, end]]
                    _fill_basis(nodes[e, 4 + edge], centres[i], radius[i], basis)
                    for b in range(10):
                        for c in range(width):
                            values[e, 4 + edge, c] += 0.5 * basis[b] * coefficients[i, b, c]
    return values


@njit(cache=True, error_model="numpy", inline="always")
def _fill_basis(point, centre, reach, basis):  # type: ignore[no-untyped-def]
    """Puts 1, x, y, z and their six products at a point into `basis`."""
    x = (point[0] - centre[0]) / reach
    y = (point[1] - centre[1]) / reach
    z = (point[2] - centre[2]) / reach
    basis[0] = 1.0
    basis[1] = x
    basis[2] = y
    basis[3] = z
    basis[4] = x * x
    basis[5] = y * y
    basis[6] = z * z
    basis[7] = x * y
    basis[8] = y * z
    basis[9] = z * x


@njit(cache=True, error_model="numpy", parallel=True, fastmath=FAST)
def _fit(first, elements, near_first, near, inside, wanted, centres, points, values):  # type: ignore[no-untyped-def]
    n = first.shape[0] - 1
    width = values.shape[2]
    padded = (10 + width + 7) // 8 * 8
    coefficients = np.empty((n, 10, width))
    radius = np.empty(n)
    shares = 32
    for share in prange(shares):
        seen = np.full(points.shape[0], -1, np.int32)
        patch = np.empty(points.shape[0], np.int32)
        basis = np.empty(10)
        # the terms of the polynomial at a point, then the values there: their products are normal matrix
        # and right side in one loop along memory, of whole vectors
        row = np.empty(padded)
        for c in range(padded):
            row[c] = 0.0
        sums = np.empty((10, padded))
        normal = np.empty((10, 10))
        right = np.empty((10, width))
        for i in range(n * share // shares, n * (share + 1) // shares):
            for a in range(10):
                for c in range(width):
                    coefficients[i, a, c] = 0.0
            radius[i] = 1.0
            if not wanted[i]:
                continue
            count = 0
            begin = near_first[i]
            end = near_first[i + 1]
            for q in range(begin, end):
                v = near[q]
                if v != i and inside[i]:
                    continue
                for k in range(first[v], first[v + 1]):
                    e = elements[k]
                    if seen[e] != i:
                        seen[e] = i
                        patch[count] = e
                        count += 1
            reach = 0.0
            for k in range(count):
                for g in range(4):
                    for c in range(3):
                        reach = max(reach, abs(points[patch[k], g, c] - centres[i, c]))
            radius[i] = reach
            # a quadratic needs points to spare, or it follows their noise
            size = 10 if count >= 8 else (4 if count >= 2 else 1)
            for a in range(10):
                for c in range(padded):
                    sums[a, c] = 0.0
            for k in range(count):
                for g in range(4):
                    _fill_basis(points[patch[k], g], centres[i], reach, basis)
                    for a in range(10):
                        row[a] = basis[a]
                    for c in range(width):
                        row[10 + c] = values[patch[k], g, c]
                    for a in range(size):
                        for c in range(padded):
                            sums[a, c] += basis[a] * row[c]
            while True:
                for a in range(10):
                    for b in range(10):
                        normal[a, b] = sums[a, b]
                    for c in range(width):
                        right[a, c] = sums[a, 10 + c]
                if _cholesky_solved(normal, right, size):
                    break
                size = 4 if size == 10 else 1
            for a in range(size):
                for c in range(width):
                    coefficients[i, a, c] = right[a, c]
    return coefficients, radius


@njit(cache=True, error_model="numpy")
def _cholesky_solved(matrix, right, size):  # type: ignore[no-untyped-def]
    """Solves in place with the lower triangle; False, with nothing of use left, if the matrix is nearly
    singular."""
    for a in range(size):
        own = matrix[a, a]
        for b in range(a):
            total = matrix[a, b]
            for k in range(b):
                total -= matrix[a, k] * matrix[b, k]
            matrix[a, b] = total / matrix[b, b]
            matrix[a, a] -= matrix[a, b] ** 2
        if size > 1 and not matrix[a, a] > 1e-7 * own:
            return False
        matrix[a, a] = np.sqrt(matrix[a, a])
    for c in range(right.shape[1]):
        for a in range(size):
            total = right[a, c]
            for b in range(a):
                total -= matrix[a, b] * right[b, c]
            right[a, c] = total / matrix[a, a]
        for back in range(size):
            a = size - 1 - back
            total = right[a, c]
            for b in range(a + 1, size):
                total -= matrix[b, a] * right[b, c]
            right[a, c] = total / matrix[a, a]
    return True
