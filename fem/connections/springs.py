"""Springs between points of the body: ligaments, joints, bushings."""

import numpy as np
from scipy.sparse import csr_array

from fem.connections.connection import Springs, checked_nodes
from fem.faces import face_patch, nodal_weights
from geometry.arrays import Floats, Ints
from geometry.errors import ModelError
from geometry.mesh import Mesh

# Chosen: so many nodes make half a million couplings, the matrix of a mesh of 18 000 nodes.
_MOST_NODES = 1000


def springs_between(
    mesh: Mesh, pairs: Ints, stiffness_n_per_mm: float | Floats, name: str = "springs"
) -> Springs:
    """A group of springs, each along the line between two nodes.

    Args:
        mesh: whose nodes they join.
        pairs: first and second node of each spring, shape (k, 2).
        stiffness_n_per_mm: of each, shape (k,), or of all.
    """
    first, second = checked_nodes(mesh, pairs, name, 2).T
    line = mesh.nodes_mm[second] - mesh.nodes_mm[first]
    length = np.linalg.norm(line, axis=1)
    if not (length > 0.0).all():
        raise ModelError(
            f"connection {name!r} joins nodes at one place, so a spring has no axis",
            where=name,
            advice="Use bushings",
        )
    axis = line / length[:, None]
    stiffness = np.asarray(stiffness_n_per_mm, dtype=np.float64)
    if stiffness.shape not in ((), first.shape):
        raise ModelError(f"connection {name!r} has {len(first)} springs and {stiffness.size} stiffnesses")
    columns = 3 * np.stack([first, second], axis=1)[:, :, None] + np.arange(3)
    values = np.stack([-axis, axis], axis=1)
    return Springs(
        name=name,
        rows=_rows(values.reshape(len(first), 6), columns.reshape(len(first), 6), mesh),
        stiffness_n_per_mm=np.broadcast_to(stiffness, first.shape).copy(),
    )


def face_spring(
    mesh: Mesh, first_faces: Ints, second_faces: Ints, stiffness_n_per_mm: float, name: str = "spring"
) -> Springs:
    """One spring between the centres of two sets of faces (k, 6), which it pulls on evenly: a ligament with
    its areas of attachment."""
    patches = [face_patch(mesh, faces) for faces in (first_faces, second_faces)]
    line = patches[1].centre_mm - patches[0].centre_mm
    length = float(np.linalg.norm(line))
    if not length > 0.0:
        raise ModelError(f"connection {name!r} joins faces with one centre, so it has no axis", where=name)
    weights = nodal_weights(mesh, patches[1]) - nodal_weights(mesh, patches[0])
    count = int(np.count_nonzero(weights))
    if count > _MOST_NODES:
        raise ModelError(
            f"connection {name!r} pulls on {count} nodes, above {_MOST_NODES}: each is coupled to each",
            where=name,
            advice="Use smaller areas, or springs_between on rigid faces",
        )
    row = csr_array((weights[:, None] * (line / length)).reshape(1, -1))
    return Springs(name=name, rows=row, stiffness_n_per_mm=np.array([stiffness_n_per_mm]))


def bushings(
    mesh: Mesh, pairs: Ints, stiffness_n_per_mm: tuple[float, float, float], name: str = "bushings"
) -> Springs:
    """Springs along x, y and z between nodes at one place, pairs of shape (k, 2).

    At different places such springs would resist a common rotation of both nodes, as if fixed to the ground:
    refused.
    """
    first, second = checked_nodes(mesh, pairs, name, 2).T
    apart = np.linalg.norm(mesh.nodes_mm[second] - mesh.nodes_mm[first], axis=1)
    if not (apart <= 1e-6 * np.ptp(mesh.nodes_mm, axis=0).max()).all():
        raise ModelError(
            f"connection {name!r} joins nodes {apart.max():.3g} mm apart; bushings join nodes at one place",
            where=name,
            advice="Use springs_between",
        )
    columns = (3 * np.stack([first, second], axis=1)[:, None, :] + np.arange(3)[:, None]).reshape(-1, 2)
    return Springs(
        name=name,
        rows=_rows(np.broadcast_to([-1.0, 1.0], columns.shape), columns, mesh),
        stiffness_n_per_mm=np.tile(np.asarray(stiffness_n_per_mm, float), len(first)),
    )


def _rows(values: Floats, columns: Ints, mesh: Mesh) -> csr_array:
    """Rows with as many entries each, shape (r, k)."""
    start = np.arange(len(columns) + 1) * columns.shape[1]
    shape = (len(columns), 3 * len(mesh.nodes_mm))
    return csr_array((np.ascontiguousarray(values).ravel(), columns.ravel(), start), shape=shape)
