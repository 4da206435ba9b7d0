"""Distances from the points of a grid to triangles: which triangle is nearest, how far, and on which side."""

from math import sqrt

import numpy as np

from geometry.arrays import Floats, Ints
from geometry.compiled import compiled

# Where on a triangle the nearest point lies, in the order of `pseudo_normals`.
FACE, CORNER_A, CORNER_B, CORNER_C, EDGE_AB, EDGE_BC, EDGE_CA = range(7)


@compiled
def foot_point(x: float, y: float, z: float, t: Floats) -> tuple[float, float, float, int]:
    """The point of a triangle, nine numbers, nearest to (x, y, z), and where on it that is.

    By the regions of Ericson, Real-Time Collision Detection (2005), section 5.1.5.
    """
    abx, aby, abz = t[3] - t[0], t[4] - t[1], t[5] - t[2]
    acx, acy, acz = t[6] - t[0], t[7] - t[1], t[8] - t[2]
    px, py, pz = x - t[0], y - t[1], z - t[2]
    d1, d2 = abx * px + aby * py + abz * pz, acx * px + acy * py + acz * pz
    if d1 <= 0.0 and d2 <= 0.0:
        return t[0], t[1], t[2], CORNER_A
    px, py, pz = x - t[3], y - t[4], z - t[5]
    d3, d4 = abx * px + aby * py + abz * pz, acx * px + acy * py + acz * pz
    if d3 >= 0.0 and d4 <= d3:
        return t[3], t[4], t[5], CORNER_B
    vc = d1 * d4 - d3 * d2
    if vc <= 0.0 and d1 >= 0.0 and d3 <= 0.0:
        v = d1 / (d1 - d3) if d1 > d3 else 0.0
        return t[0] + v * abx, t[1] + v * aby, t[2] + v * abz, EDGE_AB
    px, py, pz = x - t[6], y - t[7], z - t[8]
    d5, d6 = abx * px + aby * py + abz * pz, acx * px + acy * py + acz * pz
    if d6 >= 0.0 and d5 <= d6:
        return t[6], t[7], t[8], CORNER_C
    vb = d5 * d2 - d1 * d6
    if vb <= 0.0 and d2 >= 0.0 and d6 <= 0.0:
        w = d2 / (d2 - d6) if d2 > d6 else 0.0
        return t[0] + w * acx, t[1] + w * acy, t[2] + w * acz, EDGE_CA
    va = d3 * d6 - d5 * d4
    if va <= 0.0 and d4 >= d3 and d5 >= d6:
        span = (d4 - d3) + (d5 - d6)
        w = (d4 - d3) / span if span > 0.0 else 0.0
        return t[3] + w * (t[6] - t[3]), t[4] + w * (t[7] - t[4]), t[5] + w * (t[8] - t[5]), EDGE_BC
    total = va + vb + vc
    v, w = (vb / total, vc / total) if total > 0.0 else (0.0, 0.0)
    return t[0] + abx * v + acx * w, t[1] + aby * v + acy * w, t[2] + abz * v + acz * w, FACE


@compiled
def nearest_triangles(corners: Floats, origin: Floats, spacing: float, shape: Ints, band: float) -> Ints:
    """The nearest triangle of every grid point within `band` mm of the surface, -1 beyond, flat.

    Each triangle looks at the grid points of its own box: quick, because triangles are small.
    """
    nearest = np.full(shape[0] * shape[1] * shape[2], -1, dtype=np.int64)
    least = np.full(len(nearest), band * band)
    low = np.empty(3, dtype=np.int64)
    high = np.empty(3, dtype=np.int64)
    for m in range(len(corners)):
        t = corners[m]
        for k in range(3):
            down, up = min(t[k], t[k + 3], t[k + 6]) - band, max(t[k], t[k + 3], t[k + 6]) + band
            low[k] = max(int(np.ceil((down - origin[k]) / spacing)), 0)
            high[k] = min(int(np.floor((up - origin[k]) / spacing)), shape[k] - 1)
        for i in range(low[0], high[0] + 1):
            x = origin[0] + spacing * i
            for j in range(low[1], high[1] + 1):
                y = origin[1] + spacing * j
                for k in range(low[2], high[2] + 1):
                    z = origin[2] + spacing * k
                    fx, fy, fz, _ = foot_point(x, y, z, t)
                    squared = (x - fx) ** 2 + (y - fy) ** 2 + (z - fz) ** 2
                    flat = (i * shape[1] + j) * shape[2] + k
                    if squared < least[flat]:
                        least[flat] = squared
                        nearest[flat] = m
    return nearest


@compiled
def signed_distances(
    corners: Floats, normals: Floats, nearest: Ints, origin: Floats, spacing: float
) -> Floats:
    """Distance of every grid point to the triangle named for it, shape as `nearest`; negative behind it."""
    values = np.empty(nearest.shape)
    for i in range(nearest.shape[0]):
        x = origin[0] + spacing * i
        for j in range(nearest.shape[1]):
            y = origin[1] + spacing * j
            for k in range(nearest.shape[2]):
                z = origin[2] + spacing * k
                m = nearest[i, j, k]
                fx, fy, fz, where = foot_point(x, y, z, corners[m])
                dx, dy, dz = x - fx, y - fy, z - fz
                n = normals[m, where]
                side = dx * n[0] + dy * n[1] + dz * n[2]
                distance = sqrt(dx * dx + dy * dy + dz * dz)
                values[i, j, k] = distance if side >= 0.0 else -distance
    return values
