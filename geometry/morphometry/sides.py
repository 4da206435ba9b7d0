"""Lateral masses of a built sacrum: breadth, alae, pedicles, ears. What one side has is taken on the left."""

import numpy as np

from geometry.arrays import Bools, Floats
from geometry.errors import GeometryError
from geometry.frame import direction
from geometry.morphometry.midline import endplate_rim_mm
from geometry.rays import crossing_mm, crossings_mm
from geometry.sacrum.promise import SacrumBody

X, Y, Z = np.eye(3)
# Beside the body means this far lateral of its edge (chosen).
BESIDE_MM = 6.0
# The axis of the S1 pedicle, lateral and caudal: 41-43 medial, 19 in the sagittal plane [V 20]; that the 19
# rise to the promontory, as its screws do, is chosen.
PEDICLE_AXIS_DEG = (-42.0, -19.0)
CORRIDOR_STEP_MM = 0.5


def breadth_mm(sacrum: SacrumBody) -> float:
    """Greatest distance between the lateral faces of both sides."""
    low, high = sacrum.bounds_mm
    ys, zs = np.arange(low[1], high[1], 2.0), np.arange(low[2], high[2], 2.0)
    reach = []
    for sign, bound in ((1.0, high[0]), (-1.0, -low[0])):
        xs = np.arange(0.6 * bound, bound, 0.25)
        points = np.stack(np.meshgrid(sign * xs, ys, zs, indexing="ij"), axis=-1).reshape(-1, 3)
        reach.append(float(np.abs(points[sacrum(points) < 0.0, 0]).max()))
    return sum(reach)


def auricular_face_mm(sacrum: SacrumBody, step_mm: float = 1.0) -> tuple[Floats, Floats]:
    """Centres and areas, (n, 3) and (n,), of the patches of the left auricular surface.

    Patches are found on rays from the side, one per square of `step_mm`, and stretched by the slope.
    """
    low, high = sacrum.bounds_mm
    ys, zs = np.arange(low[1], high[1], step_mm), np.arange(low[2], high[2], step_mm)
    places = np.stack(np.meshgrid([high[0]], ys, zs, indexing="ij"), axis=-1).reshape(-1, 3)
    places = places[sacrum.auricular(places) < 0.0]
    # march inwards by the field's own distance until the surface
    for _ in range(60):
        places[:, 0] -= 0.8 * sacrum(places)
    step = 0.05
    slopes = np.stack([(sacrum(places + step * e) - sacrum(places - step * e)) for e in (X, Y, Z)], axis=1)
    outwards = slopes[:, 0] / np.linalg.norm(slopes, axis=1)
    # rays that pass in front of the bone or graze it do not end on the face
    on_face = (places[:, 0] > 0.3 * high[0]) & (outwards > 0.35)
    if not on_face.any():
        raise GeometryError("no auricular surface")
    return places[on_face], step_mm**2 / outwards[on_face]


def auricular_area_mm2(sacrum: SacrumBody) -> float:
    """Area within the rim of the ear, along the bone."""
    return float(auricular_face_mm(sacrum)[1].sum())


def auricular_height_mm(sacrum: SacrumBody) -> float:
    """Greatest distance between two places of the ear."""
    places, _ = auricular_face_mm(sacrum)
    thinned = places[::3]
    return float(np.linalg.norm(thinned[:, None] - thinned[None], axis=2).max())


def inter_auricular_mm(sacrum: SacrumBody) -> float:
    """Greatest distance between the two ears."""
    return sum(float(auricular_face_mm(side)[0][:, 0].max()) for side in (sacrum, sacrum.mirrored()))


def pedicle_centre_mm(sacrum: SacrumBody) -> Floats:
    """Middle of the S1 pedicle at its lowest, over the canal of the first ventral foramen, shape (3,)."""
    low, high = _pedicle_ends_mm(sacrum)
    return 0.5 * (low + high)


def _pedicle_ends_mm(sacrum: SacrumBody) -> tuple[Floats, Floats]:
    """Foot on the foramen's roof and top of the lowest place of the pedicle, shape (3,) each."""
    axis = sacrum.foramina_shape.ventral[0]
    best: tuple[Floats, Floats] | None = None
    for share in np.linspace(0.15, 0.75, 13):
        start = axis[:3] + share * (axis[3:6] - axis[:3])
        hits = crossings_mm(sacrum, start, Z, 60.0)
        if len(hits) < 2:
            continue
        ends = start + hits[0] * Z, start + hits[1] * Z
        if best is None or ends[1][2] - ends[0][2] < best[1][2] - best[0][2]:
            best = ends
    if best is None:
        raise GeometryError("no bone over the first ventral foramen")
    return best


