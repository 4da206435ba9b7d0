"""The nerves and vessels in front of the sacrum, as tubes laid on it at the published angles and depths.

They are means of other people: what a plan prints as its distance says how near such a structure usually
lies, and no more. Drawn on the left and mirrored. What no source gives is chosen, and says so.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats, frozen_copy
from geometry.errors import GeometryError
from geometry.frame import direction
from geometry.rays import first_hits_mm
from geometry.screws.alar import facet_lower_lateral_mm

# Where an alar screw meets L5 and L4 (here the L4 part of the trunk): lateral angle, depth from entry [V 46].
L5_AT, L4_AT = (21.0, 38.0), (31.0, 53.0)
# The L5 root to the midline before and after its inflection: middles of 13.8-14.7 and 19.7-20.6 deg [V 47].
# The inflection is taken where the root comes to lie on the ala, at the height of the alar entry (chosen).
L5_ABOVE_DEG, L5_BELOW_DEG = 14.25, 20.15
# From the tube to the bone, mm: trunk [V 48]; vein on the left, the nearer side [V 49]; the artery lies
# "within 5 mm" [V 48], here half of it (chosen).
NERVE_GAP_MM, VEIN_GAP_MM, ARTERY_GAP_MM = 0.1, 5.0, 2.5
# From the trunk to the sacroiliac joint [V 48].
TRUNK_TO_JOINT_MM = 10.0
# Outer radii: no source at hand, chosen as half of the usual calibres.
ROOT_RADIUS_MM, TRUNK_RADIUS_MM, VEIN_RADIUS_MM, ARTERY_RADIUS_MM = 2.5, 3.0, 6.0, 3.0
# Followed from this height above the endplate, the level of the L5 foramen, down to this share of the axis,
# S2 (chosen: screws of these kinds end higher up or leave the sacrum sideways).
TOP_MM, BOTTOM_SHARE, STEP_MM = 8.0, 0.40, 2.0
# The vessels' places: height in shares of the axis below the endplate, distance from the midline in
# half-widths of the ala (chosen: the vein runs from the promontory to the front of the joint, the artery
# down past S2 between the foramina and the trunk).
VEIN_PLACES = ((-0.07, 0.30), (0.0, 0.45), (0.12, 0.72), (0.22, 0.90))
ARTERY_PLACES = ((0.08, 0.64), (0.22, 0.60), (0.40, 0.56))
# Rays that look for the ventral surface start this far in front.
FRONT_MM, REACH_MM = -90.0, 160.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Hazard:
    """A nerve or vessel beside the sacrum, on the left.

    Attributes:
        name: what it is.
        centreline_mm: polyline, shape (k, 3).
        radius_mm: of the tube round it.
        source: where its course is from.
    """

    name: str
    centreline_mm: Floats
    radius_mm: float
    source: str

    def distance_mm(self, points_mm: Floats) -> Floats:
        """Distance of points (n, 3) on either side to the tube's surface, shape (n,); negative inside."""
        points = np.abs(points_mm * [1.0, 0.0, 0.0]) + points_mm * [0.0, 1.0, 1.0]
        starts, ends = self.centreline_mm[:-1], self.centreline_mm[1:]
        runs = ends - starts
        offset = points[:, None] - starts
        share = np.clip((offset * runs).sum(axis=2) / (runs**2).sum(axis=1), 0.0, 1.0)
        away = np.linalg.norm(offset - share[:, :, None] * runs, axis=2)
        return np.asarray(away.min(axis=1) - self.radius_mm)


@lru_cache(maxsize=8)
def hazards(anatomy: Anatomy) -> tuple[Hazard, ...]:
    """L5 root, lumbosacral trunk, common iliac vein and internal iliac artery of the left side.

    Raises:
        GeometryError: the bone has no ventral surface where they run.
    """
    return (
        _l5_root(anatomy),
        _trunk(anatomy),
        Hazard(
            name="common iliac vein",
            centreline_mm=_vessel_mm(anatomy, VEIN_PLACES, VEIN_GAP_MM + VEIN_RADIUS_MM),
            radius_mm=VEIN_RADIUS_MM,
            source="distance to the S1 wall [V 49]; course and calibre chosen",
        ),
        Hazard(
            name="internal iliac artery",
            centreline_mm=_vessel_mm(anatomy, ARTERY_PLACES, ARTERY_GAP_MM + ARTERY_RADIUS_MM),
            radius_mm=ARTERY_RADIUS_MM,
            source="within 5 mm of the cortex [V 48]; course and calibre chosen",
        ),
    )


