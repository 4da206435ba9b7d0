"""A moment spread over faces without a resultant force."""

from fem.faces import face_patch
from fem.loads.load_case import LoadCase
from fem.loads.remote import remote_load
from geometry.arrays import Floats, Ints
from geometry.mesh import Mesh


def face_moment(mesh: Mesh, face_nodes: Ints, total_moment_nmm: Floats, name: str = "moment") -> LoadCase:
    """The load with no resultant force and the moment `total_moment_nmm`, shape (3,), from a traction on
    faces (k, 6) that grows as w x (x - centre), as in rigid rotation of the faces."""
    centre = face_patch(mesh, face_nodes).centre_mm
    return remote_load(mesh, face_nodes, centre, moment_nmm=total_moment_nmm, name=name)
