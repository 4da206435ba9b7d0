"""Supports: which nodes are held, and in which directions."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from geometry.arrays import Bools, Ints
from geometry.errors import ModelError


class Support(Protocol):
    """Nodes of the mesh whose displacement is zero in some directions."""

    @property
    def name(self) -> str:
        """What the support is called in messages and reports."""
        ...

    @property
    def nodes(self) -> Ints:
        """Held nodes, mesh numbering, shape (k,)."""
        ...

    @property
    def components(self) -> tuple[bool, bool, bool]:
        """Whether x, y and z are held."""
        ...


@dataclass(frozen=True, kw_only=True)
class FixedNodes:
    """Nodes held in all three directions.

    Attributes:
        name: for messages and reports.
        nodes: mesh numbering, shape (k,).
    """

    name: str
    nodes: Ints

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", _distinct(self.name, self.nodes))

    @property
    def components(self) -> tuple[bool, bool, bool]:
        """All three."""
        return (True, True, True)


@dataclass(frozen=True, kw_only=True)
class FixedComponents:
    """Nodes held in some directions only, as on a plane of symmetry.

    Attributes:
        name: for messages and reports.
        nodes: mesh numbering, shape (k,).
        components: whether x, y and z are held.
    """

    name: str
    nodes: Ints
    components: tuple[bool, bool, bool]

    def __post_init__(self) -> None:
        if not any(self.components):
            raise ModelError(f"support {self.name!r} holds no direction", where=self.name)
        object.__setattr__(self, "nodes", _distinct(self.name, self.nodes))


def _distinct(name: str, nodes: Ints) -> Ints:
    """The nodes once each, ascending, read-only; refuses an empty list."""
    if np.size(nodes) == 0:
        raise ModelError(f"support {name!r} holds no node", where=name)
    distinct = np.unique(nodes).astype(np.int64)
    distinct.flags.writeable = False
    return distinct


def held_components(supports: tuple[Support, ...], node_count: int) -> Bools:
    """Which displacements are held, shape (n, 3)."""
    held = np.zeros((node_count, 3), bool)
    for support in supports:
        if support.nodes.min() < 0 or support.nodes.max() >= node_count:
            raise ModelError(f"support {support.name!r} names a node outside the mesh of {node_count} nodes")
        held[support.nodes] |= np.array(support.components, dtype=bool)
    return held
