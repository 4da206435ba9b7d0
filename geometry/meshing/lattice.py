"""A graded lattice: Kuhn's cubes of six tetrahedra, bisected until the edges are as short as wished.

Maubach's rule (J. M. Maubach, SIAM J. Sci. Comput. 16, 1995, doi 10.1137/0916014) bisects a tagged
tetrahedron so that all descendants fall into three similarity classes: however fine, none is worse shaped.
"""

import itertools
from collections.abc import Callable

import numpy as np
from numba import njit

from geometry.arrays import Bools, Floats, Ints
from geometry.meshing.tet_mesh import compacted, turned_positive

TET_PAIRS = np.array([[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]])
# Chosen: longest edge of a lattice tetrahedron over the wished edge. Bisection stops at 0.6 to 1 times that,
# and a Kuhn tetrahedron has the volume of a regular one of 0.65 times its longest edge.
LONGEST_OVER_SIZE = 2.1


def kuhn_lattice(bounds_mm: Floats, cell_mm: float) -> tuple[Floats, Ints]:
    """Vertices and tetrahedra of equal cubes that cover the box; all cubes share one diagonal direction."""
    cells = np.ceil((bounds_mm[1] - bounds_mm[0]) / cell_mm - 1e-9).astype(int)
    vertices = bounds_mm[0] + cell_mm * np.indices(cells + 1).reshape(3, -1).T
    number = np.arange(len(vertices)).reshape(cells + 1)
    corner = np.indices(cells).reshape(3, -1).T
    tets = []
    for axes in itertools.permutations(range(3)):
        place = corner.copy()
        path = [number[tuple(place.T)]]
        for axis in axes:
            place[:, axis] += 1
            path.append(number[tuple(place.T)])
        tets.append(np.stack(path, axis=1))
    return vertices, np.concatenate(tets)


def graded_lattice(
    bounds_mm: Floats,
    cell_mm: float,
    exceeded: Callable[[Floats, Floats], Bools],
    outside: Callable[[Floats], Floats],
) -> tuple[Floats, Ints]:
    """Vertices and positive tetrahedra, short enough where the bodies are.

    Args:
        bounds_mm: the box, shape (2, 3).
        cell_mm: edge of the first cubes.
        exceeded: whether an edge in mm, shape (n,), is longer than wished at a point, shape (n, 3).
        outside: distance to the nearest body in mm, negative inside; far tetrahedra are dropped.
    """
    vertices, tets = kuhn_lattice(bounds_mm, cell_mm)
    tets = tets[outside(vertices[tets].mean(axis=1)) < 2.0 * cell_mm]
    vertices, tets = compacted(vertices, tets)
    tags = np.full(len(tets), 3)
    settled = np.zeros(len(tets), dtype=bool)
    while not settled.all():
        open_tets = np.flatnonzero(~settled)
        marked = np.zeros(len(tets), dtype=bool)
        marked[open_tets] = _too_long(vertices, tets[open_tets], exceeded, outside)
        settled = ~marked
        if marked.any():
            vertices, tets, tags, settled = _bisect_conforming(vertices, tets, tags, settled, marked)
    near = outside(vertices)[tets].min(axis=1) < 0.5 * cell_mm
    vertices, tets = compacted(vertices, tets[near])
    return vertices, turned_positive(vertices, tets)


def _too_long(
    vertices: Floats,
    tets: Ints,
    exceeded: Callable[[Floats, Floats], Bools],
    outside: Callable[[Floats], Floats],
) -> Bools:
    centres = vertices[tets].mean(axis=1)
    ends = vertices[tets[:, TET_PAIRS]]
    longest = np.linalg.norm(ends[:, :, 1] - ends[:, :, 0], axis=2).max(axis=1)
    wanted: Bools = outside(centres) < longest
    wanted[wanted] = exceeded(centres[wanted], longest[wanted] / LONGEST_OVER_SIZE)
    return wanted


@njit(cache=True)
def _slot(keys: Ints, key: int) -> int:
    """Place of the key, or of the empty slot where it belongs."""
    mask = len(keys) - 1
    slot = (key * 0x9E3779B97F4A7C1 >> 17) & mask
    while keys[slot] != -1 and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


@njit(cache=True)
def _edge_key(a: int, b: int) -> int:
    return (min(a, b) << 32) | max(a, b)


@njit(cache=True)
def _bisect_conforming(
    vertices: Floats, tets: Ints, tags: Ints, settled: Bools, marked: Bools
) -> tuple[Floats, Ints, Ints, Bools]:
    """Bisect the marked tetrahedra, then those with a new vertex on an edge, until none is left."""
    n_vertices, n_tets = len(vertices), len(tets)
    keys = np.full(1 << 12, -1, dtype=np.int64)
    middle = np.zeros(len(keys), dtype=np.int64)
    n_keys = 0
    found = True
    while found:
        for t in range(n_tets):
            if not marked[t]:
                continue
            if n_tets == len(tets):
                tets = np.concatenate((tets, np.empty_like(tets)))
                tags = np.concatenate((tags, np.empty_like(tags)))
                settled = np.concatenate((settled, np.zeros_like(settled)))
                marked = np.concatenate((marked, np.zeros_like(marked)))
            if n_vertices == len(vertices):
                vertices = np.concatenate((vertices, np.empty_like(vertices)))
            if 2 * n_keys > len(keys):
                old_keys, old_middle = keys, middle
                keys = np.full(2 * len(old_keys), -1, dtype=np.int64)
                middle = np.zeros(len(keys), dtype=np.int64)
                for s in range(len(old_keys)):
                    if old_keys[s] != -1:
                        slot = _slot(keys, old_keys[s])
                        keys[slot] = old_keys[s]
                        middle[slot] = old_middle[s]
            tag = tags[t]
            a, b = tets[t, 0], tets[t, tag]
            key = _edge_key(a, b)
            slot = _slot(keys, key)
            if keys[slot] == -1:
                keys[slot] = key
                middle[slot] = n_vertices
                vertices[n_vertices] = 0.5 * (vertices[a] + vertices[b])
                n_vertices += 1
                n_keys += 1
            tets[n_tets] = tets[t]
            for k in range(tag):
                tets[n_tets, k] = tets[t, k + 1]
            tets[n_tets, tag] = middle[slot]
            tets[t, tag] = middle[slot]
            new_tag = tag - 1 if tag > 1 else 3
            tags[t] = tags[n_tets] = new_tag
            settled[t] = settled[n_tets] = False
            marked[t] = marked[n_tets] = False
            n_tets += 1
        found = False
        for t in range(n_tets):
            for i in range(3):
                for j in range(i + 1, 4):
                    key = _edge_key(tets[t, i], tets[t, j])
                    if keys[_slot(keys, key)] == key:
                        marked[t] = True
                        found = True
    return vertices[:n_vertices].copy(), tets[:n_tets].copy(), tags[:n_tets].copy(), settled[:n_tets].copy()
