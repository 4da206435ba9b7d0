"""Triangles of one surface that pass through each other."""

from math import sqrt

import numpy as np

from geometry.arrays import Bools, Floats, Ints
from geometry.compiled import compiled
from geometry.imported.surface import TriangleSurface

# Distance in mm, and share of a triangle's height, below which touching is rounding (chosen).
TOUCH_MM = 1e-6


def crossing_triangles(surface: TriangleSurface) -> Bools:
    """Which triangles are pierced by an edge of another that shares no vertex with them, shape (m,)."""
    corners = surface.corners_mm
    low, high = corners.min(axis=1), corners.max(axis=1)
    lengths = (high - low).max(axis=1)
    # small enough to hold a few triangles, large enough that the longest touches no more than 33 in a row
    cell = max(2.0 * float(np.median(lengths)), float(lengths.max()) / 32.0, 0.2)
    origin = low.min(axis=0) - cell
    counts = np.maximum(np.ceil((high.max(axis=0) - origin) / cell).astype(np.int64) + 1, 1)
    # every triangle is listed in the cells its box touches, sorted by cell
    first, last = ((edge - origin) // cell for edge in (low, high))
    spans = (last - first).astype(np.int64) + 1
    listed = spans.prod(axis=1)
    owner = np.repeat(np.arange(len(corners)), listed)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(listed) - listed, listed)
    sizes = spans[owner]
    k = within % sizes[:, 2]
    j = within // sizes[:, 2] % sizes[:, 1]
    i = within // (sizes[:, 2] * sizes[:, 1])
    place = first[owner].astype(np.int64) + np.stack([i, j, k], axis=1)
    keys = (place[:, 0] * counts[1] + place[:, 1]) * counts[2] + place[:, 2]
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(keys[order]) > 0, [True]]))
    return _crossing(corners.reshape(-1, 9).copy(), surface.triangles.copy(), owner[order].copy(), starts)


@compiled
def _crossing(corners: Floats, triangles: Ints, owner: Ints, starts: Ints) -> Bools:
    """Tests every two triangles listed in one cell."""
    crossing = np.zeros(len(triangles), dtype=np.bool_)
    for cell in range(len(starts) - 1):
        for p in range(starts[cell], starts[cell + 1] - 1):
            for q in range(p + 1, starts[cell + 1]):
                a, b = owner[p], owner[q]
                if crossing[a] and crossing[b]:
                    continue
                if _apart(corners[a], corners[b]) or _touching(triangles[a], triangles[b]):
                    continue
                if _pierced(corners[a], corners[b]) or _pierced(corners[b], corners[a]):
                    crossing[a] = True
                    crossing[b] = True
    return crossing


@compiled
def _apart(a: Floats, b: Floats) -> bool:
    """Whether the boxes of two triangles, nine numbers each, are apart."""
    for k in range(3):
        if max(a[k], a[k + 3], a[k + 6]) < min(b[k], b[k + 3], b[k + 6]):
            return True
        if max(b[k], b[k + 3], b[k + 6]) < min(a[k], a[k + 3], a[k + 6]):
            return True
    return False


@compiled
def _touching(a: Ints, b: Ints) -> bool:
    for i in range(3):
        for j in range(3):
            if a[i] == b[j]:
                return True
    return False


@compiled
def _pierced(a: Floats, b: Floats) -> bool:
    """Whether an edge of triangle b passes through triangle a: Moeller and Trumbore's test of a segment."""
    e1x, e1y, e1z = a[3] - a[0], a[4] - a[1], a[5] - a[2]
    e2x, e2y, e2z = a[6] - a[0], a[7] - a[1], a[8] - a[2]
    nx, ny, nz = e1y * e2z - e1z * e2y, e1z * e2x - e1x * e2z, e1x * e2y - e1y * e2x
    area = sqrt(nx * nx + ny * ny + nz * nz)
    if area < 1e-12:
        return False
    for k in range(3):
        s, t = 3 * k, 3 * ((k + 1) % 3)
        px, py, pz = b[s] - a[0], b[s + 1] - a[1], b[s + 2] - a[2]
        dx, dy, dz = b[t] - b[s], b[t + 1] - b[s + 1], b[t + 2] - b[s + 2]
        here = (px * nx + py * ny + pz * nz) / area
        there = here + (dx * nx + dy * ny + dz * nz) / area
        if not (here < -TOUCH_MM and there > TOUCH_MM) and not (here > TOUCH_MM and there < -TOUCH_MM):
            continue
        share = here / (here - there)
        qx, qy, qz = px + share * dx, py + share * dy, pz + share * dz
        u = (qy * e2z - qz * e2y) * nx + (qz * e2x - qx * e2z) * ny + (qx * e2y - qy * e2x) * nz
        v = (e1y * qz - e1z * qy) * nx + (e1z * qx - e1x * qz) * ny + (e1x * qy - e1y * qx) * nz
        u, v = u / (area * area), v / (area * area)
        if u > 1e-9 and v > 1e-9 and u + v < 1.0 - 1e-9:
            return True
    return False
