"""Bone cement around the far end of a screw."""

from dataclasses import dataclass
from math import pi

import numpy as np
from scipy.optimize import brentq

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.implicit import ellipsoid
from geometry.parameters import check_ranges, number
from geometry.screws.screw import Screw

# Chosen: slices of the cloud in which its volume outside the screw is summed; right to 1e-4.
SLICES = 400
# Chosen: the largest cloud looked for.
LARGEST_RADIUS_MM = 40.0


@dataclass(frozen=True, kw_only=True)
class Cement:
    """A cloud of cement as an ellipsoid of revolution on the axis of a screw, a `geometry.field.Field`.

    Attributes:
        screw: the screw it is injected around.
        volume_ml: cement outside the screw.
        centre_share: centre of the cloud, as a share of the way from the entry to the tip.
        slenderness: half-length of the cloud over its radius.
    """

    screw: Screw
    volume_ml: float = number(1.5, 0.2, 6.0, "ml", "chosen: a small cloud that stays inside the S1 body")
    centre_share: float = number(5.0 / 6.0, 0.3, 1.0, "1", "chosen: middle of the far third")
    slenderness: float = number(1.5, 1.0, 3.0, "1", "chosen: cement spreads along the thread")

    def __post_init__(self) -> None:
        check_ranges(self, "screw.cement")
        if not self._outside_mm3(LARGEST_RADIUS_MM) > 1e3 * self.volume_ml:
            raise GeometryError(
                f"volume_ml is {self.volume_ml:g}, more than the largest cloud holds",
                where="screw.cement.volume_ml",
                advice="Use less cement",
            )

    @property
    def centre_mm(self) -> Floats:
        """Centre of the cloud, shape (3,)."""
        return self.screw.trajectory.at_mm(self.centre_share * self.screw.trajectory.length_mm)

    @property
    def radii_mm(self) -> Floats:
        """Radius across the screw, twice, and along it, shape (3,): found from the volume."""
        radius = brentq(
            lambda r: self._outside_mm3(r) - 1e3 * self.volume_ml, 0.0, LARGEST_RADIUS_MM, xtol=1e-9
        )
        return float(radius) * np.array([1.0, 1.0, self.slenderness])

    def filled(self, points_mm: Floats) -> Floats:
        """Signed distance to the cloud with the screw in it, shape (n,): where the screw goes first."""
        return ellipsoid(points_mm, self.centre_mm, self.radii_mm, self.screw.axes)

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the cement without the screw, shape (n,), at points (n, 3): negative inside."""
        return np.maximum(self.filled(points_mm), -self.screw.filled(points_mm))

    def _outside_mm3(self, radius_mm: float) -> float:
        """Volume of a cloud of that radius outside the screw."""
        half = self.slenderness * radius_mm
        place = (np.arange(SLICES) + 0.5) / SLICES * 2.0 - 1.0
        along = self.centre_share * self.screw.trajectory.length_mm + half * place
        cloud = radius_mm**2 * (1.0 - place**2)
        return float(
            pi * 2.0 * half / SLICES * np.maximum(cloud - self.screw.mean_square_mm2(along), 0.0).sum()
        )
