"""The mechanical model: a discretisation, its elasticity, its supports and its loads, checked as a whole."""

from dataclasses import dataclass

import numpy as np

from fem.connections.connection import Connection, RigidNodes, SwitchedSprings, Tie, linked_pairs
from fem.discretisation import Discretisation
from fem.elastic import ElasticField
from fem.loads.load_case import LoadCase
from fem.pressure import nearly_incompressible
from fem.rigid import free_motions
from fem.supports import Support, held_components
from geometry.arrays import Bools, Floats
from geometry.errors import ModelError


@dataclass(frozen=True, kw_only=True)
class Model:
    """What a solver solves: every load case on the same body and supports.

    Attributes:
        discretisation: of the mesh.
        elastic: of its elements, mesh order.
        supports: nodes that are held.
        load_cases: at least one; names differ.
        connections: springs, ties and rigid faces. With the supports they stop every rigid motion, one-sided
            springs counted as if they acted both ways.
    """

    discretisation: Discretisation
    elastic: ElasticField
    supports: tuple[Support, ...]
    load_cases: tuple[LoadCase, ...]
    connections: tuple[Connection, ...] = ()

    def __post_init__(self) -> None:
        mesh = self.discretisation.mesh
        if len(self.elastic.poisson) != len(mesh.tets):
            raise ModelError(
                f"the elastic field has {len(self.elastic.poisson)} elements, the mesh {len(mesh.tets)}",
                where="elastic",
            )
        object.__setattr__(self, "supports", tuple(self.supports))
        object.__setattr__(self, "load_cases", tuple(self.load_cases))
        object.__setattr__(self, "connections", tuple(self.connections))
        _check_grain(self.discretisation, self.elastic)
        _check_connections(self.discretisation, self.connections, self.held)
        _check_motions(self.discretisation, self.supports, self.connections)
        _check_loads(self.load_cases, self.held)
        for connection in self.connections:
            if isinstance(connection, SwitchedSprings) and len(connection.acting) != len(self.load_cases):
                raise ModelError(
                    f"connection {connection.name!r} is known in {len(connection.acting)} load cases, the "
                    f"model has {len(self.load_cases)}",
                    where=connection.name,
                )

    @property
    def held(self) -> Bools:
        """Which displacements are held, mesh numbering, shape (n, 3)."""
        return held_components(self.supports, len(self.discretisation.mesh.nodes_mm))

    @property
    def forces_n(self) -> Floats:
        """Nodal forces of all load cases, mesh numbering, shape (cases, n, 3)."""
        return np.stack([case.nodal_force_n for case in self.load_cases])

    def case_index(self, name: str) -> int:
        """The place of a load case; refuses an unknown name."""
        names = [case.name for case in self.load_cases]
        if name not in names:
            raise ModelError(f"no load case named {name!r}, only {', '.join(names)}")
        return names.index(name)


def _check_grain(discretisation: Discretisation, elastic: ElasticField) -> None:
    """Refuses a grain in elements that are curved or nearly incompressible."""
    if elastic.grain is None:
        return
    there = np.any(elastic.grain.axes != 0.0, axis=1)
    curved = discretisation.element_order[discretisation.curved]
    for kind, elements, advice in (
        ("curved", curved, "Use mesh.straightened()"),
        ("nearly incompressible", nearly_incompressible(elastic), "Lower Poisson's ratio there"),
    ):
        if there[elements].any():
            raise ModelError(f"{kind} elements have a grain", where="elastic", advice=advice)


def _check_connections(
    discretisation: Discretisation, connections: tuple[Connection, ...], held: Bools
) -> None:
    """Refuses connections that the discretisation does not know, or that compete for a node."""
    mesh = discretisation.mesh
    names = [connection.name for connection in connections]
    if len(set(names)) != len(names):
        raise ModelError("two connections share a name", where="connections")
    taken = np.zeros(len(mesh.nodes_mm), bool)
    for connection in connections:
        if isinstance(connection, RigidNodes):
            if held[connection.nodes].any():
                raise ModelError(
                    f"rigid faces {connection.name!r} have held nodes",
                    where=connection.name,
                    advice="Hold their nodes, or leave them to the connection, not both",
                )
            if discretisation.order == 1 and not np.isin(connection.nodes, discretisation.node_order).any():
                raise ModelError(f"rigid faces {connection.name!r} have no vertex", where=connection.name)
            mine = connection.nodes
        elif isinstance(connection, Tie):
            mine = np.unique(connection.rows.indices // 3)
        else:
            continue
        if taken[mine].any():
            raise ModelError(
                f"connection {connection.name!r} shares nodes with another tie or rigid face",
                where=connection.name,
            )
        taken[mine] = True
    if not np.isin(linked_pairs(connections, len(mesh.nodes_mm)), discretisation.links).all():
        raise ModelError(
            "the model has connections that its discretisation was not made for",
            where="connections",
            advice="Name them in discretise(mesh, connections=...)",
        )


def _check_motions(
    discretisation: Discretisation, supports: tuple[Support, ...], connections: tuple[Connection, ...]
) -> None:
    """Refuses any piece of the mesh that could move as a rigid body, and says how."""
    mesh = discretisation.mesh
    if not supports and not connections:
        raise ModelError("the model has no support", where="supports")
    held = held_components(supports, len(mesh.nodes_mm))
    if discretisation.order == 1:
        _check_vertices(discretisation, held)
    free, nodes = free_motions(mesh, held, connections)
    if not free:
        return
    centre = mesh.nodes_mm[nodes].mean(axis=0)
    which = (
        ""
        if len(nodes) == len(mesh.nodes_mm)
        else f", a separate piece of {len(nodes)} nodes around {np.round(centre, 1).tolist()} mm"
    )
    held_nodes = int(np.count_nonzero(held[nodes].any(axis=1)))
    raise ModelError(
        f"{held_nodes} held nodes leave the body{which} free in {', '.join(free)}",
        where="supports",
        advice="Hold at least three nodes that are not in line, or join the pieces",
    )


def _check_vertices(discretisation: Discretisation, held: Bools) -> None:
    """Refuses held mid nodes that linear elements cannot hold."""
    ends = discretisation.interpolation @ held[discretisation.node_order].astype(float)
    if (held & (ends < 1.0)).any():
        raise ModelError(
            "a support holds a mid node but not both vertices beside it, which linear elements cannot",
            where="supports",
        )


def _check_loads(cases: tuple[LoadCase, ...], held: Bools) -> None:
    """Refuses loads that do not fit the mesh or that act on supports only."""
    if not cases:
        raise ModelError("the model has no load case", where="loads")
    if len({case.name for case in cases}) != len(cases):
        raise ModelError("two load cases share a name", where="loads")
    for case in cases:
        if len(case.nodal_force_n) != len(held):
            raise ModelError(
                f"load {case.name!r} has {len(case.nodal_force_n)} nodes, the mesh {len(held)}",
                where=case.name,
            )
        acting = np.abs(case.nodal_force_n)
        if not acting.any():
            raise ModelError(f"load {case.name!r} is zero everywhere", where=case.name)
        if not np.any(acting[~held] > 1e-12 * acting.max()):
            raise ModelError(f"load {case.name!r} acts on held nodes only, so nothing moves", where=case.name)
