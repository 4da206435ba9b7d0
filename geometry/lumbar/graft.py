"""Iliac strut blocks between two vertebrae, as the operation places them after the disc is removed."""

from dataclasses import dataclass, field, replace

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.errors import GeometryError
from geometry.field import Field
from geometry.lumbar.level import Endplate
from geometry.parameters import check_ranges, number

LYING, STANDING = "lying", "standing"
POSES = (LYING, STANDING)
# A block that sinks less than this into an endplate would leave slivers of void there.
LEAST_SINK_MM = 0.3
MOST_SINK_MM = 5.0
# Chosen: so deep goes each end of a block that is cut to fit, and has no bed.
SEAT_MM = 1.0
ROUND_MM = 1.5
# Chosen: an end stands on bone where there is bone this far beyond it, looked for on so fine a grid.
BEYOND_MM, PROBE_MM = 0.5, 1.0


@dataclass(frozen=True, kw_only=True)
class GraftShape:
    """One strut block; the operation uses two of 22-26 x 10-12 x 12-16 mm [V 1].

    Attributes:
        pose: "lying", its length sagittal, or "standing", its length along the spine and its height sagittal.
    """

    length_mm: float = number(24.0, 8.0, 60.0, "mm", "its long side; 22-26 [V 1], more over lost bodies")
    width_mm: float = number(11.0, 8.0, 16.0, "mm", "transverse; 10-12 [V 1]")
    height_mm: float = number(14.0, 8.0, 60.0, "mm", "at its middle; 12-16 [V 1], more over lost bodies")
    apart_mm: float = number(20.0, 12.0, 30.0, "mm", "between the middles of both blocks, chosen")
    back_mm: float = number(0.0, -6.0, 6.0, "mm", "behind the middle of the endplates, chosen")
    bed_mm: float = number(
        0.0,
        0.0,
        12.0,
        "mm",
        "how deep its foot stands in the lower bone, or in what is left of it; chosen: none",
    )
    pose: str = LYING

    def __post_init__(self) -> None:
        check_ranges(self, "operation.graft")
        if self.pose not in POSES:
            raise GeometryError(
                f"no pose named {self.pose!r}",
                where="operation.graft.pose",
                advice=f"Choose one of {', '.join(POSES)}",
            )

    @property
    def upright(self) -> str:
        """The number of the side along the spine."""
        return "length_mm" if self.pose == STANDING else "height_mm"

    @property
    def upright_mm(self) -> float:
        """Its side along the spine."""
        return float(getattr(self, self.upright))

    @property
    def sagittal_mm(self) -> float:
        """Its side from front to back."""
        return self.height_mm if self.pose == STANDING else self.length_mm

    def cut_to_fit(self, lower: Endplate, upper: Endplate) -> "GraftShape":
        """The same block if it reaches both endplates, or else cut to the side along the spine that does."""
        feet, heads = _ends_mm(self, "left", lower, upper)
        space = float(np.linalg.norm(heads - feet))
        least, most, seated = (
            self._reaching_mm(space, sink) for sink in (LEAST_SINK_MM, MOST_SINK_MM, SEAT_MM)
        )
        if least <= self.upright_mm <= most:
            return self
        cut = round(seated, 1)
        return replace(self, length_mm=cut) if self.pose == STANDING else replace(self, height_mm=cut)

    def foot_sink_mm(self, space_mm: float) -> float:
        """How deep its foot goes where the endplates are this far apart: its bed, or half the surplus."""
        return self.bed_mm if self.bed_mm > 0.0 else 0.5 * (self.upright_mm - space_mm)

    def _reaching_mm(self, space_mm: float, sink_mm: float) -> float:
        """The side along the spine with which its upper end goes so deep."""
        return space_mm + sink_mm + (self.bed_mm if self.bed_mm > 0.0 else sink_mm)


