"""Two sets of faces glued together although their meshes do not match.

The faces are joined in the mean: the gap between the two sides, weighted with each shape function of the
first side, is zero (mortar method, Bernardi, Maday & Patera 1994; for elasticity Puso 2004, doi
10.1002/nme.865). Joining node to face instead fails the patch test. The second side is evaluated with the
shape functions of its tetrahedra, carried on across the gap: so common rigid motions and strains open no
gap, and forces and moments pass exactly.
"""

import numpy as np
from scipy.sparse import coo_array, csr_array, kron
from scipy.spatial import cKDTree

from fem.connections.connection import Tie
from fem.faces import POINTS, WEIGHTS
from geometry.arrays import Bools, Floats, Ints
from geometry.errors import ModelError
from geometry.mesh import TET_EDGES, TET_FACES, Mesh

# Chosen: 64 pieces of each face, six points in each. The kinks of the second side lie across them: measured
# in the patch test of two blocks of 3 and 4 cells, stress errors of 4e-3, 1e-3 and 3e-4 for 1, 2, 3 levels.
_LEVELS = 3
# Chosen: a point this far outside the nearest opposite face, as a share of its height, has no partner.
_OUTSIDE = 0.02
_CANDIDATES = 12


def tied_faces(
    mesh: Mesh, first_faces: Ints, second_faces: Ints, *, largest_gap_mm: float, name: str = "tie"
) -> Tie:
    """Faces (k, 6) glued to faces (l, 6) where they lie opposite each other.

    Args:
        mesh: which both belong to.
        first_faces: the side with the finer mesh or the softer body, better.
        second_faces: the other side.
        largest_gap_mm: points further from the other side are refused, not glued.
        name: for messages and reports.

    Raises:
        ModelError: the sides share nodes, lie apart, or are nowhere opposite each other.
    """
    if np.isin(first_faces, second_faces).any():
        raise ModelError(f"the two sides of tie {name!r} share nodes", where=name)
    places, areas = _quadrature()
    shapes = _face_shapes(places)
    corners = mesh.nodes_mm[first_faces[:, :3]]
    points = np.einsum("qv,kvd->kqd", places, corners).reshape(-1, 3)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    weights = (0.5 * np.linalg.norm(normal, axis=1)[:, None] * areas).ravel()
    partner, gap, opposite = _opposite(mesh, second_faces, points)
    if not opposite.any():
        raise ModelError(f"the two sides of tie {name!r} are nowhere opposite each other", where=name)
    widest = float(gap[opposite].max())
    if widest > largest_gap_mm:
        raise ModelError(
            f"the sides of tie {name!r} are up to {widest:.3g} mm apart, above {largest_gap_mm:g}",
            where=name,
            advice="Allow a larger gap, or bring the meshes together",
        )
    tets = mesh.tets[_owners(mesh, second_faces)[partner]]
    there = _tet_shapes(mesh, tets, points)
    count = len(mesh.nodes_mm)
    face_of = np.repeat(np.arange(len(first_faces)), len(areas))
    here = np.tile(shapes, (len(first_faces), 1))
    # one weighted gap for each node of the first side: rows over points, then over nodes
    gaps = _over_points(here, first_faces[face_of], count) - _over_points(there, tets, count)
    tested = _over_points(here * (weights * opposite)[:, None], first_faces[face_of], count).T
    rows = csr_array(tested @ gaps)
    size = np.asarray(abs(rows).sum(axis=1)).ravel()
    kept = np.flatnonzero(size > 1e-3 * size.max())
    rows = csr_array((rows[kept].T / size[kept]).T)
    return Tie(name=name, rows=csr_array(kron(rows, np.eye(3), format="csr")))


