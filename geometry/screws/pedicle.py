"""The convergent S1 pedicle screw."""

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.rays import surface_point_mm
from geometry.screws.preset import ScrewPreset

PRESETS = {
    "s1_pedicle": ScrewPreset(
        kind="pedicle",
        entry="facet_base",
        diameter_mm=7.0,
        length_mm=45.0,
        lateral_deg=-25.0,
        caudal_deg=0.0,
        angle_reference="s1_endplate",
        source="longest path at 25 medial, 100 CT [V 21]; size chosen",
    ),
    "s1_pedicle_promontory": ScrewPreset(
        kind="pedicle",
        entry="facet_base",
        diameter_mm=7.0,
        length_mm=45.0,
        lateral_deg=-25.0,
        caudal_deg=-10.0,
        angle_reference="s1_endplate",
        aim="promontory",
        source="tricortical aim, Lehman 2002 [V 42]; here short of the promontory's cortex",
    ),
}


def facet_base_mm(anatomy: Anatomy) -> Floats:
    """The usual entry, shape (3,): base of the superior articular process, its lower lateral corner."""
    shape = anatomy.sacrum.shape
    start = np.array(
        [
            shape.facet_x_mm + 0.20 * shape.facet_width_mm,
            100.0,
            shape.facet_z_mm - 0.62 * shape.facet_height_mm,
        ]
    )
    return surface_point_mm(anatomy.sacrum, start, np.array([0.0, -1.0, 0.0]))
