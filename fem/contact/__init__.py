"""Springs that act one way only: lines that go slack, faces that press without friction and do not pull."""

from fem.contact.active_set import contact_connections, solve_one_sided
from fem.contact.faces import Contact, contact_faces
from fem.contact.parted import Interface, PartedMesh, parted
from fem.contact.state import OneSidedSolution, Touching

__all__ = [
    "Contact",
    "Interface",
    "OneSidedSolution",
    "PartedMesh",
    "Touching",
    "contact_connections",
    "contact_faces",
    "parted",
    "solve_one_sided",
]
