"""Rigid motions: the six modes, and which of them supports and connections leave free."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from fem.connections.connection import Connection, RigidNodes
from geometry.arrays import Bools, Floats, Ints
from geometry.mesh import Mesh

# A motion is resisted when its stiffness exceeds this, in nodes held against a motion of size one; far below
# any real support (three nodes 1 mm apart on a body of 1 m give 1e-6). Round-off grows with the largest.
_RESISTS, _ROUND_OFF = 1e-8, 1e-13


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


def free_motions(mesh: Mesh, held: Bools, connections: Sequence[Connection] = ()) -> tuple[list[str], Ints]:
    """Names of rigid motions that held displacements, shape (n, 3), and connections leave free, and the
    nodes of the piece that has them; nothing if there are none."""
    count, piece_of = bodies(mesh)
    modes = np.zeros((len(mesh.nodes_mm), 3, 6))
    for piece in range(count):
        mine = piece_of == piece
        modes[mine] = rigid_modes(mesh.nodes_mm[mine])
    resisted = np.zeros((6 * count, 6 * count))
    for piece in range(count):
        mine = slice(6 * piece, 6 * piece + 6)
        rows = modes[(piece_of == piece)[:, None] & held]
        resisted[mine, mine] = rows.T @ rows
    motions = _all_motions(modes, piece_of, count)
    for connection in connections:
        resisted += _resistance(connection, mesh, motions)
    _, strength, directions = np.linalg.svd(resisted)
    free = directions[strength <= _RESISTS + _ROUND_OFF * float(strength.max())]
    if len(free) == 0:
        return [], np.zeros(0, np.int64)
    shares = np.linalg.norm(free.reshape(len(free), count, 6), axis=(0, 2))
    piece = int(shares.argmax())
    _, size, own = np.linalg.svd(free[:, 6 * piece : 6 * piece + 6], full_matrices=False)
    return _names(own[size > 1e-6]), np.flatnonzero(piece_of == piece)


def _all_motions(modes: Floats, piece_of: Ints, count: int) -> csr_array:
    """Displacements of shape (3n,) from the rigid motions of all pieces, shape (3n, 6 pieces)."""
    columns = 6 * piece_of[:, None, None] + np.arange(6)
    columns = np.broadcast_to(columns, modes.shape)
    return csr_array(
        (modes.ravel(), columns.ravel(), 6 * np.arange(modes.shape[0] * 3 + 1)),
        shape=(3 * len(modes), 6 * count),
    )


def _resistance(connection: Connection, mesh: Mesh, motions: csr_array) -> Floats:
    """What a connection resists, shape (6 pieces, 6 pieces), whatever its stiffness."""
    if not isinstance(connection, RigidNodes):
        size = np.asarray(abs(connection.rows).max(axis=1).todense()).ravel()
        rows = np.asarray((connection.rows @ motions).todense())[size > 0.0] / size[size > 0.0, None]
        return np.asarray(rows.T @ rows)
    mine = (3 * connection.nodes[:, None] + np.arange(3)).ravel()
    moved = np.asarray(motions[mine].todense())
    common = rigid_basis(mesh.nodes_mm[connection.nodes])
    apart = moved - common @ (common.T @ moved)
    return np.asarray(apart.T @ apart)


def rigid_basis(points_mm: Floats) -> Floats:
    """Orthonormal rigid motions of points as one body, shape (3k, 6); fewer columns for one point or a
    line."""
    motions = rigid_modes(points_mm).reshape(-1, 6)
    basis, size, _ = np.linalg.svd(motions, full_matrices=False)
    return np.asarray(basis[:, size > 1e-9 * size[0]])


def _names(free: Floats) -> list[str]:
    """Names that span the free motions, shape (k, 6): pure axes where they fit, directions otherwise."""
    names: list[str] = []
    labels = [f"{kind} {axis}" for kind in ("translation along", "rotation about") for axis in "xyz"]
    inside = np.linalg.norm(free, axis=0) > 1.0 - 1e-9
    names.extend(label for label, is_free in zip(labels, inside, strict=True) if is_free)
    # what the pure axes leave over
    rest = np.where(inside, 0.0, free)
    _, size, directions = np.linalg.svd(rest, full_matrices=False)
    for motion in directions[size > 1e-6]:
        turn, shift = np.linalg.norm(motion[3:]), np.linalg.norm(motion[:3])
        part, kind = (
            (motion[3:], "rotation about") if turn > 1e-6 * shift else (motion[:3], "translation along")
        )
        direction = part / np.linalg.norm(part)
        names.append(f"{kind} ({direction[0]:.2f}, {direction[1]:.2f}, {direction[2]:.2f})")
    return names
