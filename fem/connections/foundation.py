"""An elastic foundation: faces on a bed of springs to the ground."""

import numpy as np
from scipy.sparse import csr_array

from fem.connections.connection import Springs
from fem.faces import SHAPES, face_patch
from geometry.arrays import Ints
from geometry.errors import ModelError
from geometry.mesh import Mesh


def elastic_foundation(
    mesh: Mesh,
    face_nodes: Ints,
    normal_n_per_mm3: float,
    tangential_n_per_mm3: float = 0.0,
    name: str = "foundation",
) -> Springs:
    """Faces (k, 6) that feel a pressure of `normal_n_per_mm3` per mm they sink in, and a shear traction of
    `tangential_n_per_mm3` per mm they slide (Winkler's bed, bonded: it pulls as well as it pushes)."""
    patch = face_patch(mesh, face_nodes)
    normal = patch.normals
    # any two directions across the normal: it must not be nearly along the helper axis
    helper = np.eye(3)[np.abs(normal).argmin(axis=2)]
    first = np.cross(normal, helper)
    first /= np.linalg.norm(first, axis=2, keepdims=True)
    directions = np.stack([normal, first, np.cross(normal, first)], axis=2)
    bed = np.array([normal_n_per_mm3, tangential_n_per_mm3, tangential_n_per_mm3])
    acting = np.flatnonzero(bed != 0.0)
    if not len(acting):
        raise ModelError(f"connection {name!r} has no stiffness", where=name)
    # axes of what follows: face, point, direction, node, component
    values = SHAPES[None, :, None, :, None] * directions[:, :, acting, None, :]
    columns = 3 * patch.nodes[:, None, None, :, None] + np.arange(3)
    columns = np.broadcast_to(columns, values.shape)
    count = len(values) * 6 * len(acting)
    rows = csr_array(
        (values.ravel(), columns.ravel(), 18 * np.arange(count + 1)), shape=(count, 3 * len(mesh.nodes_mm))
    )
    stiffness = patch.areas_mm2[:, :, None] * bed[acting]
    return Springs(name=name, rows=rows, stiffness_n_per_mm=stiffness.ravel())
