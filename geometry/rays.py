"""Where a straight path meets a surface."""

import numpy as np

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.field import Field

STEP_MM = 0.25
# Halvings of a step: 0.25 mm become 1e-3 mm.
HALVINGS = 8


def crossings_mm(field: Field, start_mm: Floats, direction: Floats, reach_mm: float) -> Floats:
    """Distances along a ray, rising, at which it enters or leaves the body, shape (k,).

    Features thinner than `STEP_MM` may be missed; each crossing is exact to about 1e-3 mm.
    """
    along = np.arange(0.0, reach_mm + STEP_MM, STEP_MM)
    values = field(start_mm + along[:, None] * direction)
    change = np.nonzero((values[1:] < 0.0) != (values[:-1] < 0.0))[0]
    low, high = along[change], along[change + 1]
    entering = values[change] >= 0.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        outside = field(start_mm + middle[:, None] * direction) >= 0.0
        before = outside == entering
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return np.asarray(0.5 * (low + high))


def crossing_mm(field: Field, start_mm: Floats, direction: Floats, reach_mm: float, nth: int = 0) -> float:
    """Distance along a ray of its first crossing, or of a later one.

    Raises:
        GeometryError: there are fewer.
    """
    hits = crossings_mm(field, start_mm, direction, reach_mm)
    if len(hits) <= nth:
        raise GeometryError(f"a ray meets the bone {len(hits)} times, not {nth + 1}")
    return float(hits[nth])


def first_hits_mm(
    field: Field, starts_mm: Floats, direction: Floats, reach_mm: float, step_mm: float = 1.0
) -> Floats:
    """Distance at which each of many parallel rays first meets the body, shape (n,); NaN where it misses.

    Args:
        field: the body.
        starts_mm: a point outside per ray, shape (n, 3).
        direction: of all rays, unit, shape (3,).
        reach_mm: how far to look.
        step_mm: what is thinner along the ray may be missed.
    """
    along = np.arange(0.0, reach_mm + step_mm, step_mm)
    points = starts_mm[:, None] + along[:, None] * direction
    inside = field(points.reshape(-1, 3)).reshape(len(starts_mm), -1) < 0.0
    high = along[inside.argmax(axis=1)]
    low = np.maximum(high - step_mm, 0.0)
    for _ in range(HALVINGS + 2):
        middle = 0.5 * (low + high)
        hit = field(starts_mm + middle[:, None] * direction) < 0.0
        low, high = np.where(hit, low, middle), np.where(hit, middle, high)
    return np.where(inside.any(axis=1), 0.5 * (low + high), np.nan)


def outward_normals(field: Field, points_mm: Floats, span_mm: float = 0.1) -> Floats:
    """Unit vectors out of the body near points of its surface, shape (n, 3), over a span to either side."""
    slopes = [field(points_mm + step) - field(points_mm - step) for step in span_mm * np.eye(3)]
    slope = np.stack(slopes, axis=1)
    return np.asarray(slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-12))


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