@dataclass(frozen=True, init=False, eq=False)
class Graft:
    """A strut block whose ends are cut parallel to both endplates, as a `geometry.field.Field`.

    Without a bed the surplus of its height sinks into both endplates alike. With a bed, its foot stands
    that deep in the lower bone.

    Attributes:
        shape: the numbers.
        side: "left" or "right".
        sink_mm: how far the upper end goes into the upper endplate.
        through_bone: it displaces bone, in a bed or where a body is lost, and comes before the bones in a
            list of bodies; others come after them.
        bounds_mm: lower and upper corner of a box around it, shape (2, 3).
        centre_mm: halfway between the middles of both ends, shape (3,).
        axes: rows are left, back and up along the block, shape (3, 3).
    """

    shape: GraftShape
    side: str
    sink_mm: float
    through_bone: bool
    bounds_mm: Floats
    centre_mm: Floats
    axes: Floats
    _ends: tuple[tuple[Floats, Floats], ...] = field(repr=False)

    def __init__(
        self, shape: GraftShape, side: str, lower: Endplate, upper: Endplate, *, in_loss: bool = False
    ) -> None:
        """The block between two endplates, or between the fronts of what is lost of the bodies.

        Raises:
            GeometryError: too short to reach both endplates, too tall for the space, or no such side.
        """
        if side not in ("left", "right"):
            raise GeometryError(
                f"no side named {side!r}", where="operation.graft.side", advice="Choose left or right"
            )
        feet, heads = _ends_mm(shape, side, lower, upper)
        space = float(np.linalg.norm(heads - feet))
        foot_sink = shape.foot_sink_mm(space)
        sink = shape.upright_mm - space - foot_sink
        if not LEAST_SINK_MM <= sink <= MOST_SINK_MM:
            least, most = (shape._reaching_mm(space, end) for end in (LEAST_SINK_MM, MOST_SINK_MM))
            raise GeometryError(
                f"{shape.upright} is {shape.upright_mm:g} mm; a block that is {shape.pose} in this space "
                f"reaches both bones with {least:.1f} to {most:.1f} mm",
                where="operation.graft",
                advice=f"Leave {shape.upright} out, or change it, the pose, bed_mm or the disc's height",
            )
        ends = (
            (feet - foot_sink * lower.axes[2], -lower.axes[2]),
            (heads + sink * upper.axes[2], upper.axes[2]),
        )
        centre = 0.5 * (ends[0][0] + ends[1][0])
        up = (heads - feet) / space
        left = lower.axes[0] + upper.axes[0]
        left -= up * (left @ up)
        left /= np.linalg.norm(left)
        reach = 0.5 * float(np.linalg.norm([shape.length_mm, shape.width_mm, shape.height_mm])) + 4.0
        for name, value in (
            ("shape", shape),
            ("side", side),
            ("sink_mm", sink),
            ("through_bone", in_loss or shape.bed_mm > 0.0),
            ("bounds_mm", frozen_copy([centre - reach, centre + reach])),
            ("centre_mm", frozen_copy(centre)),
            ("axes", frozen_copy([left, np.cross(up, left), up])),
            ("_ends", ends),
        ):
            object.__setattr__(self, name, value)

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the block, shape (n,), at points of shape (n, 3): negative inside."""
        points = np.asarray(points_mm, dtype=np.float64).reshape(-1, 3)
        across, along, _ = ((points - self.centre_mm) @ self.axes.T).T
        faces = [np.abs(across) - 0.5 * self.shape.width_mm, np.abs(along) - 0.5 * self.shape.sagittal_mm]
        faces.append(np.maximum(*((points - place) @ normal for place, normal in self._ends)))
        beyond = np.stack(faces, axis=1) + ROUND_MM
        outside = np.linalg.norm(np.maximum(beyond, 0.0), axis=1)
        return np.asarray(outside + np.minimum(beyond.max(axis=1), 0.0) - ROUND_MM)

    def standing_share(self, bone: Field, end: str) -> float:
        """The share of its "foot" or "head" that has this bone right beyond it."""
        place, normal = self._ends[("foot", "head").index(end)]
        sides = (self.shape.width_mm, self.shape.sagittal_mm)
        steps = [np.arange(0.5 * PROBE_MM, side, PROBE_MM) - 0.5 * side for side in sides]
        across = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 2) @ self.axes[:2]
        up = self.axes[2]
        points = place + across - (across @ normal / (up @ normal))[:, None] * up
        return float((bone(points + BEYOND_MM * normal) < 0.0).mean())


def _ends_mm(shape: GraftShape, side: str, lower: Endplate, upper: Endplate) -> tuple[Floats, Floats]:
    """Where the block's middle line meets both endplates, shape (3,) each."""
    place = np.array([0.5 * shape.apart_mm * (1.0 if side == "left" else -1.0), shape.back_mm])
    feet, heads = (end.centre_mm + place @ end.axes[:2] for end in (lower, upper))
    return feet, heads
