"""What contacts do under a load, and the solution that says so."""

from dataclasses import dataclass

import numpy as np

from fem.contact.faces import Contact
from fem.solution import Solution
from geometry.arrays import Bools, Floats
from geometry.errors import ModelError


@dataclass(frozen=True, kw_only=True)
class Touching:
    """What one contact does under one load case.

    Attributes:
        contact: whose points they are.
        opening_mm: the gap at each point; below zero where the sides sink into each other, shape (k, 6).
        pressure_mpa: at each point, zero where open, shape (k, 6).
        slip_mm: how far the sides slide along each other, shape (k, 6).
        key_share: forces of the keys over the load.
    """

    contact: Contact
    opening_mm: Floats
    pressure_mpa: Floats
    slip_mm: Floats
    key_share: float

    @property
    def closed(self) -> Bools:
        """Which points touch, shape (k, 6)."""
        return np.asarray(self.pressure_mpa > 0.0)

    @property
    def area_mm2(self) -> float:
        """How much of the faces touches."""
        return float(self.contact.areas_mm2[self.closed].sum())

    @property
    def force_n(self) -> Floats:
        """What the first side does to the second, shape (3,)."""
        weight = self.pressure_mpa * self.contact.areas_mm2
        return np.asarray(np.einsum("kq,kqd->d", weight, self.contact.normals), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class ContactSolution:
    """A solved model with contact, one load case.

    Attributes:
        solution: of the linear model that was last solved; points that touch are springs of it.
        touching: what each contact does, in the order given.
        rounds: linear solves it took.
        unsettled: forces of points that pull or do not push, over the load.
    """

    solution: Solution
    touching: tuple[Touching, ...]
    rounds: int
    unsettled: float

    def of(self, name: str) -> Touching:
        """What the contact of that name does; refuses an unknown one."""
        for touching in self.touching:
            if touching.contact.name == name:
                return touching
        raise ModelError(
            f"no contact named {name!r}, only {', '.join(t.contact.name for t in self.touching)}"
        )