def _l5_root(anatomy: Anatomy) -> Hazard:
    """Over the ala at the published angle and depth, steep above it and more oblique below."""
    entry = facet_lower_lateral_mm(anatomy)
    crossing = entry + L5_AT[1] * direction(L5_AT[0], 0.0)
    heights = _heights_mm(anatomy, TOP_MM, BOTTOM_SHARE)
    down = crossing[2] - heights
    slope = np.where(down < 0.0, np.tan(np.radians(L5_ABOVE_DEG)), np.tan(np.radians(L5_BELOW_DEG)))
    lateral = crossing[0] + slope * down
    # beyond the front of the joint the trunk, which it joins, stands for it
    before = (down < 5.0 * STEP_MM) | (lateral < anatomy.sacrum.ala_half_width_mm(-heights))
    off = NERVE_GAP_MM + ROOT_RADIUS_MM
    return Hazard(
        name="L5 root",
        centreline_mm=_laid_mm(anatomy, lateral[before], heights[before], off),
        radius_mm=ROOT_RADIUS_MM,
        source="angle and depth [V 46], course [V 47], gap as the trunk's [V 48]; calibre chosen",
    )


def _trunk(anatomy: Anatomy) -> Hazard:
    """From where an alar screw meets its L4 part down to the bone, then along the joint."""
    entry = facet_lower_lateral_mm(anatomy)
    start = entry + L4_AT[1] * direction(L4_AT[0], 0.0)
    heights = _heights_mm(anatomy, start[2] - 4.0 * STEP_MM, BOTTOM_SHARE)
    lateral = anatomy.sacrum.ala_half_width_mm(-heights) - TRUNK_TO_JOINT_MM - TRUNK_RADIUS_MM
    laid = _laid_mm(anatomy, lateral, heights, NERVE_GAP_MM + TRUNK_RADIUS_MM)
    # the L4 part comes from above in front of the bone, wherever this anatomy leaves room for it
    start = _cleared_mm(anatomy, start[None], NERVE_GAP_MM + TRUNK_RADIUS_MM)
    return Hazard(
        name="lumbosacral trunk",
        centreline_mm=frozen_copy(np.vstack([start, laid])),
        radius_mm=TRUNK_RADIUS_MM,
        source="angle and depth of its L4 part [V 46], gap and distance to the joint [V 48]; calibre chosen",
    )


def _vessel_mm(anatomy: Anatomy, places: tuple[tuple[float, float], ...], off_mm: float) -> Floats:
    """Centreline of a vessel through its places, shape (k, 3)."""
    length = anatomy.sacrum.shape.length_mm
    heights = _heights_mm(anatomy, -places[0][0] * length, places[-1][0])
    shares = np.interp(-heights / length, *np.array(places).T)
    lateral = shares * float(anatomy.sacrum.ala_half_width_mm(np.array(0.1 * length)))
    return _laid_mm(anatomy, lateral, heights, off_mm)


def _heights_mm(anatomy: Anatomy, top_mm: float, bottom_share: float) -> Floats:
    """Heights above the endplate from top to bottom, about every `STEP_MM`, shape (k,)."""
    bottom = -bottom_share * anatomy.sacrum.shape.length_mm
    return np.linspace(top_mm, bottom, 2 + int((top_mm - bottom) / STEP_MM))


def _laid_mm(anatomy: Anatomy, lateral_mm: Floats, heights_mm: Floats, off_mm: float) -> Floats:
    """Points that far in front of the ventral surface at these places, shape (k, 3)."""
    # steep alae end below the lowest place of a vessel: then the bone further down says how far back it lies
    lowest = min(-BOTTOM_SHARE * anatomy.sacrum.shape.length_mm, heights_mm[-1] - STEP_MM)
    heights, laterals = np.append(heights_mm, lowest), np.append(lateral_mm, lateral_mm[-1])
    starts = np.column_stack([laterals, np.full_like(heights, FRONT_MM), heights])
    forward = np.array([0.0, 1.0, 0.0])
    depth = FRONT_MM + first_hits_mm(lambda p: _ventral(anatomy, p), starts, forward, REACH_MM)
    # what stands behind the S1 body is the articular process: past the brim a course goes straight up
    ventral = depth < 0.5 * anatomy.sacrum.shape.endplate_depth_mm
    if not ventral.any():
        raise GeometryError("no ventral surface is found to lay nerves and vessels on", where="anatomy")
    depth = np.interp(-heights_mm, -heights[ventral], depth[ventral])
    return _cleared_mm(anatomy, np.column_stack([lateral_mm, depth, heights_mm]), off_mm)


def _ventral(anatomy: Anatomy, points_mm: Floats) -> Floats:
    """Field of what nerves and vessels lie on, shape (n,): the bones, foramina filled."""
    return np.asarray(np.minimum(anatomy.sacrum.filled(points_mm), anatomy.ilium(points_mm)))


def _cleared_mm(anatomy: Anatomy, points_mm: Floats, off_mm: float) -> Floats:
    """The points, moved forwards until they are that far off the bone, shape (k, 3)."""
    moved = points_mm.copy()
    # the field is a distance only near the bone, and falls slowly along a slope: a few steps settle it
    for _ in range(12):
        moved[:, 1] -= np.maximum(off_mm - _ventral(anatomy, moved), 0.0)
    return frozen_copy(moved)
