"""The load that a criterion allows in a region, from one linear solution."""

import numpy as np

from fem.recovery import volume_percentiles
from geometry.arrays import Bools, Floats
from geometry.errors import ModelError


def load_factor(demand: Floats, volumes_mm3: Floats, region: Bools, exceeded_percent: float) -> float:
    """By how much the load may grow until that share of the region's volume is at its capacity or beyond.

    Args:
        demand: strain over capacity at the load solved for, shape (m, 4).
        volumes_mm3: of the points, same shape.
        region: which points count, same shape.
        exceeded_percent: share of their volume, 0 to 100.

    Raises:
        ModelError: the region is empty, or nothing is strained there.
    """
    percents = np.array([100.0 - exceeded_percent])
    reached = float(volume_percentiles(demand, volumes_mm3, region, percents)[0])
    if not reached > 0.0:
        raise ModelError("the region is not strained by this load", where="failure")
    return 1.0 / reached
