"""The mesh: quadratic tetrahedra, straight or curved, in named parts, with named faces."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np

from geometry.arrays import Floats, Ints
from geometry.errors import MeshError
from geometry.mirror import ACROSS
from geometry.tetrahedron import TET_EDGES, bent_elements, curved_volumes, shapes_at, straight_volumes

# Faces of a tet4, outward normal by the right-hand rule when the volume is positive.
TET_FACES = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
# Mid nodes of those faces, between vertices (0, 1), (1, 2), (2, 0) of the face.
TET_FACE_MIDS = np.array([[6, 5, 4], [4, 8, 7], [5, 9, 8], [7, 9, 6]])


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """A conforming mesh of quadratic tetrahedra in the anatomical frame (x left, y back, z up).

    Attributes:
        nodes_mm: shape (n, 3).
        tets: nodes of each tetrahedron in VTK order, shape (m, 10); positive volume.
        part: index into `part_names` of each tetrahedron, shape (m,).
        part_names: such as ("sacrum", "screw").
        faces: named boundary faces; each value has shape (k, 6), VTK order, outward normal.
    """

    nodes_mm: Floats
    tets: Ints
    part: Ints
    part_names: tuple[str, ...]
    faces: Mapping[str, Ints]

    def __post_init__(self) -> None:
        if self.nodes_mm.ndim != 2 or self.nodes_mm.shape[1] != 3:
            raise MeshError(f"nodes_mm has shape {self.nodes_mm.shape}, expected (n, 3)")
        if self.tets.ndim != 2 or self.tets.shape[1] != 10:
            raise MeshError(f"tets has shape {self.tets.shape}, expected (m, 10)")
        if self.part.shape != (len(self.tets),):
            raise MeshError(f"part has shape {self.part.shape}, expected ({len(self.tets)},)")
        object.__setattr__(self, "faces", MappingProxyType(dict(self.faces)))
        for array in (self.nodes_mm, self.tets, self.part, *self.faces.values()):
            array.flags.writeable = False

    def part_index(self, name: str) -> int:
        """The index of a part in `part_names`; refuses an unknown name."""
        if name not in self.part_names:
            raise MeshError(f"no part named {name!r} in this mesh, only {', '.join(self.part_names)}")
        return self.part_names.index(name)

    def face(self, name: str) -> Ints:
        """The faces of that name, shape (k, 6); refuses an unknown name."""
        if name not in self.faces:
            raise MeshError(f"no face named {name!r} in this mesh, only {', '.join(sorted(self.faces))}")
        return self.faces[name]

    def corner_points_mm(self) -> Floats:
        """The four vertices of each tetrahedron, shape (m, 4, 3)."""
        return self.nodes_mm[self.tets[:, :4]]

    @cached_property
    def curved(self) -> Ints:
        """Tetrahedra with a mid node off the middle of its edge, ascending, shape (k,)."""
        return np.flatnonzero(bent_elements(self.nodes_mm, self.tets))

    def volumes_mm3(self) -> Floats:
        """Volume of each tetrahedron, shape (m,)."""
        volumes = self.straight_volumes_mm3()
        if len(self.curved):
            volumes[self.curved] = curved_volumes(self.nodes_mm[self.tets[self.curved]])
        return volumes

    def straight_volumes_mm3(self) -> Floats:
        """Volume of each tetrahedron as if its sides were straight, shape (m,)."""
        return straight_volumes(self.corner_points_mm())

    def points_mm(self, barycentric: Floats) -> Floats:
        """Places of barycentric points (q, 4) in each tetrahedron, shape (m, q, 3)."""
        points = np.asarray(barycentric @ self.corner_points_mm())
        if len(self.curved):
            points[self.curved] = shapes_at(barycentric) @ self.nodes_mm[self.tets[self.curved]]
        return points

    def bent(self, nodes_mm: Floats) -> "Mesh":
        """The same mesh with mid nodes, and with them its sides, at other places, shape (n, 3)."""
        vertices = np.unique(self.tets[:, :4])
        if not np.array_equal(nodes_mm[vertices], self.nodes_mm[vertices]):
            raise MeshError("bending a mesh must leave its vertices where they are")
        return replace(self, nodes_mm=nodes_mm, faces=dict(self.faces))

    def straightened(self) -> "Mesh":
        """The same mesh with every mid node in the middle of its edge."""
        nodes = self.nodes_mm.copy()
        for edge, (one, other) in enumerate(TET_EDGES):
            nodes[self.tets[:, 4 + edge]] = 0.5 * (nodes[self.tets[:, one]] + nodes[self.tets[:, other]])
        return self.bent(nodes)

    def mirrored(self) -> "Mesh":
        """The same mesh on the other side of the midsagittal plane (x becomes -x), volumes positive."""
        nodes = self.nodes_mm * ACROSS
        # swapping vertices 1 and 2 restores the orientation; the mid nodes follow their edges
        tets = np.ascontiguousarray(self.tets[:, [0, 2, 1, 3, 6, 5, 4, 7, 9, 8]])
        faces = {name: np.ascontiguousarray(f[:, [0, 2, 1, 5, 4, 3]]) for name, f in self.faces.items()}
        return replace(self, nodes_mm=nodes, tets=tets, part=self.part.copy(), faces=faces)
