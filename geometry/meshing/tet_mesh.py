"""The linear mesh that meshing works on: tetrahedra in parts, and the faces between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from geometry.arrays import Bools, Floats, Ints
from geometry.errors import BadMeshError, MeshError
from geometry.mesh import TET_FACES


@dataclass(frozen=True, kw_only=True)
class TetMesh:
    """A conforming mesh of linear tetrahedra.

    Attributes:
        vertices_mm: shape (n, 3).
        tets: shape (m, 4); positive volume.
        part: index into `part_names` of each tetrahedron, shape (m,).
        part_names: in the order of priority of the bodies.
        faces: named boundary faces; each value has shape (k, 3), outward normal.
    """

    vertices_mm: Floats
    tets: Ints
    part: Ints
    part_names: tuple[str, ...]
    faces: Mapping[str, Ints]

    def __post_init__(self) -> None:
        if self.tets.ndim != 2 or self.tets.shape[1] != 4:
            raise MeshError(f"tets has shape {self.tets.shape}, expected (m, 4)")
        if self.part.shape != (len(self.tets),):
            raise MeshError(f"part has shape {self.part.shape}, expected ({len(self.tets)},)")
        object.__setattr__(self, "faces", MappingProxyType(dict(self.faces)))
        for array in (self.vertices_mm, self.tets, self.part, *self.faces.values()):
            array.flags.writeable = False

    def volumes_mm3(self) -> Floats:
        """Volume of each tetrahedron, shape (m,)."""
        return tet_volumes(self.vertices_mm, self.tets)


@dataclass(frozen=True, kw_only=True)
class LabelledMesh:
    """A mesh on its way: tetrahedra with the bodies they belong to, and the triangles of sharp ends.

    Attributes:
        vertices_mm: shape (n, 3).
        tets: shape (m, 4); positive volume.
        label: 1 + index of the body of each tetrahedron, shape (m,).
        marked: triangles on caps, shape (k, 3).
        mark: 1 + number of the cap of each such triangle, shape (k,).
    """

    vertices_mm: Floats
    tets: Ints
    label: Ints
    marked: Ints
    mark: Ints


@dataclass(frozen=True, kw_only=True)
class Facets:
    """All triangles of a tetrahedral mesh, each once.

    Attributes:
        corners: vertices, shape (k, 3), normal pointing out of the first owner.
        owners: the two tetrahedra that share the triangle, shape (k, 2); -1 where there is no second one.
    """

    corners: Ints
    owners: Ints

    @property
    def boundary(self) -> Bools:
        """True where a facet has one owner only, shape (k,)."""
        mask: Bools = self.owners[:, 1] < 0
        return mask


def tet_volumes(vertices_mm: Floats, tets: Ints) -> Floats:
    """Signed volume of each tetrahedron, shape (m,)."""
    first = vertices_mm[tets[:, 0]]
    a, b, c = (vertices_mm[tets[:, k]] - first for k in (1, 2, 3))
    volumes: Floats = np.einsum("ij,ij->i", np.cross(a, b), c) / 6.0
    return volumes


def facets_of(tets: Ints) -> Facets:
    """The triangles of a mesh with their owners; refuses a triangle with more than two owners."""
    corners = tets[:, TET_FACES].reshape(-1, 3)
    ordered = np.sort(corners, axis=1)
    n = int(tets.max()) + 1 if len(tets) else 1
    # two keys, since three vertex numbers do not fit into 64 bits
    order = np.lexsort((ordered[:, 2], ordered[:, 0] * n + ordered[:, 1]))
    ordered = ordered[order]
    same = (ordered[1:] == ordered[:-1]).all(axis=1)
    if (same[1:] & same[:-1]).any():
        raise BadMeshError("a triangle is shared by more than two tetrahedra")
    first = np.flatnonzero(np.concatenate([[True], ~same]))
    owner = order // 4
    second = np.full(len(first), -1)
    has_second = np.append(same, False)[first]
    second[has_second] = owner[first[has_second] + 1]
    return Facets(corners=corners[order[first]], owners=np.stack([owner[first], second], axis=1))


def compacted(vertices_mm: Floats, tets: Ints) -> tuple[Floats, Ints]:
    """Vertices and tetrahedra without the vertices that no tetrahedron uses."""
    used, renumbered = np.unique(tets, return_inverse=True)
    return vertices_mm[used], renumbered.reshape(tets.shape)


def turned_positive(vertices_mm: Floats, tets: Ints) -> Ints:
    """The tetrahedra with two vertices swapped where the volume was negative, shape (m, 4)."""
    turned = tets.copy()
    negative = tet_volumes(vertices_mm, tets) < 0.0
    turned[negative] = turned[negative][:, [0, 1, 3, 2]]
    return turned
