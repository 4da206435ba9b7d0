"""An intervertebral disc: its numbers, how it carries the vertebra above, and its annulus and nucleus."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.compiled import compiled, smooth_max
from geometry.errors import GeometryError
from geometry.field import Field
from geometry.lumbar.level import Endplate, Placement, tilt
from geometry.lumbar.shape import VertebraShape
from geometry.lumbar.signed_distance import oval_at
from geometry.parameters import check_ranges, number

# The disc reaches this far into both bones, so that no sliver of void is left; bone wins there.
OVERLAP_MM = 0.6
# Endplates nearer than this at the back or side of their rims would leave no disc to mesh (chosen).
LEAST_SPACE_MM = 2.0
# The disc looks for bone this far beyond the endplates' planes in their middle (the deepest hollow is 3 mm).
HOLLOW_MM = 4.0
# The outline stays this far inside the endplate's rim, where the bone's edge is rounded (chosen).
RIM_MM = 0.6


@dataclass(frozen=True, kw_only=True)
class DiscShape:
    """A disc in eight numbers; the defaults are `L5S1_MALE`.

    Its height is that between the flat endplates at their centres; the hollows of both bones come on top.

    [DISC] disc heights and wedge angles of 80 segments by sex, staging.scite.ai/reports/
    age-related-changes-in-height-J1AADjl6; [NP] nucleus and annulus on MRI, insights.ovid.com
    an=00005792-201412030-00064.
    """

    height_mm: float = number(
        10.8, 4.0, 16.0, "mm", "chosen: with both hollows 12.7; 11.9 [M 17], 11.3 +- 1.7 M [DISC]"
    )
    wedge_deg: float = number(15.7, 0.0, 22.0, "deg", "open to the front; 15.7 +- 1.8 M [DISC]")
    nucleus_share: float = number(0.43, 0.2, 0.6, "1", "of the cross-section, chosen: 0.40 to 0.45 [R-M]")
    nucleus_back_mm: float = number(0.8, -2.0, 4.0, "mm", "behind the centre; front annulus thicker [NP]")
    bulge_mm: float = number(1.0, 0.0, 4.0, "mm", "of the wall at mid-height, chosen")
    forward_mm: float = number(0.0, -3.0, 8.0, "mm", "slip of the upper vertebra, chosen: none")
    axial_turn_deg: float = number(0.0, -6.0, 6.0, "deg", "upper vertebra turned to the left, chosen: none")
    lateral_tilt_deg: float = number(0.0, -6.0, 6.0, "deg", "upper vertebra leaning left, chosen: none")

    def __post_init__(self) -> None:
        check_ranges(self, "anatomy.lumbar.disc")


L5S1_MALE = DiscShape()
# heights so that front, centre and back lie within one deviation of [DISC] (geometry.lumbar.measures)
L5S1_FEMALE = DiscShape(height_mm=11.0, wedge_deg=16.9)  # 16.9 +- 1.7 [DISC]
L4L5_MALE = DiscShape(height_mm=9.5, wedge_deg=10.5)  # 12.1 +- 1.7 [DISC]
L4L5_FEMALE = DiscShape(height_mm=9.9, wedge_deg=12.0)  # 13.0 +- 1.7 [DISC]
L5S1_DISCS: Mapping[str, DiscShape] = {"male": L5S1_MALE, "female": L5S1_FEMALE}
L4L5_DISCS: Mapping[str, DiscShape] = {"male": L4L5_MALE, "female": L4L5_FEMALE}


def placed_on(below: Endplate, disc: DiscShape, above: VertebraShape) -> Placement:
    """Where a vertebra stands whose lower endplate this disc carries on the endplate below.

    The disc's middle plane halves its wedge, and its height is measured along that plane's normal.

    Raises:
        GeometryError: the endplates would meet at their rim.
    """
    half = [
        0.5 * below.half_depth_mm + 0.25 * above.lower_depth_mm,
        0.5 * below.half_width_mm + 0.25 * above.lower_width_mm,
    ]
    slopes = np.tan(np.radians([disc.wedge_deg, abs(disc.lateral_tilt_deg)]))
    least = disc.height_mm - float(np.max(half * slopes))
    if least < LEAST_SPACE_MM:
        raise GeometryError(
            f"the disc's least height at its rim is {least:.1f} mm, below {LEAST_SPACE_MM:g} mm",
            where="anatomy.lumbar.disc",
            advice="Raise height_mm or lower wedge_deg or lateral_tilt_deg",
        )
    halfway = tilt(0.5 * disc.wedge_deg, 0.5 * disc.lateral_tilt_deg) @ below.axes
    lower_centre = below.centre_mm + disc.height_mm * halfway[2] - disc.forward_mm * halfway[1]
    lean = disc.wedge_deg + 0.5 * above.wedge_deg
    axes = tilt(lean, disc.lateral_tilt_deg, disc.axial_turn_deg) @ below.axes
    return Placement(
        origin_mm=frozen_copy(lower_centre + 0.5 * above.height_mm * axes[2]), axes=frozen_copy(axes)
    )


@dataclass(frozen=True, init=False, eq=False)
class Disc:
    """A whole disc, callable as a `geometry.field.Field`; `nucleus` is its core.

    In a list of bodies the order is both bones, the nucleus, then the disc: what is left is the annulus.

    Attributes:
        shape: the numbers.
        lower, upper: the endplates it lies between.
        bones: both vertebrae, as fields.
        bounds_mm: lower and upper corner of a box around it, shape (2, 3).
    """

    shape: DiscShape
    lower: Endplate
    upper: Endplate
    bones: tuple[Field, Field] = field(repr=False)
    bounds_mm: Floats
    _frames: Floats = field(repr=False)

    def __init__(
        self, shape: DiscShape, lower: Endplate, upper: Endplate, bones: tuple[Field, Field]
    ) -> None:
        ends = np.array([lower.centre_mm, upper.centre_mm])
        reach = max(lower.half_width_mm, upper.half_width_mm) + shape.bulge_mm + 4.0
        frames = [
            [*end.centre_mm, end.half_width_mm - RIM_MM, end.half_depth_mm - RIM_MM, *end.axes.ravel()]
            for end in (lower, upper)
        ]
        for name, value in (
            ("shape", shape),
            ("lower", lower),
            ("upper", upper),
            ("bones", bones),
            ("bounds_mm", frozen_copy([ends.min(axis=0) - reach, ends.max(axis=0) + reach])),
            ("_frames", frozen_copy(frames)),
        ):
            object.__setattr__(self, name, value)

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the disc, shape (n,); it overlaps both bones by `OVERLAP_MM`."""
        return self._between(points_mm, self.outline(points_mm))

    def nucleus(self, points_mm: Floats) -> Floats:
        """Signed distance to the nucleus, shape (n,); it reaches both endplates."""
        points = np.require(points_mm, np.float64, ["C", "W"]).reshape(-1, 3)
        share = np.sqrt(self.shape.nucleus_share)
        return self._between(points_mm, _column(points, self._frames, 0.0, share, self.shape.nucleus_back_mm))

    def outline(self, points_mm: Floats) -> Floats:
        """Signed distance to the disc's wall and the planes of its endplates, shape (n,)."""
        points = np.require(points_mm, np.float64, ["C", "W"]).reshape(-1, 3)
        return _column(points, self._frames, self.shape.bulge_mm, 1.0, 0.0)

    def area_mm2(self) -> float:
        """Area of the cross-section halfway between the endplates."""
        step = 0.4
        centre = 0.5 * (self.lower.centre_mm + self.upper.centre_mm)
        across, back = np.meshgrid(np.arange(-36.0, 36.0, step), np.arange(-28.0, 28.0, step), indexing="ij")
        axes = self.lower.axes[:2] + self.upper.axes[:2]
        axes /= np.linalg.norm(axes, axis=1)[:, None]
        points = centre + across[..., None] * axes[0] + back[..., None] * axes[1]
        return float((self.outline(points.reshape(-1, 3)) < 0.0).sum() * step**2)

    def _between(self, points_mm: Floats, column: Floats) -> Floats:
        """The column without what is deeper than the overlap in either bone, shape (n,)."""
        values = column.copy()
        near = column < 4.0
        if near.any():
            points = np.asarray(points_mm).reshape(-1, 3)[near]
            for bone in self.bones:
                values[near] = np.maximum(values[near], -bone(points) - OVERLAP_MM)
        return values


