"""The S2-alar-iliac screw: from the dorsal sacrum across the sacroiliac joint into the iliac column."""

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.rays import surface_point_mm
from geometry.screws.preset import ScrewPreset

PRESETS = {
    "s2ai": ScrewPreset(
        kind="s2ai",
        entry="first_dorsal_foramen",
        diameter_mm=8.5,
        length_mm=90.0,
        lateral_deg=40.0,
        caudal_deg=30.0,
        angle_reference="global_axial",
        aim="aiis",
        source="40 / 30 nominal, 90 x 8.5 [A from V 50-54]; aimed at the AIIS above the notch [V 50, 51]",
    ),
}


def first_dorsal_foramen_mm(anatomy: Anatomy) -> Floats:
    """1 mm below and 1 mm lateral of the edge of the first dorsal foramen, shape (3,) [V 51]."""
    sacrum = anatomy.sacrum
    opening = sacrum.foramina_shape.dorsal_openings_mm[0]
    radius = sacrum.foramina_shape.dorsal[0, 7]
    arc, depth = sacrum.curve_coordinates(opening[None])
    # the lower lateral corner of the opening, half-way between its lowest and most lateral points
    offset = np.sqrt(0.5) * radius + 1.0
    start = sacrum.curve.point_mm(opening[0] + offset, float(arc[0]) + offset, float(depth[0]) + 40.0)
    tangent = sacrum.curve.tangent(float(arc[0]) + offset)
    forward = np.array([0.0, tangent[2], -tangent[1]])
    return surface_point_mm(sacrum, start, forward)
