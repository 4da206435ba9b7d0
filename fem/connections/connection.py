"""The kinds of connection, whatever they stand for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from geometry.arrays import Bools, Floats, Ints, frozen_copy
from geometry.errors import ModelError
from geometry.mesh import Mesh


@dataclass(frozen=True, kw_only=True)
class Springs:
    """Linear springs: each resists one combination of nodal displacements.

    Attributes:
        name: for messages and reports.
        rows: the stretch of each spring in mm from the displacements, component c of mesh node i in column
            3 i + c, shape (r, 3n).
        stiffness_n_per_mm: shape (r,), above zero.
    """

    name: str
    rows: csr_array
    stiffness_n_per_mm: Floats

    def __post_init__(self) -> None:
        if self.rows.shape[0] != len(self.stiffness_n_per_mm) or self.rows.shape[0] == 0:
            raise ModelError(
                f"connection {self.name!r} has {self.rows.shape[0]} springs and"
                f" {len(self.stiffness_n_per_mm)} stiffnesses",
                where=self.name,
            )
        good = np.isfinite(self.stiffness_n_per_mm) & (self.stiffness_n_per_mm > 0.0)
        if not good.all():
            worst = float(self.stiffness_n_per_mm[~good][0])
            raise ModelError(
                f"connection {self.name!r} has a stiffness of {worst:g}, not above zero",
                where=self.name,
                advice="Use a tie or rigid faces for what does not give",
            )

    def one_sided(self, slack_mm: float | Floats = 0.0) -> "OneSidedSprings":
        """The same springs, which pull beyond a slack, shape (r,) or of all, and do not push."""
        return OneSidedSprings(
            name=self.name,
            rows=self.rows,
            stiffness_n_per_mm=self.stiffness_n_per_mm,
            slack_mm=np.asarray(slack_mm, dtype=np.float64),
        )

    def scaled(self, factor: float) -> "Springs":
        """The same springs, `factor` times as stiff."""
        return Springs(name=self.name, rows=self.rows, stiffness_n_per_mm=self.stiffness_n_per_mm * factor)

    def forces_n(self, displacement_mm: Floats) -> Floats:
        """The pull in each spring, shape (r,), from displacements of shape (n, 3)."""
        return np.asarray(self.stiffness_n_per_mm * (self.rows @ displacement_mm.ravel()))


@dataclass(frozen=True, kw_only=True)
class OneSidedSprings:
    """Springs that pull when they are stretched beyond their slack and do nothing otherwise.

    Faces that press are the same with the stretch counted inwards. Which of them act is not known before the
    model is solved: `fem.contact.solve_one_sided` finds it for each load case.

    Attributes:
        name: for messages and reports.
        rows: the stretch of each spring in mm, shape (r, 3n), as of `Springs`.
        stiffness_n_per_mm: beyond the slack, shape (r,), above zero.
        slack_mm: the stretch from which they pull, shape (r,); below zero they pull before any load.
    """

    name: str
    rows: csr_array
    stiffness_n_per_mm: Floats
    slack_mm: Floats

    def __post_init__(self) -> None:
        self.always()
        slack = np.broadcast_to(np.asarray(self.slack_mm, dtype=np.float64), self.stiffness_n_per_mm.shape)
        if not np.isfinite(slack).all():
            raise ModelError(f"connection {self.name!r} has a slack that is no number", where=self.name)
        object.__setattr__(self, "slack_mm", frozen_copy(slack))

    def always(self) -> Springs:
        """The same springs, which push as they pull, without slack."""
        return Springs(name=self.name, rows=self.rows, stiffness_n_per_mm=self.stiffness_n_per_mm)

    def beyond_mm(self, displacement_mm: Floats) -> Floats:
        """How far each is stretched beyond its slack, shape (r,); below zero it hangs loose."""
        return np.asarray(self.rows @ displacement_mm.ravel() - self.slack_mm)

    def forces_n(self, displacement_mm: Floats) -> Floats:
        """The pull in each spring, shape (r,), from displacements of shape (n, 3)."""
        return np.asarray(self.stiffness_n_per_mm * np.maximum(self.beyond_mm(displacement_mm), 0.0))


@dataclass(frozen=True, kw_only=True)
class SwitchedSprings:
    """One-sided springs of which it is known in which load cases each acts: linear in each of them.

    Attributes:
        law: the springs.
        acting: of each load case of the model, shape (cases, r).
    """

    law: OneSidedSprings
    acting: Bools

    def __post_init__(self) -> None:
        if self.acting.ndim != 2 or self.acting.shape[1] != len(self.law.stiffness_n_per_mm):
            raise ModelError(
                f"connection {self.name!r} has {len(self.law.stiffness_n_per_mm)} springs and a state of "
                f"shape {self.acting.shape}",
                where=self.name,
            )

    @property
    def name(self) -> str:
        """That of the law."""
        return self.law.name

    @property
    def rows(self) -> csr_array:
        """Those of the law."""
        return self.law.rows

    def slack_forces_n(self, case: int) -> Floats:
        """Forces on the nodes by which their slack acts like a load, shape (n, 3)."""
        pull = np.where(self.acting[case], self.law.stiffness_n_per_mm * self.law.slack_mm, 0.0)
        return np.asarray(self.rows.T @ pull).reshape(-1, 3)

    def forces_n(self, displacement_mm: Floats, case: int) -> Floats:
        """The pull in each spring under a load case, by its place, shape (r,)."""
        pull = self.law.stiffness_n_per_mm * self.law.beyond_mm(displacement_mm)
        return np.where(self.acting[case], pull, 0.0)


@dataclass(frozen=True, kw_only=True)
class Tie:
    """Combinations of nodal displacements that are zero: gaps, weighted with shape functions.

    Attributes:
        name: for messages and reports.
        rows: three for each tested node, its shape function times the gap along x, y and z, integrated, in
            mm3; shape (3k, 3n), columns as in `Springs`.
        tested: nodes of the first side, shape (k,).
        reached_mm2: area of the faces of the first side around each of them, shape (k,).
        share: of the area of the first side that is glued, 0 to 1.
    """

    name: str
    rows: csr_array
    tested: Ints
    reached_mm2: Floats
    share: float


@dataclass(frozen=True, kw_only=True)
class RigidNodes:
    """Nodes that move together as one rigid body.

    Attributes:
        name: for messages and reports.
        nodes: mesh numbering, ascending, shape (k,).
    """

    name: str
    nodes: Ints


Connection = Springs | OneSidedSprings | SwitchedSprings | Tie | RigidNodes


def checked_nodes(mesh: Mesh, nodes: Ints, name: str, width: int = 0) -> Ints:
    """Nodes of a mesh, shape (k,), or (k, width) if given; refuses others."""
    found = np.asarray(nodes)
    wanted = "(k,)" if width == 0 else f"(k, {width})"
    if found.size == 0 or found.ndim != 1 + (width > 0) or (width > 0 and found.shape[1] != width):
        raise ModelError(f"connection {name!r} needs nodes of shape {wanted}, got {found.shape}", where=name)
    if not np.issubdtype(found.dtype, np.integer) or found.min() < 0 or found.max() >= len(mesh.nodes_mm):
        raise ModelError(f"connection {name!r} names a node that does not exist", where=name)
    return found.astype(np.int64)


def linked_pairs(connections: Sequence[Connection], node_count: int) -> Ints:
    """Pairs of nodes that springs and ties couple, as first * n + second with first < second, ascending."""
    found = [np.zeros(0, np.int64)]
    for connection in connections:
        if isinstance(connection, RigidNodes):
            continue
        if connection.rows.shape[1] != 3 * node_count:
            raise ModelError(
                f"connection {connection.name!r} is for {connection.rows.shape[1] // 3} nodes, the mesh has"
                f" {node_count}",
                where=connection.name,
            )
        rows = connection.rows.tocoo()
        touches = csr_array(
            (np.ones(rows.nnz, np.int8), (rows.row, rows.col // 3)), shape=(rows.shape[0], node_count)
        )
        touches.data[:] = 1
        pairs = (touches.T.astype(np.int32) @ touches.astype(np.int32)).tocoo()
        above = pairs.row < pairs.col
        found.append(pairs.row[above].astype(np.int64) * node_count + pairs.col[above])
    return np.unique(np.concatenate(found))
