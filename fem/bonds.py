"""Ties and rigid faces as one projection on the displacements that keep them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csc_array, csr_array, dia_array, kron, vstack
from scipy.sparse.linalg import splu

from fem.connections.connection import RigidNodes, Tie
from fem.discretisation import Discretisation
from fem.model import Model
from fem.rigid import rigid_basis
from geometry.arrays import Bools, Floats, Ints

# Chosen: constraints may repeat each other, or nearly, where a tie meets a support or glues a sliver. The
# shift keeps the factor regular; each round of projection takes away all but a share of what it spoils: two
# are enough as a rule.
_SHIFT, _ROUNDS = 1e-12, 12
# Chosen: what is broken by less than this share of the displacements is rounding.
_KEPT = 1e-15


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
            for _ in range(_ROUNDS):
                broken = self.rows @ flat
                if not np.abs(broken).max() > _KEPT * np.abs(flat).max():
                    break
                flat -= self.rows.T @ self.factor.solve(broken)
        for places, motions in self.bodies:
            flat[places] = motions @ (motions.T @ flat[places])

    def weighted(self, stiffness: Floats) -> "WeightedBonds":
        """The same bonds for a preconditioner, from a stiffness for each displacement, shape (3n,)."""
        compliance = 1.0 / stiffness
        weighting = dia_array((compliance[None], [0]), shape=(len(compliance),) * 2)
        leading: list[tuple[Ints, Floats, Floats]] = []
        for places, motions in self.bodies:
            pulled = motions.T * stiffness[places]
            mean = np.asarray(np.linalg.solve(pulled @ motions, pulled), dtype=np.float64)
            leading.append((places, motions, mean))
        return WeightedBonds(
            rows=self.rows,
            compliance=compliance,
            factor=None if self.factor is None else splu(_gram(self.rows, weighting)),
            bodies=tuple(leading),
        )

    def carried_n(self, unbalanced_n: Floats) -> Floats:
        """Forces of ties on held nodes, shape (n, 3), from what is out of balance at free ones, K u - f.

        On free displacements the forces of the ties are all there is to balance it; the multipliers found
        there act on held ones too.
        """
        if self.factor is None:
            return np.zeros_like(unbalanced_n)
        left = unbalanced_n.ravel().copy()
        multipliers = np.zeros(self.rows.shape[0])
        for _ in range(_ROUNDS):
            pushed = self.rows @ left
            if not np.abs(pushed).max() > _KEPT * np.abs(unbalanced_n).max():
                break
            found = self.factor.solve(pushed)
            multipliers += found
            left -= self.rows.T @ found
        return np.asarray((self.all_rows - self.rows).T @ multipliers).reshape(unbalanced_n.shape)


@dataclass(frozen=True, kw_only=True)
class WeightedBonds:
    """The projection of `Bonds` with what is soft following what is stiff, and its adjoint for forces.

    The plain projection moves both sides of a tie halfway; after a preconditioner that lets the soft side go
    far, the stiff one would go half as far, wrong by the contrast of moduli.

    Attributes:
        rows: as in `Bonds`.
        compliance: of each displacement, shape (3n,).
        factor: of rows times compliance times rows transposed; None without rows.
        bodies: displacements of each rigid body, its motions (k, 6), and the weighted mean motion (6, k).
    """

    rows: csr_array
    compliance: Floats
    factor: Any
    bodies: tuple[tuple[Ints, Floats, Floats], ...]

    def handed_on(self, forces: Floats) -> Floats:
        """Forces, shape (n, 3) or (n, 3, 8), moved to where the bonds hand them."""
        flat = forces.reshape(len(self.compliance), -1).copy()
        if self.factor is not None:
            flat -= self.rows.T @ self.factor.solve(self.rows @ (self.compliance[:, None] * flat))
        for places, motions, mean in self.bodies:
            flat[places] = mean.T @ (motions.T @ flat[places])
        return flat.reshape(forces.shape)

    def followed(self, displacement: Floats) -> Floats:
        """Displacements of the same shape that keep the bonds, the stiff side leading."""
        flat = displacement.reshape(len(self.compliance), -1).copy()
        if self.factor is not None:
            flat -= self.compliance[:, None] * (self.rows.T @ self.factor.solve(self.rows @ flat))
        for places, motions, mean in self.bodies:
            flat[places] = motions @ (mean @ flat[places])
        return flat.reshape(displacement.shape)


def bonds_of(model: Model, held: Bools) -> Bonds | None:
    """The bonds of a model, None if it has none; `held` of inner nodes, shape (n, 3)."""
    d = model.discretisation
    ties = [c for c in model.connections if isinstance(c, Tie)]
    rigid = [c for c in model.connections if isinstance(c, RigidNodes)]
    if not ties and not rigid:
        return None
    size = held.size
    rows = csr_array((0, size))
    if ties:
        rows = csr_array(vstack([_tied_rows(d, tie) for tie in ties]))
    free = csr_array(rows @ dia_array((np.where(held, 0.0, 1.0).reshape(1, -1), [0]), shape=(size, size)))
    # a combination of held displacements alone says nothing
    acting = np.flatnonzero(np.asarray(abs(free).sum(axis=1)).ravel() > 1e-9)
    rows, free = csr_array(rows[acting]), csr_array(free[acting])
    return Bonds(
        rows=free,
        all_rows=rows,
        factor=splu(_gram(free)) if len(acting) else None,
        bodies=tuple(_body(model, connection) for connection in rigid),
    )


def _tied_rows(d: Discretisation, tie: Tie) -> csr_array:
    """The gaps of a tie between inner nodes, shape (r, 3n), each of size one.

    They are weighted with the shape functions in use: quadratic weights would ask linear elements to match
    more than they can.
    """
    weights = csr_array(d.interpolation[tie.tested].T)
    weights = weights[np.flatnonzero(np.diff(weights.indptr))]
    rows = kron(weights, np.eye(3), format="csr") @ tie.rows @ kron(d.interpolation, np.eye(3), format="csr")
    size = np.asarray(abs(rows).sum(axis=1)).ravel()
    # where a face is glued by a corner only, some weights see next to nothing of it
    kept = np.flatnonzero(size > 1e-3 * np.repeat(weights @ tie.reached_mm2, 3))
    return csr_array(dia_array((1.0 / size[None, kept], [0]), shape=(len(kept),) * 2) @ rows[kept])


def _gram(rows: csr_array, weighting: dia_array | None = None) -> csc_array:
    """Rows times their transpose, a hair above singular, so that repeated combinations do no harm."""
    gram = rows @ rows.T if weighting is None else rows @ (weighting @ rows.T)
    return csc_array(gram + dia_array((_SHIFT * gram.diagonal()[None], [0]), shape=gram.shape))


def _body(model: Model, connection: RigidNodes) -> tuple[Ints, Floats]:
    """Places of the displacements of a rigid body, and its motions."""
    d = model.discretisation
    inner = np.flatnonzero(np.isin(d.node_order, connection.nodes))
    places = (3 * inner[:, None] + np.arange(3)).ravel()
    return places, rigid_basis(d.mesh.nodes_mm[d.node_order[inner]])
