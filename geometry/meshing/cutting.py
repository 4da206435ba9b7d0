"""Cut a lattice along implicit surfaces, one after another: every surface becomes a sheet of triangles.

A vertex close to the surface is moved onto it (it stays on the earlier surfaces it lies on); what is still
crossed is split at the crossing. Similar in spirit to isosurface stuffing (Labelle and Shewchuk 2007,
doi 10.1145/1276377.1276448), for graded lattices and several surfaces.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geometry.arrays import Bools, Floats, Ints
from geometry.field import Field
from geometry.meshing.lattice import TET_PAIRS
from geometry.meshing.project import projected
from geometry.meshing.tet_mesh import tet_volumes

# Chosen: a vertex moves to the surface if the crossing is within this part of an edge of it.
SNAP = 0.3
# Chosen: a vertex held by earlier surfaces that is this close counts as lying on the new one, unmoved.
TOUCH = 0.08
# Chosen: a crossing is kept this part of the edge away from its ends.
NEAREST = 0.02
# A vertex this close to a surface is on it.
ROUNDING_MM = 1e-9
# Chosen: moving vertices may not shrink a tetrahedron below this part of its volume.
KEPT_VOLUME = 0.15


@dataclass(frozen=True, kw_only=True)
class Lattice:
    """Tetrahedra on their way to becoming a mesh.

    Attributes:
        vertices_mm: shape (n, 3).
        tets: shape (m, 4); positive volume.
        label: 0 for nothing yet, else 1 + index of the body, shape (m,).
        on: bit k is set where a vertex lies on surface k, shape (n,).
    """

    vertices_mm: Floats
    tets: Ints
    label: Ints
    on: Ints


@dataclass(frozen=True, kw_only=True)
class Crossings:
    """Edges that a surface crosses.

    Attributes:
        ends: vertices, shape (k, 2), ascending.
        at: place of the crossing, 0 at the first end and 1 at the second, shape (k,).
    """

    ends: Ints
    at: Floats

    def kept(self, mask: Bools) -> "Crossings":
        """The crossings where the mask is True."""
        return Crossings(ends=self.ends[mask], at=self.at[mask])


def cut(lattice: Lattice, surfaces: Sequence[Field], number: int, eligible: Bools) -> tuple[Lattice, Bools]:
    """The lattice cut along surface `number`, and which tetrahedra are inside it.

    Args:
        lattice: what to cut.
        surfaces: all surfaces so far, at least `number` + 1; their numbers are the bits of `lattice.on`.
        number: the surface to cut along.
        eligible: the tetrahedra to cut, shape (m,); others are split only to stay conforming.

    Returns:
        The new lattice, and True for the descendants of eligible tetrahedra that are inside, shape (m2,).
    """
    surface = surfaces[number]
    values = np.full(len(lattice.vertices_mm), np.inf)
    used = np.unique(lattice.tets[eligible])
    values[used] = surface(lattice.vertices_mm[used])
    # lattice vertices may lie on a plane by chance; rounding must not make slivers of that
    hit = np.abs(values) < ROUNDING_MM
    values[hit] = 0.0
    crossings = _crossings(lattice, surface, values, eligible)
    vertices, snapped = _snap(lattice, surfaces, number, crossings)
    values[snapped] = 0.0
    on = lattice.on | ((snapped | hit).astype(np.int64) << number)
    crossings = crossings.kept(~snapped[crossings.ends[:, 0]] & ~snapped[crossings.ends[:, 1]])
    tets, parents = _split(lattice.tets, crossings, vertices)
    vertices, on = _with_crossing_vertices(vertices, on, surfaces, number, crossings, tets)
    values = np.concatenate([values, np.zeros(len(crossings.ends))])
    inside = np.zeros(len(tets), dtype=bool)
    mine = eligible[parents]
    corner_values = values[tets[mine]]
    inside_mine = corner_values.min(axis=1) < 0.0
    flat = (corner_values == 0.0).all(axis=1)
    if flat.any():
        inside_mine[flat] = surface(vertices[tets[mine][flat]].mean(axis=1)) < 0.0
    inside[mine] = inside_mine
    return Lattice(vertices_mm=vertices, tets=tets, label=lattice.label[parents], on=on), inside


def _crossings(lattice: Lattice, surface: Field, values: Floats, eligible: Bools) -> Crossings:
    """The edges of eligible tetrahedra along which the surface changes sign, with their zero."""
    corner_values = values[lattice.tets]
    mixed = eligible & (corner_values.min(axis=1) < 0.0) & (corner_values.max(axis=1) > 0.0)
    ends = np.sort(lattice.tets[mixed][:, TET_PAIRS].reshape(-1, 2), axis=1)
    ends = ends[values[ends[:, 0]] * values[ends[:, 1]] < 0.0]
    ends = np.unique(ends, axis=0) if len(ends) else ends
    first, second = lattice.vertices_mm[ends[:, 0]], lattice.vertices_mm[ends[:, 1]]
    return Crossings(
        ends=ends, at=_zero_along(surface, first, second, values[ends[:, 0]], values[ends[:, 1]])
    )


def _zero_along(surface: Field, first: Floats, second: Floats, at_first: Floats, at_second: Floats) -> Floats:
    """Place of the zero on each segment, shape (k,), by four steps of the Illinois false position."""
    low, high = np.zeros(len(first)), np.ones(len(first))
    f_low, f_high = at_first.copy(), at_second.copy()
    place = low
    for _ in range(4):
        place = low + (high - low) * f_low / np.where(f_low == f_high, 1.0, f_low - f_high)
        value = surface(first + place[:, None] * (second - first)) if len(first) else place
        left = value * f_low > 0.0
        # Illinois: halving the value of the end that stays keeps it from staying for ever
        f_high = np.where(left, 0.5 * f_high, value)
        f_low = np.where(left, value, 0.5 * f_low)
        low, high = np.where(left, place, low), np.where(left, high, place)
    return place


def _snap(
    lattice: Lattice, surfaces: Sequence[Field], number: int, crossings: Crossings
) -> tuple[Floats, Bools]:
    """The vertices with the close ones moved onto the surface, and which now count as lying on it."""
    vertices = lattice.vertices_mm.copy()
    snapped = np.zeros(len(vertices), dtype=bool)
    ends, at = crossings.ends, crossings.at
    span = vertices[ends[:, 1]] - vertices[ends[:, 0]]
    length = np.linalg.norm(span, axis=1)
    vertex = ends.T.reshape(-1)
    part = np.concatenate([at, 1.0 - at])
    target = np.tile(
        vertices[ends[:, 0]] + at[:, None] * (vertices[ends[:, 1]] - vertices[ends[:, 0]]), (2, 1)
    )
    close = np.flatnonzero(part < SNAP)
    # nearest crossing of each vertex: first in an order by distance
    close = close[np.lexsort((part[close], vertex[close]))]
    movers, first = np.unique(vertex[close], return_index=True)
    nearest = close[first]
    way = (part * np.tile(length, 2))[nearest]
    free = lattice.on[movers] == 0
    goal = projected(vertices[movers], surfaces, lattice.on[movers] | (1 << number))
    moved = np.linalg.norm(goal - vertices[movers], axis=1)
    # a projection that goes further than the crossing has met a bend; a free vertex then goes to the crossing
    strayed = ~(moved <= 1.2 * way + 1e-9)
    goal[strayed & free] = target[nearest][strayed & free]
    held = strayed & ~free
    touching = held & (part[nearest] < TOUCH)
    goal[held] = vertices[movers][held]
    allowed = ~held | touching
    movers, goal = movers[allowed], goal[allowed]
    vertices[movers] = goal
    moving = np.zeros(len(vertices), dtype=bool)
    moving[movers] = True
    touched = lattice.tets[moving[lattice.tets].any(axis=1)]
    before = tet_volumes(lattice.vertices_mm, touched)
    vertices, rejected = _without_collapse(lattice.vertices_mm, vertices, touched, before, moving)
    snapped[movers] = True
    snapped[rejected] = False
    return vertices, snapped


def _without_collapse(
    start: Floats, end: Floats, touched: Ints, before: Floats, moving: Bools
) -> tuple[Floats, Ints]:
    """The moved vertices with those moves undone that would collapse a tetrahedron, and whose were undone.

    Args:
        start: vertices before, shape (n, 3).
        end: vertices after, shape (n, 3).
        touched: tetrahedra with a moving vertex, shape (k, 4).
        before: their volumes, shape (k,).
        moving: who moves, shape (n,).
    """
    end, moving = end.copy(), moving.copy()
    undone = [np.zeros(0, dtype=np.int64)]
    while True:
        collapsed = tet_volumes(end, touched) < KEPT_VOLUME * before
        back = np.unique(touched[collapsed])
        back = back[moving[back]]
        if not len(back):
            return end, np.concatenate(undone)
        end[back] = start[back]
        moving[back] = False
        undone.append(back)


def _with_crossing_vertices(
    vertices: Floats, on: Ints, surfaces: Sequence[Field], number: int, crossings: Crossings, tets: Ints
) -> tuple[Floats, Ints]:
    """The vertices with one new vertex for each crossing, on all surfaces that hold both its ends.

    Args:
        vertices: shape (n, 3).
        on: surfaces of each vertex, shape (n,).
        surfaces: all surfaces.
        number: the surface that was crossed.
        crossings: where; crossing k makes vertex n + k.
        tets: the split tetrahedra, shape (m, 4).
    """
    first, second = vertices[crossings.ends[:, 0]], vertices[crossings.ends[:, 1]]
    at = np.clip(crossings.at, NEAREST, 1.0 - NEAREST)[:, None]
    on_edge = first + at * (second - first)
    shared = on[crossings.ends[:, 0]] & on[crossings.ends[:, 1]]
    held = np.flatnonzero(shared)
    new_on = shared | (1 << number)
    goal = projected(on_edge[held], surfaces, new_on[held])
    length = np.linalg.norm(second - first, axis=1)[held]
    # an edge may join two points of a surface through the air: then its middle is far from it
    honest = np.linalg.norm(goal - on_edge[held], axis=1) < 0.25 * length
    new_on[held[~honest]] = 1 << number
    points = on_edge.copy()
    points[held[honest]] = goal[honest]
    moved = np.concatenate([np.zeros(len(vertices), dtype=bool), (points != on_edge).any(axis=1)])
    start = np.concatenate([vertices, on_edge])
    touched = tets[moved[tets].any(axis=1)]
    before = tet_volumes(start, touched)
    end, _ = _without_collapse(start, np.concatenate([vertices, points]), touched, before, moved)
    return end, np.concatenate([on, new_on])


def _split(tets: Ints, crossings: Crossings, vertices: Floats) -> tuple[Ints, Ints]:
    """The tetrahedra split at the crossed edges, longest edge first, and the parent of each.

    The order depends on the edge alone, so that neighbours split their shared face alike.
    """
    ends = crossings.ends
    length = np.linalg.norm(vertices[ends[:, 1]] - vertices[ends[:, 0]], axis=1)
    rank = np.empty(len(ends), dtype=np.int64)
    rank[np.argsort(length, kind="stable")] = np.arange(len(ends))
    # wide enough for the new vertices too: else one of their edges may pass for another that is crossed
    width = len(vertices) + len(ends)
    keys = ends[:, 0] * width + ends[:, 1]
    end = np.zeros(len(vertices), dtype=np.int64)
    end[ends] = 1
    touched = end[tets].sum(axis=1) >= 2
    done, done_parents = [tets[~touched]], [np.flatnonzero(~touched)]
    current, parents = tets[touched], np.flatnonzero(touched)
    while len(current):
        pairs = np.sort(current[:, TET_PAIRS], axis=2)
        pair_keys = pairs[:, :, 0] * width + pairs[:, :, 1]
        place = np.minimum(np.searchsorted(keys, pair_keys), max(len(keys) - 1, 0))
        found = keys[place] == pair_keys if len(keys) else np.zeros(pair_keys.shape, dtype=bool)
        ranks = np.where(found, rank[place], -1) if len(keys) else np.full(pair_keys.shape, -1)
        pick = ranks.argmax(axis=1)
        crossed = found.any(axis=1)
        done.append(current[~crossed])
        done_parents.append(parents[~crossed])
        current, parents, pick = current[crossed], parents[crossed], pick[crossed]
        row = np.arange(len(current))
        middle = len(vertices) + place[crossed][row, pick]
        halves = []
        for side in (0, 1):
            half = current.copy()
            half[row, TET_PAIRS[pick, side]] = middle
            halves.append(half)
        current, parents = np.concatenate(halves), np.concatenate([parents, parents])
    return np.concatenate(done), np.concatenate(done_parents)
