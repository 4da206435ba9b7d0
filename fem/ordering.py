"""Numberings that keep neighbours close in memory and let all threads sweep at once without racing."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geometry.arrays import Bools, Floats, Ints

# Chosen: 256 rows of 28 blocks in float32 are 290 kB, well inside a second-level cache; small enough to share out.
CHUNK = 256
# Chosen: the table of chunk pairs stays below 4 MB.
MOST_CHUNKS = 2048


@dataclass(frozen=True, kw_only=True)
class Colouring:
    """Rows cut in chunks, chunks in colours: chunks of one colour do not touch, so threads may share them out.

    The split does not depend on the number of threads, so neither does any result.

    Attributes:
        chunk_start: first row of each chunk and, last, the number of rows, shape (chunks + 1,).
        colour_start: first chunk of each colour and, last, the number of chunks, shape (colours + 1,).
    """

    chunk_start: Ints
    colour_start: Ints


def morton_order(points_mm: Floats) -> Ints:
    """The order of points, shape (n,), along a Z-shaped space-filling curve of 2**20 steps per axis."""
    low = points_mm.min(axis=0)
    span = max(float(np.ptp(points_mm, axis=0).max()), np.finfo(float).tiny)
    steps = ((points_mm - low) / span * (2**20 - 1)).astype(np.uint64)
    key = np.zeros(len(points_mm), np.uint64)
    for axis in range(3):
        key |= _spread(steps[:, axis]) << np.uint64(axis)
    return np.argsort(key, kind="stable")


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


def chunk_length(rows: int) -> int:
    """Rows per chunk: CHUNK, or more where the table of chunk pairs would grow too large."""
    return max(CHUNK, -(-rows // MOST_CHUNKS))


def coloured(touching: Bools, lengths: Ints) -> tuple[Ints, Colouring]:
    """Chunks in the order of their colours, and that colouring.

    Args:
        touching: which chunks share data, shape (chunks, chunks), symmetric.
        lengths: rows in each chunk, shape (chunks,).
    """
    colour = _greedy_colours(touching)
    order = np.argsort(colour, kind="stable")
    colour_start = np.concatenate([[0], np.cumsum(np.bincount(colour))])
    chunk_start = np.concatenate([[0], np.cumsum(lengths[order])])
    return order, Colouring(
        chunk_start=chunk_start.astype(np.int64), colour_start=colour_start.astype(np.int64)
    )


def _greedy_colours(touching: Bools) -> Ints:
    """A colour for each chunk: the least used one among those its neighbours lack, so that colours are even."""
    chunks = len(touching)
    colour = np.full(chunks, -1, np.int64)
    used = np.zeros(chunks, np.int64)
    colours = 0
    for chunk in range(chunks):
        taken = np.zeros(colours + 1, bool)
        near = colour[touching[chunk]]
        taken[near[near >= 0]] = True
        free = np.flatnonzero(~taken[:colours])
        pick = int(free[np.argmin(used[free])]) if len(free) else colours
        colours = max(colours, pick + 1)
        colour[chunk] = pick
        used[pick] += 1
    return colour


@njit(cache=True)
def _touching(groups, chunk_of, chunks):  # type: ignore[no-untyped-def]
    """Chunks that meet in a group, shape (chunks, chunks); each row of `groups` lists members."""
    table = np.zeros((chunks, chunks), np.bool_)
    for g in range(groups.shape[0]):
        for a in range(groups.shape[1]):
            ca = chunk_of[groups[g, a]]
            for b in range(groups.shape[1]):
                table[ca, chunk_of[groups[g, b]]] = True
    return table


@njit(cache=True)
def _sharing(groups, chunk, members):  # type: ignore[no-untyped-def]
    """Chunks of `chunk` consecutive groups that share a member, shape (chunks, chunks)."""
    count = (groups.shape[0] + chunk - 1) // chunk
    table = np.zeros((count, count), np.bool_)
    head = np.full(members, -1, np.int64)
    # a list of (chunk, next) for each member; a chunk enters a member's list once
    following = np.empty(groups.size, np.int64)
    owner = np.empty(groups.size, np.int64)
    length = 0
    for g in range(groups.shape[0]):
        c = g // chunk
        for a in range(groups.shape[1]):
            v = groups[g, a]
            k = head[v]
            if k >= 0 and owner[k] == c:
                continue
            while k >= 0:
                table[c, owner[k]] = True
                table[owner[k], c] = True
                k = following[k]
            owner[length] = c
            following[length] = head[v]
            head[v] = length
            length += 1
    return table


def node_order(points_mm: Floats, tets: Ints) -> tuple[Ints, Colouring]:
    """Mesh node at each new place, shape (n,), and its colouring: nodes of two chunks of one colour share no element."""
    count = len(points_mm)
    curve = morton_order(points_mm)
    length = chunk_length(count)
    chunk_of = np.empty(count, np.int64)
    chunk_of[curve] = np.arange(count) // length
    chunks = -(-count // length)
    touching = _touching(tets, chunk_of, chunks)
    np.fill_diagonal(touching, False)
    order, colouring = coloured(touching, np.bincount(chunk_of, minlength=chunks))
    pieces = [curve[c * length : (c + 1) * length] for c in order]
    return np.concatenate(pieces), colouring


def element_order(centroids_mm: Floats, tets: Ints, nodes: int) -> tuple[Ints, Colouring]:
    """Element at each new place, shape (m,), and its colouring: elements of two chunks of one colour share no node."""
    curve = morton_order(centroids_mm)
    length = chunk_length(len(tets))
    touching = _sharing(tets[curve], length, nodes)
    np.fill_diagonal(touching, False)
    lengths = np.full(len(touching), length, np.int64)
    lengths[-1] = len(tets) - length * (len(touching) - 1)
    order, colouring = coloured(touching, lengths)
    pieces = [curve[c * length : (c + 1) * length] for c in order]
    return np.concatenate(pieces), colouring
