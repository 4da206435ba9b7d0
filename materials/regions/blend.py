"""How neighbouring regions pass into each other."""

import numpy as np

from geometry.arrays import Floats

# Neighbouring regions pass into each other over about twice this length (chosen: a vertebral endplate
# and the trabecular transition beside it measure a few millimetres).
BLEND_MM = 2.5


def step(distance_mm: Floats, blend_mm: float = BLEND_MM) -> Floats:
    """A smooth step from 0 to 1 across distance 0, shape as given."""
    return 0.5 * (1.0 + np.tanh(distance_mm / blend_mm))
