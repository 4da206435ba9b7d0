"""How near thousands of straight screws come to nerves, vessels and the greater sciatic notch."""

from collections.abc import Mapping
from math import sqrt
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.compiled import compiled
from geometry.frame import standing_from_anatomical
from geometry.planning.hazards import hazards
from geometry.screws.design import TIP_CONE_MM, TIP_RADIUS_SHARE

# Rings of the wall are looked at no nearer to each other than this (chosen; `inspect` looks every 0.5 mm).
STEP_MM = 1.0
FIRST_RINGS = 8


class Paths(NamedTuple):
    """Screws of one size on many paths, in the form that compiled code takes.

    Attributes:
        entries_mm, headings: of each path, shape (n, 3).
        radius_mm, length_mm: of the screws.
        tip_cone_mm, tip_share: length of the cone at the tip, and its radius there over the full one.
    """

    entries_mm: Floats
    headings: Floats
    radius_mm: float
    length_mm: float
    tip_cone_mm: float = TIP_CONE_MM
    tip_share: float = TIP_RADIUS_SHARE


def hazard_distances_mm(anatomy: Anatomy, paths: Paths) -> Mapping[str, Floats]:
    """From the wall to each of `geometry.planning.hazards` by name, shape (n,); negative inside."""
    found = {}
    for one in hazards(anatomy):
        gaps = np.empty(len(paths.headings))
        _line_distances(paths, np.array(one.centreline_mm), gaps)
        found[one.name] = gaps - one.radius_mm
    return MappingProxyType(found)


def notch_distances_mm(anatomy: Anatomy, paths: Paths) -> Floats:
    """From the wall to the apex of the greater sciatic notch, shape (n,); negative on paths below it."""
    notch = anatomy.ilium.landmarks["notch"]
    along = np.clip(((notch - paths.entries_mm) * paths.headings).sum(axis=1), 0.0, paths.length_mm)
    away = paths.entries_mm + along[:, None] * paths.headings - notch
    cone = np.clip((paths.length_mm - along) / paths.tip_cone_mm, 0.0, 1.0)
    radius = paths.radius_mm * (paths.tip_share + (1.0 - paths.tip_share) * cone)
    distance = np.linalg.norm(away, axis=1) - radius
    above = away @ standing_from_anatomical(anatomy.sacral_slope_deg)[2] > 0.0
    return np.asarray(np.where(above, distance, -np.abs(distance)))


@compiled
def _line_distances(paths: Paths, line: Floats, gaps: Floats) -> None:
    """Fill `gaps` (n,) with the distance of each wall to a polyline (k, 3) or its mirror image."""
    for n in range(len(paths.headings)):
        entry, heading = paths.entries_mm[n], paths.headings[n]
        # a few rings first: most others then need no look
        best = 1e9
        for k in range(FIRST_RINGS):
            along = paths.length_mm * k / (FIRST_RINGS - 1)
            best = min(best, _ring_distance(paths, entry, heading, along, line))
        along = paths.length_mm
        while along >= 0.0:
            # no ring is nearer than its centre less the radius, nor one further back but by what lies between
            spare = _centre_distance(entry, heading, along, line) - paths.radius_mm - best
            if spare < 0.0:
                best = min(best, _ring_distance(paths, entry, heading, along, line))
            along -= max(spare, STEP_MM)
        gaps[n] = best


@compiled
def _centre_distance(entry: Floats, heading: Floats, along: float, line: Floats) -> float:
    """Distance of a place on the axis to a polyline."""
    x, y, z = abs(entry[0] + along * heading[0]), entry[1] + along * heading[1], entry[2] + along * heading[2]
    least = 1e18
    for k in range(len(line) - 1):
        sx, sy, sz = line[k + 1, 0] - line[k, 0], line[k + 1, 1] - line[k, 1], line[k + 1, 2] - line[k, 2]
        px, py, pz = x - line[k, 0], y - line[k, 1], z - line[k, 2]
        t = min(max((px * sx + py * sy + pz * sz) / (sx * sx + sy * sy + sz * sz), 0.0), 1.0)
        px, py, pz = px - t * sx, py - t * sy, pz - t * sz
        least = min(least, px * px + py * py + pz * pz)
    return sqrt(least)


@compiled
def _ring_distance(paths: Paths, entry: Floats, heading: Floats, along: float, line: Floats) -> float:
    """Distance of one ring of the wall, as wide as the steps between two, to a polyline."""
    cone = min((paths.length_mm - along) / paths.tip_cone_mm, 1.0)
    radius = paths.radius_mm * (paths.tip_share + (1.0 - paths.tip_share) * cone)
    # beyond its ends there is no wall
    behind, ahead = min(along, 0.5 * STEP_MM), min(paths.length_mm - along, 0.5 * STEP_MM)
    x, y, z = entry[0] + along * heading[0], entry[1] + along * heading[1], entry[2] + along * heading[2]
    across = -heading[0] if x < 0.0 else heading[0]
    x = abs(x)
    least = 1e9
    for k in range(len(line) - 1):
        sx, sy, sz = line[k + 1, 0] - line[k, 0], line[k + 1, 1] - line[k, 1], line[k + 1, 2] - line[k, 2]
        px, py, pz = x - line[k, 0], y - line[k, 1], z - line[k, 2]
        t = min(max((px * sx + py * sy + pz * sz) / (sx * sx + sy * sy + sz * sz), 0.0), 1.0)
        px, py, pz = px - t * sx, py - t * sy, pz - t * sz
        # from the line to the centre of the ring: the line lies ahead where this is negative
        back = px * across + py * heading[1] + pz * heading[2]
        beyond = max(back - behind, -back - ahead, 0.0)
        # a line that comes within the radius passes through the wall
        aside = max(sqrt(max(px * px + py * py + pz * pz - back * back, 0.0)) - radius, 0.0)
        least = min(least, sqrt(aside * aside + beyond * beyond))
    return least
