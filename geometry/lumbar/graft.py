"""Iliac strut blocks between two vertebrae, as the operation places them after the disc is removed."""

from dataclasses import dataclass, field

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.errors import GeometryError
from geometry.lumbar.level import Endplate
from geometry.parameters import check_ranges, number

# A block that sinks less than this into an endplate would leave slivers of void there.
LEAST_SINK_MM = 0.3
MOST_SINK_MM = 5.0
ROUND_MM = 1.5


@dataclass(frozen=True, kw_only=True)
class GraftShape:
    """One strut block; the operation uses two of 22-26 x 10-12 x 12-16 mm [V 1]."""

    length_mm: float = number(24.0, 15.0, 30.0, "mm", "sagittal; 22-26 [V 1]")
    width_mm: float = number(11.0, 8.0, 16.0, "mm", "transverse; 10-12 [V 1]")
    height_mm: float = number(14.0, 8.0, 24.0, "mm", "at its middle; 12-16 [V 1]")
    apart_mm: float = number(20.0, 12.0, 30.0, "mm", "between the middles of both blocks, chosen")
    back_mm: float = number(0.0, -6.0, 6.0, "mm", "behind the middle of the endplates, chosen")
    bed_mm: float = number(
        0.0, 0.0, 12.0, "mm", "how deep a bed in the lower bone it stands in, chosen: none"
    )

    def __post_init__(self) -> None:
        check_ranges(self, "anatomy.graft")


@dataclass(frozen=True, init=False, eq=False)
class Graft:
    """A strut block whose ends are cut parallel to both endplates, as a `geometry.field.Field`.

    Without a bed the surplus of its height sinks into both endplates alike. With a bed, its foot stands
    that deep in the lower bone, as after loss of the body's top; it then comes before the bones in a list
    of bodies.

    Attributes:
        shape: the numbers.
        side: "left" or "right".
        sink_mm: how far the upper end goes into the upper endplate.
        bounds_mm: lower and upper corner of a box around it, shape (2, 3).
    """

    shape: GraftShape
    side: str
    sink_mm: float
    bounds_mm: Floats
    _centre_mm: Floats = field(repr=False)
    _axes: Floats = field(repr=False)
    _ends: tuple[tuple[Floats, Floats], ...] = field(repr=False)

    def __init__(self, shape: GraftShape, side: str, lower: Endplate, upper: Endplate) -> None:
        """The block between two endplates.

        Raises:
            GeometryError: too short to reach both endplates, too tall for the space, or no such side.
        """
        if side not in ("left", "right"):
            raise GeometryError(
                f"no side named {side!r}", where="anatomy.graft.side", advice="Choose left or right"
            )
        middle = 0.5 * (lower.axes + upper.axes)
        middle /= np.linalg.norm(middle, axis=1)[:, None]
        place = np.array([0.5 * shape.apart_mm * (1.0 if side == "left" else -1.0), shape.back_mm])
        feet, heads = (end.centre_mm + place @ end.axes[:2] for end in (lower, upper))
        space = float((heads - feet) @ middle[2])
        foot_sink = shape.bed_mm if shape.bed_mm > 0.0 else 0.5 * (shape.height_mm - space)
        sink = shape.height_mm - space - foot_sink
        if not LEAST_SINK_MM <= sink <= MOST_SINK_MM:
            least, most = (space + foot_sink + end for end in (LEAST_SINK_MM, MOST_SINK_MM))
            if shape.bed_mm == 0.0:
                least, most = space + 2.0 * LEAST_SINK_MM, space + 2.0 * MOST_SINK_MM
            raise GeometryError(
                f"height_mm is {shape.height_mm:g} mm; a block in this space reaches both endplates with "
                f"{least:.1f} to {most:.1f} mm",
                where="anatomy.graft",
                advice="Change the block's height, its bed or the disc's height",
            )
        ends = (
            (feet - foot_sink * lower.axes[2], -lower.axes[2]),
            (heads + sink * upper.axes[2], upper.axes[2]),
        )
        centre = 0.5 * (ends[0][0] + ends[1][0])
        reach = 0.5 * float(np.linalg.norm([shape.length_mm, shape.width_mm, shape.height_mm])) + 4.0
        for name, value in (
            ("shape", shape),
            ("side", side),
            ("sink_mm", sink),
            ("bounds_mm", frozen_copy([centre - reach, centre + reach])),
            ("_centre_mm", frozen_copy(centre)),
            ("_axes", frozen_copy(middle)),
            ("_ends", ends),
        ):
            object.__setattr__(self, name, value)

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the block, shape (n,), at points of shape (n, 3): negative inside."""
        points = np.asarray(points_mm, dtype=np.float64).reshape(-1, 3)
        across, along, _ = ((points - self._centre_mm) @ self._axes.T).T
        faces = [np.abs(across) - 0.5 * self.shape.width_mm, np.abs(along) - 0.5 * self.shape.length_mm]
        faces.append(np.maximum(*((points - place) @ normal for place, normal in self._ends)))
        beyond = np.stack(faces, axis=1) + ROUND_MM
        outside = np.linalg.norm(np.maximum(beyond, 0.0), axis=1)
        return np.asarray(outside + np.minimum(beyond.max(axis=1), 0.0) - ROUND_MM)
