"""Pedicle screws of S1 (convergent, straight ahead, to the promontory) and of S2, uni- and bicortical."""

from dataclasses import replace

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.rays import surface_point_mm
from geometry.screws.preset import ScrewPreset

# The longest convergent path, 58.3 + 3.1 mm in men [V 41]: a bicortical screw is sought up to here.
LONGEST_PATH_MM = 62.0

CONVERGENT = ScrewPreset(
    kind="pedicle",
    entry="facet_base",
    diameter_mm=7.0,
    length_mm=45.0,
    lateral_deg=-25.0,
    caudal_deg=0.0,
    angle_reference="s1_endplate",
    source="longest path at 25 medial, 100 CT [V 21]; size chosen",
)
PROMONTORY = replace(
    CONVERGENT,
    caudal_deg=-10.0,
    aim="promontory",
    source="tricortical aim, Lehman 2002 [V 42]; here short of the promontory's cortex",
)
# The S2 entry is this far lateral of the line through the middles of the first two dorsal foramina: nearer to
# it a convergent wall meets the canal (chosen).
S2_OUTWARDS_MM = 4.0
S2_CONVERGENT = ScrewPreset(
    kind="pedicle",
    entry="between_dorsal_foramina",
    diameter_mm=6.0,
    length_mm=30.0,
    lateral_deg=-25.0,
    caudal_deg=0.0,
    angle_reference="s1_endplate",
    source="diameter of the S2 body screws pulled out [V 2]; S2 pedicle 27 mm deep [V 23]; angles chosen",
)
PRESETS = {
    "s1_pedicle": CONVERGENT,
    "s1_pedicle_bicortical": replace(
        CONVERGENT,
        length_mm=LONGEST_PATH_MM,
        exit="bicortical",
        source="as s1_pedicle, through the anterior cortex: a third of the loosening [V 44]",
    ),
    "s1_pedicle_parallel": replace(
        CONVERGENT,
        entry="facet_base_medial",
        length_mm=32.0,
        lateral_deg=0.0,
        source="straight ahead, below the safe 7 to 38 [V 21]; 35.0 M, 31.9 F at least convergence [V 41]",
    ),
    "s1_pedicle_promontory": PROMONTORY,
    "s1_pedicle_promontory_bicortical": replace(
        PROMONTORY,
        length_mm=LONGEST_PATH_MM,
        exit="bicortical",
        source="tricortical, through the cortex of the promontory, Lehman 2002 [V 42]",
    ),
    "s2_pedicle": S2_CONVERGENT,
    "s2_pedicle_bicortical": replace(
        S2_CONVERGENT,
        length_mm=LONGEST_PATH_MM,
        exit="bicortical",
        source="as s2_pedicle, through the anterior cortex [V 2]",
    ),
}


def facet_base_mm(anatomy: Anatomy) -> Floats:
    """The usual entry, shape (3,): base of the superior articular process, its lower lateral corner."""
    return _below_facet_centre_mm(anatomy, 0.20)


def facet_base_medial_mm(anatomy: Anatomy) -> Floats:
    """The base of the superior articular process below its centre, shape (3,): the pedicle lies ahead."""
    return _below_facet_centre_mm(anatomy, 0.0)


def _below_facet_centre_mm(anatomy: Anatomy, lateral_share: float) -> Floats:
    shape = anatomy.sacrum.shape
    start = np.array(
        [
            shape.facet_x_mm + lateral_share * shape.facet_width_mm,
            100.0,
            shape.facet_z_mm - 0.62 * shape.facet_height_mm,
        ]
    )
    return surface_point_mm(anatomy.sacrum, start, np.array([0.0, -1.0, 0.0]))


def between_dorsal_foramina_mm(anatomy: Anatomy) -> Floats:
    """The entry to the S2 pedicle, shape (3,): between the first two dorsal foramina, a little lateral."""
    sacrum = anatomy.sacrum
    openings = sacrum.foramina_shape.dorsal_openings_mm[:2]
    arcs, depths = sacrum.curve_coordinates(openings)
    arc = float(arcs.mean())
    start = sacrum.curve.point_mm(openings[:, 0].mean() + S2_OUTWARDS_MM, arc, float(depths.mean()) + 30.0)
    tangent = sacrum.curve.tangent(arc)
    return surface_point_mm(sacrum, start, np.array([0.0, tangent[2], -tangent[1]]))
