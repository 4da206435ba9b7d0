"""Densities of voxels at points and in elements: the arithmetic that runs over millions of samples.

Between voxel centres density is trilinear. In an element it is projected: of all fields that are linear in
the element, the one nearest to the voxels in least squares is kept. Its integral over the element, and so the
mass, is that of the voxels; an element smaller than a voxel gets their trilinear values at its Gauss points.
Bonemat integrates in the same way, HU in version 2 and Young's modulus in version 3, but keeps one constant
per element (Taddei 2007, doi 10.1016/j.medengphy.2006.10.014; Helgason 2008,
doi 10.1016/j.medengphy.2007.05.006). A projection that is free in each element was the best of four mappers
compared in 2022 ("From computed tomography to finite element space", Clin Biomech, S0268-0033(22)00134-6).
"""

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from geometry.arrays import Floats
from geometry.tetrahedron import POINTS_4, subdivided_points
from materials.ct.volume import DensityVolume

# An element is cut into 8**level pieces no larger than a voxel, each read at four points; beyond 512 voxels
# in an element, pieces grow with it (chosen: at 4 mm per edge and 0.4 mm per voxel one would need no more).
LEVELS = 4
_RULES = np.concatenate([subdivided_points(level) for level in range(LEVELS)])
_STARTS = np.cumsum([0, *(4 * 8**level for level in range(LEVELS))])
_NEAR, _FAR = POINTS_4[0, 0], POINTS_4[0, 1]


def density_at(volume: DensityVolume, points_mm: Floats) -> Floats:
    """QCT density in mg/cm3 at points of shape (n, 3), shape (n,); NaN where nothing was measured."""
    found = np.empty(len(points_mm))
    _read(volume.density_mg_cm3, volume.grid.indices(points_mm), found)
    return found


def density_in_elements(volume: DensityVolume, corners_mm: Floats) -> Floats:
    """QCT density in mg/cm3 at the four Gauss points of tetrahedra with corners (m, 4, 3), shape (m, 4).

    NaN in the elements that reach beyond what was measured.
    """
    corners = volume.grid.indices(corners_mm.reshape(-1, 3)).reshape(-1, 4, 3)
    found = np.empty((len(corners), 4))
    _project(volume.density_mg_cm3, corners, _RULES, _STARTS, found)
    return found


@njit(cache=True, error_model="numpy")
def _trilinear(values: NDArray[np.float32], x: float, y: float, z: float) -> float:
    """The value between eight voxels; NaN outside the voxel centres."""
    nx, ny, nz = values.shape
    # written so that a NaN fails it too
    if not (0.0 <= x <= nx - 1 and 0.0 <= y <= ny - 1 and 0.0 <= z <= nz - 1):
        return np.nan
    i, j, k = min(int(x), nx - 2), min(int(y), ny - 2), min(int(z), nz - 2)
    s, t, u = x - i, y - j, z - k
    front = (1.0 - u) * values[i, j, k] + u * values[i, j, k + 1]
    back = (1.0 - u) * values[i, j + 1, k] + u * values[i, j + 1, k + 1]
    near = (1.0 - t) * front + t * back
    front = (1.0 - u) * values[i + 1, j, k] + u * values[i + 1, j, k + 1]
    back = (1.0 - u) * values[i + 1, j + 1, k] + u * values[i + 1, j + 1, k + 1]
    value: float = (1.0 - s) * near + s * ((1.0 - t) * front + t * back)
    return value


@njit(cache=True, error_model="numpy", parallel=True)
def _read(values: NDArray[np.float32], places: Floats, found: Floats) -> None:
    """Fill in the value at each place, in fractional indices."""
    for n in prange(len(places)):
        found[n] = _trilinear(values, places[n, 0], places[n, 1], places[n, 2])


@njit(cache=True, error_model="numpy", parallel=True)
def _project(
    values: NDArray[np.float32],
    corners: Floats,
    rules: Floats,
    starts: NDArray[np.int64],
    found: Floats,
) -> None:
    """Fill in the projection of each tetrahedron, whose corners are in fractional indices, at its points."""
    last = len(starts) - 2
    for m in prange(len(corners)):
        c = corners[m]
        a, b, d = c[1] - c[0], c[2] - c[0], c[3] - c[0]
        voxels = (
            abs(
                a[0] * (b[1] * d[2] - b[2] * d[1])
                - a[1] * (b[0] * d[2] - b[2] * d[0])
                + a[2] * (b[0] * d[1] - b[1] * d[0])
            )
            / 6.0
        )
        level = 0
        while level < last and voxels > 8.0**level:
            level += 1
        # means of density times each barycentric coordinate
        m0 = m1 = m2 = m3 = 0.0
        for row in range(starts[level], starts[level + 1]):
            p, q, r, s = rules[row, 0], rules[row, 1], rules[row, 2], rules[row, 3]
            value = _trilinear(
                values,
                p * c[0, 0] + q * c[1, 0] + r * c[2, 0] + s * c[3, 0],
                p * c[0, 1] + q * c[1, 1] + r * c[2, 1] + s * c[3, 1],
                p * c[0, 2] + q * c[1, 2] + r * c[2, 2] + s * c[3, 2],
            )
            m0 += p * value
            m1 += q * value
            m2 += r * value
            m3 += s * value
        count = starts[level + 1] - starts[level]
        total = (m0 + m1 + m2 + m3) / count
        # the inverse of the mass matrix (1 + delta) / 20 is 20 delta - 4; then from vertices to Gauss points
        scale = 20.0 * (_NEAR - _FAR) / count
        rest = 4.0 * _FAR * total - 4.0 * (_NEAR - _FAR) * total
        found[m, 0] = scale * m0 + rest
        found[m, 1] = scale * m1 + rest
        found[m, 2] = scale * m2 + rest
        found[m, 3] = scale * m3 + rest
