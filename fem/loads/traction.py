"""A force spread evenly over faces."""

import numpy as np

from fem.faces import consistent_forces, face_patch
from fem.loads.load_case import LoadCase
from geometry.arrays import Floats, Ints
from geometry.mesh import Mesh


def face_traction(mesh: Mesh, face_nodes: Ints, total_force_n: Floats, name: str = "traction") -> LoadCase:
    """The load whose traction is constant over the faces (k, 6) and whose resultant is `total_force_n`,
    shape (3,)."""
    patch = face_patch(mesh, face_nodes)
    force = np.asarray(total_force_n, dtype=np.float64)
    traction = force / patch.areas_mm2.sum()
    forces = consistent_forces(mesh, patch, np.broadcast_to(traction, patch.points_mm.shape))
    return LoadCase(name=name, nodal_force_n=forces)
