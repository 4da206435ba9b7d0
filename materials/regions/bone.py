"""The promise of every bone that density and cortex are laid on."""

from typing import Protocol

from geometry.arrays import Floats
from geometry.field import Field


class RegionalBone(Protocol):
    """One bone with its regions, in the anatomical frame; at every point the weights sum to one.

    It is hashed, so that what is measured on it can be remembered.
    """

    def __hash__(self) -> int:
        """Alike for what is the same bone."""
        ...

    @property
    def field(self) -> Field:
        """The bone itself: negative inside."""
        ...

    @property
    def bounds_mm(self) -> Floats:
        """Lower and upper corner of a box around it, shape (2, 3)."""
        ...

    def density_weights(self, points_mm: Floats) -> dict[str, Floats]:
        """How much each region of `materials.templates.REGIONS` counts at each point, shape (n,) each."""
        ...

    def shell_weights(self, points_mm: Floats) -> dict[str, Floats]:
        """How much each region of the shell (`materials.cortex`) counts at each point, shape (n,) each.

        They are meant near the surface: deeper than the shell nobody asks.
        """
        ...

    def void_share(self, points_mm: Floats) -> Floats:
        """Share of each point, shape (n,), that lies in the void that old age leaves in the bone."""
        ...
