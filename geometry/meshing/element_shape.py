"""How well shaped one tetrahedron is: a number that improvers raise, 0.94 if regular, below 0 if inverted."""

from math import sqrt

import numpy as np

from geometry.arrays import Floats, Ints
from geometry.compiled import compiled

# Chosen: the radius ratio counts this often, so that both gates (sine of 8 degrees: 0.14, ratio: 0.05) weigh
# about alike. Sines alone let needles through: a vertex close to another one spoils no angle.
RATIO_WEIGHT = 2.0


@compiled
def shape_at(vertices: Floats, a: int, b: int, c: int, d: int) -> float:
    """The least sine of the dihedral angles or the weighted radius ratio; negative if inverted."""
    bx, by, bz = _span(vertices, a, b)
    cx, cy, cz = _span(vertices, a, c)
    dx, dy, dz = _span(vertices, a, d)
    # cross products of edges at a: doubled areas of faces abc, abd, acd, and of bcd by their sum
    ux, uy, uz = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
    vx, vy, vz = by * dz - bz * dy, bz * dx - bx * dz, bx * dy - by * dx
    wx, wy, wz = cy * dz - cz * dy, cz * dx - cx * dz, cx * dy - cy * dx
    volume = ux * dx + uy * dy + uz * dz
    abc, abd, acd = _norm(ux, uy, uz), _norm(vx, vy, vz), _norm(wx, wy, wz)
    bcd = _norm(ux - vx + wx, uy - vy + wy, uz - vz + wz)
    if min(min(abc, abd), min(acd, bcd)) < 1e-30:
        return -1.0
    ab, ac, ad = _norm(bx, by, bz), _norm(cx, cy, cz), _norm(dx, dy, dz)
    bc = _norm(cx - bx, cy - by, cz - bz)
    bd = _norm(dx - bx, dy - by, dz - bz)
    cd = _norm(dx - cx, dy - cy, dz - cz)
    # sine = six volumes * edge / (product of the doubled areas of the two faces at the edge)
    one, two, three = ab / (abc * abd), ac / (abc * acd), ad / (abd * acd)
    four, five, six = bc / (abc * bcd), bd / (abd * bcd), cd / (acd * bcd)
    if volume < 0.0:
        # the worst one: an element further turned inside out must count as worse
        return volume * max(max(max(one, two), max(three, four)), max(five, six))
    sine = volume * min(min(min(one, two), min(three, four)), min(five, six))
    # circumradius from the products of opposite edges (Crelle)
    p, q, r = ab * cd, ac * bd, ad * bc
    heron = max((p + q + r) * (p + q - r) * (p - q + r) * (q + r - p), 1e-300)
    ratio = 12.0 * volume * volume / ((abc + abd + acd + bcd) * sqrt(heron))
    return min(sine, RATIO_WEIGHT * ratio)


@compiled
def _span(vertices: Floats, a: int, b: int) -> tuple[float, float, float]:
    """The way from one vertex to another."""
    return (
        vertices[b, 0] - vertices[a, 0],
        vertices[b, 1] - vertices[a, 1],
        vertices[b, 2] - vertices[a, 2],
    )


@compiled
def _norm(x: float, y: float, z: float) -> float:
    return sqrt(x * x + y * y + z * z)


@compiled
def shapes(vertices: Floats, tets: Ints) -> Floats:
    """`shape_at` of each tetrahedron, shape (m,)."""
    values = np.empty(len(tets))
    for t in range(len(tets)):
        values[t] = shape_at(vertices, tets[t, 0], tets[t, 1], tets[t, 2], tets[t, 3])
    return values
