"""Bone cement around the far end of a screw."""

from dataclasses import dataclass
from functools import cached_property
from math import pi

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.field import Field
from geometry.implicit import ellipsoid
from geometry.parameters import check_ranges, number
from geometry.screws.screw import Screw

# Chosen: the cortex holds cement back; evidence 1.2 has its thickness at 0.6 to 1.5 mm, by region.
SHELL_MM = 1.0
# Chosen: a cloud that must spread this much wider than in endless bone is no ellipsoid any more.
WIDEST = 1.5
# Chosen: points that volumes are counted with; right to 0.2 %.
POINTS = 500_000
# Steps of an even sequence in three ways: powers of the inverse of the root of x^4 = x + 1. A grid along the
# screw would miss every section of it by the same amount.
EVEN = 1.2207440846 ** -np.arange(1.0, 4.0)


@dataclass(frozen=True, kw_only=True)
class CementDose:
    """How much cement is injected, and how it spreads: as an ellipsoid of revolution on the screw's axis.

    Attributes:
        volume_ml: cement outside the screw.
        centre_share: centre of the cloud, as a share of the way from the entry to the tip.
        slenderness: half-length of the cloud over its radius.
    """

    volume_ml: float = number(1.5, 0.5, 6.0, "ml", "chosen: a small cloud that stays inside the S1 body")
    centre_share: float = number(5.0 / 6.0, 0.3, 1.0, "1", "chosen: middle of the far third; 0 entry, 1 tip")
    slenderness: float = number(1.5, 1.0, 3.0, "1", "chosen: longer than wide, along the thread")

    def __post_init__(self) -> None:
        check_ranges(self, "screw.cement")

    def centre_mm(self, screw: Screw) -> Floats:
        """Centre of the cloud round a screw, shape (3,)."""
        return screw.trajectory.at_mm(self.centre_share * screw.trajectory.length_mm)


@dataclass(frozen=True, kw_only=True)
class Cement:
    """A cloud of cement in bone, a `geometry.field.Field`: it ends under the shell, and a bore stays free.

    What the shell holds back widens the cloud elsewhere: all of the dose is in the bone.

    Attributes:
        screw: the screw it is injected around.
        bone: the bone it is in.
        dose: how much, and where along the screw.

    Raises:
        GeometryError: the dose finds no room.
    """

    screw: Screw
    bone: Field
    dose: CementDose = CementDose()

    def __post_init__(self) -> None:
        if not np.isfinite(self.radius_mm):
            raise GeometryError(
                f"volume_ml is {self.dose.volume_ml:g} ml, more than a cloud of that shape finds room for in "
                "the bone there",
                where="screw.cement.volume_ml",
                advice="Use less cement, or move it with centre_share",
            )

    @cached_property
    def radius_mm(self) -> float:
        """Radius of the cloud across the screw; infinite if the dose finds no room."""
        slenderness, dose_mm3 = self.dose.slenderness, 1e3 * self.dose.volume_ml
        alone = (3.0 * dose_mm3 / (4.0 * pi * slenderness)) ** (1.0 / 3.0)
        widest = WIDEST * alone + 0.5 * self.screw.diameter_mm
        # shortened along the screw, the cloud is a ball
        ball = widest * (2.0 * (np.arange(POINTS)[:, None] * EVEN % 1.0) - 1.0)
        reach = np.linalg.norm(ball, axis=1)
        ball, reach = ball[reach < widest], reach[reach < widest]
        points = self.dose.centre_mm(self.screw) + (ball * [1.0, 1.0, slenderness]) @ self.screw.axes
        free = (self.bone(points) < -SHELL_MM) & (self.screw.filled(points) > 0.0)
        wanted = round(POINTS * dose_mm3 / (slenderness * (2.0 * widest) ** 3))
        return float(np.sort(reach[free])[wanted]) if wanted < np.count_nonzero(free) else np.inf

    @property
    def radii_mm(self) -> Floats:
        """Radius across the screw, twice, and along it, shape (3,), where no shell is in the way."""
        return self.radius_mm * np.array([1.0, 1.0, self.dose.slenderness])

    def filled(self, points_mm: Floats) -> Floats:
        """Signed distance to the cloud with the screw in it, shape (n,): where the screw goes first."""
        cloud = ellipsoid(points_mm, self.dose.centre_mm(self.screw), self.radii_mm, self.screw.axes)
        return np.maximum(cloud, self.bone(points_mm) + SHELL_MM)

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the cement without the screw, shape (n,), at points (n, 3): negative inside."""
        return np.maximum(self.filled(points_mm), -self.screw.filled(points_mm))


def injected(anatomy: Anatomy, screw: Screw, dose: CementDose) -> Cement:
    """The cement of a dose round a screw, in the bone that its centre lies in.

    Raises:
        GeometryError: the centre lies in no bone, or the dose finds no room.
    """
    centre = dose.centre_mm(screw)[None]
    for bone in (anatomy.sacrum, anatomy.ilium):
        if bone(centre)[0] < -SHELL_MM:
            return Cement(screw=screw, bone=bone, dose=dose)
    raise GeometryError(
        f"centre_share is {dose.centre_share:g}, where the screw runs in no bone: in the joint, the shell or "
        "outside",
        where="screw.cement.centre_share",
        advice="Move the cloud along the screw",
    )
