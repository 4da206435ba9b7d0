"""S1 alar screws: from the articular surface or beside it sideways into the ala."""

from dataclasses import replace

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.rays import surface_point_mm
from geometry.screws.preset import ScrewPreset

PAPER = "30 lateral, 45 inferior, about 40 mm, 7.0-7.5 mm, unicortical [V 1]"

CLASSIC = ScrewPreset(
    kind="alar",
    entry="facet_lower_lateral",
    length_mm=40.0,
    lateral_deg=30.0,
    caudal_deg=30.0,
    angle_reference="s1_endplate",
    source="first alar trajectory, 30 lateral and 30 distal, quoted by [V 1]; reference chosen",
)
# What each has of its own; the rest is as above.
PRESETS = {
    "s1_alar_paper_endplate": replace(CLASSIC, caudal_deg=45.0, source=f"{PAPER}, 45 read from the endplate"),
    "s1_alar_paper_axial": replace(
        CLASSIC,
        caudal_deg=45.0,
        angle_reference="global_axial",
        source=f"{PAPER}, 45 read from the axial plane",
    ),
    "s1_alar_classic": CLASSIC,
    "s1_alar_35_25": replace(
        CLASSIC,
        entry="below_facet",
        lateral_deg=35.0,
        caudal_deg=25.0,
        source="35 lateral, 25 caudal [A]; entry, length, reference chosen",
    ),
    "s1_alar_lateral": replace(
        CLASSIC,
        entry="below_facet",
        length_mm=30.0,
        lateral_deg=45.0,
        caudal_deg=0.0,
        source="45 degree lateral alar approach, Zindrick, quoted by [V 1]; length, entry, reference chosen",
    ),
    "s1_alar_mirkovic": replace(
        CLASSIC,
        entry="mirkovic",
        caudal_deg=20.0,
        source="entry of Mirkovic 1991 [V 1]; angles, length, reference chosen: clear of the dorsal foramen",
    ),
    "s1_alar_asher": replace(
        CLASSIC,
        entry="asher",
        length_mm=35.0,
        lateral_deg=15.0,
        caudal_deg=35.0,
        source="entry of Asher 1986 [V 1]; the rest chosen: so far lateral, 30 leaves the ala",
    ),
    "s1_alar_harrington": replace(
        CLASSIC,
        entry="harrington",
        length_mm=32.0,
        lateral_deg=15.0,
        caudal_deg=35.0,
        source="entry of Harrington and Wittenberg [V 1]; angles, length, reference chosen as Asher's",
    ),
}


def facet_lower_lateral_mm(anatomy: Anatomy) -> Floats:
    """The paper's entry, shape (3,): lower lateral part of the lower half of the S1 articular surface."""
    shape = anatomy.sacrum.shape
    return _behind_mm(
        anatomy,
        shape.facet_x_mm + 0.22 * shape.facet_width_mm,
        shape.facet_z_mm - 0.36 * shape.facet_height_mm,
    )


def below_facet_mm(anatomy: Anatomy) -> Floats:
    """Half-way between the facet and the first dorsal foramen, shape (3,): more ala lies lateral of it."""
    shape = anatomy.sacrum.shape
    opening = anatomy.sacrum.foramina_shape.dorsal_openings_mm[0]
    radius = anatomy.sacrum.foramina_shape.dorsal[0, 7]
    facet_end = shape.facet_z_mm - 0.5 * shape.facet_height_mm
    return _behind_mm(anatomy, shape.facet_x_mm - 1.5, 0.5 * (facet_end + opening[2] + radius))


def mirkovic_mm(anatomy: Anatomy) -> Floats:
    """Mirkovic's entry, shape (3,): medial and inferior to the S1 facet [V 1].

    No distances are quoted: a tenth of the facet's width medial of its centre, at its lower edge (chosen).
    """
    shape = anatomy.sacrum.shape
    return _behind_mm(
        anatomy,
        shape.facet_x_mm - 0.1 * shape.facet_width_mm,
        shape.facet_z_mm - 0.5 * shape.facet_height_mm,
    )


def asher_mm(anatomy: Anatomy) -> Floats:
    """Asher's entry, shape (3,): 5 mm inferior, 10 mm lateral of the S1 facet [V 1]; its centre (chosen)."""
    shape = anatomy.sacrum.shape
    return _behind_mm(anatomy, shape.facet_x_mm + 10.0, shape.facet_z_mm - 5.0)


def harrington_mm(anatomy: Anatomy) -> Floats:
    """Harrington's and Wittenberg's entry, shape (3,): 10 mm lateral, 5 mm above the dorsal S1 foramen [V 1].

    Measured from the middle of the foramen (chosen).
    """
    opening = anatomy.sacrum.foramina_shape.dorsal_openings_mm[0]
    return _behind_mm(anatomy, float(opening[0]) + 10.0, float(opening[2]) + 5.0)


def _behind_mm(anatomy: Anatomy, lateral_mm: float, height_mm: float) -> Floats:
    """The dorsal surface at that distance from the midline and height above the endplate, shape (3,)."""
    return surface_point_mm(
        anatomy.sacrum, np.array([lateral_mm, 100.0, height_mm]), np.array([0.0, -1.0, 0.0])
    )
