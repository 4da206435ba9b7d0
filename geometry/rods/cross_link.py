"""A bar across, from rod to rod."""

from dataclasses import dataclass, field

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.errors import GeometryError
from geometry.implicit import cylinder, smooth_union
from geometry.parameters import check_ranges, number
from geometry.rods.rod import CHORD_MM, Rod, bent_cylinder

# Chosen: the crease between bar and clamp.
CREASE_MM = 1.0


@dataclass(frozen=True, kw_only=True)
class CrossLinkDesign:
    """What a cross-link is made like.

    Attributes:
        bar_diameter_mm: of the bar.
        rise_mm: how far its middle stands behind the chord from rod to rod; 0 is a straight bar.
        clamp_length_mm: along the rod.
        clamp_wall_mm: around the rod.
        head_room_mm: from the axis of a screw head to the end of a clamp.
    """

    bar_diameter_mm: float = number(5.0, 3.0, 8.0, "mm", "chosen: a little thinner than the rods")
    rise_mm: float = number(4.0, 0.0, 20.0, "mm", "chosen: passes behind the canal's contents")
    clamp_length_mm: float = number(8.0, 4.0, 15.0, "mm", "chosen")
    clamp_wall_mm: float = number(2.5, 1.0, 6.0, "mm", "chosen")
    head_room_mm: float = number(6.5, 4.0, 12.0, "mm", "chosen: half a head of 13 mm")

    def __post_init__(self) -> None:
        check_ranges(self, "cross_link")


@dataclass(frozen=True, kw_only=True, eq=False)
class CrossLink:
    """A straight or arched bar with a clamp around each rod, callable as a `geometry.field.Field`.

    In a mesh the rods go before it.

    Attributes:
        left: the rod on the left.
        right: the rod on the right, such as `left.mirrored()`.
        share: where it sits, as a share of the length of each rod.
        design: its dimensions.
    """

    left: Rod
    right: Rod
    share: float = number(0.5, 0.0, 1.0, "1", "chosen: the middle")
    design: CrossLinkDesign = field(default_factory=CrossLinkDesign)
    _seats: Floats = field(init=False, repr=False)
    _line: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_ranges(self, "cross_link")
        seats = np.stack([_seat(rod, self.share) for rod in (self.left, self.right)])
        for rod, (place, _) in zip((self.left, self.right), seats, strict=True):
            room = float(np.linalg.norm(rod.through_mm - place, axis=1).min())
            needed = self.design.head_room_mm + 0.5 * self.design.clamp_length_mm
            if not room >= needed:
                raise GeometryError(
                    f"the clamp is {room:.1f} mm from a screw head, below {needed:.1f} mm",
                    where="cross_link.share",
                    advice="Choose another share, between two heads",
                )
        object.__setattr__(self, "_seats", frozen_copy(seats))
        object.__setattr__(self, "_line", frozen_copy(_arch(seats[0, 0], seats[1, 0], self.design.rise_mm)))

    @property
    def ends_mm(self) -> Floats:
        """Where the bar meets the axes of the rods, left then right, shape (2, 3)."""
        return np.asarray(self._seats[:, 0])

    @property
    def middle_mm(self) -> Floats:
        """The middle of the bar, shape (3,)."""
        return np.asarray(self._line[len(self._line) // 2])

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance in mm, shape (n,), at points of shape (n, 3): negative inside."""
        points = np.ascontiguousarray(points_mm, dtype=float)
        body = bent_cylinder(points, self._line, 0.5 * self.design.bar_diameter_mm, False)
        for rod, (place, along) in zip((self.left, self.right), self._seats, strict=True):
            half = 0.5 * self.design.clamp_length_mm * along
            radius = 0.5 * rod.design.diameter_mm + self.design.clamp_wall_mm
            body = smooth_union(body, cylinder(points, place - half, place + half, radius), CREASE_MM)
        return body


def _seat(rod: Rod, share: float) -> Floats:
    """Point and direction of a rod at a share of its length, shape (2, 3)."""
    line = rod.centreline_mm
    steps = np.diff(line, axis=0)
    chords = np.linalg.norm(steps, axis=1)
    gone = np.concatenate([[0.0], np.cumsum(chords)])
    chord = min(int(np.searchsorted(gone, share * gone[-1], side="right")) - 1, len(steps) - 1)
    along = steps[chord] / chords[chord]
    return np.stack([line[chord] + (share * gone[-1] - gone[chord]) * along, along])


def _arch(left_mm: Floats, right_mm: Floats, rise_mm: float) -> Floats:
    """Points of the arc from left to right that rises backwards, shape (k, 3), k odd."""
    chord = right_mm - left_mm
    half = 0.5 * float(np.linalg.norm(chord))
    across = chord / (2.0 * half)
    back = np.array([0.0, 1.0, 0.0]) - across[1] * across
    back /= np.linalg.norm(back)
    count = 2 * int(np.ceil(half / CHORD_MM)) + 1
    place = np.linspace(-1.0, 1.0, count)
    if rise_mm > 0.0:
        radius = (half**2 + rise_mm**2) / (2.0 * rise_mm)
        turn = place * np.arctan2(half, radius - rise_mm)
        aside, lift = radius * np.sin(turn), radius * np.cos(turn) - (radius - rise_mm)
    else:
        aside, lift = half * place, np.zeros(count)
    middle = 0.5 * (left_mm + right_mm)
    return np.asarray(middle + aside[:, None] * across + lift[:, None] * back)
