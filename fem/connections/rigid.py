"""Faces that move as one rigid body: a rigid coupling, a potting, a plate."""

import numpy as np

from fem.connections.connection import RigidNodes
from fem.faces import face_patch
from geometry.arrays import Ints
from geometry.mesh import Mesh


def rigid_faces(mesh: Mesh, face_nodes: Ints, name: str = "rigid faces") -> RigidNodes:
    """All nodes of faces (k, 6) as one rigid body, free to shift and turn; load it by `remote_load`."""
    return RigidNodes(name=name, nodes=np.unique(face_patch(mesh, face_nodes).nodes))
