"""The auricular surface: the ear on each side of the sacrum that meets the ilium."""

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.compiled import compiled, round_cone_at, smooth_min
from geometry.sacrum.shape import SacrumShape

# Top of the ear as a share of the axis, its bend as a share of its height, and how deep behind the axis top,
# bend and end stand, mm: a short limb on S1 that leans back, a long limb to mid S3 [V 19]; depths chosen.
TOP_SHARE = 0.012
BEND_SHARE = 0.40
DEPTHS_MM = (12.5, 5.5, 4.0)
# The long limb narrows towards its end (chosen).
END_WIDTH = 0.80
# The ear stands out of the rough bone round it by this much (chosen), over a rim of `RIM_MM`.
RELIEF_MM, RIM_MM = 1.0, 2.0


def auricular_limbs(shape: SacrumShape) -> Floats:
    """Short and long limb as round cones in the plane of depth and arc, shape (2, 8)."""
    half = 0.5 * shape.auricular_limb_mm
    top = TOP_SHARE * shape.length_mm + half
    end = TOP_SHARE * shape.length_mm + shape.auricular_height_mm - END_WIDTH * half
    bend = top + BEND_SHARE * (end - top)
    places = np.column_stack([np.zeros(3), DEPTHS_MM, [top, bend, end]])
    return frozen_copy(
        [[*places[0], *places[1], 0.9 * half, half], [*places[1], *places[2], half, END_WIDTH * half]]
    )


@compiled
def auricular_at(arc: float, depth: float, limbs: Floats) -> float:
    """Signed distance to the outline of the ear, measured along arc and depth."""
    return smooth_min(round_cone_at(0.0, depth, arc, limbs[0]), round_cone_at(0.0, depth, arc, limbs[1]), 3.0)
