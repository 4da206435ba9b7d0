"""Places and lengths in the midsagittal plane of a built sacrum."""

import numpy as np

from geometry.arrays import Floats
from geometry.rays import crossings_mm
from geometry.sacrum.promise import SacrumBody

Y = np.array([0.0, 1.0, 0.0])
# The rim of the endplate is rounded: its corners are taken this far below it (chosen).
BELOW_RIM_MM = 1.5
ARC_STEP_MM = 1.0


def across_midline_mm(sacrum: SacrumBody, arc_mm: float) -> Floats:
    """Ventral face, canal front, canal back and dorsal face in the midline at that arc, shape (k, 3)."""
    start = sacrum.curve.point_mm(0.0, arc_mm, -45.0)
    back = sacrum.curve.point_mm(0.0, arc_mm, 0.0) - start
    back /= np.linalg.norm(back)
    hits = crossings_mm(sacrum, start, back, 110.0)
    return np.asarray(start + hits[:, None] * back)


def endplate_rim_mm(sacrum: SacrumBody) -> Floats:
    """Promontory and posterior rim of the S1 endplate, at its height, shape (2, 3)."""
    hits = crossings_mm(sacrum, np.array([0.0, -60.0, -BELOW_RIM_MM]), Y, 100.0)
    return np.array([[0.0, -60.0 + hit, 0.0] for hit in hits[:2]])


def apex_mm(sacrum: SacrumBody) -> Floats:
    """The lowest midline point of S5, at its front, shape (3,)."""
    arc = sacrum.shape.length_mm - 2.0
    return np.asarray(across_midline_mm(sacrum, arc)[0] + 2.0 * sacrum.curve.tangent(arc))


def straight_length_mm(sacrum: SacrumBody) -> float:
    """Promontory to apex."""
    return float(np.linalg.norm(apex_mm(sacrum) - endplate_rim_mm(sacrum)[0]))


def ventral_face_mm(sacrum: SacrumBody) -> Floats:
    """The ventral midline from promontory to apex, shape (n, 3)."""
    arcs = np.arange(4.0, sacrum.shape.length_mm - 2.0, ARC_STEP_MM)
    face = [across_midline_mm(sacrum, float(arc))[0] for arc in arcs]
    return np.vstack([endplate_rim_mm(sacrum)[:1], face, apex_mm(sacrum)[None]])


def curved_length_mm(sacrum: SacrumBody) -> float:
    """Along the ventral midline, as a tape lies on it: over the ridges, not into the hollows."""
    face = ventral_face_mm(sacrum)
    ridges = [0, *(int(np.argmin(_arc_gap(sacrum, face, arc))) for arc in sacrum.junction_arcs_mm[:4]), -1]
    return float(np.linalg.norm(np.diff(face[ridges], axis=0), axis=1).sum())


def _arc_gap(sacrum: SacrumBody, points_mm: Floats, arc_mm: float) -> Floats:
    """How far points are from a level of the axis, shape (n,)."""
    return np.abs(sacrum.curve_coordinates(points_mm)[0] - arc_mm)


def promontory_overhang_mm(sacrum: SacrumBody) -> float:
    """Greatest hollow of the ventral face of S1 behind the line promontory to first ridge."""
    face = ventral_face_mm(sacrum)
    face = face[sacrum.curve_coordinates(face)[0] <= sacrum.junction_arcs_mm[0]]
    line = face[-1] - face[0]
    line /= np.linalg.norm(line)
    behind = np.array([0.0, -line[2], line[1]])
    return float(((face - face[0]) @ behind).max())


def ventral_depth_mm(sacrum: SacrumBody) -> float:
    """Greatest depth of the ventral concavity behind the line promontory to apex."""
    face = ventral_face_mm(sacrum)
    line = face[-1] - face[0]
    line /= np.linalg.norm(line)
    return float(((face - face[0]) @ np.array([0.0, -line[2], line[1]])).max())


