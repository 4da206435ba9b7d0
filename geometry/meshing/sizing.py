"""How long element edges should be: fine at the screw, coarse far away, one factor for all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from geometry.arrays import Floats
from geometry.field import Field
from geometry.parameters import check_ranges, number

# Chosen: within this many edges of a surface the edge does not grow.
NEAR = 0.8
# Chosen: edges in a thin wall as a share of its thickness, so that vertices fall into the wall; but no
# shorter than this share of the edge wished at the surface, or the rims of bones would be endlessly fine.
WALL_SHARE = 0.85
WALL_FLOOR = 0.5
# Chosen: edges in a narrow hollow of a body, such as a foramen, as a share of its width: it then stays open
# whatever the lattice; with the same floor as in walls.
HOLLOW_SHARE = 0.45
# Chosen: growth of the edges of a surface with the distance from the focus, mm per mm.
FOCUS_GRADING = 0.2
# Step of the one-sided differences that find the way into the wall.
WALL_STEP_MM = 0.05


@dataclass(frozen=True, kw_only=True)
class Sizing:
    """Wished element edges of a mesh in mm.

    Chosen so that a pull-out mesh has 60 to 100 thousand elements, most of them where the estimated error
    was; `scaled` changes all edges together.
    """

    screw_mm: float = number(1.5, 0.2, 5.0, "mm", "chosen: fifteen edges round a 7 mm screw")
    sacrum_surface_mm: float = number(4.0, 0.5, 15.0, "mm", "chosen: all foramina stay open")
    joint_mm: float = number(2.6, 0.5, 15.0, "mm", "chosen: the joint gap, one quadratic element across")
    joint_over_gap: float = number(
        1.04, 0.2, 4.0, "1", "chosen: no longer edge in a joint; 2 lost 8 % of the cartilage in a narrow one"
    )
    ilium_surface_mm: float = number(6.0, 0.5, 20.0, "mm", "chosen: the ilium is support, not result")
    near_share: float = number(
        0.5, 0.1, 1.0, "1", "chosen: edge on a screwed bone near the screw to far away"
    )
    interior_mm: float = number(8.0, 0.5, 25.0, "mm", "chosen")
    grading: float = number(0.5, 0.1, 1.0, "mm per mm", "chosen: growth of the edge with the distance")

    def __post_init__(self) -> None:
        check_ranges(self, "mesh.sizing")

    def scaled(self, factor: float) -> "Sizing":
        """All edges times the factor; the ratios stay."""
        return replace(
            self,
            screw_mm=self.screw_mm * factor,
            sacrum_surface_mm=self.sacrum_surface_mm * factor,
            joint_mm=self.joint_mm * factor,
            joint_over_gap=self.joint_over_gap * factor,
            ilium_surface_mm=self.ilium_surface_mm * factor,
            interior_mm=self.interior_mm * factor,
        )

    def joint_edge_mm(self, gap_mm: float) -> float:
        """The edge in a joint of that gap: shorter where the gap is narrower than `joint_mm`."""
        return min(self.joint_mm, self.joint_over_gap * gap_mm)

    def refined(self) -> "Sizing":
        """All edges halved."""
        return self.scaled(0.5)


@dataclass(frozen=True, kw_only=True)
class SizedSurface:
    """A surface with the edge wished there.

    Attributes:
        distance: how far the surface is; it may be rough where sizes are coarse.
        edge_mm: the edge at the surface.
        near_edge_mm: the edge at the surface near the focus; the same if not given.
        wall: the exact field of a body whose thin walls and narrow hollows get shorter edges; None if it has
            none.
    """

    distance: Field
    edge_mm: float
    near_edge_mm: float | None = None
    wall: Field | None = None


def graded_size(
    surfaces: Sequence[SizedSurface], grading: float, largest_mm: float, focus: Field | None = None
) -> Callable[[Floats], Floats]:
    """A function that gives the wished edge in mm, shape (n,), at points of shape (n, 3).

    Args:
        surfaces: where the edge is given; away from them it grows.
        grading: growth in mm per mm.
        largest_mm: the edge never exceeds this.
        focus: how far a point is from the place where surfaces have their `near_edge_mm`.
    """

    def size(points_mm: Floats) -> Floats:
        edge = np.full(len(points_mm), largest_mm)
        away_from_focus = None if focus is None else np.maximum(focus(points_mm), 0.0)
        for surface in surfaces:
            wished = np.full(len(points_mm), surface.edge_mm)
            if surface.near_edge_mm is not None and away_from_focus is not None:
                wished = np.minimum(wished, surface.near_edge_mm + FOCUS_GRADING * away_from_focus)
            distance = surface.distance(points_mm)
            away = np.maximum(np.abs(distance) - NEAR * wished, 0.0)
            edge = np.minimum(edge, wished + grading * away)
            if surface.wall is not None:
                for share, field, depth in (
                    (WALL_SHARE, surface.wall, distance),
                    (HOLLOW_SHARE, _outside(surface.wall), -distance),
                ):
                    near = np.flatnonzero(np.abs(depth + 0.5 * wished) < 0.75 * wished)
                    thin = share * thickness_mm(field, points_mm[near], surface.edge_mm / share)
                    edge[near] = np.minimum(edge[near], np.maximum(thin, WALL_FLOOR * surface.edge_mm))
        return edge

    return size


def _outside(field: Field) -> Field:
    """The field of what is not in the body."""

    def complement(points_mm: Floats) -> Floats:
        return np.asarray(-field(points_mm))

    return complement


def thickness_mm(field: Field, points_mm: Floats, reach_mm: float) -> Floats:
    """Thickness of the body at each point, shape (n,); about `reach_mm` where it is thicker than that.

    Twice the greatest depth met on the way from the surface into the body.
    """
    value = field(points_mm)
    steps = WALL_STEP_MM * np.eye(3)
    slope = np.stack([field(points_mm + step) - value for step in steps], axis=1) / WALL_STEP_MM
    steepness = np.maximum(np.linalg.norm(slope, axis=1), 0.1)
    inwards = -slope / steepness[:, None]
    foot = points_mm + (value / steepness)[:, None] * inwards
    depth = np.maximum(-value, 0.0)
    for share in (0.25, 0.4, 0.5):
        depth = np.maximum(depth, -field(foot + share * reach_mm * inwards))
    # a pseudo-distance grows as fast inside as at the surface, to first order
    thickness: Floats = 2.0 * depth / steepness
    return thickness
