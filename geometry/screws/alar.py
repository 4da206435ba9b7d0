"""The S1 alar screw: from the articular surface sideways into the ala."""

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.rays import surface_point_mm
from geometry.screws.preset import ScrewPreset

PAPER = "30 lateral, 45 inferior, about 40 mm, 7.0-7.5 mm, unicortical [V 1]"

PRESETS = {
    "s1_alar_paper_endplate": ScrewPreset(
        kind="alar",
        entry="facet_lower_lateral",
        length_mm=40.0,
        lateral_deg=30.0,
        caudal_deg=45.0,
        angle_reference="s1_endplate",
        source=f"{PAPER}, 45 read from the endplate",
    ),
    "s1_alar_paper_axial": ScrewPreset(
        kind="alar",
        entry="facet_lower_lateral",
        length_mm=40.0,
        lateral_deg=30.0,
        caudal_deg=45.0,
        angle_reference="global_axial",
        source=f"{PAPER}, 45 read from the axial plane",
    ),
    "s1_alar_classic": ScrewPreset(
        kind="alar",
        entry="facet_lower_lateral",
        length_mm=40.0,
        lateral_deg=30.0,
        caudal_deg=30.0,
        angle_reference="s1_endplate",
        source="first alar trajectory, 30 lateral and 30 distal, quoted by [V 1]; reference chosen",
    ),
    "s1_alar_lateral": ScrewPreset(
        kind="alar",
        entry="below_facet",
        length_mm=30.0,
        lateral_deg=45.0,
        caudal_deg=0.0,
        angle_reference="s1_endplate",
        source="45 degree lateral alar approach, Zindrick, quoted by [V 1]; length, entry, reference chosen",
    ),
}


def facet_lower_lateral_mm(anatomy: Anatomy) -> Floats:
    """The paper's entry, shape (3,): lower lateral part of the lower half of the S1 articular surface."""
    shape = anatomy.sacrum.shape
    start = np.array(
        [
            shape.facet_x_mm + 0.22 * shape.facet_width_mm,
            100.0,
            shape.facet_z_mm - 0.36 * shape.facet_height_mm,
        ]
    )
    return surface_point_mm(anatomy.sacrum, start, np.array([0.0, -1.0, 0.0]))


def below_facet_mm(anatomy: Anatomy) -> Floats:
    """Half-way between the facet and the first dorsal foramen, shape (3,): more ala lies lateral of it."""
    shape = anatomy.sacrum.shape
    opening = anatomy.sacrum.foramina_shape.dorsal_openings_mm[0]
    radius = anatomy.sacrum.foramina_shape.dorsal[0, 7]
    facet_end = shape.facet_z_mm - 0.5 * shape.facet_height_mm
    start = np.array([shape.facet_x_mm - 1.5, 100.0, 0.5 * (facet_end + opening[2] + radius)])
    return surface_point_mm(anatomy.sacrum, start, np.array([0.0, -1.0, 0.0]))
