"""A bone of the left side as it stands on the right."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.mirror import ACROSS
from materials.regions.bone import RegionalBone


@dataclass(frozen=True, kw_only=True)
class MirroredBone:
    """The mirror image of a `RegionalBone`, itself one.

    Attributes:
        left: the bone on the left.
    """

    left: RegionalBone

    @property
    def bounds_mm(self) -> Floats:
        """Lower and upper corner of a box around it, shape (2, 3)."""
        return np.sort(self.left.bounds_mm * ACROSS, axis=0)

    def field(self, points_mm: Floats) -> Floats:
        """Signed distance to the bone, shape (n,): negative inside."""
        return self.left.field(points_mm * ACROSS)

    def density_weights(self, points_mm: Floats) -> dict[str, Floats]:
        """How much each region counts at each point, shape (n,) each."""
        return self.left.density_weights(points_mm * ACROSS)

    def shell_weights(self, points_mm: Floats) -> dict[str, Floats]:
        """How much each region of the shell counts at each point, shape (n,) each."""
        return self.left.shell_weights(points_mm * ACROSS)

    def void_share(self, points_mm: Floats) -> Floats:
        """Share of each point in the void of old age, shape (n,)."""
        return self.left.void_share(points_mm * ACROSS)
