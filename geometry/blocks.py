"""Structured and jittered blocks of quadratic tetrahedra, straight or mapped, for verification."""

from collections.abc import Callable

import numpy as np

from geometry.arrays import Floats, Ints
from geometry.mesh import TET_FACE_MIDS, TET_FACES, Mesh
from geometry.tetrahedron import TET_EDGES

# Six tetrahedra around the diagonal 0-7 of a cube whose corner k has x, y, z in its bits: neighbours fit
# (Kuhn).
_KUHN = np.array([[0, 1, 3, 7], [0, 3, 2, 7], [0, 2, 6, 7], [0, 6, 4, 7], [0, 4, 5, 7], [0, 5, 1, 7]])


def quadratic(corners: Floats, tets4: Ints, part: Ints, part_names: tuple[str, ...]) -> Mesh:
    """A straight tet10 mesh from its vertices and linear tetrahedra, with the outer surface as face
    "skin"."""
    edges = np.sort(tets4[:, TET_EDGES].reshape(-1, 2), axis=1)
    keys, back = np.unique(edges[:, 0] * len(corners) + edges[:, 1], return_inverse=True)
    ends = np.stack(np.divmod(keys, len(corners)), axis=1)
    nodes = np.concatenate([corners, corners[ends].mean(axis=1)])
    tets = np.concatenate([tets4, len(corners) + back.reshape(-1, 6)], axis=1)
    return Mesh(nodes_mm=nodes, tets=tets, part=part, part_names=part_names, faces={"skin": skin(tets)})


def skin(tets: Ints) -> Ints:
    """Faces that one tetrahedron alone has, shape (k, 6)."""
    faces = np.concatenate([tets[:, np.r_[TET_FACES[f], TET_FACE_MIDS[f]]] for f in range(4)])
    keys = np.sort(faces[:, :3], axis=1)
    _, first, count = np.unique(keys, axis=0, return_index=True, return_counts=True)
    return np.ascontiguousarray(faces[first[count == 1]])


def block(
    cells: tuple[int, int, int],
    size_mm: tuple[float, float, float] = (1.0, 1.0, 1.0),
    *,
    jitter: float = 0.0,
    shape: Callable[[Floats], Floats] | None = None,
    part_of: Callable[[Floats], Ints] | None = None,
    part_names: tuple[str, ...] = ("block",),
    ticks: tuple[Floats, Floats, Floats] | None = None,
    curved: bool = False,
) -> Mesh:
    """A block from the origin with faces x0, x1, y0, y1, z0, z1 and skin.

    Args:
        cells: cubes along x, y, z.
        size_mm: edge lengths.
        jitter: inner vertices move by up to this share of a cell.
        shape: maps vertices (n, 3) of the block to their places, after the faces are named.
        part_of: part index of tetrahedra from their centroids (m, 3) in the mapped place.
        part_names: names of those parts.
        ticks: places of grid planes instead of even ones.
        curved: `shape` moves mid nodes too, so sides bend with it.
    """
    x, y, z = ticks or tuple(np.linspace(0.0, s, c + 1) for s, c in zip(size_mm, cells, strict=True))
    cells = (len(x) - 1, len(y) - 1, len(z) - 1)
    grid = np.stack(np.meshgrid(x, y, z, indexing="ij"), axis=-1).reshape(-1, 3)
    counts = np.array(cells) + 1
    corner = np.stack(np.meshgrid(*(np.arange(c) for c in cells), indexing="ij"), axis=-1).reshape(-1, 3)
    offsets = np.stack([np.arange(8) & 1, (np.arange(8) >> 1) & 1, (np.arange(8) >> 2) & 1], axis=1)
    cube = np.stack([(corner + o) @ np.array([counts[1] * counts[2], counts[2], 1]) for o in offsets], axis=1)
    tets4 = cube[:, _KUHN].reshape(-1, 4)
    low, high = grid[0], grid[-1]
    points = grid
    if jitter:
        inside = np.all((grid > low) & (grid < high), axis=1)
        moves = np.random.default_rng(7).uniform(-jitter, jitter, grid.shape) * (high - low) / np.array(cells)
        points = grid + moves * inside[:, None]
    flat = {
        f"{axis}{end}": np.isclose(grid[:, k], (low, high)[end][k])
        for k, axis in enumerate("xyz")
        for end in (0, 1)
    }
    before = points
    if shape is not None:
        points = shape(points)
    part = np.zeros(len(tets4), np.int64)
    if part_of is not None:
        part = part_of(points[tets4].mean(axis=1)).astype(np.int64)
    mesh = quadratic(points, tets4, part, part_names)
    faces = {"skin": mesh.faces["skin"]}
    for name, on in flat.items():
        faces[name] = np.ascontiguousarray(mesh.faces["skin"][on[mesh.faces["skin"][:, :3]].all(axis=1)])
    nodes = mesh.nodes_mm.copy()
    if shape is not None and curved:
        nodes[len(points) :] = shape(quadratic(before, tets4, part, part_names).nodes_mm[len(points) :])
    return Mesh(nodes_mm=nodes, tets=mesh.tets.copy(), part=part, part_names=part_names, faces=faces)
