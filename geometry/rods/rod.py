"""A spinal rod: a bent cylinder with flat ends."""

from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from scipy.interpolate import CubicSpline

from geometry.arrays import Floats, frozen_copy
from geometry.compiled import compiled
from geometry.errors import GeometryError
from geometry.mirror import ACROSS
from geometry.parameters import check_ranges, number

# Chosen: chords of the centreline; they leave it by 1 micrometre at the tightest bend.
CHORD_MM = 0.5
# Chosen: places where the bend is looked at.
BEND_SAMPLES = 400


@dataclass(frozen=True, kw_only=True)
class RodDesign:
    """What a rod is made like.

    Attributes:
        diameter_mm: 5.5 and 6.0 are usual.
        overhang_mm: how far it goes on straight beyond the first and the last head.
        least_bend_diameters: least radius of the centreline over the diameter.
    """

    diameter_mm: float = number(5.5, 4.0, 7.0, "mm", "5.5 and 6.0 [C, evidence 7.2]")
    overhang_mm: float = number(9.0, 0.0, 40.0, "mm", "chosen: clears a head of 13 mm by 2.5 mm")
    least_bend_diameters: float = number(
        5.0, 2.0, 40.0, "1", "chosen: bending by hand strains the outer fibre by 10 %"
    )

    def __post_init__(self) -> None:
        check_ranges(self, "rod")

    @property
    def least_bend_mm(self) -> float:
        """Least radius of the centreline."""
        return self.least_bend_diameters * self.diameter_mm


