"""Put points onto one surface or several at once."""

from collections.abc import Sequence

import numpy as np

from geometry.arrays import Floats, Ints
from geometry.field import Field

# Chosen: step of the central differences; far below any element, far above rounding.
STEP_MM = 1e-3
# Chosen: step of the second differences, about the radius of the finest fillets.
CURVE_STEP_MM = 0.5
# Flat triangles of edge h inscribed in a surface lose a layer of h^2 / 16 times the sum of the principal
# curvatures; straight chords of a curve, where two surfaces meet, one of h^2 / 12 times the curvature.
TRIANGLE_LOSS = 1.0 / 16.0
CHORD_LOSS = 1.0 / 12.0
# Chosen: and no more than this part of the edge, where curvature is wild.
LIFT_LIMIT = 0.05
# Singular values below this part of the largest count as none: nearly parallel surfaces are one.
PARALLEL = 0.1


def projected(
    points_mm: Floats, surfaces: Sequence[Field], on: Ints, edge_mm: Floats | None = None
) -> Floats:
    """The nearest points that lie on all surfaces whose bits are set in `on`, to first order, shape (n, 3).

    Three Gauss-Newton steps of least norm; where surfaces are nearly parallel they count as one.

    Args:
        points_mm: shape (n, 3).
        surfaces: the fields.
        on: bit k asks for surface k, shape (n,).
        edge_mm: edge of the triangles at each point, shape (n,): the points then go a little to the convex
            side, so that flat triangles enclose as much as the curved surface. Onto the surface without.
    """
    moved = points_mm.copy()
    for pattern in np.unique(on):
        rows = np.flatnonzero(on == pattern)
        chosen = [surfaces[k] for k in range(len(surfaces)) if (int(pattern) >> k) & 1]
        lift = np.zeros((len(rows), len(chosen)))
        if edge_mm is not None:
            loss = TRIANGLE_LOSS if len(chosen) == 1 else CHORD_LOSS
            lifts = [lift_mm(field, moved[rows], edge_mm[rows], loss) for field in chosen]
            lift = np.stack(lifts, axis=1)
        for _ in range(3):
            at = moved[rows]
            value = np.stack([surface(at) for surface in chosen], axis=1) - lift
            slope = np.stack([gradient(surface, at) for surface in chosen], axis=1)
            inverse = np.linalg.pinv(slope, rcond=PARALLEL)
            moved[rows] = at - np.einsum("nij,nj->ni", inverse, value)
    return moved


def gradient(surface: Field, points_mm: Floats) -> Floats:
    """Gradient of the field by central differences, shape (n, 3)."""
    steps = STEP_MM * np.eye(3)
    columns = [(surface(points_mm + step) - surface(points_mm - step)) / (2.0 * STEP_MM) for step in steps]
    return np.stack(columns, axis=1)


def lift_mm(surface: Field, points_mm: Floats, edge_mm: Floats, loss: float) -> Floats:
    """Field value at which vertices make flat triangles enclose the volume of the surface, shape (n,).

    The sum of the principal curvatures is the Laplacian of a distance; here by differences over half a mm.
    """
    steps = CURVE_STEP_MM * np.eye(3)
    around = sum(surface(points_mm + sign * step) for step in steps for sign in (1.0, -1.0))
    curvature = (around - 6.0 * surface(points_mm)) / CURVE_STEP_MM**2
    limit = LIFT_LIMIT * edge_mm
    lift: Floats = np.clip(loss * edge_mm**2 * curvature, -limit, limit)
    return lift
