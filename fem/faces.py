"""Areas, normals and consistent nodal shares of the six-node faces of a mesh, straight or curved."""

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
_EDGES = ((0, 1), (1, 2), (2, 0))
SHAPES = np.column_stack(
    [POINTS[:, i] * (2 * POINTS[:, i] - 1) for i in range(3)]
    + [4 * POINTS[:, i] * POINTS[:, j] for i, j in _EDGES]
)


def _slopes(along: int) -> Floats:
    """Derivatives of the shape functions along edge 0 to `along`, shape (6 points, 6 nodes)."""
    # d lambda / d s: -1 for vertex 0, +1 for vertex `along`
    rate = np.array([-1.0, along == 1, along == 2])
    columns = [rate[i] * (4 * POINTS[:, i] - 1) for i in range(3)]
    columns += [4 * (rate[i] * POINTS[:, j] + rate[j] * POINTS[:, i]) for i, j in _EDGES]
    return np.column_stack(columns)


_FIRST_SLOPES, _SECOND_SLOPES = _slopes(1), _slopes(2)


@dataclass(frozen=True, kw_only=True)
class FacePatch:
    """Faces of a mesh with their integration points.

    Attributes:
        nodes: shape (k, 6), mesh numbering.
        area_normals_mm2: outward normal times the area that each point stands for, shape (k, 6, 3).
        points_mm: shape (k, 6, 3).
    """

    nodes: Ints
    area_normals_mm2: Floats
    points_mm: Floats

    @property
    def areas_mm2(self) -> Floats:
        """The area that each point stands for, shape (k, 6)."""
        return np.asarray(np.linalg.norm(self.area_normals_mm2, axis=2), dtype=np.float64)

    @property
    def normals(self) -> Floats:
        """Outward unit normals, shape (k, 6, 3)."""
        return np.asarray(self.area_normals_mm2 / self.areas_mm2[:, :, None], dtype=np.float64)

    @property
    def centre_mm(self) -> Floats:
        """The centre of area, shape (3,)."""
        areas = self.areas_mm2
        return np.asarray(np.einsum("kq,kqd->d", areas, self.points_mm) / areas.sum(), dtype=np.float64)

    def polar_mm4(self) -> Floats:
        """J of the moment J w of a traction w x (x - centre), shape (3, 3)."""
        arm = self.points_mm - self.centre_mm
        inertia = np.einsum("kq,kqc,kqd->cd", self.areas_mm2, arm, arm)
        return np.asarray(np.trace(inertia) * np.eye(3) - inertia, dtype=np.float64)


def face_patch(mesh: Mesh, face_nodes: Ints) -> FacePatch:
    """The patch of faces of shape (k, 6); refuses none at all."""
    if face_nodes.ndim != 2 or face_nodes.shape[1] != 6 or len(face_nodes) == 0:
        raise ModelError(f"a load or connection needs faces of shape (k, 6), got {face_nodes.shape}")
    if face_nodes.min() < 0 or face_nodes.max() >= len(mesh.nodes_mm):
        raise ModelError("a face names a node that does not exist")
    places = mesh.nodes_mm[face_nodes]
    normals = 0.5 * np.cross(_FIRST_SLOPES @ places, _SECOND_SLOPES @ places)
    return FacePatch(
        nodes=face_nodes,
        area_normals_mm2=np.asarray(normals * WEIGHTS[:, None], dtype=np.float64),
        points_mm=np.asarray(SHAPES @ places, dtype=np.float64),
    )


def consistent_forces(mesh: Mesh, patch: FacePatch, traction_mpa: Floats) -> Floats:
    """Nodal forces in N, shape (n, 3), of a traction given at the integration points, shape (k, 6, 3)."""
    weighted = traction_mpa * patch.areas_mm2[:, :, None]
    nodal = np.einsum("qa,kqd->kad", SHAPES, weighted)
    forces = np.zeros((len(mesh.nodes_mm), 3))
    np.add.at(forces, patch.nodes, nodal)
    return forces


def nodal_weights(mesh: Mesh, patch: FacePatch) -> Floats:
    """Weights of the nodes in the mean over the patch, shape (n,), sum one."""
    shares = consistent_forces(mesh, patch, np.ones((len(patch.nodes), 6, 1)) * [1.0, 0.0, 0.0])
    return np.asarray(shares[:, 0] / patch.areas_mm2.sum(), dtype=np.float64)
