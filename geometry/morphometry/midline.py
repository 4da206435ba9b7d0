"""Places and lengths in the midsagittal plane of a built sacrum."""

import numpy as np

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.rays import crossing_mm, crossings_mm
from geometry.sacrum.promise import SacrumBody

X, Y = np.eye(3)[:2]
# The rim of the endplate is rounded: its corners are taken this far below it (chosen).
BELOW_RIM_MM = 1.5
ARC_STEP_MM = 1.0
# What a ray through the midline meets, from the front.
VENTRAL_FACE, CANAL_FRONT, CANAL_BACK = range(3)


def midline_mm(sacrum: SacrumBody, arc_mm: float, which: int = VENTRAL_FACE) -> Floats:
    """Ventral face, front or back of the canal in the midline at that arc, shape (3,).

    Raises:
        GeometryError: the bone is open there.
    """
    start = sacrum.curve.point_mm(0.0, arc_mm, -45.0)
    back = sacrum.curve.point_mm(0.0, arc_mm, 0.0) - start
    back /= np.linalg.norm(back)
    return np.asarray(start + crossing_mm(sacrum, start, back, 110.0, which) * back)


def endplate_rim_mm(sacrum: SacrumBody) -> Floats:
    """Promontory and posterior rim of the S1 endplate, at its height, shape (2, 3)."""
    start = np.array([0.0, -60.0, -BELOW_RIM_MM])
    return np.array([[0.0, -60.0 + crossing_mm(sacrum, start, Y, 100.0, nth), 0.0] for nth in (0, 1)])


def apex_mm(sacrum: SacrumBody) -> Floats:
    """The lowest midline point of S5, at its front, shape (3,)."""
    arc = sacrum.shape.length_mm - 2.0
    return np.asarray(midline_mm(sacrum, arc) + 2.0 * sacrum.curve.tangent(arc))


def straight_length_mm(sacrum: SacrumBody) -> float:
    """Promontory to apex."""
    return float(np.linalg.norm(apex_mm(sacrum) - endplate_rim_mm(sacrum)[0]))


def ventral_face_mm(sacrum: SacrumBody) -> Floats:
    """The ventral midline from promontory to apex, shape (n, 3)."""
    arcs = np.arange(4.0, sacrum.shape.length_mm - 2.0, ARC_STEP_MM)
    face = [midline_mm(sacrum, float(arc)) for arc in arcs]
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
        *(midline_mm(sacrum, float(a)) for a in sacrum.junction_arcs_mm[:4]),
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
    hits = crossings_mm(sacrum, start, X, 120.0)
    if not len(hits):
        raise GeometryError("no bone under the centre of the endplate")
    return float(hits[-1] - hits[0])


def s1_lower_depth_mm(sacrum: SacrumBody) -> float:
    """First transverse ridge to the canal, at the S1/S2 junction."""
    junction = float(sacrum.junction_arcs_mm[0])
    ridge, wall = (midline_mm(sacrum, junction, which) for which in (VENTRAL_FACE, CANAL_FRONT))
    return float(np.linalg.norm(wall - ridge))


def s1_front_height_mm(sacrum: SacrumBody) -> float:
    """Promontory to the first transverse ridge."""
    ridge = midline_mm(sacrum, float(sacrum.junction_arcs_mm[0]))
    return float(np.linalg.norm(ridge - endplate_rim_mm(sacrum)[0]))


def s1_back_height_mm(sacrum: SacrumBody) -> float:
    """Posterior rim of the endplate to the canal's front wall at the S1/S2 junction."""
    wall = midline_mm(sacrum, float(sacrum.junction_arcs_mm[0]), CANAL_FRONT)
    return float(np.linalg.norm(wall - endplate_rim_mm(sacrum)[1]))


def table_angle_deg(sacrum: SacrumBody) -> float:
    """Sacral table angle: endplate to the posterior wall of S1."""
    front, back = endplate_rim_mm(sacrum)
    wall = midline_mm(sacrum, float(sacrum.junction_arcs_mm[0]), CANAL_FRONT) - back
    plate = front - back
    return float(np.degrees(np.arccos(wall @ plate / np.linalg.norm(wall) / np.linalg.norm(plate))))


def canal_depth_mm(sacrum: SacrumBody) -> float:
    """S1 body to lamina across the canal, under the upper edge of the S1 lamina."""
    arc = 0.8 * float(sacrum.junction_arcs_mm[0])
    front, back = (midline_mm(sacrum, arc, which) for which in (CANAL_FRONT, CANAL_BACK))
    return float(np.linalg.norm(back - front))


def canal_width_mm(sacrum: SacrumBody) -> float:
    """Greatest width of the canal at the same level."""
    arc = 0.8 * float(sacrum.junction_arcs_mm[0])
    back = float(sacrum.body_half_depth_mm(np.array([arc]))[0])
    widths = []
    for behind in np.arange(1.0, 10.0, 1.0):
        middle = sacrum.curve.point_mm(0.0, arc, back + behind)
        widths.append(sum(crossing_mm(sacrum, middle, sign * X, 60.0) for sign in (1.0, -1.0)))
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