def pedicle_height_mm(sacrum: SacrumBody) -> float:
    """Least cephalad-caudad height of bone over the canal of the first ventral foramen."""
    low, high = _pedicle_ends_mm(sacrum)
    return float(high[2] - low[2])


def pedicle_width_mm(sacrum: SacrumBody) -> float:
    """Anterior-posterior: ventral face of the ala root to the level of the canal's front wall."""
    centre = pedicle_centre_mm(sacrum)
    wall = 0.5 * sacrum.shape.canal_width_mm
    start = np.array([wall + 3.0, -60.0, centre[2]])
    front = -60.0 + crossing_mm(sacrum, start, Y, 100.0)
    arc, _ = sacrum.curve_coordinates(centre[None])
    back = sacrum.curve.point_mm(0.0, float(arc[0]), float(sacrum.body_half_depth_mm(arc)[0]))[1]
    return float(back - front)


def pedicle_depth_mm(sacrum: SacrumBody) -> float:
    """Dorsal to ventral cortex through the middle of the pedicle, along `PEDICLE_AXIS_DEG`."""
    centre = pedicle_centre_mm(sacrum)
    axis = direction(*PEDICLE_AXIS_DEG)
    return sum(crossing_mm(sacrum, centre, sign * axis, 80.0) for sign in (1.0, -1.0))


def _ala_front_mm(sacrum: SacrumBody) -> Floats:
    """The most anterior place of the ala beside the body, at the height of S1, shape (3,)."""
    side = 0.5 * sacrum.shape.endplate_width_mm + BESIDE_MM
    places = []
    for level in np.arange(-0.8 * float(sacrum.junction_arcs_mm[0]), -6.0, 1.0):
        hits = crossings_mm(sacrum, np.array([side, -60.0, level]), Y, 100.0)
        if len(hits):
            places.append([side, -60.0 + hits[0], level])
    if not places:
        raise GeometryError("no ala beside the body")
    return np.array(min(places, key=lambda place: place[1]))


def ala_drop_mm(sacrum: SacrumBody) -> float:
    """Endplate above the front edge of the ala beside the body, cephalad."""
    over = _ala_front_mm(sacrum) * np.array([1.0, 1.0, 0.0]) + np.array([0.0, 4.0, 40.0])
    return crossing_mm(sacrum, over, -Z, 90.0) - 40.0


def ala_setback_mm(sacrum: SacrumBody) -> float:
    """Promontory to the front of the ala beside the body, backwards."""
    return float(_ala_front_mm(sacrum)[1] - endplate_rim_mm(sacrum)[0, 1])


def corridor_height_mm(sacrum: SacrumBody, level: int) -> float:
    """Greatest cephalad-caudad height of a left-right corridor through S1 (level 0) or S2 (level 1).

    A corridor is what all sagittal planes between the foramina and 5 mm within the lateral faces share.
    """
    free = _corridor_half(sacrum, level) & _corridor_half(sacrum.mirrored(), level)
    edges = np.diff(np.pad(free.astype(np.int64), ((0, 0), (1, 1))), axis=1)
    best = 0
    for column in edges:
        starts, ends = np.nonzero(column == 1)[0], np.nonzero(column == -1)[0]
        best = max(best, int((ends - starts).max(initial=0)))
    return CORRIDOR_STEP_MM * best


def _corridor_half(sacrum: SacrumBody, level: int) -> Bools:
    """Where all sagittal planes of the left half are in bone: back and up from a corner, shape (k, m)."""
    arcs = np.concatenate([[0.0], sacrum.junction_arcs_mm])
    middle = sacrum.curve.point_mm(0.0, 0.5 * (arcs[level] + arcs[level + 1]), 0.0)
    ys, zs = (
        np.arange(middle[1] - 20.0, middle[1] + 25.0, CORRIDOR_STEP_MM),
        np.arange(middle[2] - 22.0, middle[2] + 18.0, CORRIDOR_STEP_MM),
    )
    side = 0.5 * sacrum.shape.breadth_mm - 12.0
    xs = np.arange(0.0, side, 2.0)
    points = np.stack(np.meshgrid(xs, ys, zs, indexing="ij"), axis=-1)
    return np.asarray((sacrum(points.reshape(-1, 3)) < 0.0).reshape(points.shape[:3]).all(axis=0))