def kyphosis_deg(sacrum: SacrumBody) -> float:
    """Angle between the ventral chords of S1 and of S5."""
    ends = [
        endplate_rim_mm(sacrum)[0],
        *(across_midline_mm(sacrum, float(a))[0] for a in sacrum.junction_arcs_mm[:4]),
    ]
    first, last = ends[1] - ends[0], apex_mm(sacrum) - ends[4]
    return float(np.degrees(np.arctan2(first[1], -first[2]) - np.arctan2(last[1], -last[2])))


def endplate_depth_mm(sacrum: SacrumBody) -> float:
    """Promontory to posterior rim."""
    rim = endplate_rim_mm(sacrum)
    return float(rim[1, 1] - rim[0, 1])


def endplate_width_mm(sacrum: SacrumBody) -> float:
    """Side to side through the centre of the endplate, above the alae."""
    start = np.array([-60.0, 0.0, -BELOW_RIM_MM])
    hits = crossings_mm(sacrum, start, np.array([1.0, 0.0, 0.0]), 120.0)
    return float(hits[-1] - hits[0])


def s1_lower_depth_mm(sacrum: SacrumBody) -> float:
    """First transverse ridge to the canal, at the S1/S2 junction."""
    places = across_midline_mm(sacrum, float(sacrum.junction_arcs_mm[0]))
    return float(np.linalg.norm(places[1] - places[0]))


def s1_front_height_mm(sacrum: SacrumBody) -> float:
    """Promontory to the first transverse ridge."""
    ridge = across_midline_mm(sacrum, float(sacrum.junction_arcs_mm[0]))[0]
    return float(np.linalg.norm(ridge - endplate_rim_mm(sacrum)[0]))


def s1_back_height_mm(sacrum: SacrumBody) -> float:
    """Posterior rim of the endplate to the canal's front wall at the S1/S2 junction."""
    wall = across_midline_mm(sacrum, float(sacrum.junction_arcs_mm[0]))[1]
    return float(np.linalg.norm(wall - endplate_rim_mm(sacrum)[1]))


def table_angle_deg(sacrum: SacrumBody) -> float:
    """Sacral table angle: endplate to the posterior wall of S1."""
    front, back = endplate_rim_mm(sacrum)
    wall = across_midline_mm(sacrum, float(sacrum.junction_arcs_mm[0]))[1] - back
    plate = front - back
    return float(np.degrees(np.arccos(wall @ plate / np.linalg.norm(wall) / np.linalg.norm(plate))))


def canal_depth_mm(sacrum: SacrumBody) -> float:
    """S1 body to lamina across the canal, under the upper edge of the S1 lamina."""
    places = across_midline_mm(sacrum, 0.8 * float(sacrum.junction_arcs_mm[0]))
    return float(np.linalg.norm(places[2] - places[1]))


def canal_width_mm(sacrum: SacrumBody) -> float:
    """Greatest width of the canal at the same level."""
    arc = 0.8 * float(sacrum.junction_arcs_mm[0])
    back = float(sacrum.body_half_depth_mm(np.array([arc]))[0])
    x = np.array([1.0, 0.0, 0.0])
    widths = []
    for behind in np.arange(1.0, 10.0, 1.0):
        middle = sacrum.curve.point_mm(0.0, arc, back + behind)
        sides = [crossings_mm(sacrum, middle, sign * x, 60.0) for sign in (1.0, -1.0)]
        widths.append(sum(float(hits[0]) for hits in sides))
    return max(widths)


def s1_body_volume_mm3(sacrum: SacrumBody, step_mm: float = 0.8) -> float:
    """Bone of the S1 body from endplate to the S1/S2 junction."""
    half_width, half_depth = 0.5 * sacrum.shape.endplate_width_mm, 0.5 * sacrum.shape.endplate_depth_mm
    deep = float(sacrum.junction_arcs_mm[0]) + 8.0
    axes = [
        np.arange(low, high, step_mm)
        for low, high in (
            (-half_width - 1.0, half_width + 1.0),
            (-half_depth, half_depth + 8.0),
            (-deep, 1.0),
        )
    ]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    points = points[sacrum.s1_body(points) < 0.0]
    return float((sacrum(points) < 0.0).sum() * step_mm**3)