def _quadrature() -> tuple[Floats, Floats]:
    """Barycentric points, shape (q, 3), and shares of the area, shape (q,), on a finely divided triangle."""
    pieces = np.eye(3)[None]
    for _ in range(_LEVELS):
        a, b, c = (pieces[:, i] for i in range(3))
        ab, bc, ca = 0.5 * (a + b), 0.5 * (b + c), 0.5 * (c + a)
        corners = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
        pieces = np.concatenate([np.stack(corner, axis=1) for corner in corners])
    points = np.einsum("qv,pvc->pqc", POINTS, pieces).reshape(-1, 3)
    return points, np.tile(WEIGHTS, len(pieces)) / len(pieces)


def _face_shapes(places: Floats) -> Floats:
    """Six-node shape functions at barycentric points, shape (q, 6)."""
    a, b, c = places.T
    return np.column_stack(
        [a * (2 * a - 1), b * (2 * b - 1), c * (2 * c - 1), 4 * a * b, 4 * b * c, 4 * c * a]
    )


def _tet_shapes(mesh: Mesh, tets: Ints, points: Floats) -> Floats:
    """Ten-node shape functions of one tetrahedron each at points that may lie outside it, shape (p, 10)."""
    corners = mesh.nodes_mm[tets[:, :4]]
    edges = np.moveaxis(corners[:, 1:] - corners[:, :1], 1, 2)
    inner = np.linalg.solve(edges, (points - corners[:, 0])[:, :, None])[:, :, 0]
    places = np.column_stack([1.0 - inner.sum(axis=1), inner])
    ends = TET_EDGES.T
    return np.column_stack([places * (2 * places - 1), 4 * places[:, ends[0]] * places[:, ends[1]]])


def _opposite(mesh: Mesh, faces: Ints, points: Floats) -> tuple[Ints, Floats, Bools]:
    """The face across from each point, how far it is in mm, and whether the point lies over it at all."""
    corners = mesh.nodes_mm[faces[:, :3]]
    near = cKDTree(corners.mean(axis=1)).query(points, k=min(_CANDIDATES, len(faces)))[1]
    near = near.reshape(len(points), -1)
    base = corners[near, 0]
    first, second = corners[near, 1] - base, corners[near, 2] - base
    normal = np.cross(first, second)
    square = np.einsum("pkd,pkd->pk", normal, normal)
    arm = points[:, None] - base
    along_first = np.einsum("pkd,pkd->pk", np.cross(arm, second), normal) / square
    along_second = np.einsum("pkd,pkd->pk", np.cross(first, arm), normal) / square
    inside = np.minimum(np.minimum(along_first, along_second), 1.0 - along_first - along_second)
    height = np.abs(np.einsum("pkd,pkd->pk", arm, normal)) / np.sqrt(square)
    # a point over two faces of a bent surface belongs to the nearer one
    best = np.argmin(np.where(inside > -_OUTSIDE, height, np.inf), axis=1)
    rows = np.arange(len(points))
    return near[rows, best], height[rows, best], inside[rows, best] > -_OUTSIDE


def _owners(mesh: Mesh, faces: Ints) -> Ints:
    """The tetrahedron behind each face, shape (l,)."""
    count = len(mesh.nodes_mm)
    touched = np.flatnonzero(np.isin(mesh.tets[:, :4], faces[:, :3]).sum(axis=1) >= 3)
    sides = mesh.tets[touched][:, TET_FACES].reshape(-1, 3)

    def keys(corners: Ints) -> Ints:
        a, b, c = np.sort(corners, axis=1).T
        return np.asarray((a * count + b) * count + c, dtype=np.int64)

    known = keys(sides)
    order = np.argsort(known)
    found = np.minimum(np.searchsorted(known[order], keys(faces[:, :3])), len(order) - 1)
    place = order[found]
    if (known[place] != keys(faces[:, :3])).any():
        raise ModelError("a face of a tie is no face of a tetrahedron", where="tie")
    return touched[place // 4]


def _over_points(values: Floats, nodes: Ints, count: int) -> csr_array:
    """A matrix of one row for each point, shape (p, n), from values on nodes, both (p, k)."""
    rows = np.repeat(np.arange(len(values)), values.shape[1])
    return csr_array(coo_array((values.ravel(), (rows, nodes.ravel())), shape=(len(values), count)))
