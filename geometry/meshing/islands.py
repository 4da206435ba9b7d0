"""One piece for each part that must be whole: crumbs go to the neighbour they touch most, or go away."""

from collections.abc import Collection, Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.arrays import Bools, Ints
from geometry.errors import BadMeshError, MeshError
from geometry.meshing.tet_mesh import Facets, facets_of

# A piece of a part that may be in pieces is a crumb below this share of the elements of the largest (chosen).
CRUMB_SHARE = 0.05
_SIDES = np.array([[0, 1], [1, 2], [0, 2]])


def pieces(facets: Facets, label: Ints) -> Ints:
    """Number of the piece of each tetrahedron, shape (m,): neighbours with one label share a piece."""
    inner = facets.owners[~facets.boundary]
    linked = inner[label[inner[:, 0]] == label[inner[:, 1]]]
    n = len(label)
    graph = coo_array((np.ones(len(linked), dtype=np.int8), (linked[:, 0], linked[:, 1])), shape=(n, n))
    piece: Ints = connected_components(graph, directed=False)[1].astype(np.int64)
    return piece


def _kept(piece: Ints, label: Ints, divisible: Collection[int]) -> Bools:
    """True for the tetrahedra in the piece of their label with the most tetrahedra, shape (m,).

    Of a divisible label, those of every piece that is no crumb.
    """
    count = np.bincount(piece)
    label_of = np.zeros(len(count), dtype=np.int64)
    label_of[piece] = label
    order = np.lexsort((np.arange(len(count)), -count, label_of))
    winner = order[np.unique(label_of[order], return_index=True)[1]]
    mask: Bools = np.isin(piece, winner)
    for one in divisible:
        mine = label_of == one
        mask |= (mine & (count >= CRUMB_SHARE * count[mine].max(initial=0)))[piece]
    return mask


def joined(tets: Ints, label: Ints, divisible: Collection[int] = ()) -> Ints:
    """The labels with every part in one piece, shape (m,); label 0 (nothing) may have many pieces.

    A crumb takes the label of the part with which it shares most faces, else 0. Divisible labels keep larger
    pieces.
    """
    facets = facets_of(tets)
    inner = facets.owners[~facets.boundary]
    label = label.copy()
    for _ in range(10):
        piece = pieces(facets, label)
        crumb = ~_kept(piece, label, divisible) & (label > 0)
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


def check_whole(tets: Ints, label: Ints, names: Sequence[str], divisible: Collection[int] = ()) -> None:
    """Refuse a mesh that is not one piece, or one with a part that is not and must be.

    Args:
        tets: shape (m, 4).
        label: 1 + index of the part, shape (m,).
        names: names of the parts.
        divisible: labels of parts that may be in pieces.
    """
    facets = facets_of(tets)
    advice = "Check that the bodies touch, or use a smaller element size"
    if pieces(facets, np.ones_like(label)).max() > 0:
        raise BadMeshError("the mesh falls into separate pieces", advice=advice)
    piece = pieces(facets, label)
    first = np.unique(piece, return_index=True)[1]
    count = np.bincount(label[first], minlength=len(names) + 1)[1:]
    for one, (name, number) in enumerate(zip(names, count, strict=True), 1):
        if number > 1 and one not in divisible:
            raise BadMeshError(f"part {name!r} falls into {number} pieces", advice=advice)


def unpinched(tets: Ints, label: Ints) -> Ints:
    """The labels with the void beside every pinch filled, shape (m,), so that the free surface is a sheet.

    Two lobes of a body may meet in one edge or one vertex only, and a wall may be thinner than its elements
    and have a vertex on both sides: Mmg fails there. Void around it becomes part of the body, a bump of the
    size of an element; where the void has two sides, the smaller one.
    """
    facets = facets_of(tets)
    label = label.copy()
    for _ in range(30):
        solid = label > 0
        filled = _beside_pinched_edges(tets, facets, solid) | _beside_pinched_vertices(tets, solid)
        if not filled.any():
            return label
        label[filled] = _label_beside(tets, label, filled)
    raise BadMeshError("the surface touches itself", advice="Use a smaller element size")


def _beside_pinched_edges(tets: Ints, facets: Facets, solid: Bools) -> Bools:
    """True for the void around edges that more than two free faces share, shape (m,)."""
    first, second = solid[facets.owners[:, 0]], solid[facets.owners[:, 1]]
    free = facets.corners[first != (second & ~facets.boundary)]
    sides, count = np.unique(np.sort(free[:, _SIDES].reshape(-1, 2), axis=1), axis=0, return_counts=True)
    filled = np.zeros(len(tets), dtype=bool)
    for a, b in sides[count > 2]:
        filled |= (tets == a).any(axis=1) & (tets == b).any(axis=1) & ~solid
    return filled


def _beside_pinched_vertices(all_tets: Ints, all_solid: Bools) -> Bools:
    """True for void beside vertices around which void or body is in two pieces, shape (m,)."""
    touched = np.zeros((2, all_tets.max() + 1), dtype=bool)
    touched[0, all_tets[all_solid]] = touched[1, all_tets[~all_solid]] = True
    between = np.logical_and(touched[0], touched[1])
    here = np.flatnonzero(between[all_tets].any(axis=1))
    tets, solid = all_tets[here], all_solid[here]
    facets = facets_of(tets)
    chosen = ~facets.boundary & (solid[facets.owners[:, 0]] == solid[facets.owners[:, 1]])
    # corners of tetrahedra at one vertex that are linked by faces form a piece of its neighbourhood
    first, second = (
        4 * side[:, None] + (tets[side][:, None, :] == facets.corners[chosen][:, :, None]).argmax(axis=2)
        for side in facets.owners[chosen].T
    )
    graph = coo_array(
        (np.ones(first.size, dtype=np.int8), (first.ravel(), second.ravel())), shape=(tets.size, tets.size)
    )
    piece = connected_components(graph, directed=False)[1]
    vertex, is_solid = np.zeros(piece.max() + 1, dtype=np.int64), np.zeros(piece.max() + 1, dtype=bool)
    vertex[piece], is_solid[piece] = tets.ravel(), np.repeat(solid, 4)
    known = between[vertex]
    size = np.bincount(piece)
    voids = np.bincount(vertex[~is_solid], minlength=len(touched[0]))
    bodies = np.bincount(vertex[is_solid], minlength=len(touched[0]))
    order = np.flatnonzero(~is_solid)
    order = order[np.lexsort((size[order], vertex[order]))]
    largest = np.zeros(len(size), dtype=bool)
    largest[order[np.flatnonzero(np.diff(vertex[order], append=-1))]] = True
    of_wall = (voids[vertex] > 1) & ~largest
    of_lobes = (voids[vertex] == 1) & (bodies[vertex] > 1)
    filled = np.zeros(len(all_tets), dtype=bool)
    filled[here] = (known & ~is_solid & (of_wall | of_lobes))[piece].reshape(-1, 4).any(axis=1)
    return filled


def _label_beside(tets: Ints, label: Ints, filled: Bools) -> Ints:
    """For each chosen tetrahedron the label that most corners of its vertices have, shape (k,)."""
    rows = np.flatnonzero(filled)
    near = np.isin(tets, tets[rows]).any(axis=1) & (label > 0)
    votes = np.zeros((tets.max() + 1, label.max() + 1), dtype=np.int64)
    np.add.at(votes, (tets[near].ravel(), np.repeat(label[near], 4)), 1)
    chosen: Ints = votes[tets[rows]].sum(axis=1).argmax(axis=1)
    return chosen
