"""The stiffness of a grain for other engines: the textbook matrix of its compliance, turned as a tensor.

Nothing of ours takes part but the ratios, so that peers check the five numbers of `fem.grain` too.
"""

import numpy as np

from fem.grain import GrainRatios
from geometry.arrays import Floats

# Places of xx, yy, zz, xy, yz, zx in a tensor.
_ROWS, _COLUMNS = (0, 1, 2, 0, 1, 2), (0, 1, 2, 1, 2, 0)


def turned_stiffness(ratios: GrainRatios, axes: Floats) -> Floats:
    """Stiffness for a modulus of one along the grain, shape (m, 6, 6), order xx, yy, zz, xy, yz, zx with
    engineering shear; zeros where the axis, shape (m, 3), is zero."""
    turned = turned_tensor(ratios, axes)
    return np.asarray(turned[:, _ROWS, _COLUMNS][:, :, _ROWS, _COLUMNS], dtype=np.float64)


def turned_tensor(ratios: GrainRatios, axes: Floats) -> Floats:
    """The same as a tensor, shape (m, 3, 3, 3, 3)."""
    x, xy, xz = ratios.young_x, ratios.poisson_xy, ratios.poisson_xz
    compliance = np.zeros((6, 6))
    compliance[:3, :3] = np.array([[1.0, -xy, -xz], [-xy, 1.0, -xz], [-xz, -xz, x]]) / x
    compliance[3, 3] = 2.0 * (1.0 + xy) / x
    compliance[4, 4] = compliance[5, 5] = 1.0 / ratios.shear_xz
    upright = np.linalg.inv(compliance)
    tensor = np.zeros((3, 3, 3, 3))
    for one, (i, j) in enumerate(zip(_ROWS, _COLUMNS, strict=True)):
        for other, (k, n) in enumerate(zip(_ROWS, _COLUMNS, strict=True)):
            tensor[i, j, k, n] = tensor[j, i, k, n] = upright[one, other]
            tensor[i, j, n, k] = tensor[j, i, n, k] = upright[one, other]
    turns = _turns(axes)
    turned = np.einsum("mia,mjb,mkc,mnd,abcd->mijkn", turns, turns, turns, turns, tensor, optimize=True)
    return np.asarray(turned, dtype=np.float64)


def _turns(axes: Floats) -> Floats:
    """Matrices that send z to each axis, shape (m, 3, 3): mirrors, for a stiffness as good as turns."""
    there = np.any(axes != 0.0, axis=1)[:, None, None]
    between = axes - np.array([0.0, 0.0, 1.0])
    squared = (between**2).sum(axis=1)[:, None, None]
    outer = between[:, :, None] * between[:, None]
    mirror = np.eye(3) - 2.0 * np.divide(outer, squared, where=squared > 0.0, out=np.zeros_like(outer))
    return np.where(there, mirror, 0.0)
