"""A moment spread over faces without a resultant force."""

import numpy as np

from fem.loads.faces import WEIGHTS, consistent_forces, face_patch
from fem.loads.load_case import LoadCase
from geometry.arrays import Floats, Ints
from geometry.errors import ModelError
from geometry.mesh import Mesh


def face_moment(mesh: Mesh, face_nodes: Ints, total_moment_nmm: Floats, name: str = "moment") -> LoadCase:
    """The load with no resultant force and the moment `total_moment_nmm`, shape (3,), from a traction on
    faces (k, 6) that grows as w x (x - centre), as in rigid rotation of the faces."""
    patch = face_patch(mesh, face_nodes)
    shares = patch.areas_mm2[:, None] * WEIGHTS
    centre = np.einsum("kq,kqd->d", shares, patch.points_mm) / shares.sum()
    arm = patch.points_mm - centre
    inertia = np.einsum("kq,kqc,kqd->cd", shares, arm, arm)
    # moment of the traction w x r is J w with J = trace(inertia) I - inertia
    polar = np.trace(inertia) * np.eye(3) - inertia
    if np.linalg.cond(polar) > 1e8:
        raise ModelError(f"the faces of load {name!r} lie on a line and cannot carry a moment", where=name)
    spin = np.linalg.solve(polar, np.asarray(total_moment_nmm, dtype=np.float64))
    return LoadCase(name=name, nodal_force_n=consistent_forces(mesh, patch, np.cross(spin, arm)))
