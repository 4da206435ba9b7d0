"""A linear mesh with a node in the middle of every edge."""

from collections.abc import Mapping

import numpy as np

from geometry.arrays import Ints
from geometry.errors import MeshError
from geometry.mesh import Mesh
from geometry.meshing.tet_mesh import TetMesh
from geometry.tetrahedron import TET_EDGES

_FACE_EDGES = np.array([[0, 1], [1, 2], [2, 0]])


def quadratic_mesh(linear: TetMesh, faces: Mapping[str, Ints] | None = None) -> Mesh:
    """The mesh of straight-sided quadratic tetrahedra with the same vertices, parts and named faces.

    The first nodes are the vertices, in their order; then come the mid nodes.

    Args:
        linear: the linear mesh.
        faces: named triangles, shape (k, 3), instead of those of `linear`.

    Raises:
        MeshError: a named triangle that is not a face of the mesh.
    """
    n = len(linear.vertices_mm)
    ends = np.sort(linear.tets[:, TET_EDGES], axis=2)
    keys, place = np.unique(ends[:, :, 0] * n + ends[:, :, 1], return_inverse=True)
    middles = 0.5 * (linear.vertices_mm[keys // n] + linear.vertices_mm[keys % n])
    return Mesh(
        nodes_mm=np.concatenate([linear.vertices_mm, middles]),
        tets=np.concatenate([linear.tets, n + place.reshape(-1, 6)], axis=1),
        part=linear.part.copy(),
        part_names=linear.part_names,
        faces={
            name: _quadratic_faces(name, triangles, keys, n)
            for name, triangles in (linear.faces if faces is None else faces).items()
        },
    )


def _quadratic_faces(name: str, triangles: Ints, keys: Ints, n: int) -> Ints:
    """The triangles with the nodes in the middle of their sides, shape (k, 6)."""
    ends = np.sort(triangles[:, _FACE_EDGES], axis=2)
    wanted = ends[:, :, 0] * n + ends[:, :, 1]
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    if (keys[place] != wanted).any():
        raise MeshError(f"face {name!r} has a side that is no edge of the mesh")
    return np.concatenate([triangles, n + place], axis=1)
