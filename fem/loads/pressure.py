"""A pressure on faces."""

import numpy as np

from fem.loads.faces import consistent_forces, face_patch
from fem.loads.load_case import LoadCase
from geometry.arrays import Ints
from geometry.mesh import Mesh


def face_pressure(mesh: Mesh, face_nodes: Ints, pressure_mpa: float, name: str = "pressure") -> LoadCase:
    """The load of a pressure, positive into the body, on faces (k, 6) with outward normals."""
    patch = face_patch(mesh, face_nodes)
    inward = -patch.area_normals_mm2 / patch.areas_mm2[:, None]
    traction = np.broadcast_to(pressure_mpa * inward[:, None, :], patch.points_mm.shape)
    return LoadCase(name=name, nodal_force_n=consistent_forces(mesh, patch, traction))
