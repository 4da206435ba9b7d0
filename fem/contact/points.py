"""All points that may touch in one row: where a displacement puts them, and the least energy on a way."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from fem.connections.connection import Springs
from fem.contact.faces import Contact
from fem.contact.state import Touching
from fem.loads import LoadCase
from geometry.arrays import Bools, Floats


@dataclass(frozen=True, kw_only=True)
class Place:
    """A displacement as the points of all contacts see it.

    Attributes:
        opening_mm: gaps, shape (p,).
        balanced_mpa: pressures with which the rest would be in balance but for `unborne`, shape (p,).
        unborne: the share of the load that nothing balances yet.
        work_nmm: of the load on the displacement.
    """

    opening_mm: Floats
    balanced_mpa: Floats
    unborne: float
    work_nmm: float

    def towards(self, other: "Place", share: float) -> "Place":
        """The place a share of the way to another: all of this is linear in the displacement."""
        return Place(
            opening_mm=self.opening_mm + share * (other.opening_mm - self.opening_mm),
            balanced_mpa=self.balanced_mpa + share * (other.balanced_mpa - self.balanced_mpa),
            unborne=self.unborne + share * (other.unborne - self.unborne),
            work_nmm=self.work_nmm + share * (other.work_nmm - self.work_nmm),
        )


@dataclass(frozen=True, kw_only=True)
class ContactPoints:
    """The points of all contacts in one row, shape (p,)."""

    contacts: tuple[Contact, ...]

    @property
    def at_rest(self) -> Place:
        """The place of no displacement."""
        gap = self.joined([c.clearance_mm for c in self.contacts])
        return Place(opening_mm=gap, balanced_mpa=np.zeros_like(gap), unborne=1.0, work_nmm=0.0)

    def place(self, displacement_mm: Floats, closed: tuple[Bools, ...], work_nmm: float) -> Place:
        """The place of a solution with these points closed."""
        opening = self.joined([c.opening_mm(displacement_mm) for c in self.contacts])
        pressure = np.where(self.joined(closed), -self._stiffness * opening, 0.0)
        return Place(opening_mm=opening, balanced_mpa=pressure, unborne=0.0, work_nmm=work_nmm)

    def unsettled_n(self, place: Place) -> float:
        """Size of the nodal forces by which a place misses the law of contact."""
        wrong = self.split(place.balanced_mpa - self._true_mpa(place.opening_mm))
        return float(np.linalg.norm(sum(c.forces_n(w) for c, w in zip(self.contacts, wrong, strict=True))))

    def lowest_between(self, first: Place, second: Place) -> Place:
        """The place of least energy on the way from one to another, at which the quadratic of the first is
        least; the slope of the energy never falls on the way."""
        way = second.opening_mm - first.opening_mm
        work = second.work_nmm - first.work_nmm

        def slope(share: float) -> float:
            place = first.towards(second, share)
            missing = self._areas * (place.balanced_mpa - self._true_mpa(place.opening_mm))
            return float(missing @ way) - place.unborne * work

        if not slope(0.0) < 0.0 or not slope(1.0) > 0.0:
            return second
        return first.towards(second, float(brentq(slope, 0.0, 1.0)))

    def touching(self, displacement_mm: Floats, load_n: float) -> tuple[Touching, ...]:
        """What each contact does in a settled solution under nodal forces of that sum."""
        found = []
        for contact in self.contacts:
            opening = contact.opening_mm(displacement_mm)
            keys = contact.keys.forces_n(displacement_mm).reshape(-1, 3)
            found.append(
                Touching(
                    contact=contact,
                    opening_mm=opening,
                    pressure_mpa=contact.stiffness_n_per_mm3 * np.maximum(-opening, 0.0),
                    slip_mm=contact.slip_mm(displacement_mm),
                    key_share=float(np.linalg.norm(keys, axis=1).sum()) / load_n,
                )
            )
        return tuple(found)

    def springs(self, closed: tuple[Bools, ...]) -> list[Springs]:
        """Springs of closed points, and all keys."""
        found = [c.keys for c in self.contacts]
        return found + [c.pressing(mine) for c, mine in zip(self.contacts, closed, strict=True) if mine.any()]

    def loaded(self, load: LoadCase, closed: tuple[Bools, ...]) -> LoadCase:
        """The load with what springs of closed points do because of their clearance."""
        more = sum(
            c.forces_n(np.where(mine, -c.stiffness_n_per_mm3 * c.clearance_mm, 0.0))
            for c, mine in zip(self.contacts, closed, strict=True)
        )
        return load if not np.any(more) else replace(load, nodal_force_n=load.nodal_force_n + more)

    def split(self, values: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """Values of all points, shape (p,), by contact, each (k, 6)."""
        ends = np.cumsum([c.areas_mm2.size for c in self.contacts])[:-1]
        return tuple(part.reshape(-1, 6) for part in np.split(values, ends))

    @staticmethod
    def joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Values by contact, each (k, 6), in one row."""
        return np.concatenate([part.ravel() for part in parts])

    @cached_property
    def _stiffness(self) -> Floats:
        return self.joined([c.stiffness_n_per_mm3 for c in self.contacts])

    @cached_property
    def _areas(self) -> Floats:
        return self.joined([c.areas_mm2 for c in self.contacts])

    def _true_mpa(self, opening_mm: Floats) -> Floats:
        """The pressure that a gap brings."""
        return np.asarray(self._stiffness * np.maximum(-opening_mm, 0.0))