@dataclass(frozen=True, kw_only=True, eq=False)
class Rod:
    """A rod bent through given points, callable as a `geometry.field.Field`.

    The centreline is the natural cubic spline, the shape of a thin elastic rod led through the points: no
    curvature at its ends, where it goes on straight.

    Attributes:
        through_mm: points of the centreline from one end to the other, shape (k, 3), k at least 2.
        design: its diameter, overhang and least bend.
    """

    through_mm: Floats
    design: RodDesign = field(default_factory=RodDesign)
    _line: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        through = frozen_copy(self.through_mm)
        if through.ndim != 2 or through.shape[1] != 3 or len(through) < 2:
            raise GeometryError(
                f"a rod through points of shape {through.shape}",
                where="rod",
                advice="Give two points or more",
            )
        steps = np.linalg.norm(np.diff(through, axis=0), axis=1)
        if not steps.min() > self.design.diameter_mm:
            raise GeometryError(
                f"two points of the rod are {steps.min():.1f} mm apart, less than its diameter of "
                f"{self.design.diameter_mm:g} mm",
                where="rod",
                advice="Move the screws apart",
            )
        object.__setattr__(self, "through_mm", through)
        object.__setattr__(self, "_line", frozen_copy(self._sampled()))
        if not self.least_radius_mm >= self.design.least_bend_mm:
            raise GeometryError(
                f"the rod is bent to a radius of {self.least_radius_mm:.1f} mm, below "
                f"{self.design.least_bend_mm:.1f} mm",
                where="rod",
                advice="Bring the heads into line: move an entry, or let a head stand off further",
            )

    @property
    def centreline_mm(self) -> Floats:
        """Points along the centreline half a millimetre apart, from end to end, shape (n, 3)."""
        return self._line

    @property
    def length_mm(self) -> float:
        """Length of the centreline with both overhangs."""
        return float(np.linalg.norm(np.diff(self._line, axis=0), axis=1).sum())

    @property
    def least_radius_mm(self) -> float:
        """Radius of the tightest bend; infinite for a straight rod."""
        spline = spline_through(self.through_mm)
        place = np.linspace(spline.x[0], spline.x[-1], BEND_SAMPLES)
        speed, change = spline(place, 1), spline(place, 2)
        bend = np.linalg.norm(np.cross(speed, change), axis=1) / np.linalg.norm(speed, axis=1) ** 3
        tightest = float(bend.max())
        return 1.0 / tightest if tightest > 1e-9 else float("inf")

    def volume_mm3(self) -> float:
        """Volume: section times length, since the section stays square to the centreline (Pappus)."""
        return float(np.pi / 4.0 * self.design.diameter_mm**2 * self.length_mm)

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance in mm, shape (n,), at points of shape (n, 3): negative inside."""
        return bent_cylinder(np.ascontiguousarray(points_mm, dtype=float), self._line, self._radius_mm, False)

    def barrel(self, points_mm: Floats) -> Floats:
        """Signed distance to the rod that goes on straight for ever, shape (n,): to be cut at `ends_mm`."""
        return bent_cylinder(np.ascontiguousarray(points_mm, dtype=float), self._line, self._radius_mm, True)

    @property
    def ends_mm(self) -> Floats:
        """Centres of the flat ends, shape (2, 3)."""
        return np.asarray(self._line[[0, -1]])

    @property
    def outwards(self) -> Floats:
        """Unit normals of the flat ends, away from the rod, shape (2, 3)."""
        way = self._line[[0, -1]] - self._line[[1, -2]]
        return np.asarray(way / np.linalg.norm(way, axis=1)[:, None])

    def mirrored(self) -> "Rod":
        """The mirror image on the other side."""
        return Rod(through_mm=self.through_mm * ACROSS, design=self.design)

    @property
    def _radius_mm(self) -> float:
        return 0.5 * self.design.diameter_mm

    def _sampled(self) -> Floats:
        spline, ends = spline_through(self.through_mm), tangents_through(self.through_mm)[[0, -1]]
        count = int(np.ceil((spline.x[-1] - spline.x[0]) / CHORD_MM)) + 1
        line = spline(np.unique(np.concatenate([np.linspace(spline.x[0], spline.x[-1], count), spline.x])))
        over = self.design.overhang_mm
        if over > 0.0:
            line = np.vstack([line[0] - over * ends[0], line, line[-1] + over * ends[1]])
        return np.asarray(line)


def spline_through(points_mm: Floats) -> CubicSpline:
    """The natural cubic spline through points of shape (k, 3), over the summed chords in mm."""
    chords = np.linalg.norm(np.diff(points_mm, axis=0), axis=1)
    return CubicSpline(np.concatenate([[0.0], np.cumsum(chords)]), points_mm, bc_type="natural")


def tangents_through(points_mm: Floats) -> Floats:
    """Unit directions of that spline at its points, shape (k, 3)."""
    spline = spline_through(points_mm)
    slope = spline(spline.x, 1)
    return np.asarray(slope / np.linalg.norm(slope, axis=1)[:, None])


def bending(points_mm: Floats) -> float:
    """Integral of the squared curvature along that spline in 1/mm, to second order in its slopes."""
    spline = spline_through(points_mm)
    steps, bend = np.diff(spline.x), spline(spline.x, 2)
    squares = (bend[:-1] ** 2 + bend[:-1] * bend[1:] + bend[1:] ** 2).sum(axis=1)
    return float((steps * squares).sum() / 3.0)


@compiled
def bent_cylinder(points: Floats, line: Floats, radius: float, endless: bool) -> Floats:
    """Signed distance to a cylinder about chords (k, 3), with flat ends or endless, shape (n,)."""
    values = np.empty(len(points))
    last = len(line) - 2
    longest = 0.0
    for k in range(1, last):
        longest = max(longest, sqrt(((line[k + 1] - line[k]) ** 2).sum()))
    for i in range(len(points)):
        nearest, beyond = _from_chord(points[i], line, 0, last)
        if last > 0:
            distance, past = _from_chord(points[i], line, last, last)
            if distance < nearest:
                nearest, beyond = distance, past
        k = 1
        while k < last:
            distance, _ = _from_chord(points[i], line, k, last)
            if distance < nearest:
                nearest, beyond = distance, -1e300
            # chords further on are nearer by a chord's length each at best
            k += max(int((distance - nearest) / longest), 1)
        values[i] = nearest - radius if endless else max(nearest - radius, beyond)
    return values


@compiled
def _from_chord(point: Floats, line: Floats, k: int, last: int) -> tuple[float, float]:
    """Distance to chord k, and how far beyond the flat end; the end chords go on for ever."""
    dx, dy, dz = line[k + 1, 0] - line[k, 0], line[k + 1, 1] - line[k, 1], line[k + 1, 2] - line[k, 2]
    px, py, pz = point[0] - line[k, 0], point[1] - line[k, 1], point[2] - line[k, 2]
    square = dx * dx + dy * dy + dz * dz
    t = (px * dx + py * dy + pz * dz) / square
    low = -1e300 if k == 0 else 0.0
    high = 1e300 if k == last else 1.0
    u = min(max(t, low), high)
    px, py, pz = px - u * dx, py - u * dy, pz - u * dz
    beyond = -1e300
    if k == 0:
        beyond = -t * sqrt(square)
    if k == last:
        beyond = max(beyond, (t - 1.0) * sqrt(square))
    return sqrt(px * px + py * py + pz * pz), beyond
