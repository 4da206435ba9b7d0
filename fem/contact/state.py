"""What contacts do under a load, and the solution that says so."""

from dataclasses import dataclass

import numpy as np

from fem.connections.connection import SwitchedSprings
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


def touching(contact: Contact, displacement_mm: Floats, load_n: float) -> Touching:
    """What a contact does in a settled solution, shape (n, 3), under nodal forces of that sum."""
    opening = contact.opening_mm(displacement_mm)
    keys = contact.keys.forces_n(displacement_mm).reshape(-1, 3)
    return Touching(
        contact=contact,
        opening_mm=opening,
        pressure_mpa=contact.stiffness_n_per_mm3 * np.maximum(-opening, 0.0),
        slip_mm=contact.slip_mm(displacement_mm),
        key_share=float(np.linalg.norm(keys, axis=1).sum()) / load_n,
    )


@dataclass(frozen=True, kw_only=True)
class OneSidedSolution:
    """A solved model with one-sided springs.

    Attributes:
        solution: in it each of them acts or does not, load case by load case.
        states: the same, in the order of the model's connections.
        touching: what each contact does under each load case, in the order given.
        rounds: linear solves it took.
        unsettled: of each load case, forces of springs that push or do not pull, over the load, (cases,).
    """

    solution: Solution
    states: tuple[SwitchedSprings, ...]
    touching: tuple[tuple[Touching, ...], ...]
    rounds: int
    unsettled: Floats

    def of(self, name: str, case: str) -> Touching:
        """What the contact of that name does under a load case; refuses an unknown one."""
        row = self.touching[self.solution.model.case_index(case)]
        for one in row:
            if one.contact.name == name:
                return one
        raise ModelError(f"no contact named {name!r}, only {', '.join(t.contact.name for t in row)}")
