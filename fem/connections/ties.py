"""Two sets of faces glued together although their meshes do not match.

The faces are joined in the mean: the gap between the two sides, weighted with each shape function of the
first side, is zero (mortar method, Bernardi, Maday & Patera 1994; for elasticity Puso 2004, doi
10.1002/nme.865). Joining node to face instead fails the patch test. The second side is evaluated with the
shape functions of its tetrahedra, carried on across the gap: so common rigid motions and strains open no
gap, and forces and moments pass exactly.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy.sparse import coo_array, csr_array, kron
from scipy.spatial import cKDTree

from fem.connections.connection import Tie
from fem.faces import POINTS, WEIGHTS, face_patch
from geometry.arrays import Floats, Ints
from geometry.errors import ModelError
from geometry.mesh import TET_FACES, Mesh
from geometry.tetrahedron import shapes_at

# Chosen: a piece of less than this share of the face it lies on is rounding.
_SLIVER = 1e-10
# Chosen: an entry of less than this share of the largest of its row is rounding.
_ROUNDING = 1e-12
# A clipped triangle has at most six corners.
_MOST = 6


def tied_faces(
    mesh: Mesh, first_faces: Ints, second_faces: Ints, *, largest_gap_mm: float, name: str = "tie"
) -> Tie:
    """Faces (k, 6) glued to faces (l, 6) wherever they face each other across at most `largest_gap_mm`.

    The sides are best given so that the first has the finer mesh or the softer body. `Tie.share` of the
    result says how much of the first side was glued.

    A gap is bridged as if the second side went on: that side is best the stiffer one.

    Raises:
        ModelError: the sides share nodes, are curved or lie in layers, or no part of them is opposite and
            near enough.
    """
    areas_mm2 = [face_patch(mesh, faces).areas_mm2.sum(axis=1) for faces in (first_faces, second_faces)]
    owners = [_owners(mesh, faces) for faces in (first_faces, second_faces)]
    if np.isin(np.concatenate(owners), mesh.curved).any():
        raise ModelError(
            f"the sides of tie {name!r} belong to curved elements, which a tie cannot follow",
            where=name,
            advice="Use mesh.straightened()",
        )
    if np.isin(first_faces, second_faces).any():
        raise ModelError(f"the two sides of tie {name!r} share nodes", where=name)
    here, there = (mesh.nodes_mm[faces[:, :3]] for faces in (first_faces, second_faces))
    pieces = _common_pieces(here, there, largest_gap_mm)
    near = np.abs(pieces.gap_mm) <= largest_gap_mm
    if not near.any():
        found = f"{np.abs(pieces.gap_mm).min():.3g} mm apart" if len(near) else "nowhere opposite each other"
        raise ModelError(
            f"the two sides of tie {name!r} are {found}, with {largest_gap_mm:g} mm allowed",
            where=name,
            advice="Allow a larger gap, or bring the meshes together",
        )
    face, other = pieces.first[near], pieces.second[near]
    corners, areas = pieces.corners_mm[near], pieces.areas_mm2[near]
    points = np.einsum("qv,pvd->pqd", POINTS, corners).reshape(-1, 3)
    weights = (areas[:, None] * WEIGHTS).ravel()
    face, other = np.repeat(face, len(WEIGHTS)), np.repeat(other, len(WEIGHTS))
    shapes = _face_shapes(_places(here[face], points))
    tets = mesh.tets[owners[1][other]]
    count = len(mesh.nodes_mm)
    # one weighted gap for each node of the first side: rows over points, then over nodes
    gaps = _over_points(shapes, first_faces[face], count)
    gaps = gaps - _over_points(_tet_shapes(mesh, tets, points), tets, count)
    tested = _over_points(shapes * weights[:, None], first_faces[face], count).T.tocsr()
    nodes = np.unique(first_faces[face])
    rows = csr_array(tested[nodes] @ gaps)
    share = float(areas.sum() / areas_mm2[0].sum())
    if share > 1.0 + 1e-6:
        raise ModelError(f"the second side of tie {name!r} lies in layers over the first", where=name)
    around = np.repeat(areas_mm2[0], 6)
    reached = np.bincount(first_faces.ravel(), around, minlength=count).astype(np.float64)
    return Tie(
        name=name,
        rows=csr_array(kron(_without_rounding(rows), np.eye(3), format="csr")),
        tested=nodes,
        reached_mm2=reached[nodes],
        share=share,
    )


def _without_rounding(rows: csr_array) -> csr_array:
    """Rows without entries that are zero but for rounding, as of vertices off the second side."""
    most = np.asarray(abs(rows).max(axis=1).todense()).ravel()
    rows.data[np.abs(rows.data) < _ROUNDING * np.repeat(most, np.diff(rows.indptr))] = 0.0
    rows.eliminate_zeros()
    return rows


@dataclass(frozen=True, kw_only=True)
class _Pieces:
    """Triangles that faces of the two sides have in common, in the plane of the first.

    Attributes:
        first, second: the faces, shape (p,).
        corners_mm: shape (p, 3, 3).
        areas_mm2: shape (p,).
        gap_mm: from the centre to the face of the second side, along the normal of the first, shape (p,).
    """

    first: Ints
    second: Ints
    corners_mm: Floats
    areas_mm2: Floats
    gap_mm: Floats


def _near_pairs(here: Floats, there: Floats, gap_mm: float) -> tuple[Ints, Ints]:
    """Pairs of faces, corners (k, 3, 3) and (l, 3, 3), that could lie over each other within a gap."""
    centres = [side.mean(axis=1) for side in (here, there)]
    reach = [
        np.linalg.norm(s - c[:, None], axis=2).max(axis=1)
        for s, c in zip((here, there), centres, strict=True)
    ]
    # by size, or one large face would make a partner of every small one
    sizes = np.floor(np.log2(reach[1] / reach[1].min())).astype(np.int64)
    firsts, seconds = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for size in np.unique(sizes):
        mine = np.flatnonzero(sizes == size)
        radius = np.hypot(reach[0] + reach[1][mine].max(), gap_mm)
        lists = cKDTree(centres[1][mine]).query_ball_point(centres[0], radius)
        first = np.repeat(np.arange(len(here)), [len(found) for found in lists])
        second = mine[np.concatenate([np.asarray(found, dtype=np.int64) for found in lists])]
        apart = np.linalg.norm(centres[0][first] - centres[1][second], axis=1)
        kept = apart <= np.hypot(reach[0][first] + reach[1][second], gap_mm) * (1.0 + 1e-9)
        firsts.append(first[kept])
        seconds.append(second[kept])
    return np.concatenate(firsts), np.concatenate(seconds)


def _common_pieces(here: Floats, there: Floats, gap_mm: float) -> _Pieces:
    """All common triangles of faces with corners (k, 3, 3) and faces (l, 3, 3) that look at each other."""
    first, second = _near_pairs(here, there, gap_mm)
    normals = [np.cross(side[:, 1] - side[:, 0], side[:, 2] - side[:, 0]) for side in (here, there)]
    facing = np.einsum("pd,pd->p", normals[0][first], normals[1][second]) < 0.0
    first, second = first[facing], second[facing]
    base, across = there[second, 0], normals[1][second]
    along = normals[0][first]
    slope = np.einsum("pd,pd->p", across, along)
    # the second face, moved along the normal of the first into its plane
    height = np.einsum("pcd,pd->pc", there[second] - here[first, :1], along)
    moved = there[second] - (height / (along**2).sum(axis=1)[:, None])[:, :, None] * along[:, None]
    polygons, corners = _clipped(here[first], moved, along)
    # fans of triangles around the first corner
    fan = np.arange(1, _MOST - 1)
    pair, step = np.nonzero(fan + 1 < corners[:, None])
    triangles = np.stack(
        [polygons[pair, 0], polygons[pair, fan[step]], polygons[pair, fan[step] + 1]], axis=1
    )
    areas = 0.5 * np.linalg.norm(
        np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1
    )
    kept = areas > _SLIVER * 0.5 * np.linalg.norm(along[pair], axis=1)
    pair, triangles, areas = pair[kept], triangles[kept], areas[kept]
    miss = np.einsum("pd,pd->p", base[pair] - triangles.mean(axis=1), across[pair]) / slope[pair]
    return _Pieces(
        first=first[pair],
        second=second[pair],
        corners_mm=triangles,
        areas_mm2=areas,
        gap_mm=miss * np.linalg.norm(along[pair], axis=1),
    )


@njit(cache=True, error_model="numpy")
def _clipped(windows, subjects, normals):  # type: ignore[no-untyped-def]
    """The common part of pairs of triangles in one plane (Sutherland & Hodgman 1974): corners, shape (p, 6,
    3), and how many of them count, shape (p,)."""
    p = windows.shape[0]
    polygons = np.zeros((p, _MOST, 3))
    corners = np.zeros(p, np.int64)
    now = np.empty((_MOST + 1, 3))
    after = np.empty((_MOST + 1, 3))
    for k in range(p):
        size = 3
        now[:3] = subjects[k]
        for edge in range(3):
            start = windows[k, edge]
            inward = np.cross(normals[k], windows[k, (edge + 1) % 3] - start)
            kept = 0
            for i in range(size):
                a = now[i]
                b = now[(i + 1) % size]
                da = np.dot(a - start, inward)
                db = np.dot(b - start, inward)
                if da >= 0.0 and kept < _MOST:
                    after[kept] = a
                    kept += 1
                if ((da > 0.0 and db < 0.0) or (da < 0.0 and db > 0.0)) and kept < _MOST:
                    after[kept] = a + (b - a) * (da / (da - db))
                    kept += 1
            size = kept
            now[:size] = after[:size]
            if size < 3:
                break
        if size >= 3:
            corners[k] = size
            polygons[k, :size] = now[:size]
    return polygons, corners


def _places(corners: Floats, points: Floats) -> Floats:
    """Barycentric coordinates of points in the planes of triangles, shape (p, 3)."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = np.cross(first, second)
    square = np.einsum("pd,pd->p", normal, normal)
    arm = points - corners[:, 0]
    one = np.einsum("pd,pd->p", np.cross(arm, second), normal) / square
    two = np.einsum("pd,pd->p", np.cross(first, arm), normal) / square
    return np.column_stack([1.0 - one - two, one, two])


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
    return shapes_at(places)


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
