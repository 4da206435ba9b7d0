"""The S2-alar-iliac screw: from the dorsal sacrum across the sacroiliac joint into the iliac column."""

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.pelvis.corridor import s2ai_entry_mm
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
    return s2ai_entry_mm(anatomy.sacrum)
