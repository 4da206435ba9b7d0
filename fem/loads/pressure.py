"""A pressure on faces."""

from fem.faces import consistent_forces, face_patch
from fem.loads.load_case import LoadCase
from geometry.arrays import Ints
from geometry.mesh import Mesh


def face_pressure(mesh: Mesh, face_nodes: Ints, pressure_mpa: float, name: str = "pressure") -> LoadCase:
    """The load of a pressure, positive into the body, on faces (k, 6) with outward normals."""
    patch = face_patch(mesh, face_nodes)
    traction = -pressure_mpa * patch.normals
    return LoadCase(name=name, nodal_force_n=consistent_forces(mesh, patch, traction))
