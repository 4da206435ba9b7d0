"""The iliac screw: from the posterior superior iliac spine along the column towards the AIIS."""

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.rays import surface_point_mm
from geometry.screws.preset import ScrewPreset

PRESETS = {
    "iliac": ScrewPreset(
        kind="iliac",
        entry="psis",
        diameter_mm=8.5,
        length_mm=90.0,
        lateral_deg=25.0,
        caudal_deg=30.0,
        angle_reference="global_axial",
        aim="aiis",
        source="PSIS to AIIS, path 118 +- 13, 99 at least [V 50]; size as S2AI, nominal angles chosen",
    ),
}


def psis_mm(anatomy: Anatomy) -> Floats:
    """The posterior superior iliac spine, shape (3,): where the way from behind it to the AIIS meets bone."""
    spine, target = anatomy.ilium.landmarks["psis"], anatomy.ilium.landmarks["s2ai_target"]
    heading = (target - spine) / np.linalg.norm(target - spine)
    return surface_point_mm(anatomy.ilium, spine - 25.0 * heading, heading)
