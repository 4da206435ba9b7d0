"""Ties and rigid faces as one projection on the displacements that keep them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csc_array, csr_array, dia_array, kron, vstack
from scipy.sparse.linalg import splu

from fem.connections.connection import RigidNodes, Tie
from fem.model import Model
from fem.rigid import rigid_basis
from geometry.arrays import Bools, Floats, Ints


@dataclass(frozen=True, kw_only=True)
class Bonds:
    """Constraints between displacements of inner nodes, component c of node i at 3 i + c.

    Attributes:
        rows: combinations that are zero, of free displacements only, shape (r, 3n).
        all_rows: the same with held displacements too.
        factor: of rows times its transpose; None without rows.
        bodies: displacements of each rigid body, shape (k,), and its motions, orthonormal, shape (k, 6).
    """

    rows: csr_array
    all_rows: csr_array
    factor: Any
    bodies: tuple[tuple[Ints, Floats], ...]

    def project(self, vector: Floats) -> None:
        """Takes out of a vector, shape (n, 3) or (n, 3, 8), in place, what the constraints forbid."""
        flat = vector.reshape(self.rows.shape[1], -1)
        if self.factor is not None:
            flat -= self.rows.T @ self.factor.solve(self.rows @ flat)
        for places, motions in self.bodies:
            flat[places] = motions @ (motions.T @ flat[places])

    def carried_n(self, unbalanced_n: Floats) -> Floats:
        """Forces of ties on held nodes, shape (n, 3), from what is out of balance at free ones, K u - f.

        On free displacements the forces of the ties are all there is to balance it; the multipliers found
        there act on held ones too.
        """
        if self.factor is None:
            return np.zeros_like(unbalanced_n)
        flat = unbalanced_n.ravel()
        multipliers = self.factor.solve(self.rows @ flat)
        return np.asarray((self.all_rows - self.rows).T @ multipliers).reshape(unbalanced_n.shape)


def bonds_of(model: Model, held: Bools) -> Bonds | None:
    """The bonds of a model, None if it has none; `held` of inner nodes, shape (n, 3)."""
    d = model.discretisation
    ties = [c.rows for c in model.connections if isinstance(c, Tie)]
    rigid = [c for c in model.connections if isinstance(c, RigidNodes)]
    if not ties and not rigid:
        return None
    size = held.size
    rows = csr_array((0, size))
    if ties:
        rows = csr_array(vstack(ties) @ kron(d.interpolation, np.eye(3), format="csr"))
    free = csr_array(rows @ dia_array((~held.reshape(1, -1).astype(float), [0]), shape=(size, size)))
    # a combination of held displacements alone says nothing
    acting = np.flatnonzero(np.asarray(abs(free).sum(axis=1)).ravel() > 1e-9)
    rows, free = csr_array(rows[acting]), csr_array(free[acting])
    return Bonds(
        rows=free,
        all_rows=rows,
        factor=splu(_gram(free)) if len(acting) else None,
        bodies=tuple(_body(model, connection) for connection in rigid),
    )


def _gram(rows: csr_array) -> csc_array:
    """Rows times their transpose, a hair above singular, so that repeated combinations do no harm."""
    gram = rows @ rows.T
    return csc_array(
        gram + 1e-13 * gram.diagonal().max() * dia_array((np.ones((1, rows.shape[0])), [0]), shape=gram.shape)
    )


def _body(model: Model, connection: RigidNodes) -> tuple[Ints, Floats]:
    """Places of the displacements of a rigid body, and its motions."""
    d = model.discretisation
    inner = np.flatnonzero(np.isin(d.node_order, connection.nodes))
    places = (3 * inner[:, None] + np.arange(3)).ravel()
    return places, rigid_basis(d.mesh.nodes_mm[d.node_order[inner]])
