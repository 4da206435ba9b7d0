"""Rigid motions: the six modes, and which of them a model leaves free."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.arrays import Bools, Floats, Ints
from geometry.mesh import Mesh

# A held set resists a motion when its smallest stiffness against it exceeds this share; far below any real
# support (three nodes 1 mm apart on a body of 1 m give 1e-3), far above round-off.
_RESISTS = 1e-8


def rigid_modes(points_mm: Floats) -> Floats:
    """Three translations and three rotations about the centre, shape (n, 3, 6), each of largest entry
    about one."""
    arm = points_mm - points_mm.mean(axis=0)
    arm = arm / max(float(np.abs(arm).max()), np.finfo(float).tiny)
    modes = np.zeros((len(points_mm), 3, 6))
    modes[:, :, :3] = np.eye(3)
    for axis in range(3):
        modes[:, :, 3 + axis] = np.cross(np.eye(3)[axis], arm)
    return modes


def bodies(mesh: Mesh) -> tuple[int, Ints]:
    """How many pieces the mesh has, and the piece of each node, shape (n,); pieces share no node."""
    hub = np.repeat(mesh.tets[:, 0], 9)
    spoke = mesh.tets[:, 1:].ravel()
    graph = coo_array((np.ones(len(hub), np.int8), (hub, spoke)), shape=(len(mesh.nodes_mm),) * 2)
    count, label = connected_components(graph, directed=False)
    return int(count), label.astype(np.int64)


def free_motions(points_mm: Floats, held: Bools) -> list[str]:
    """Names of the rigid motions that held displacements, shape (n, 3), leave free; empty if none."""
    modes = rigid_modes(points_mm)
    resisted = modes[held]
    _, strength, motions = (
        np.linalg.svd(resisted.T @ resisted) if len(resisted) else (0, np.zeros(6), np.eye(6))
    )
    free = motions[strength <= _RESISTS * max(float(strength.max()), 1.0)]
    if len(free) == 0:
        return []
    return _names(free)


def _names(free: Floats) -> list[str]:
    """Names that span the free motions, shape (k, 6): pure axes where they fit, directions otherwise."""
    names: list[str] = []
    labels = [f"{kind} {axis}" for kind in ("translation along", "rotation about") for axis in "xyz"]
    inside = np.linalg.norm(free, axis=0) > 1.0 - 1e-9
    names.extend(label for label, is_free in zip(labels, inside, strict=True) if is_free)
    if len(names) == len(free):
        return names
    for motion in free:
        turn, shift = np.linalg.norm(motion[3:]), np.linalg.norm(motion[:3])
        part, kind = (
            (motion[3:], "rotation about") if turn > 1e-6 * shift else (motion[:3], "translation along")
        )
        direction = part / np.linalg.norm(part)
        names.append(f"{kind} ({direction[0]:.2f}, {direction[1]:.2f}, {direction[2]:.2f})")
    return names
