"""Springs from nodes to the ground, along the axes or to points that stand still."""

import numpy as np
from scipy.sparse import csr_array

from fem.connections.connection import Springs, checked_nodes
from geometry.arrays import Floats, Ints
from geometry.errors import ModelError
from geometry.mesh import Mesh


def springs_to_ground(
    mesh: Mesh, nodes: Ints, stiffness_n_per_mm: tuple[float, float, float], name: str = "ground springs"
) -> Springs:
    """Springs along x, y and z from each of these nodes, shape (k,), to a point that does not move; none
    along an axis whose stiffness is zero."""
    stiffness = np.asarray(stiffness_n_per_mm, dtype=np.float64)
    axes = np.flatnonzero(stiffness != 0.0)
    distinct = np.unique(checked_nodes(mesh, nodes, name))
    if not len(axes):
        raise ModelError(f"connection {name!r} has no spring", where=name)
    columns = (3 * distinct[:, None] + axes).ravel()
    count = len(columns)
    shape = (count, 3 * len(mesh.nodes_mm))
    return Springs(
        name=name,
        rows=csr_array((np.ones(count), columns, np.arange(count + 1)), shape=shape),
        stiffness_n_per_mm=np.tile(stiffness[axes], len(distinct)),
    )


def springs_to_points(
    mesh: Mesh, nodes: Ints, points_mm: Floats, stiffness_n_per_mm: float | Floats, name: str = "springs"
) -> Springs:
    """A spring from each of these nodes, shape (k,), along the line to a point (k, 3) that does not move."""
    found = checked_nodes(mesh, nodes, name)
    line = mesh.nodes_mm[found] - points_mm
    length = np.linalg.norm(line, axis=1)
    if not (length > 0.0).all():
        raise ModelError(f"connection {name!r} has a spring of no length, so it has no axis", where=name)
    columns = 3 * found[:, None] + np.arange(3)
    rows = csr_array(
        ((line / length[:, None]).ravel(), columns.ravel(), 3 * np.arange(len(found) + 1)),
        shape=(len(found), 3 * len(mesh.nodes_mm)),
    )
    stiffness = np.broadcast_to(np.asarray(stiffness_n_per_mm, dtype=np.float64), found.shape)
    return Springs(name=name, rows=rows, stiffness_n_per_mm=stiffness.copy())
