"""Where the landmarks of an ilium stand on a given sacrum: the map the bone is drawn on."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.frame import direction, standing_from_anatomical
from geometry.pelvis.corridor import Corridor
from geometry.pelvis.ilium_shape import IliumShape
from geometry.sacrum.promise import SacrumBody

# Places are written as an anatomist reads them, x left, y back, z up in a standing man of sacral slope 40, in
# mm from the centre of his S1 endplate, and moved from the corridor of that man to the corridor at hand.
DRAWN_SLOPE_DEG = 40.0
DRAWN_CROSSING_MM = (48.5, 24.5, -19.5)
DRAWN_ANGLES_DEG = (40.5, 0.0)
# How much of the turn of the corridor a place follows: the column all, the wing half, or it would swing.
FOLLOWS = {"column": 1.0, "wing": 0.5}

# Name, what it follows, place, half-thickness as a share of "crest", "corridor" or "fossa". The distances
# between them are those of an adult male pelvis: PSIS to AIIS 118 +- 13 along bone [V 50], hip axis 53 deg
# of incidence in front of the endplate [V 29], spines and crest as wide as chosen after a dry pelvis.
Place = tuple[str, str, tuple[float, float, float], float, str]
RIM: tuple[Place, ...] = (
    ("notch", "column", (55.0, 24.0, -47.0), 0.52, "corridor"),
    ("notch_front", "column", (67.0, 7.0, -60.0), 0.56, "corridor"),
    ("roof_back", "column", (79.0, -2.0, -76.0), 0.60, "corridor"),
    ("roof_front", "column", (84.0, -34.5, -73.0), 0.60, "corridor"),
    ("aiis_low", "column", (88.0, -37.0, -61.5), 0.55, "corridor"),
    ("aiis", "column", (91.8, -36.5, -52.0), 0.50, "corridor"),
    ("interspinous", "wing", (99.5, -46.0, -36.5), 0.40, "crest"),
    ("asis_low", "wing", (112.0, -63.5, -23.0), 0.42, "crest"),
    ("asis", "wing", (117.5, -70.0, -11.0), 0.48, "crest"),
    ("crest_front", "wing", (129.0, -60.0, 4.0), 0.45, "crest"),
    ("tubercle", "wing", (137.0, -38.0, 21.0), 0.58, "crest"),
    ("crest_middle", "wing", (130.0, -14.0, 37.0), 0.48, "crest"),
    ("crest_top", "wing", (111.0, 6.0, 46.0), 0.40, "crest"),
    ("crest_back", "wing", (86.0, 22.0, 45.0), 0.42, "crest"),
    ("crest_hollow", "wing", (64.0, 34.0, 36.0), 0.46, "crest"),
    ("crest_low", "wing", (52.0, 42.0, 18.0), 0.55, "crest"),
)
INNER: tuple[Place, ...] = (
    ("roof", "column", (86.0, -16.0, -67.0), 0.70, "corridor"),
    ("fossa", "wing", (106.0, -13.0, -4.0), 0.50, "fossa"),
    ("fossa_back", "wing", (80.0, 19.0, 14.0), 0.62, "fossa"),
    ("fossa_front", "wing", (113.0, -42.0, -14.0), 0.62, "fossa"),
    ("pillar", "wing", (124.0, -27.0, 8.0), 0.72, "fossa"),
    ("line", "column", (70.0, 8.0, -14.0), 0.42, "corridor"),
)
# On the corridor itself: mm past the joint, half-thickness as a share of the corridor.
ON_CORRIDOR = (("buttress", 24.0, 0.29), ("column", 44.0, 0.24), ("s2ai_target", 60.0, 0.40))

# On the sacrum: share of its axis, depth behind it, mm beyond its lateral face, half-thickness as a share of
# the crest. They close the rim from the crest to the notch.
BEHIND = (
    ("psis", 0.40, 27.0, 7.5, 0.62),
    ("psis_low", 0.48, 23.5, 8.5, 0.54),
    ("piis", 0.59, 17.5, 10.0, 0.52),
    ("notch_back", 0.655, 8.0, 12.0, 0.46),
)
# Facing the sacrum: share of its axis, depth behind it, how far the medial face would reach into the joint
# gap (negative: stays that much further off), half-thickness as a share of the corridor. The joint's own are
# pressed into the gap, so that the medial face takes the sacrum's form there; the tuberosity behind keeps
# room for the interosseous ligaments.
FACING = (
    ("joint_top", 0.10, 9.0, 6.5, 0.76),
    ("joint", 0.26, 8.0, 6.5, 0.84),
    ("joint_low", 0.40, 8.0, 6.5, 0.80),
    ("joint_end", 0.55, 8.0, 6.5, 0.62),
    ("tuberosity", 0.12, 23.0, -1.5, 0.82),
    ("tuberosity_low", 0.34, 22.0, -1.5, 0.78),
)
# The hip joint's centre.
HIP_MM = (84.0, -14.0, -98.0)
LANDMARKS = (
    "psis",
    "piis",
    "notch",
    "aiis",
    "asis",
    "tubercle",
    "crest_top",
    "buttress",
    "joint",
    "s2ai_target",
    "hip",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class IliumPlaces:
    """Named places on one ilium.

    Attributes:
        place_mm: centre of the bone at each name, in the anatomical frame, shape (3,) each.
        half_mm: half-thickness of the sheet at the names that lie on it.
        rim: names round the rim, in order.
    """

    place_mm: Mapping[str, Floats]
    half_mm: Mapping[str, float]
    rim: tuple[str, ...]


def ilium_places(sacrum: SacrumBody, corridor: Corridor, shape: IliumShape, gap_mm: float) -> IliumPlaces:
    """The places of an ilium of this shape beside this sacrum."""
    thickness = {"crest": shape.crest_mm, "corridor": shape.corridor_mm, "fossa": shape.fossa_mm}
    move = _Move(corridor=corridor, shape=shape)
    places: dict[str, Floats] = {}
    half: dict[str, float] = {}
    for name, share, depth, beyond, part in BEHIND:
        arc = share * sacrum.shape.length_mm
        lateral = sacrum.lateral_face_mm(arc, min(depth, 20.0)) + gap_mm + beyond
        places[name] = sacrum.curve.point_mm(lateral, arc, depth)
        half[name] = part * shape.crest_mm
    for name, follows, drawn, part, kind in RIM + INNER:
        places[name] = move(drawn, FOLLOWS[follows])
        half[name] = part * thickness[kind]
    for name, past, part in ON_CORRIDOR:
        places[name] = corridor.crossing_mm + shape.size * past * corridor.heading
        half[name] = part * shape.corridor_mm
    for name, share, depth, reach, part in FACING:
        arc = share * sacrum.shape.length_mm
        half[name] = part * shape.corridor_mm
        lateral = sacrum.lateral_face_mm(arc, depth) + gap_mm + half[name] - reach
        places[name] = sacrum.curve.point_mm(lateral, arc, depth)
    places["hip"] = move(HIP_MM, FOLLOWS["column"])
    rim = tuple(name for name, *_ in BEHIND) + tuple(name for name, *_ in RIM)
    return IliumPlaces(place_mm=places, half_mm=half, rim=rim)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Move:
    """Takes a place as drawn to the corridor at hand."""

    corridor: Corridor
    shape: IliumShape

    def __call__(self, drawn_mm: tuple[float, float, float], follows: float) -> Floats:
        """The place in the anatomical frame, shape (3,)."""
        standing = self.shape.size * (np.array(drawn_mm) - DRAWN_CROSSING_MM)
        # the wing leans outwards about the front-to-back axis, the more the higher it is
        flare = np.radians(self.shape.flare_deg) * np.clip(standing[2] / 30.0, 0.0, 1.0)
        c, s = np.cos(flare), np.sin(flare)
        standing = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]]) @ standing
        offset = standing @ standing_from_anatomical(DRAWN_SLOPE_DEG)
        return np.asarray(self.corridor.crossing_mm + self._turn(follows) @ offset)

    def _turn(self, follows: float) -> Floats:
        """That share of the turn from the drawn heading to the corridor's, shape (3, 3)."""
        axis = np.cross(direction(*DRAWN_ANGLES_DEG), self.corridor.heading)
        angle = follows * np.arcsin(np.linalg.norm(axis))
        a, b, c = axis / (np.linalg.norm(axis) + 1e-12)
        cross = np.array([[0.0, -c, b], [c, 0.0, -a], [-b, a, 0.0]])
        return np.asarray(np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * (cross @ cross))