@compiled
def _column_at(
    x: float, y: float, z: float, frames: Floats, bulge: float, share: float, back: float
) -> float:
    """Distance to the column between two endplates, `share` as wide as they are; it ends in their bone."""
    height_0 = (
        (x - frames[0, 0]) * frames[0, 11]
        + (y - frames[0, 1]) * frames[0, 12]
        + (z - frames[0, 2]) * frames[0, 13]
    )
    height_1 = (
        (frames[1, 0] - x) * frames[1, 11]
        + (frames[1, 1] - y) * frames[1, 12]
        + (frames[1, 2] - z) * frames[1, 13]
    )
    t = min(max(height_0 / max(height_0 + height_1, 1.0), 0.0), 1.0)
    across = along = width = depth = 0.0
    for end in range(2):
        weight = t if end == 1 else 1.0 - t
        dx, dy, dz = x - frames[end, 0], y - frames[end, 1], z - frames[end, 2]
        across += weight * (dx * frames[end, 5] + dy * frames[end, 6] + dz * frames[end, 7])
        along += weight * (dx * frames[end, 8] + dy * frames[end, 9] + dz * frames[end, 10])
        width += weight * frames[end, 3]
        depth += weight * frames[end, 4]
    swell = 4.0 * bulge * t * (1.0 - t)
    wall, _ = oval_at(across, along - back, share * (width + swell), share * (depth + swell))
    # into the hollows, but not past the rims: below them the bones have a waist
    _, out = oval_at(across, along, width, depth)
    return smooth_max(wall, max(-height_0, -height_1) - OVERLAP_MM - HOLLOW_MM * max(1.0 - out, 0.0), 1.0)


@compiled
def _column(points: Floats, frames: Floats, bulge: float, share: float, back: float) -> Floats:
    """Distances at points (n, 3), shape (n,)."""
    values = np.empty(len(points))
    for i in range(len(points)):
        values[i] = _column_at(points[i, 0], points[i, 1], points[i, 2], frames, bulge, share, back)
    return values
