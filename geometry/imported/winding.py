"""How often a surface goes round a point: the test for inside that holes and folds do not upset."""

import numpy as np

from geometry.arrays import Floats
from geometry.imported.surface import TriangleSurface


def winding_numbers(surface: TriangleSurface, points_mm: Floats) -> Floats:
    """How often the surface goes round each of a few points, shape (n,): 1 inside a closed one, 0 outside.

    Generalised winding number: the sum of solid angles over 4 pi (Jacobson, Kavan and Sorkine 2013).
    """
    total = np.empty(len(points_mm))
    for k, point in enumerate(points_mm):
        a, b, c = np.swapaxes(surface.corners_mm - point, 0, 1)
        la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
        above = (a * np.cross(b, c)).sum(axis=1)
        below = la * lb * lc + (a * b).sum(axis=1) * lc + (b * c).sum(axis=1) * la + (c * a).sum(axis=1) * lb
        total[k] = np.arctan2(above, below).sum() / (2.0 * np.pi)
    return total
