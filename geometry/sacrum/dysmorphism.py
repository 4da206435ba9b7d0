"""Upper-segment dysmorphism: what changes on a sacrum whose S1 is half-way to a lumbar vertebra.

The signs are those radiologists look for: alae that fall steeply and forwards, mammillary bodies on them,
first ventral foramina that are not round, and a residual S1/S2 disc. No series gives millimetres, so that
every amount below is chosen, and scaled by the one number `SacrumShape.dysmorphism`. The disc shows as a
furrow round the front of the body: a bone that meshes as one closed body holds no void.
"""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.sacrum.shape import SacrumShape


@dataclass(frozen=True, kw_only=True)
class Dysmorphism:
    """The full amounts, at `SacrumShape.dysmorphism` = 1.

    Attributes:
        ala_slope_deg: added to the lateral fall of the ala.
        ala_pitch_deg: added to its forward fall.
        disc_furrow_mm: depth of the S1/S2 furrow below where the transverse ridge would be.
        foramen_reach_mm: how far the first ventral foramen is drawn out, up and to the side.
        mammillary_mm: rise of the mammillary body out of the ala.
    """

    ala_slope_deg: float = 16.0
    ala_pitch_deg: float = 10.0
    disc_furrow_mm: float = 4.5
    foramen_reach_mm: float = 4.5
    mammillary_mm: float = 16.0


DYSMORPHIC = Dysmorphism()
# Radii of the mammillary body, and how deep under the ala its centre lies while there is none: beyond the
# reach of the blend, so that it leaves no trace.
MAMMILLARY_RADII_MM = (5.5, 5.5, 5.5)
BURIED_MM = 16.0


def ala_fall(shape: SacrumShape) -> float:
    """Lateral fall of the top of the ala per mm."""
    return float(np.tan(np.radians(shape.ala_slope_deg + DYSMORPHIC.ala_slope_deg * shape.dysmorphism)))


def ala_pitch(shape: SacrumShape) -> float:
    """Forward fall of the top of the ala per mm."""
    return float(np.tan(np.radians(shape.ala_pitch_deg + DYSMORPHIC.ala_pitch_deg * shape.dysmorphism)))


def mammillary_body(shape: SacrumShape) -> Floats:
    """The mammillary body of the left ala as one row of (centre, radii, axes), shape (15,)."""
    side = 0.29 * shape.breadth_mm
    back = 0.5 * shape.endplate_depth_mm + 5.0
    beyond = side - 0.5 * shape.endplate_width_mm - 1.0
    top = -shape.ala_drop_mm - ala_fall(shape) * (0.65 * beyond + 0.013 * beyond * beyond)
    rise = DYSMORPHIC.mammillary_mm * shape.dysmorphism
    return np.array([side, back, top - BURIED_MM + rise, *MAMMILLARY_RADII_MM, *np.eye(3).ravel()])
