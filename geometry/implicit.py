"""Simple implicit bodies and the ways to join them, at many points at once: negative inside, mm."""

import numpy as np

from geometry.arrays import Floats


def smooth_union(first: Floats, second: Floats, blend_mm: float) -> Floats:
    """Union of two fields, shape (n,); the crease is filled over a width `blend_mm` (0 keeps it sharp)."""
    if blend_mm <= 0.0:
        return np.minimum(first, second)
    h = np.clip(0.5 + 0.5 * (second - first) / blend_mm, 0.0, 1.0)
    return np.asarray(second + (first - second) * h - blend_mm * h * (1.0 - h))


def smooth_intersection(first: Floats, second: Floats, blend_mm: float) -> Floats:
    """Intersection of two fields, shape (n,); the edge is rounded over a width `blend_mm`."""
    return -smooth_union(-first, -second, blend_mm)


def smooth_subtraction(body: Floats, removed: Floats, blend_mm: float) -> Floats:
    """What is left of `body` without `removed`, shape (n,); the edge is rounded over `blend_mm`."""
    return smooth_intersection(body, -removed, blend_mm)


def round_cone(
    points_mm: Floats, start_mm: Floats, end_mm: Floats, start_radius_mm: float, end_radius_mm: float
) -> Floats:
    """Pseudo-distance to a capsule whose radius runs linearly from start to end, shape (n,)."""
    axis = np.asarray(end_mm) - np.asarray(start_mm)
    offset = points_mm - np.asarray(start_mm)
    t = np.clip(offset @ axis / (axis @ axis), 0.0, 1.0)
    radius = start_radius_mm + t * (end_radius_mm - start_radius_mm)
    return np.asarray(np.linalg.norm(offset - t[:, None] * axis, axis=1) - radius)


def capsule(points_mm: Floats, start_mm: Floats, end_mm: Floats, radius_mm: float) -> Floats:
    """Distance to a cylinder with round ends, shape (n,)."""
    return round_cone(points_mm, start_mm, end_mm, radius_mm, radius_mm)


def cylinder(points_mm: Floats, start_mm: Floats, end_mm: Floats, radius_mm: float) -> Floats:
    """Distance to a cylinder with flat ends, shape (n,)."""
    axis = np.asarray(end_mm) - np.asarray(start_mm)
    length = np.linalg.norm(axis)
    offset = points_mm - np.asarray(start_mm)
    along = offset @ (axis / length)
    across = np.sqrt(np.maximum((offset**2).sum(axis=1) - along**2, 0.0)) - radius_mm
    ends = np.abs(along - 0.5 * length) - 0.5 * length
    outside = np.hypot(np.maximum(across, 0.0), np.maximum(ends, 0.0))
    return np.asarray(outside + np.minimum(np.maximum(across, ends), 0.0))


def ellipsoid(points_mm: Floats, centre_mm: Floats, radii_mm: Floats, axes: Floats | None = None) -> Floats:
    """Pseudo-distance to an ellipsoid, shape (n,); the rows of `axes` (3, 3) are its unit axes."""
    local = points_mm - np.asarray(centre_mm)
    if axes is not None:
        local = local @ axes.T
    radii = np.asarray(radii_mm)
    scale = np.linalg.norm(local / radii, axis=1)
    slope = np.linalg.norm(local / radii**2, axis=1) + 1e-9
    return np.asarray(scale * (scale - 1.0) / slope)


def rounded_box(
    points_mm: Floats, centre_mm: Floats, half_mm: Floats, round_mm: float, axes: Floats | None = None
) -> Floats:
    """Distance to a box with rounded edges, shape (n,); the rows of `axes` (3, 3) are its unit axes."""
    local = points_mm - np.asarray(centre_mm)
    if axes is not None:
        local = local @ axes.T
    beyond = np.abs(local) - (np.asarray(half_mm) - round_mm)
    outside = np.linalg.norm(np.maximum(beyond, 0.0), axis=1)
    return np.asarray(outside + np.minimum(beyond.max(axis=1), 0.0) - round_mm)
