"""The four pairs of sacral foramina: where nerve roots leave the canal to the front and to the back."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.sacrum.curve import ABOVE_MM, STEP_MM, SacralCurve
from geometry.sacrum.profiles import (
    BODY_BACK,
    CANAL_DEPTH,
    CANAL_WIDTH,
    DORSAL_DROP,
    LAMINA,
    LATERAL,
    VENTRAL,
    junction_arcs_mm,
)
from geometry.sacrum.shape import SacrumShape

# Size and lateral place of S1 to S4 relative to S1: S1 and S2 equal in front, then 10-20 % less per level;
# dorsal S2 29.8 between inner edges [V 8, 22, 27, A].
VENTRAL_SIZE = (1.0, 0.98, 0.82, 0.68)
VENTRAL_PLACE = (1.0, 0.90, 0.78, 0.69)
DORSAL_SIZE = (1.0, 0.86, 0.74, 0.66)
DORSAL_PLACE = (1.0, 0.84, 0.72, 0.63)
# Arc from the junction to the dorsal opening: levels fan out behind a curved axis, yet dorsal foramina stand
# close together [V 27]; S1 a little below its ventral opening [V 28].
DORSAL_ARC_MM = (2.0, -3.8, -5.0, -5.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class ForaminaShape:
    """The foramina of the left side as round cones, rows S1 to S4 of (start, end, radius, radius).

    Attributes:
        ventral: from the canal to the ventral opening, shape (4, 8).
        groove: from the ventral opening outwards, the furrow of the ventral ramus, shape (4, 8).
        dorsal: from the canal to the dorsal opening, shape (4, 8).
        dorsal_openings_mm: centres of the dorsal openings, at the dorsal face, shape (4, 3).
    """

    ventral: Floats
    groove: Floats
    dorsal: Floats
    dorsal_openings_mm: Floats


def foramina_shape(shape: SacrumShape, curve: SacralCurve, profiles: Floats) -> ForaminaShape:
    """The foramina of a sacrum, one pair just below each junction of bodies."""
    ventral, groove, dorsal, openings = [], [], [], []
    for level, arc in enumerate(junction_arcs_mm(shape)[:4]):
        row = profiles[round((arc + ABOVE_MM) / STEP_MM)]
        canal_middle = row[BODY_BACK] + 0.35 * row[CANAL_DEPTH]
        ventral_x = shape.ventral_foramen_x_mm * VENTRAL_PLACE[level]
        dorsal_x = shape.dorsal_foramen_x_mm * DORSAL_PLACE[level]
        ventral_r = 0.5 * shape.ventral_foramen_mm * VENTRAL_SIZE[level]
        dorsal_r = 0.5 * shape.dorsal_foramen_mm * DORSAL_SIZE[level]
        root = curve.point_mm(min(0.8 * row[CANAL_WIDTH], 0.7 * ventral_x), arc - 2.5, canal_middle)
        front = curve.point_mm(ventral_x + 2.0, arc + 0.0, -row[VENTRAL] - 6.0)
        beside = curve.point_mm(ventral_x + 14.0, arc + 3.0, -row[VENTRAL] - 8.0)
        share = dorsal_x / row[LATERAL]
        surface = row[BODY_BACK] + row[CANAL_DEPTH] + row[LAMINA] - row[DORSAL_DROP] * share**4
        behind_arc = arc + DORSAL_ARC_MM[level]
        back = curve.point_mm(dorsal_x, behind_arc, surface + 2.0)
        openings.append(curve.point_mm(dorsal_x, behind_arc, surface))
        ventral.append([*root, *front, 0.58 * ventral_r, 1.04 * ventral_r])
        groove.append([*front, *beside, 1.0 * ventral_r, 1.05 * ventral_r])
        # leaves the canal wall 29 degrees to the side [V 26]
        behind = curve.point_mm(0.62 * dorsal_x, arc + 0.3 * DORSAL_ARC_MM[level], canal_middle)
        dorsal.append([*behind, *back, 0.46 * ventral_r, 0.98 * dorsal_r])
    return ForaminaShape(
        ventral=frozen_copy(ventral),
        groove=frozen_copy(groove),
        dorsal=frozen_copy(dorsal),
        dorsal_openings_mm=frozen_copy(np.array(openings)),
    )
