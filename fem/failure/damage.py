"""Damage: the share of its stiffness that an element keeps when its strain has been beyond capacity.

Secant stiffness: unloaded, the element goes back to zero strain. That suits a load that only grows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from fem.failure.criteria import Criterion
from geometry.arrays import Bools, Floats, frozen_copy
from geometry.errors import ModelError

# Chosen: what the most damaged element keeps, so that the stiffness matrix stays regular.
LEAST_KEPT = 1e-3

# Stress over the stress of failure, shape (m,), from the demand, one or more, shape (m,), and the steepness
# of the fall, shape (m,): by what share of that stress it falls at first per strain of failure.
DamageRule: TypeAlias = Callable[[Floats, Floats], Floats]


def plastic(demand: Floats, steepness: Floats) -> Floats:
    """Behind failure the stress stays as it is.

    No band of strain forms, and the force of the whole never falls: it levels off.
    """
    del steepness
    return np.ones_like(demand)


def linear_softening(demand: Floats, steepness: Floats) -> Floats:
    """Behind failure the stress falls in a straight line to zero."""
    return np.maximum(1.0 - (demand - 1.0) * steepness, 0.0)


def exponential_softening(demand: Floats, steepness: Floats) -> Floats:
    """Behind failure the stress falls as steeply as in a straight line at first, then ever more slowly."""
    return np.asarray(np.exp(-(demand - 1.0) * steepness), dtype=np.float64)


DAMAGE_RULES: Mapping[str, DamageRule] = {
    "plastic": plastic,
    "softening": linear_softening,
    "exponential": exponential_softening,
}


@dataclass(frozen=True, kw_only=True)
class DamageLaw:
    """Which elements are damaged, when and how.

    Softening gathers strain in a band one element wide. So the fall in each element is laid out over its own
    size, and the energy that a band takes up is the same on any mesh (crack band, Bazant & Oh 1983, doi
    10.1007/BF02486267).

    Attributes:
        criterion: when an element fails. The largest demand of its Gauss points counts: beside a stiff body
            strain decays within an element, and by the mean a larger element would hold more.
        rule: how its stress goes on, a row of `DAMAGE_RULES`.
        softening_mm: stretch of a band at which linear softening ends.
        may_fail: shape (m,).
        kept_at_start: share of its stiffness that each element begins with, above 0 and up to 1, shape (m,).
            Its strength begins with the same share, since the strains of failure do not change.
    """

    criterion: Criterion
    rule: DamageRule
    softening_mm: float
    may_fail: Bools
    kept_at_start: Floats

    def __post_init__(self) -> None:
        if not np.all((self.kept_at_start > 0.0) & (self.kept_at_start <= 1.0)):
            raise ModelError(
                "an element begins with a share of its stiffness outside 0 to 1", where="failure"
            )
        object.__setattr__(self, "may_fail", frozen_copy(self.may_fail, dtype=np.bool_))
        object.__setattr__(self, "kept_at_start", frozen_copy(self.kept_at_start))

    def kept(self, demand: Floats, volumes_mm3: Floats) -> Floats:
        """Share of its stiffness that each element has left, shape (m,).

        Args:
            demand: the largest that it has met, shape (m,); that of elements which may not fail is ignored.
            volumes_mm3: of the elements, shape (m,).

        Raises:
            ModelError: elements so large that they would snap back.
        """
        worst = np.where(self.may_fail, np.maximum(demand, 1.0), 1.0)
        # the edge of the cube that six such tetrahedra fill
        onset_mm = self.criterion.onset_strain * np.cbrt(6.0 * volumes_mm3)
        largest = float(onset_mm.max(where=worst > 1.0, initial=0.0))
        if not largest < self.softening_mm:
            raise ModelError(
                f"an element stretches by {largest:.2g} mm before it fails, not less than the "
                f"{self.softening_mm:g} mm in which it is to lose all hold",
                where="failure.progressive.softening_mm",
                advice="Use smaller elements or a longer softening",
            )
        steepness = onset_mm / np.maximum(self.softening_mm - onset_mm, np.finfo(float).tiny)
        stress = self.rule(worst, steepness)
        return np.asarray(self.kept_at_start * np.maximum(stress / worst, LEAST_KEPT), dtype=np.float64)
