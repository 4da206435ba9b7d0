"""Sizes and spacings of the foramina of a built sacrum; what one side has, on the left."""

from functools import partial

import numpy as np

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.sacrum.promise import SacrumBody

# Rims are rounded: openings are measured where their axis lies this far under the face (chosen).
UNDER_FACE_MM = 2.0
STEP_MM, REACH_MM = 0.1, 20.0


def axis_place_mm(sacrum: SacrumBody, face: str, level: int, under_mm: float) -> Floats:
    """The place on a foramen's axis that lies that deep under the face, shape (3,)."""
    axis = getattr(sacrum.foramina_shape, face)[level]
    along = np.linspace(axis[:3], axis[3:6], 200)
    # the last one on the way from the canal out
    inside = np.nonzero(sacrum.filled(along) <= -under_mm)[0]
    return np.asarray(along[inside[-1]] if len(inside) else along[-1])


def rim_mm(sacrum: SacrumBody, face: str, level: int, way: Floats) -> Floats:
    """Where bone begins that way from a foramen's axis, shape (3,).

    The way follows the shell `UNDER_FACE_MM` under the face: a plane would leave the bone beside a crest.

    Raises:
        GeometryError: the axis runs in bone, or no bone lies within `REACH_MM` of it.
    """
    place = axis_place_mm(sacrum, face, level, UNDER_FACE_MM)
    if float(sacrum(place[None])[0]) < 0.0:
        raise GeometryError(f"no {face} foramen where S{level + 1} should have it")
    for _ in range(round(REACH_MM / STEP_MM)):
        normal = _normal(sacrum, place)
        along = way - (way @ normal) * normal
        place = place + STEP_MM * along / np.linalg.norm(along)
        place = place - (float(sacrum.filled(place[None])[0]) + UNDER_FACE_MM) * normal
        if float(sacrum(place[None])[0]) < 0.0:
            return place
    raise GeometryError(f"the {face} foramen of S{level + 1} has no rim within {REACH_MM:g} mm")


def _normal(sacrum: SacrumBody, place_mm: Floats) -> Floats:
    """Outward unit normal of the bone with its foramina filled, shape (3,)."""
    ends = 0.05 * np.eye(3)
    slope = sacrum.filled(place_mm + ends) - sacrum.filled(place_mm - ends)
    return np.asarray(slope / np.linalg.norm(slope))


def _across_mm(sacrum: SacrumBody, face: str, level: int, *, upright: bool) -> float:
    """Distance between two opposite places of the rim."""
    way = _down(sacrum, face, level) if upright else np.array([1.0, 0.0, 0.0])
    return float(np.linalg.norm(rim_mm(sacrum, face, level, way) - rim_mm(sacrum, face, level, -way)))


def _down(sacrum: SacrumBody, face: str, level: int) -> Floats:
    """Unit vector down the axis at the level of a foramen, shape (3,)."""
    centre = axis_place_mm(sacrum, face, level, UNDER_FACE_MM)
    return sacrum.curve.tangent(float(sacrum.curve_coordinates(centre[None])[0][0]))


height_mm = partial(_across_mm, upright=True)
width_mm = partial(_across_mm, upright=False)


def dorsal_spacing_mm(sacrum: SacrumBody, level: int) -> float:
    """Bone between one dorsal foramen and the next below."""
    upper = rim_mm(sacrum, "dorsal", level, _down(sacrum, "dorsal", level))
    lower = rim_mm(sacrum, "dorsal", level + 1, -_down(sacrum, "dorsal", level + 1))
    return float(np.linalg.norm(lower - upper))


def dorsal_offset_mm(sacrum: SacrumBody) -> float:
    """Midline to the centre of the first dorsal foramen."""
    return float(axis_place_mm(sacrum, "dorsal", 0, 0.0)[0])


def dorsal_inner_distance_mm(sacrum: SacrumBody) -> float:
    """Between the inner edges of the second dorsal foramina of both sides."""
    medial = np.array([-1.0, 0.0, 0.0])
    return sum(float(rim_mm(side, "dorsal", 1, medial)[0]) for side in (sacrum, sacrum.mirrored()))
