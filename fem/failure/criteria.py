"""Criteria of failure at a point: the demand is the share of its strain capacity that a load uses up."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from fem.recovery import GaussFields, principal_strains
from geometry.arrays import Floats
from geometry.errors import ModelError


class Criterion(Protocol):
    """Strain held against a capacity; the demand grows in proportion to the load.

    Attributes:
        onset_strain: the strain of a bar in tension at which it fails.
    """

    @property
    def onset_strain(self) -> float: ...  # noqa: D102

    def demand(self, fields: GaussFields) -> Floats:
        """Strain over capacity, shape (m, 4); it fails where this reaches one."""
        ...


@dataclass(frozen=True, kw_only=True)
class EffectiveStrain:
    """Fails at one effective strain, sqrt(2 energy density / E), the same in tension and compression.

    Pistoia 2002, doi 10.1016/s8756-3282(02)00736-6.
    """

    limit: float

    def __post_init__(self) -> None:
        _require_positive(limit=self.limit)

    @property
    def onset_strain(self) -> float:
        """The limit."""
        return self.limit

    def demand(self, fields: GaussFields) -> Floats:
        """Effective strain over its limit, shape (m, 4)."""
        return fields.effective_strain / self.limit


@dataclass(frozen=True, kw_only=True)
class PrincipalStrain:
    """Fails where the largest principal strain reaches one limit in tension or another in compression.

    Attributes:
        tension, compression: the limits, both positive.
    """

    tension: float
    compression: float

    def __post_init__(self) -> None:
        _require_positive(tension=self.tension, compression=self.compression)

    @property
    def onset_strain(self) -> float:
        """The limit in tension."""
        return self.tension

    def demand(self, fields: GaussFields) -> Floats:
        """The larger of tension and compression over its limit, shape (m, 4)."""
        principal = principal_strains(fields.strain)
        demand = np.maximum(principal[..., 0] / self.tension, -principal[..., 2] / self.compression)
        return np.asarray(np.maximum(demand, 0.0), dtype=np.float64)


def _require_positive(**strains: float) -> None:
    """Refuses a limit that is not above zero."""
    for name, strain in strains.items():
        if not strain > 0.0:
            raise ModelError(f"{name} is {strain:g}, not above zero", where="failure")
