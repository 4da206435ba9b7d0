"""Move the vertices of the worst elements to where their worst element is best.

Smoothing by the worst element (Freitag and Ollivier-Gooch 1997,
doi 10.1002/(SICI)1097-0207(19971115)40:21<3979::AID-NME251>3.0.CO;2-9).
"""

from math import sqrt

import numpy as np

from geometry.arrays import Bools, Floats, Ints
from geometry.compiled import compiled
from geometry.meshing.element_shape import shape_at, shapes

# Chosen: elements above this shape (25 degrees, radius ratio 0.21) are left alone.
WANTED = 0.42
# Chosen: elements below this shape (12 degrees, radius ratio 0.1) are worth a small dent in the surface.
POOR = 0.2
# Chosen: a vertex tries steps of this part of its mean edge, then ever shorter ones.
FIRST_STEP = 0.25
SWEEPS = 8
# Chosen: a vertex of a sheet ends no further from where it was than this part of its mean edge: sliding along
# its surface, or, where the surface has an edge and no slope to slide along, in any direction.
SLIDE_REACH = 0.35
DENT_REACH = 0.15
_FROZEN, _FREE, _SLIDING, _DENTING = 0, 1, 2, 3

# The way to the corners, edges and faces of a cube, in a fixed order.
_WAYS = np.array([p for p in np.ndindex(3, 3, 3) if p != (1, 1, 1)], dtype=np.float64) - 1.0
_WAYS /= np.linalg.norm(_WAYS, axis=1)[:, None]


@compiled
def _star_shape(vertices: Floats, tets: Ints, star: Ints) -> float:
    worst = 2.0
    for t in star:
        shape = shape_at(vertices, tets[t, 0], tets[t, 1], tets[t, 2], tets[t, 3])
        if shape < worst:
            worst = shape
    return worst


@compiled
def _improve(
    vertices: Floats,
    tets: Ints,
    starts: Ints,
    members: Ints,
    free: Ints,
    normal: Floats,
    edge: Floats,
    ways: Floats,
    wanted: float,
) -> int:
    """Move vertices in place, one after another; the number of moves."""
    moves = 0
    origin = vertices.copy()
    way = np.empty(3)
    for v in range(len(vertices)):
        if free[v] == _FROZEN:
            continue
        star = members[starts[v] : starts[v + 1]]
        worst = _star_shape(vertices, tets, star)
        step = FIRST_STEP * edge[v]
        reach = 1e30
        if free[v] == _SLIDING:
            reach = SLIDE_REACH * edge[v]
        elif free[v] == _DENTING:
            reach = DENT_REACH * edge[v]
        while worst < wanted and step > 0.01 * edge[v]:
            here = vertices[v].copy()
            best, at = worst, here.copy()
            for w in range(len(ways)):
                across = 0.0
                if free[v] == _SLIDING:
                    for k in range(3):
                        across += ways[w, k] * normal[v, k]
                for k in range(3):
                    way[k] = ways[w, k] - across * normal[v, k] if free[v] == _SLIDING else ways[w, k]
                    vertices[v, k] = here[k] + step * way[k]
                gone = sqrt(((vertices[v] - origin[v]) ** 2).sum())
                if gone > reach:
                    continue
                shape = _star_shape(vertices, tets, star)
                if shape > best:
                    best = shape
                    at[:] = vertices[v]
            if best > worst + 1e-4:
                vertices[v] = at
                worst = best
                moves += 1
            else:
                vertices[v] = here
                step *= 0.4
    return moves


def polished(
    vertices: Floats, tets: Ints, inner: Bools, smooth: Bools, rough: Bools, normal: Floats, edge: Floats
) -> Floats:
    """The vertices with those of bad elements moved to better places, shape (n, 3); no element gets worse.

    Args:
        vertices: shape (n, 3).
        tets: shape (m, 4); positive.
        inner: True for vertices that may move anywhere, shape (n,).
        smooth: True for vertices that may slide along their surface, shape (n,).
        rough: True for vertices of edges that may be dented to save a poor element, shape (n,).
        normal: unit normal of the surface, shape (n, 3).
        edge: mean edge at each vertex in mm, shape (n,).
    """
    vertices = vertices.copy()
    starts, members = stars(tets, len(vertices))
    for _ in range(SWEEPS):
        quality = shapes(vertices, tets)
        bad, poor = np.zeros(len(vertices), dtype=bool), np.zeros(len(vertices), dtype=bool)
        bad[tets[quality < WANTED]] = True
        poor[tets[quality < POOR]] = True
        free = np.select([bad & inner, bad & smooth, poor & rough], [_FREE, _SLIDING, _DENTING], _FROZEN)
        moves = _improve(vertices, tets, starts, members, free, normal, edge, _WAYS, WANTED)
        if not moves:
            break
    return vertices


def stars(tets: Ints, n_vertices: int) -> tuple[Ints, Ints]:
    """The tetrahedra around each vertex: those of vertex v are members[starts[v]:starts[v + 1]]."""
    order = np.argsort(tets.reshape(-1), kind="stable")
    starts = np.zeros(n_vertices + 1, dtype=np.int64)
    starts[1:] = np.cumsum(np.bincount(tets.reshape(-1), minlength=n_vertices))
    return starts, order // 4
