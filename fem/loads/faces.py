"""Areas, normals and consistent nodal shares of the straight six-node faces of a mesh."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats, Ints
from geometry.errors import ModelError
from geometry.mesh import Mesh

# Degree-4 rule on a triangle, six points (Dunavant 1985, doi 10.1002/nme.1620210612, table II).
_FIRST, _SECOND = 0.445948490915965, 0.091576213509771
POINTS = np.array(
    [[1 - 2 * s if i == j else s for j in range(3)] for s in (_FIRST, _SECOND) for i in range(3)], dtype=float
)
WEIGHTS = np.repeat([0.223381589678011, 0.109951743655322], 3)
# Six-node shape functions at those points, shape (6 points, 6 nodes).
SHAPES = np.column_stack(
    [POINTS[:, i] * (2 * POINTS[:, i] - 1) for i in range(3)]
    + [4 * POINTS[:, i] * POINTS[:, j] for i, j in ((0, 1), (1, 2), (2, 0))]
)


@dataclass(frozen=True, kw_only=True)
class FacePatch:
    """Faces of a mesh with their integration points.

    Attributes:
        nodes: shape (k, 6), mesh numbering.
        area_normals_mm2: outward normal times area, shape (k, 3).
        points_mm: shape (k, 6, 3).
    """

    nodes: Ints
    area_normals_mm2: Floats
    points_mm: Floats

    @property
    def areas_mm2(self) -> Floats:
        """Shape (k,)."""
        return np.asarray(np.linalg.norm(self.area_normals_mm2, axis=1), dtype=np.float64)


def face_patch(mesh: Mesh, face_nodes: Ints) -> FacePatch:
    """The patch of faces of shape (k, 6); refuses none at all."""
    if face_nodes.ndim != 2 or face_nodes.shape[1] != 6 or len(face_nodes) == 0:
        raise ModelError(f"a load needs faces of shape (k, 6), got {face_nodes.shape}")
    if face_nodes.min() < 0 or face_nodes.max() >= len(mesh.nodes_mm):
        raise ModelError("a face names a node that does not exist")
    corners = mesh.nodes_mm[face_nodes[:, :3]]
    normals = 0.5 * np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return FacePatch(
        nodes=face_nodes,
        area_normals_mm2=normals,
        points_mm=np.asarray(np.einsum("qc,kcd->kqd", POINTS, corners), dtype=np.float64),
    )


def consistent_forces(mesh: Mesh, patch: FacePatch, traction_mpa: Floats) -> Floats:
    """Nodal forces in N, shape (n, 3), of a traction given at the integration points, shape (k, 6, 3)."""
    weighted = traction_mpa * (patch.areas_mm2[:, None] * WEIGHTS)[:, :, None]
    nodal = np.einsum("qa,kqd->kad", SHAPES, weighted)
    forces = np.zeros((len(mesh.nodes_mm), 3))
    np.add.at(forces, patch.nodes, nodal)
    return forces
