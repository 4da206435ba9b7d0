"""Numberings that keep neighbours close in memory and let all threads sweep at once without racing.

The mesh is cut in slabs by graph distance from one end. A slab touches only the slab before and the slab
after it, so all even slabs can be worked on at once, then all odd ones: two barriers for a sweep, whatever
the number of threads. (Fourteen colours of small chunks, tried first, paid fourteen barriers; on a busy
machine each one cost a time slice.)
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geometry.arrays import Floats, Ints

# Chosen: eight slabs of each colour feed up to eight threads and still even out unequal slabs on two.
_SLABS = 16


@dataclass(frozen=True, kw_only=True)
class Colouring:
    """Rows cut in chunks, chunks in colours: chunks of one colour do not touch, so threads may share them
    out.

    The split does not depend on the number of threads, so neither does any result.

    Attributes:
        chunk_start: first row of each chunk and, last, the number of rows, shape (chunks + 1,).
        colour_start: first chunk of each colour and, last, the number of chunks, shape (colours + 1,).
    """

    chunk_start: Ints
    colour_start: Ints


def in_one_piece(rows: int) -> Colouring:
    """The colouring of few rows that one thread sweeps."""
    return Colouring(chunk_start=np.array([0, rows]), colour_start=np.array([0, 1]))


def morton_order(points_mm: Floats) -> Ints:
    """The order of points, shape (n,), along a Z-shaped space-filling curve of 2**20 steps per axis."""
    return np.argsort(_morton_keys(points_mm), kind="stable")


def _morton_keys(points_mm: Floats) -> NDArray[np.uint64]:
    low = points_mm.min(axis=0)
    span = max(float(np.ptp(points_mm, axis=0).max()), np.finfo(float).tiny)
    steps = ((points_mm - low) / span * (2**20 - 1)).astype(np.uint64)
    key = np.zeros(len(points_mm), np.uint64)
    for axis in range(3):
        key |= _spread(steps[:, axis]) << np.uint64(axis)
    return key


def _spread(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The bits of a 21 bit number with two empty bits between neighbours."""
    for shift, mask in (
        (32, 0x1F00000000FFFF),
        (16, 0x1F0000FF0000FF),
        (8, 0x100F00F00F00F00F),
        (4, 0x10C30C30C30C30C3),
        (2, 0x1249249249249249),
    ):
        value = (value | (value << np.uint64(shift))) & np.uint64(mask)
    return value


def slabs(level: Ints) -> Ints:
    """The slab of each level, shape (levels,), from the level of each node: runs of levels of about equal
    size."""
    size = np.bincount(level)
    centre = np.cumsum(size) - 0.5 * size
    wanted = np.floor(centre / size.sum() * _SLABS).astype(np.int64)
    # a slab that no level falls into would make its neighbours touch
    return np.unique(wanted, return_inverse=True)[1].astype(np.int64)


def slab_order(slab: Ints, points_mm: Floats) -> tuple[Ints, Colouring]:
    """Rows at each new place, shape (n,), even slabs first, along a curve within each; and that colouring."""
    count = int(slab.max()) + 1
    rank = np.concatenate([np.arange(0, count, 2), np.arange(1, count, 2)])
    place = np.empty(count, np.int64)
    place[rank] = np.arange(count)
    order = np.lexsort((_morton_keys(points_mm), place[slab]))
    sizes = np.bincount(place[slab], minlength=count)
    colours = [0, (count + 1) // 2] + ([count] if count > 1 else [])
    return order, Colouring(
        chunk_start=np.concatenate([[0], np.cumsum(sizes)]), colour_start=np.array(colours, dtype=np.int64)
    )


def graph_levels(start: Ints, columns: NDArray[np.int32]) -> Ints:
    """Distance of each vertex from one end of the graph, shape (n,); a further piece goes on where the
    last ended."""
    return np.asarray(_levels(start, columns), dtype=np.int64)


@njit(cache=True, error_model="numpy")
def _levels(start, columns):  # type: ignore[no-untyped-def]
    n = start.shape[0] - 1
    level = np.full(n, -1, np.int64)
    queue = np.empty(n, np.int64)
    base = 0
    for first in range(n):
        if level[first] >= 0:
            continue
        # the vertex reached last is near an end; twice over is a well-known way to a long thin numbering
        root = first
        size = 0
        for turn in range(3):
            if turn > 0:
                root = queue[size - 1]
                for k in range(size):
                    level[queue[k]] = -1
            level[root] = base
            queue[0] = root
            size = 1
            head = 0
            while head < size:
                i = queue[head]
                head += 1
                for k in range(start[i], start[i + 1]):
                    j = columns[k]
                    if level[j] < 0:
                        level[j] = level[i] + 1
                        queue[size] = j
                        size += 1
        base = level[queue[size - 1]] + 1
    return level
