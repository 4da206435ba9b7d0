"""What tells one mesh from another."""

import hashlib

import numpy as np

from geometry.mesh import Mesh


def mesh_hash(mesh: Mesh) -> str:
    """A sha256 of the nodes, the tetrahedra, their parts and the named faces."""
    digest = hashlib.sha256()
    for array in (mesh.nodes_mm, mesh.tets, mesh.part, *(mesh.faces[name] for name in sorted(mesh.faces))):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update("\0".join([*mesh.part_names, *sorted(mesh.faces)]).encode())
    return digest.hexdigest()
