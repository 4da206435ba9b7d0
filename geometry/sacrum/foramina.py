"""The four pairs of sacral foramina: where nerve roots leave the canal to the front and to the back."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.sacrum.curve import ABOVE_MM, STEP_MM, SacralCurve
from geometry.sacrum.dysmorphism import DYSMORPHIC
from geometry.sacrum.profiles import (
    BODY_BACK,
    BODY_WIDTH,
    CANAL_DEPTH,
    CANAL_WIDTH,
    DORSAL_DROP,
    LAMINA,
    LATERAL,
    VENTRAL,
    VENTRAL_SLOPE,
    dorsal_arcs_mm,
    junction_arcs_mm,
)
from geometry.sacrum.shape import SacrumShape

# Size and lateral place of S1 to S4 relative to S1: S1 and S2 equal in front, then 10-20 % less per level;
# dorsal S2 29.8 between inner edges [V 8, 22, 27, A].
VENTRAL_SIZE = (1.0, 1.02, 0.82, 0.68)
VENTRAL_PLACE = (1.0, 0.90, 0.78, 0.69)
DORSAL_SIZE = (1.0, 0.92, 0.82, 0.72)
DORSAL_PLACE = (1.0, 0.84, 0.72, 0.63)
# The first dorsal opening is higher than wide by this much: 10.4 x 7.7 [V 8].
DORSAL_HEIGHT_MM = 3.5


@dataclass(frozen=True, kw_only=True, eq=False)
class ForaminaShape:
    """The foramina of the left side as round cones, rows S1 to S4 of (start, end, radius, radius).

    Attributes:
        ventral: from the canal to the ventral opening, shape (5, 8); the last draws out that of S1.
        groove: from the ventral opening outwards, the furrow of the ventral ramus, shape (4, 8).
        dorsal: from the canal to the dorsal opening, shape (5, 8); the last heightens that of S1.
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
        root = curve.point_mm(min(0.8 * row[CANAL_WIDTH], 0.7 * ventral_x), arc - 1.5, canal_middle)
        front = curve.point_mm(ventral_x + 2.0, arc + 0.0, -row[VENTRAL] - 6.0)
        # the furrow's floor falls back with the face it is cut into
        face = -row[VENTRAL] + row[VENTRAL_SLOPE] * max(ventral_x + 15.0 - 0.95 * row[BODY_WIDTH], 0.0)
        beside = curve.point_mm(ventral_x + 15.0, arc + 4.0, face - 0.75 * ventral_r)
        share = dorsal_x / row[LATERAL]
        surface = row[BODY_BACK] + row[CANAL_DEPTH] + row[LAMINA] - row[DORSAL_DROP] * share**4
        behind_arc = float(dorsal_arcs_mm(shape)[level])
        back = curve.point_mm(dorsal_x, behind_arc, surface + 2.0)
        openings.append(curve.point_mm(dorsal_x, behind_arc, surface))
        ventral.append([*root, *front, 0.66 * ventral_r, 1.10 * ventral_r])
        groove.append([*front, *beside, 0.8 * ventral_r, 0.8 * ventral_r])
        # leaves the canal wall 29 degrees to the side [V 26]
        behind = curve.point_mm(0.62 * dorsal_x, 0.45 * arc + 0.55 * behind_arc, canal_middle)
        dorsal.append([*behind, *back, 0.46 * ventral_r, 0.87 * dorsal_r])
    dorsal.append(_heightened(dorsal[0], curve.tangent(float(junction_arcs_mm(shape)[0]))))
    ventral.append(_drawn_out(ventral[0], shape))
    return ForaminaShape(
        ventral=frozen_copy(ventral),
        groove=frozen_copy(groove),
        dorsal=frozen_copy(dorsal),
        dorsal_openings_mm=frozen_copy(np.array(openings)),
    )


def _heightened(cone: list[float], down: Floats) -> list[float]:
    """The same cone with its opening further up."""
    moved = np.array(cone)
    moved[3:6] -= DORSAL_HEIGHT_MM * down
    return [float(value) for value in moved]


def _drawn_out(cone: list[float], shape: SacrumShape) -> list[float]:
    """A narrower cone beside the first ventral foramen: hidden in it until dysmorphism moves it out."""
    reach = DYSMORPHIC.foramen_reach_mm * shape.dysmorphism
    moved = np.array(cone)
    moved[3:6] += reach * np.array([0.6, 0.0, 0.8])
    # 3.2 mm narrower than the foramen it hides in: more than the blend of their rims reaches
    moved[6] = max(moved[6] - 3.2, 0.8)
    moved[7] -= 3.2 - 1.7 * shape.dysmorphism
    return [float(value) for value in moved]
