"""How long element edges should be: fine at the screw, coarse far away, one factor for all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geometry.arrays import Bools, Floats
from geometry.field import Field
from geometry.parameters import check_ranges, number

# Chosen: `scaled` lets edges in a joint grow up to this share of its gap. Coarser ones weld sacrum and ilium
# in some 25 nodes, which made an S1 pedicle screw 24 % stiffer; 1.46 does, 1.25 does not, up to twice and a
# half the edges elsewhere.
MOST_OVER_GAP = 1.25
# Chosen: within this many edges of a surface the edge does not grow.
NEAR = 0.8
# Chosen: edges in a narrow hollow of a body, such as a foramen, as a share of its width: it then stays open
# whatever the lattice.
HOLLOW_SHARE = 0.45
# Chosen: growth of the edges of a surface with the distance from the focus, mm per mm.
FOCUS_GRADING = 0.2
# A point minds the wall or the hollow beside it within this band round a surface, in wished edges.
WALL_BAND = (-0.25, 1.25)
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
        """All edges times the factor; those in a joint grow up to `MOST_OVER_GAP` only."""
        over_gap = self.joint_over_gap
        return replace(
            self,
            screw_mm=self.screw_mm * factor,
            sacrum_surface_mm=self.sacrum_surface_mm * factor,
            joint_mm=self.joint_mm * factor,
            joint_over_gap=min(over_gap * factor, max(over_gap, MOST_OVER_GAP)),
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


@dataclass(frozen=True, kw_only=True)
class WallEdges:
    """Edges in a thin wall of a body.

    Attributes:
        share: the edge over the thickness.
        floor: and no shorter than this share of the edge wished at the surface, or the rims of bones would be
            endlessly fine.
    """

    share: float
    floor: float


# Chosen: vertices fall into the wall.
FINISHED_WALL = WallEdges(share=0.85, floor=0.5)
# Chosen: two edges across the wall, or a cut lattice pinches it: void beside the pinches was then filled,
# and 48 of the 1563 surface vertices of the mean man's ilium lay more than 1 mm off (5 with these, 5 with a
# share of 0.4 and half as many tetrahedra again). Remeshing takes the surplus away.
LATTICE_WALL = WallEdges(share=0.5, floor=0.33)


@dataclass(frozen=True, kw_only=True)
class GradedSize:
    """The wished edge in mm, shape (n,), at points of shape (n, 3): a call gives that of the finished mesh.

    Attributes:
        surfaces: where the edge is given; away from them it grows.
        grading: growth in mm per mm.
        largest_mm: the edge never exceeds this.
        focus: how far a point is from the place where surfaces have their `near_edge_mm`.
    """

    surfaces: Sequence[SizedSurface]
    grading: float
    largest_mm: float
    focus: Field | None = None

    def __call__(self, points_mm: Floats) -> Floats:
        """The edge of the finished mesh, shape (n,)."""
        return self._edge_mm(points_mm, FINISHED_WALL)

    def exceeded_in_lattice(self, points_mm: Floats, edge_mm: Floats) -> Bools:
        """True where such an edge, shape (n,), is too long for the lattice that is cut, then remeshed."""
        return np.asarray(edge_mm > self._edge_mm(points_mm, LATTICE_WALL, edge_mm))

    def _edge_mm(self, points_mm: Floats, wall: WallEdges, asked_mm: Floats | None = None) -> Floats:
        """The edge; walls are looked at only where they can tell whether it is below the one asked about."""
        edge = np.full(len(points_mm), self.largest_mm)
        away_from_focus = None if self.focus is None else np.maximum(self.focus(points_mm), 0.0)
        walls = []
        for surface in self.surfaces:
            wished = np.full(len(points_mm), surface.edge_mm)
            if surface.near_edge_mm is not None and away_from_focus is not None:
                wished = np.minimum(wished, surface.near_edge_mm + FOCUS_GRADING * away_from_focus)
            distance = surface.distance(points_mm)
            away = np.maximum(np.abs(distance) - NEAR * wished, 0.0)
            edge = np.minimum(edge, wished + self.grading * away)
            if surface.wall is not None:
                walls.append((surface.wall, surface.edge_mm, distance / wished))
        for field, at_surface_mm, height in walls:
            floor = wall.floor * at_surface_mm
            for share, outwards in ((wall.share, 1.0), (HOLLOW_SHARE, -1.0)):
                depth = -outwards * height
                telling = (depth > WALL_BAND[0]) & (depth < WALL_BAND[1]) & (edge > floor)
                if asked_mm is not None:
                    telling &= (asked_mm <= edge) & (asked_mm > floor)
                near = np.flatnonzero(telling)
                thin = share * thickness_mm(field, points_mm[near], at_surface_mm / share, outwards=outwards)
                edge[near] = np.minimum(edge[near], np.maximum(thin, floor))
        return edge


def thickness_mm(field: Field, points_mm: Floats, reach_mm: float, *, outwards: float = 1.0) -> Floats:
    """Thickness of the body at each point, shape (n,); about `reach_mm` where it is thicker than that.

    Twice the greatest depth met on the way from the surface into the body; with `outwards` -1 the width of
    the hollow on its other side.
    """

    def body(at_mm: Floats) -> Floats:
        return np.asarray(outwards * field(at_mm))

    value = body(points_mm)
    steps = WALL_STEP_MM * np.eye(3)
    slope = np.stack([body(points_mm + step) - value for step in steps], axis=1) / WALL_STEP_MM
    steepness = np.maximum(np.linalg.norm(slope, axis=1), 0.1)
    inwards = -slope / steepness[:, None]
    foot = points_mm + (value / steepness)[:, None] * inwards
    depth = np.maximum(-value, 0.0)
    for share in (0.25, 0.4, 0.5):
        depth = np.maximum(depth, -body(foot + share * reach_mm * inwards))
    # a pseudo-distance grows as fast inside as at the surface, to first order
    thickness: Floats = 2.0 * depth / steepness
    return thickness
