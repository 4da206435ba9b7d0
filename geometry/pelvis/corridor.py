"""The path of an S2-alar-iliac screw as the sacrum allows it; the ilium's column is built round it."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from geometry.arrays import Floats, frozen_copy
from geometry.errors import GeometryError
from geometry.frame import angles_deg, direction
from geometry.rays import crossings_mm, surface_point_mm
from geometry.sacrum.promise import SacrumBody

# Where published paths point in the anatomical frame: 36 to 50 lateral and 28 to 39 caudal to the axial
# plane [V 41, 50-53] turned back by the slope of 40 degrees their patients had on average [V 29].
LATERAL_DEG = np.arange(30.0, 60.1, 2.0)
CAUDAL_DEG = np.arange(-10.0, 14.1, 2.0)
NOMINAL_DEG = (34.0, 0.0)
# The wall that must stay in bone: the preset's 8.5 mm screw [V 54]; this much bone between it and canal and
# foramina is enough, more is not looked for, or paths would drift from the published angles.
WALL_RADIUS_MM = 4.25
ENOUGH_MM = 1.5
# What one degree off the nominal angles costs, and the fourth power of the mm of wall that bulges out of the
# sacrum before it has passed the plane of the joint, in mm of bone (chosen: 5 mm, which the ilium's rim in
# front of the joint can hold, cost less than a degree, 8 mm four).
PER_DEGREE, PER_BULGE4 = 0.05, 0.00005
# The path is the mean of all, weighted by exp(score / this), so that it moves smoothly with the sacrum.
SHARPNESS_MM = 0.08
# Near the entry a screw shows its wall; past the joint the ilium is made to fit.
FROM_MM, TO_MM, STEP_MM = 12.0, 64.0, 1.5
TURNS = 10
RIM_MM = 0.3


@dataclass(frozen=True, kw_only=True, eq=False)
class Corridor:
    """The straight way from the first dorsal foramen across the sacroiliac joint, on the left side.

    Attributes:
        entry_mm: 1 mm below and lateral of the first dorsal foramen, shape (3,).
        heading: unit vector into the ilium, shape (3,).
        crossing_mm: where the axis leaves the sacrum for the joint, shape (3,).
        lateral_deg: angle to the sagittal plane.
        caudal_deg: angle below the S1 endplate.
        margin_mm: least way of the wall of an 8.5 mm screw to canal and foramina; negative inside them.
        bulge_mm: how far that wall comes out of the sacrum before it has passed the plane of the joint.
    """

    entry_mm: Floats
    heading: Floats
    crossing_mm: Floats
    lateral_deg: float
    caudal_deg: float
    margin_mm: float
    bulge_mm: float

    def at_mm(self, along_mm: float) -> Floats:
        """The point that far from the entry, shape (3,)."""
        return np.asarray(self.entry_mm + along_mm * self.heading)


def s2ai_entry_mm(sacrum: SacrumBody) -> Floats:
    """1 mm below and 1 mm lateral of the edge of the first dorsal foramen, shape (3,) [V 51]."""
    opening = sacrum.foramina_shape.dorsal_openings_mm[0]
    radius = sacrum.foramina_shape.dorsal[0, 7]
    arc, depth = sacrum.curve_coordinates(opening[None])
    # the lower lateral corner of the opening, half-way between its lowest and most lateral points
    offset = np.sqrt(0.5) * radius + 1.0
    start = sacrum.curve.point_mm(opening[0] + offset, float(arc[0]) + offset, float(depth[0]) + 40.0)
    tangent = sacrum.curve.tangent(float(arc[0]) + offset)
    forward = np.array([0.0, tangent[2], -tangent[1]])
    return surface_point_mm(sacrum, start, forward)


def s2ai_corridor(sacrum: SacrumBody) -> Corridor:
    """The path with the most bone round it in the sacrum, near the published angles.

    Raises:
        GeometryError: no path from the foramen reaches the joint.
    """
    entry = s2ai_entry_mm(sacrum)
    angles = np.array([(lateral, caudal) for lateral in LATERAL_DEG for caudal in CAUDAL_DEG])
    headings = np.array([direction(*pair) for pair in angles])
    margin, bulge = _wall_mm(sacrum, entry, headings)
    score = np.minimum(margin, ENOUGH_MM) - PER_BULGE4 * bulge**4
    score -= PER_DEGREE * np.linalg.norm(angles - NOMINAL_DEG, axis=1)
    weight = np.exp((score - score.max()) / SHARPNESS_MM)
    heading = weight @ headings
    heading /= np.linalg.norm(heading)
    margin, bulge = _wall_mm(sacrum, entry, heading[None])
    leaves = crossings_mm(sacrum.filled, entry + FROM_MM * heading, heading, TO_MM - FROM_MM)
    if not len(leaves):
        raise GeometryError(
            "the path from the first dorsal foramen does not reach the sacroiliac joint",
            where="anatomy.sacrum",
            advice="Check breadth_mm and dorsal_foramen_x_mm",
        )
    lateral, caudal = angles_deg(heading)
    return Corridor(
        entry_mm=frozen_copy(entry),
        heading=frozen_copy(heading),
        crossing_mm=frozen_copy(entry + (FROM_MM + leaves[0]) * heading),
        lateral_deg=lateral,
        caudal_deg=caudal,
        margin_mm=float(margin[0]),
        bulge_mm=float(bulge[0]),
    )


def _wall_mm(sacrum: SacrumBody, entry_mm: Floats, headings: Floats) -> tuple[Floats, Floats]:
    """Least way of the wall to canal and foramina, and its greatest bulge, each (m,), for headings (m, 3).

    The bulge is how far the wall lies medial of the plane of the joint where it is not in the sacrum.
    """
    axes = entry_mm + np.arange(FROM_MM, TO_MM, STEP_MM)[:, None] * headings[:, None]
    first = np.cross(headings, [0.0, 0.0, 1.0])
    first /= np.linalg.norm(first, axis=1)[:, None]
    second = np.cross(headings, first)
    turns = np.linspace(0.0, 2.0 * np.pi, TURNS, endpoint=False)
    rim = np.cos(turns)[:, None] * first[:, None] + np.sin(turns)[:, None] * second[:, None]
    points = (axes[:, :, None] + WALL_RADIUS_MM * rim[:, None]).reshape(-1, 3)
    voids = np.minimum(sacrum.canal(points), sacrum.foramina(points))
    bone, filled = sacrum(points), sacrum.filled(points)
    # the rounded rims of foramina and the furrows of the rami are wider than the foramina themselves
    voids = np.where((filled < -RIM_MM) & (bone > filled + RIM_MM), np.minimum(voids, -bone), voids)
    arc, depth = sacrum.curve_coordinates(points)
    bulge = np.where(filled > 0.0, _face(sacrum)(np.stack([arc, depth], axis=1)), -np.inf)
    bulge -= points[:, 0]
    shape = (len(axes), -1)
    return voids.reshape(shape).min(axis=1), np.maximum(bulge.reshape(shape).max(axis=1), 0.0)


def _face(sacrum: SacrumBody) -> RegularGridInterpolator:
    """Distance of the sacrum's lateral face from the midline over (arc, depth), held beyond the table."""
    arcs = np.linspace(-20.0, sacrum.shape.length_mm, 30)
    depths = np.linspace(-25.0, 45.0, 15)
    table = [[sacrum.lateral_face_mm(arc, depth) for depth in depths] for arc in arcs]
    return RegularGridInterpolator((arcs, depths), np.array(table), bounds_error=False, fill_value=None)
