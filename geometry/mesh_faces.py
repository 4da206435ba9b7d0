"""Faces of a mesh that no mesher named: the outside of a part, and where two parts meet."""

import numpy as np

from geometry.arrays import Ints
from geometry.mesh import TET_FACE_MIDS, TET_FACES, Mesh


def outer_faces(mesh: Mesh, part: str) -> Ints:
    """Faces of a part that touch nothing, shape (k, 6), outward normal."""
    faces, owner, other = _owned(mesh)
    return np.asarray(faces[(owner == mesh.part_index(part)) & (other < 0)])


def faces_between(mesh: Mesh, part: str, other_part: str) -> Ints:
    """Faces of a part that it shares with another, shape (k, 6), out of the first one."""
    faces, owner, other = _owned(mesh)
    mine, theirs = mesh.part_index(part), mesh.part_index(other_part)
    return np.asarray(faces[(owner == mine) & (other == theirs)])


def surface_nodes(mesh: Mesh, part: str) -> Ints:
    """Nodes on the surface of a part, whatever it touches, ascending, shape (k,)."""
    faces, owner, other = _owned(mesh)
    mine = mesh.part_index(part)
    return np.unique(faces[(owner == mine) & (other != mine)])


def _owned(mesh: Mesh) -> tuple[Ints, Ints, Ints]:
    """Every face of every tetrahedron, shape (4 m, 6), the part it is of and the part beyond, -1 for none."""
    faces = np.concatenate([mesh.tets[:, np.r_[TET_FACES[f], TET_FACE_MIDS[f]]] for f in range(4)])
    owner = np.tile(mesh.part, 4)
    corners = np.sort(faces[:, :3], axis=1)
    order = np.lexsort(corners.T)
    same = (corners[order[1:]] == corners[order[:-1]]).all(axis=1)
    other = np.full(len(faces), -1)
    first, second = order[:-1][same], order[1:][same]
    other[first], other[second] = owner[second], owner[first]
    return faces, owner, other
