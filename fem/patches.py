"""Smooth fields from Gauss-point values: a quadratic polynomial fitted on the elements around each vertex
of a part."""

from dataclasses import dataclass

import numpy as np
from numba import njit, prange

from fem.assembly import FAST
from fem.elastic import GAUSS_4
from fem.patterns import BlockPattern, Incidence, Int32s, incidence_of, pattern_of
from geometry.arrays import Bools, Floats, Ints
from geometry.mesh import TET_EDGES, Mesh


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


def fitted_patches(mesh: Mesh, group: Ints, gauss_values: Floats) -> Patches:
    """Polynomials fitted by least squares to values of shape (m, 4, c) at the points of GAUSS_4.

    A vertex inside its part uses the elements around it; one on its surface, where those lie on one side
    and are few, also those around its neighbours in the part.
    """
    corners = mesh.tets[:, :4]
    keys = group[:, None] * len(mesh.nodes_mm) + corners
    distinct, back = np.unique(keys, return_inverse=True)
    tets = back.reshape(-1, 4).astype(np.int32)
    centres = mesh.nodes_mm[distinct % len(mesh.nodes_mm)]
    around = incidence_of(tets, len(distinct))
    near = pattern_of(tets, around)
    points = GAUSS_4.points_mm(mesh.corner_points_mm())
    coefficients, radius = _fit(
        around.start, around.elements, near.start, near.columns, _inside(around, near),
        centres, points, np.ascontiguousarray(gauss_values),
    )  # fmt: skip
    return Patches(tets=tets, centres_mm=centres, radius_mm=radius, coefficients=coefficients)


def _inside(around: Incidence, near: BlockPattern) -> Bools:
    """Which vertices lie inside their part: there the faces opposite form a closed surface of Euler number
    two."""
    faces, neighbours = np.diff(around.start), np.diff(near.start) - 1
    return np.asarray(2 * neighbours == 4 + faces)


def patch_values(mesh: Mesh, patches: Patches) -> Floats:
    """The smooth field on the ten nodes of each element, shape (m, 10, c): the vertex's own polynomial,
    and on mid nodes the mean of those of both ends."""
    values = np.empty((len(mesh.tets), 10, patches.coefficients.shape[2]))
    values[:, :4] = patches.coefficients[patches.tets, 0]
    points = mesh.nodes_mm[mesh.tets]
    for edge, ends in enumerate(TET_EDGES):
        values[:, 4 + edge] = 0.5 * sum(
            _evaluated(patches, patches.tets[:, end], points[:, 4 + edge]) for end in ends
        )
    return values


def _evaluated(patches: Patches, which: Int32s, points_mm: Floats) -> Floats:
    """Patches `which`, shape (m,), at points of shape (m, 3)."""
    x, y, z = ((points_mm - patches.centres_mm[which]) / patches.radius_mm[which][:, None]).T
    basis = np.stack([np.ones_like(x), x, y, z, x * x, y * y, z * z, x * y, y * z, z * x], axis=1)
    return np.asarray(np.einsum("mb,mbc->mc", basis, patches.coefficients[which]), dtype=np.float64)


@njit(cache=True, parallel=True, fastmath=FAST)
def _fit(first, elements, near_first, near, inside, centres, points, values):  # type: ignore[no-untyped-def]
    n = first.shape[0] - 1
    width = values.shape[2]
    coefficients = np.zeros((n, 10, width))
    radius = np.ones(n)
    shares = 32
    for share in prange(shares):
        seen = np.full(points.shape[0], -1, np.int32)
        patch = np.empty(points.shape[0], np.int32)
        basis = np.empty(10)
        normal = np.empty((10, 10))
        right = np.empty((10, width))
        for i in range(n * share // shares, n * (share + 1) // shares):
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
            while True:
                normal[:] = 0.0
                right[:] = 0.0
                for k in range(count):
                    for g in range(4):
                        x = (points[patch[k], g, 0] - centres[i, 0]) / reach
                        y = (points[patch[k], g, 1] - centres[i, 1]) / reach
                        z = (points[patch[k], g, 2] - centres[i, 2]) / reach
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
                        for a in range(size):
                            for b in range(a + 1):
                                normal[a, b] += basis[a] * basis[b]
                            for c in range(width):
                                right[a, c] += basis[a] * values[patch[k], g, c]
                if _cholesky_solved(normal, right, size):
                    break
                size = 4 if size == 10 else 1
            for a in range(size):
                for c in range(width):
                    coefficients[i, a, c] = right[a, c]
    return coefficients, radius


@njit(cache=True)
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
