"""A load case: forces on the nodes of a mesh."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.errors import ModelError


@dataclass(frozen=True, kw_only=True)
class LoadCase:
    """Forces that act together.

    Attributes:
        name: for messages and reports.
        nodal_force_n: mesh numbering, shape (n, 3).
    """

    name: str
    nodal_force_n: Floats

    def __post_init__(self) -> None:
        if self.nodal_force_n.ndim != 2 or self.nodal_force_n.shape[1] != 3:
            raise ModelError(
                f"load {self.name!r} has shape {self.nodal_force_n.shape}, expected (n, 3)", where=self.name
            )
        if not np.all(np.isfinite(self.nodal_force_n)):
            raise ModelError(f"load {self.name!r} has a force that is not a number", where=self.name)
        object.__setattr__(self, "nodal_force_n", frozen_copy(self.nodal_force_n))

    @property
    def resultant_n(self) -> Floats:
        """Sum of the forces, shape (3,)."""
        return np.asarray(self.nodal_force_n.sum(axis=0), dtype=np.float64)

    def moment_nmm(self, about_mm: Floats, nodes_mm: Floats) -> Floats:
        """Moment of the forces about a point, shape (3,)."""
        return np.asarray(np.cross(nodes_mm - about_mm, self.nodal_force_n).sum(axis=0), dtype=np.float64)

    def scaled(self, factor: float) -> "LoadCase":
        """The same load, `factor` times as large."""
        return LoadCase(name=self.name, nodal_force_n=self.nodal_force_n * factor)


def combined(name: str, loads: tuple[LoadCase, ...]) -> LoadCase:
    """All given loads at once."""
    if not loads:
        raise ModelError(f"load {name!r} combines nothing", where=name)
    return LoadCase(name=name, nodal_force_n=np.sum([load.nodal_force_n for load in loads], axis=0))
