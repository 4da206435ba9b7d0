"""Springs from nodes to the ground."""

import numpy as np
from scipy.sparse import csr_array

from fem.connections.connection import Springs, checked_nodes
from geometry.arrays import Ints
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
