"""Where a straight path meets a surface."""

import numpy as np

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.field import Field

STEP_MM = 0.25


def crossings_mm(field: Field, start_mm: Floats, direction: Floats, reach_mm: float) -> Floats:
    """Distances along a ray, rising, at which it enters or leaves the body, shape (k,).

    Features thinner than `STEP_MM` may be missed; each crossing is exact to about 1e-3 mm.
    """
    along = np.arange(0.0, reach_mm + STEP_MM, STEP_MM)
    values = field(start_mm + along[:, None] * direction)
    change = np.nonzero((values[1:] < 0.0) != (values[:-1] < 0.0))[0]
    low, high = along[change], along[change + 1]
    entering = values[change] >= 0.0
    for _ in range(8):
        middle = 0.5 * (low + high)
        outside = field(start_mm + middle[:, None] * direction) >= 0.0
        before = outside == entering
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return np.asarray(0.5 * (low + high))


def surface_point_mm(field: Field, start_mm: Floats, direction: Floats, reach_mm: float = 120.0) -> Floats:
    """The first point of the surface that a ray from outside meets, shape (3,).

    Raises:
        GeometryError: the ray starts in the body or misses it.
    """
    if field(start_mm[None])[0] < 0.0:
        raise GeometryError("a ray that looks for the surface starts inside the bone", where="screw")
    hits = crossings_mm(field, start_mm, direction, reach_mm)
    if len(hits) == 0:
        raise GeometryError(
            "the screw's entry misses the bone", where="screw", advice="Move the entry or check the angles"
        )
    return np.asarray(start_mm + hits[0] * direction)
