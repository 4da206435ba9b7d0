"""The quadratic tetrahedron, straight or curved: shape functions, places, Jacobians, volumes."""

import numpy as np

from geometry.arrays import Bools, Floats, Ints

# Edge k carries mid node 4 + k and joins these two vertices (VTK order).
TET_EDGES = np.array([[0, 1], [1, 2], [0, 2], [0, 3], [1, 3], [2, 3]])
# A mid node that misses the middle of its edge by less than this share of the edge is on it.
STRAIGHT = 1e-6


def _four_points() -> Floats:
    """Degree 2 in a tetrahedron, equal shares: barycentric points, shape (4, 4), one near each vertex.

    Zienkiewicz and Taylor, The Finite Element Method, vol. 1, table of tetrahedral rules.
    """
    near, far = (5.0 + 3.0 * np.sqrt(5.0)) / 20.0, (5.0 - np.sqrt(5.0)) / 20.0
    return np.asarray(np.full((4, 4), far) + (near - far) * np.eye(4))


POINTS_4 = _four_points()

# The eight children of a tetrahedron cut at its edge middles; node 4 + k is the middle of edge k (VTK order).
CHILDREN = np.array(
    [
        [0, 4, 6, 7],
        [4, 1, 5, 8],
        [6, 5, 2, 9],
        [7, 8, 9, 3],
        [4, 5, 6, 8],
        [4, 6, 7, 8],
        [6, 7, 8, 9],
        [5, 6, 8, 9],
    ]
)


def subdivided_points(levels: int) -> Floats:
    """The four points in each of 8**levels pieces of equal volume: barycentric, shape (4 * 8**levels, 4)."""
    edge_middles = 0.5 * (np.eye(4)[TET_EDGES[:, 0]] + np.eye(4)[TET_EDGES[:, 1]])
    pieces = np.eye(4)[None]
    for _ in range(levels):
        nodes = np.concatenate([pieces, np.einsum("ec,pcd->ped", edge_middles, pieces)], axis=1)
        pieces = nodes[:, CHILDREN].reshape(-1, 4, 4)
    return np.asarray(np.einsum("sc,pcd->psd", POINTS_4, pieces).reshape(-1, 4))


def _fourteen_points() -> tuple[Floats, Floats]:
    """Degree 5 in a tetrahedron, all weights positive: barycentric points, shape (14, 4), and shares of the
    volume, shape (14,).

    Walkington 2000, Quadrature on simplices of arbitrary dimension, Carnegie Mellon University.
    """
    points, weights = [], []
    for near, share in (
        (0.31088591926330060980, 0.11268792571801585080),
        (0.092735250310891226402, 0.073493043116361949544),
    ):
        points += list(np.full((4, 4), near) + (1.0 - 4.0 * near) * np.eye(4))
        weights += [share] * 4
    for pair in TET_EDGES:
        point = np.full(4, 0.5 - 0.045503704125649649492)
        point[pair] = 0.045503704125649649492
        points.append(point)
        weights.append(0.042546020777081466438)
    return np.array(points), np.array(weights)


POINTS_14, WEIGHTS_14 = _fourteen_points()


def shapes_at(barycentric: Floats) -> Floats:
    """The ten shape functions at barycentric points (q, 4), shape (q, 10)."""
    one, other = barycentric[:, TET_EDGES[:, 0]], barycentric[:, TET_EDGES[:, 1]]
    return np.concatenate([barycentric * (2.0 * barycentric - 1.0), 4.0 * one * other], axis=1)


def halves_at(barycentric: Floats) -> Floats:
    """The ten hats at barycentric points (q, 4), shape (q, 10): linear in each of the eight children.

    They follow a distance, which has kinks, where the quadratic shapes would overshoot.
    """
    nodes = np.vstack([np.eye(4), 0.5 * (np.eye(4)[TET_EDGES[:, 0]] + np.eye(4)[TET_EDGES[:, 1]])])
    hats = np.zeros((len(barycentric), 10))
    left = np.arange(len(barycentric))
    for child in CHILDREN:
        within = barycentric[left] @ np.linalg.inv(nodes[child])
        # a point on a face between two children belongs to the first of them
        mine = within.min(axis=1) >= -1e-9
        hats[np.ix_(left[mine], child)] = within[mine]
        left = left[~mine]
    return hats


def slopes_at(barycentric: Floats) -> Floats:
    """Derivatives of the ten shape functions by coordinates 1, 2, 3 with 0 giving way, shape (q, 10, 3)."""
    by_each = np.zeros((len(barycentric), 10, 4))
    index = np.arange(4)
    by_each[:, index, index] = 4.0 * barycentric - 1.0
    for edge, (one, other) in enumerate(TET_EDGES):
        by_each[:, 4 + edge, one] = 4.0 * barycentric[:, other]
        by_each[:, 4 + edge, other] = 4.0 * barycentric[:, one]
    return np.asarray(by_each[:, :, 1:] - by_each[:, :, :1])


def jacobians(nodes_mm: Floats, barycentric: Floats) -> Floats:
    """Derivatives of place by coordinates 1, 2, 3 in tetrahedra with nodes (k, 10, 3), shape (k, q, 3, 3)."""
    return np.asarray(np.einsum("kac,qad->kqcd", nodes_mm, slopes_at(barycentric)), dtype=np.float64)


def straight_volumes(corners_mm: Floats) -> Floats:
    """Volume of each tetrahedron with straight sides, from its vertices, shape (m, 4, 3)."""
    edges = corners_mm[:, 1:] - corners_mm[:, :1]
    return np.asarray(np.linalg.det(edges) / 6.0)


def curved_volumes(nodes_mm: Floats) -> Floats:
    """Volumes of tetrahedra with nodes (k, 10, 3), shape (k,)."""
    return np.asarray(np.linalg.det(jacobians(nodes_mm, POINTS_14)) @ WEIGHTS_14 / 6.0)


def bent_elements(nodes_mm: Floats, tets: Ints) -> Bools:
    """Which tetrahedra (m, 10) have a mid node off the middle of its edge, shape (m,)."""
    bent = np.zeros(len(tets), bool)
    for edge, (one, other) in enumerate(TET_EDGES):
        start, end = nodes_mm[tets[:, one]], nodes_mm[tets[:, other]]
        miss = np.abs(nodes_mm[tets[:, 4 + edge]] - 0.5 * (start + end)).max(axis=1)
        bent |= ~(miss <= STRAIGHT * np.linalg.norm(end - start, axis=1))
    return bent
