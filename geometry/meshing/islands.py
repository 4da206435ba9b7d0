"""One connected piece for each part: crumbs go to the neighbour they touch most, or go away."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.arrays import Bools, Ints
from geometry.errors import MeshError
from geometry.meshing.tet_mesh import Facets, facets_of


def pieces(facets: Facets, label: Ints) -> Ints:
    """Number of the piece of each tetrahedron, shape (m,): neighbours with one label share a piece."""
    inner = facets.owners[~facets.boundary]
    linked = inner[label[inner[:, 0]] == label[inner[:, 1]]]
    n = len(label)
    graph = coo_array((np.ones(len(linked), dtype=np.int8), (linked[:, 0], linked[:, 1])), shape=(n, n))
    piece: Ints = connected_components(graph, directed=False)[1].astype(np.int64)
    return piece


def _largest(piece: Ints, label: Ints) -> Bools:
    """True for the tetrahedra in the piece of their label with the most tetrahedra, shape (m,)."""
    count = np.bincount(piece)
    label_of = np.zeros(len(count), dtype=np.int64)
    label_of[piece] = label
    order = np.lexsort((np.arange(len(count)), -count, label_of))
    winner = order[np.unique(label_of[order], return_index=True)[1]]
    mask: Bools = np.isin(piece, winner)
    return mask


def joined(tets: Ints, label: Ints) -> Ints:
    """The labels with every part in one piece, shape (m,); label 0 (nothing) may have many pieces.

    A crumb takes the label of the part with which it shares most faces, else 0.
    """
    facets = facets_of(tets)
    inner = facets.owners[~facets.boundary]
    label = label.copy()
    for _ in range(10):
        piece = pieces(facets, label)
        crumb = ~_largest(piece, label) & (label > 0)
        if not crumb.any():
            return label
        both = np.concatenate([inner, inner[:, ::-1]])
        both = both[crumb[both[:, 0]] & (piece[both[:, 0]] != piece[both[:, 1]])]
        votes, count = np.unique(
            np.stack([piece[both[:, 0]], label[both[:, 1]]], axis=1), axis=0, return_counts=True
        )
        # a vote for nothing counts only where nobody else votes
        weight = np.where(votes[:, 1] > 0, count, 0)
        order = np.lexsort((weight, votes[:, 0])) if len(votes) else np.zeros(0, dtype=np.int64)
        verdict = np.zeros(piece.max() + 1, dtype=np.int64)
        verdict[votes[order, 0]] = votes[order, 1]
        label[crumb] = verdict[piece[crumb]]
    raise MeshError("parts fall into pieces that cannot be joined", advice="Use a smaller element size")


def check_whole(tets: Ints, label: Ints, names: Sequence[str]) -> None:
    """Refuse a mesh that is not one piece, or one with a part that is not.

    Args:
        tets: shape (m, 4).
        label: 1 + index of the part, shape (m,).
        names: names of the parts.
    """
    facets = facets_of(tets)
    advice = "Check that the bodies touch, or use a smaller element size"
    if pieces(facets, np.ones_like(label)).max() > 0:
        raise MeshError("the mesh falls into separate pieces", advice=advice)
    piece = pieces(facets, label)
    first = np.unique(piece, return_index=True)[1]
    count = np.bincount(label[first], minlength=len(names) + 1)[1:]
    for name, number in zip(names, count, strict=True):
        if number > 1:
            raise MeshError(f"part {name!r} falls into {number} pieces", advice=advice)


def unpinched(tets: Ints, label: Ints) -> Ints:
    """The labels with the void beside every pinched edge filled, shape (m,).

    Where two lobes of a body meet in one edge only, the surface is no sheet: four free faces share the edge.
    The void around it becomes part of the body, a bump of the size of an element.
    """
    facets = facets_of(tets)
    label = label.copy()
    for _ in range(10):
        first, second = label[facets.owners[:, 0]] > 0, label[facets.owners[:, 1]] > 0
        free = facets.corners[first != (second & ~facets.boundary)]
        sides = np.sort(free[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
        sides, count = np.unique(sides, axis=0, return_counts=True)
        pinched = sides[count > 2]
        if not len(pinched):
            return label
        for a, b in pinched:
            around = np.flatnonzero((tets == a).any(axis=1) & (tets == b).any(axis=1))
            solid = label[around][label[around] > 0]
            label[around] = np.where(label[around] > 0, label[around], np.bincount(solid).argmax())
    raise MeshError("the surface touches itself", advice="Use a smaller element size")
