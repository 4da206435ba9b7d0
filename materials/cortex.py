"""Cortical shell: its thickness by region. It is mapped with this thickness, never smeared over elements."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.sacrum.promise import SacrumBody
from materials.templates import osteoporosis_share


@dataclass(frozen=True, kw_only=True)
class CortexThickness:
    """Thickness of the cortical shell in mm, by region.

    The defaults are assumptions within the ranges of evidence 1.2: no thickness table of the sacrum was
    found. Clinical CT overestimates a thin shell by a factor of two (Silva 1994).
    """

    endplate_mm: float = 0.6
    promontory_mm: float = 1.0
    anterior_mm: float = 0.8
    dorsal_mm: float = 1.5
    auricular_mm: float = 1.0
    ilium_mm: float = 1.4

    def scaled(self, factor: float) -> "CortexThickness":
        """The same shell, thicker or thinner everywhere."""
        return CortexThickness(**{name: value * factor for name, value in vars(self).items()})


# evidence 1.2: all regions x 0.8 at T <= -2.5; ramped from T = -1 as the ala is (chosen)
OSTEOPOROTIC_THINNING = 0.8


def thinned_cortex(thickness: CortexThickness, t_score: float) -> CortexThickness:
    """The shell at that T-score."""
    return thickness.scaled(1.0 - (1.0 - OSTEOPOROTIC_THINNING) * osteoporosis_share(t_score))


def sacral_thickness_mm(sacrum: SacrumBody, thickness: CortexThickness, points_mm: Floats) -> Floats:
    """Thickness of the shell nearest to each point of the sacrum, shape (n,)."""
    arc, depth = sacrum.curve_coordinates(points_mm)
    side = np.abs(points_mm[:, 0])
    half_width, half_depth = sacrum.body_half_width_mm(arc), sacrum.body_half_depth_mm(arc)
    over_body = (side < half_width) & (np.abs(depth) < half_depth)
    front = depth < 0.0
    conditions = [
        over_body & (arc < 3.0) & ~(front & (depth < -0.7 * half_depth)),
        front & (side < half_width) & (arc < 8.0),
        side > sacrum.ala_half_width_mm(arc) - 4.0,
        depth > half_depth,
    ]
    values = [thickness.endplate_mm, thickness.promontory_mm, thickness.auricular_mm, thickness.dorsal_mm]
    return np.select(conditions, values, default=thickness.anterior_mm)
