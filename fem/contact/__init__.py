"""Faces that press on each other without friction and do not pull."""

from fem.contact.active_set import contact_connections, solve_contact
from fem.contact.faces import Contact, contact_faces
from fem.contact.parted import Interface, PartedMesh, parted
from fem.contact.state import ContactSolution, Touching

__all__ = [
    "Contact",
    "ContactSolution",
    "Interface",
    "PartedMesh",
    "Touching",
    "contact_connections",
    "contact_faces",
    "parted",
    "solve_contact",
]
