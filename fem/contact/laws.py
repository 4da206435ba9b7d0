"""All one-sided springs of a model in one row: where a displacement puts them, the least energy on a way."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import brentq
from scipy.sparse import csr_array, vstack

from fem.connections.connection import OneSidedSprings, SwitchedSprings
from geometry.arrays import Bools, Floats


@dataclass(frozen=True, kw_only=True)
class Place:
    """A displacement under one load as the springs see it.

    Attributes:
        beyond_mm: how far each is stretched beyond its slack, shape (r,).
        balanced_n: pulls with which the rest would be in balance but for `unborne`, shape (r,).
        unborne: the share of the load that nothing balances yet.
        work_nmm: of the load on the displacement.
    """

    beyond_mm: Floats
    balanced_n: Floats
    unborne: float
    work_nmm: float

    def towards(self, other: "Place", share: float) -> "Place":
        """The place a share of the way to another: all of this is linear in the displacement."""
        return Place(
            beyond_mm=self.beyond_mm + share * (other.beyond_mm - self.beyond_mm),
            balanced_n=self.balanced_n + share * (other.balanced_n - self.balanced_n),
            unborne=self.unborne + share * (other.unborne - self.unborne),
            work_nmm=self.work_nmm + share * (other.work_nmm - self.work_nmm),
        )


@dataclass(frozen=True, kw_only=True)
class JoinedLaws:
    """The one-sided springs of several connections in one row, shape (r,)."""

    laws: tuple[OneSidedSprings, ...]

    @cached_property
    def rows(self) -> csr_array:
        """Their stretches from the displacements, shape (r, 3n)."""
        return csr_array(vstack([law.rows for law in self.laws], format="csr"))

    @cached_property
    def stiffness_n_per_mm(self) -> Floats:
        """Shape (r,)."""
        return np.concatenate([law.stiffness_n_per_mm for law in self.laws])

    @cached_property
    def slack_mm(self) -> Floats:
        """Shape (r,)."""
        return np.concatenate([law.slack_mm for law in self.laws])

    @property
    def at_rest(self) -> Place:
        """The place of no displacement."""
        return Place(
            beyond_mm=-self.slack_mm, balanced_n=np.zeros_like(self.slack_mm), unborne=1.0, work_nmm=0.0
        )

    def beyond_mm(self, displacement_mm: Floats) -> Floats:
        """How far each is stretched beyond its slack, shape (r,), by displacements of shape (n, 3)."""
        return np.asarray(self.rows @ displacement_mm.ravel() - self.slack_mm)

    def place(self, displacement_mm: Floats, acting: Bools, work_nmm: float) -> Place:
        """The place of a solution with these springs acting."""
        beyond = self.beyond_mm(displacement_mm)
        pull = np.where(acting, self.stiffness_n_per_mm * beyond, 0.0)
        return Place(beyond_mm=beyond, balanced_n=pull, unborne=0.0, work_nmm=work_nmm)

    def unsettled_n(self, place: Place) -> float:
        """Size of the nodal forces by which a place misses the law."""
        return float(np.linalg.norm(self.rows.T @ (place.balanced_n - self._true_n(place.beyond_mm))))

    def lowest_between(self, first: Place, second: Place) -> Place:
        """The place of least energy on the way from one to another, at which the quadratic of the first is
        least; the slope of the energy never falls on the way."""
        way = second.beyond_mm - first.beyond_mm
        work = second.work_nmm - first.work_nmm

        def slope(share: float) -> float:
            place = first.towards(second, share)
            missing = self._true_n(place.beyond_mm) - place.balanced_n
            return float(missing @ way) - place.unborne * work

        if not slope(0.0) < 0.0 or not slope(1.0) > 0.0:
            return second
        return first.towards(second, float(brentq(slope, 0.0, 1.0)))

    def switched(self, acting: Bools) -> tuple[SwitchedSprings, ...]:
        """The connections with a state, shape (cases, r)."""
        ends = np.cumsum([len(law.slack_mm) for law in self.laws])[:-1]
        return tuple(
            SwitchedSprings(law=law, acting=mine)
            for law, mine in zip(self.laws, np.split(acting, ends, axis=1), strict=True)
        )

    def _true_n(self, beyond_mm: Floats) -> Floats:
        """The pulls that stretches bring."""
        return np.asarray(self.stiffness_n_per_mm * np.maximum(beyond_mm, 0.0))
