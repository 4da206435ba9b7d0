"""A screw: where it goes and the cylinder it fills."""

from dataclasses import dataclass, replace

import numpy as np

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.frame import direction
from geometry.parameters import check_ranges, number

TIP_CONE_MM = 4.0
# The tip is blunt, or its elements would be needles.
TIP_RADIUS_SHARE = 0.3


@dataclass(frozen=True, kw_only=True)
class ScrewTrajectory:
    """Straight path of one screw on the left side, in the anatomical frame (x left, y back, z up).

    Attributes:
        entry_mm: where the axis meets bone.
        lateral_deg: angle to the sagittal plane; negative is medial.
        caudal_deg: angle below the S1 endplate; negative is cranial.
        length_mm: entry to tip.
    """

    entry_mm: tuple[float, float, float]
    lateral_deg: float
    caudal_deg: float
    length_mm: float

    def __post_init__(self) -> None:
        if not 10.0 <= self.length_mm <= 140.0:
            raise GeometryError(
                f"length_mm is {self.length_mm:g}, outside 10 to 140", where="screw.length_mm"
            )

    @property
    def direction(self) -> Floats:
        """Unit vector from entry to tip, shape (3,)."""
        return direction(self.lateral_deg, self.caudal_deg)

    def at_mm(self, along_mm: float) -> Floats:
        """The point that far from the entry along the axis, shape (3,)."""
        return np.asarray(np.array(self.entry_mm) + along_mm * self.direction)

    def with_length(self, length_mm: float) -> "ScrewTrajectory":
        """The same path with another length."""
        return replace(self, length_mm=length_mm)


@dataclass(frozen=True, kw_only=True)
class Screw:
    """A screw on the left side; the right one is the mirror image.

    Attributes:
        kind: "pedicle", "alar" or "s2ai".
        side: "left".
        diameter_mm: outer diameter of the thread.
        trajectory: its path.
        head_standoff_mm: how far the solid goes on behind the entry, to its flat end under the head.
    """

    kind: str
    side: str = "left"
    diameter_mm: float = number(7.0, 4.0, 11.0, "mm", "7.0-7.5 [V 1]; 8-9 for S2AI [V 54]")
    trajectory: ScrewTrajectory
    head_standoff_mm: float = number(5.0, 0.0, 40.0, "mm", "clears the bone, found for each plan")

    def __post_init__(self) -> None:
        if self.side != "left":
            raise GeometryError(
                f"side is {self.side!r}", where="screw.side", advice="Plan it left and mirror the mesh"
            )
        check_ranges(self, "screw")

    @property
    def direction(self) -> Floats:
        """Unit vector from entry to tip, shape (3,)."""
        return self.trajectory.direction

    @property
    def tip_mm(self) -> Floats:
        """The tip, shape (3,)."""
        return self.trajectory.at_mm(self.trajectory.length_mm)

    @property
    def head_centre_mm(self) -> Floats:
        """Centre of the flat end cap behind the entry, shape (3,)."""
        return self.trajectory.at_mm(-self.head_standoff_mm)

    def along_mm(self, points_mm: Floats) -> Floats:
        """Distance from the entry along the axis, shape (n,): negative behind the entry."""
        return np.asarray((points_mm - np.array(self.trajectory.entry_mm)) @ self.direction)

    def axis_distance_mm(self, points_mm: Floats) -> Floats:
        """Distance to the axis between head and tip, shape (n,)."""
        along = np.clip(self.along_mm(points_mm), -self.head_standoff_mm, self.trajectory.length_mm)
        foot = np.array(self.trajectory.entry_mm) + along[:, None] * self.direction
        return np.asarray(np.linalg.norm(points_mm - foot, axis=1))

    def radius_mm(self, along_mm: Floats) -> Floats:
        """Radius of the solid that far from the entry, shape as given: it shrinks over the tip cone."""
        full = 0.5 * self.diameter_mm
        share = np.clip((self.trajectory.length_mm - np.asarray(along_mm)) / TIP_CONE_MM, 0.0, 1.0)
        return np.asarray(full * (TIP_RADIUS_SHARE + (1.0 - TIP_RADIUS_SHARE) * share))

    def field(self, points_mm: Floats) -> Floats:
        """Signed distance to the solid, shape (n,): a cylinder with a blunt cone and a flat head end."""
        along = self.along_mm(points_mm)
        offset = points_mm - np.array(self.trajectory.entry_mm)
        across = np.sqrt(np.maximum((offset**2).sum(axis=1) - along**2, 0.0))
        radius = 0.5 * self.diameter_mm
        fall = radius * (1.0 - TIP_RADIUS_SHARE) / TIP_CONE_MM
        tip_radius = TIP_RADIUS_SHARE * radius
        cone = across - tip_radius - fall * (self.trajectory.length_mm - along)
        cone /= np.sqrt(1.0 + fall**2)
        ends = np.maximum(-self.head_standoff_mm - along, along - self.trajectory.length_mm)
        return np.asarray(np.maximum(np.maximum(across - radius, cone), ends))

    def with_length(self, length_mm: float) -> "Screw":
        """The same screw with another length."""
        return replace(self, trajectory=self.trajectory.with_length(length_mm))
