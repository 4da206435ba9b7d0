"""A screw: where it goes and the solid it fills."""

from dataclasses import dataclass, replace
from math import pi

import numpy as np

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.frame import direction
from geometry.mirror import ACROSS
from geometry.parameters import check_ranges, number
from geometry.screws.design import TIP_CONE_MM as TIP_CONE_MM
from geometry.screws.design import TIP_RADIUS_SHARE, ScrewDesign
from geometry.screws.solid import SolidTables, mean_square_radii, radii, solid, solid_tables

# Chosen: sections and angles that the volume of a threaded screw is summed over; right to 1e-4.
SECTION_MM = 0.01
SECTION_TURNS = 48


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

    Without a design it is the smooth cylinder that its thread fills. A mirror image is of the other
    handedness: for a right-handed screw on the right plan `design.mirrored()` on the left, or read the right
    side through `right_field`.

    Attributes:
        kind: "pedicle", "alar" or "s2ai".
        side: "left".
        diameter_mm: outer diameter of the thread.
        trajectory: its path.
        head_standoff_mm: how far the solid goes on behind the entry, to its flat end under the head.
        design: its thread, core, tip and bore; None is the smooth envelope.
    """

    kind: str
    side: str = "left"
    diameter_mm: float = number(7.0, 4.0, 11.0, "mm", "7.0-7.5 [V 1]; 8-9 for S2AI [V 54]")
    trajectory: ScrewTrajectory
    head_standoff_mm: float = number(5.0, 0.0, 40.0, "mm", "clears the bone, found for each plan")
    design: ScrewDesign | None = None

    def __post_init__(self) -> None:
        if self.side != "left":
            raise GeometryError(
                f"side is {self.side!r}", where="screw.side", advice="Plan it left and mirror the mesh"
            )
        check_ranges(self, "screw")
        if self.design is None:
            return
        if self.diameter_mm != self.design.diameter_mm:
            raise GeometryError(
                f"diameter_mm is {self.diameter_mm:g}, that of the design {self.design.diameter_mm:g}",
                where="screw.diameter_mm",
                advice="Use with_design, which takes the diameter from the design",
            )
        taken = self.design.shank_mm + self.design.tip_cone_mm
        if not taken < self.trajectory.length_mm:
            raise GeometryError(
                f"length_mm is {self.trajectory.length_mm:g}, which the shank and the tip of the design take "
                f"whole ({taken:g} mm)",
                where="screw.length_mm",
                advice="Use a longer screw or another design",
            )

    @property
    def direction(self) -> Floats:
        """Unit vector from entry to tip, shape (3,)."""
        return self.trajectory.direction

    @property
    def axes(self) -> Floats:
        """Right-handed unit axes as rows, shape (3, 3): two across the screw, then its direction."""
        along = self.direction
        first = np.cross(along, np.eye(3)[int(np.argmin(np.abs(along)))])
        first /= np.linalg.norm(first)
        return np.stack([first, np.cross(along, first), along])

    @property
    def tip_mm(self) -> Floats:
        """The tip, shape (3,)."""
        return self.trajectory.at_mm(self.trajectory.length_mm)

    @property
    def head_centre_mm(self) -> Floats:
        """Centre of the flat end cap behind the entry, shape (3,)."""
        return self.trajectory.at_mm(-self.head_standoff_mm)

    @property
    def neck_diameter_mm(self) -> float:
        """Diameter of that end cap."""
        return self.diameter_mm if self.design is None else self.design.neck_diameter_mm

    @property
    def bore_mm(self) -> float:
        """Diameter of its bore; 0 for a solid screw."""
        return 0.0 if self.design is None else self.design.bore_mm

    @property
    def wished_edge_mm(self) -> float:
        """The element edge that resolves the thread; infinite without one."""
        return float("inf") if self.design is None else self.design.wished_edge_mm

    def along_mm(self, points_mm: Floats) -> Floats:
        """Distance from the entry along the axis, shape (n,): negative behind the entry."""
        return np.asarray((points_mm - np.array(self.trajectory.entry_mm)) @ self.direction)

    def axis_distance_mm(self, points_mm: Floats) -> Floats:
        """Distance to the axis between head and tip, shape (n,)."""
        along = np.clip(self.along_mm(points_mm), -self.head_standoff_mm, self.trajectory.length_mm)
        foot = np.array(self.trajectory.entry_mm) + along[:, None] * self.direction
        return np.asarray(np.linalg.norm(points_mm - foot, axis=1))

    def radius_mm(self, along_mm: Floats) -> Floats:
        """Radius of the envelope that far from the entry, shape as given: it shrinks over the tip cone."""
        full = 0.5 * self.diameter_mm
        cone_mm, tip = self._tip
        share = np.clip((self.trajectory.length_mm - np.asarray(along_mm)) / cone_mm, 0.0, 1.0)
        return np.asarray(full * (tip + (1.0 - tip) * share))

    def section_radius_mm(self, along_mm: Floats, turn_rad: Floats) -> Floats:
        """Radius of the solid that far from the entry and that far about the axis, shape (n,).

        Fillets are left out. The angle counts from the first of `axes` to the second.
        """
        along, turn = np.broadcast_arrays(
            np.asarray(along_mm, dtype=float), np.asarray(turn_rad, dtype=float)
        )
        tables = self._tables
        if tables is None:
            within = (along >= -self.head_standoff_mm) & (along <= self.trajectory.length_mm)
            return np.where(within, self.radius_mm(along), 0.0)
        return radii(along.ravel(), turn.ravel(), tables).reshape(along.shape)

    def field(self, points_mm: Floats) -> Floats:
        """Signed distance to the solid, shape (n,): blunt cone at the tip, flat at the head, bore open."""
        return np.maximum(self.filled(points_mm), -self.bore(points_mm))

    def filled(self, points_mm: Floats) -> Floats:
        """Signed distance to the solid with its bore filled, shape (n,)."""
        tables = self._tables
        return self._envelope(points_mm) if tables is None else solid(points_mm, tables)

    def bore(self, points_mm: Floats) -> Floats:
        """Signed distance to the endless bore of a cannulated screw, shape (n,); far away without one."""
        if not self.bore_mm > 0.0:
            return np.full(len(points_mm), np.inf)
        offset = points_mm - np.array(self.trajectory.entry_mm)
        along = offset @ self.direction
        return np.asarray(
            np.linalg.norm(offset - along[:, None] * self.direction, axis=1) - 0.5 * self.bore_mm
        )

    def right_field(self, points_mm: Floats) -> Floats:
        """Signed distance to the same screw on the right side, of the same handedness, shape (n,)."""
        left = self if self.design is None else replace(self, design=self.design.mirrored())
        return left.field(points_mm * ACROSS)

    def mean_square_mm2(self, along_mm: Floats) -> Floats:
        """Area of the sections over pi, shape (n,): the mean squared radius; bore filled, no fillets."""
        tables = self._tables
        if tables is None:
            return np.asarray(self.section_radius_mm(along_mm, np.zeros(1)) ** 2)
        return mean_square_radii(np.asarray(along_mm, dtype=float), SECTION_TURNS, tables)

    def volume_mm3(self) -> float:
        """Volume of the solid from its head end to its tip, fillets left out: the sum over thin sections."""
        length = self.trajectory.length_mm + self.head_standoff_mm
        count = int(np.ceil(length / SECTION_MM))
        step = length / count
        middles = np.asarray(step * (np.arange(count) + 0.5), dtype=np.float64) - self.head_standoff_mm
        squares = self.mean_square_mm2(middles)
        return float(pi * step * np.maximum(squares - (0.5 * self.bore_mm) ** 2, 0.0).sum())

    def with_length(self, length_mm: float) -> "Screw":
        """The same screw with another length."""
        return replace(self, trajectory=self.trajectory.with_length(length_mm))

    def with_design(self, design: ScrewDesign) -> "Screw":
        """The screw of that design, and of its diameter, on the same path."""
        return replace(self, design=design, diameter_mm=design.diameter_mm)

    @property
    def _tip(self) -> tuple[float, float]:
        """Length of the tip cone in mm, and the blunt radius over the full one."""
        if self.design is None:
            return TIP_CONE_MM, TIP_RADIUS_SHARE
        return self.design.tip_cone_mm, self.design.tip_share

    @property
    def _tables(self) -> SolidTables | None:
        """What the compiled threaded solid reads; None for a smooth screw."""
        if self.design is None or self.design.thread is None:
            return None
        return solid_tables(
            self.design,
            self.design.thread,
            np.array(self.trajectory.entry_mm),
            self.axes,
            self.trajectory.length_mm,
            self.head_standoff_mm,
        )

    def _envelope(self, points_mm: Floats) -> Floats:
        """Signed distance to a cylinder with a blunt cone and a flat head end, shape (n,)."""
        along = self.along_mm(points_mm)
        offset = points_mm - np.array(self.trajectory.entry_mm)
        across = np.sqrt(np.maximum((offset**2).sum(axis=1) - along**2, 0.0))
        cone_mm, tip = self._tip
        radius = 0.5 * self.diameter_mm
        fall = radius * (1.0 - tip) / cone_mm
        tip_radius = tip * radius
        cone = across - tip_radius - fall * (self.trajectory.length_mm - along)
        cone /= np.sqrt(1.0 + fall**2)
        ends = np.maximum(-self.head_standoff_mm - along, along - self.trajectory.length_mm)
        return np.asarray(np.maximum(np.maximum(across - radius, cone), ends))
