"""Parts of a mesh hang together by faces: crumbs join their neighbours, pinches are filled."""

from itertools import combinations

import numpy as np
import pytest

from geometry.arrays import Ints
from geometry.errors import BadMeshError
from geometry.meshing.islands import check_whole, joined, unpinched
from geometry.meshing.lattice import kuhn_lattice
from geometry.meshing.tet_mesh import facets_of, turned_positive


def test_a_crumb_joins_the_part_it_touches() -> None:
    vertices, tets = kuhn_lattice(np.array([[0.0, 0.0, 0.0], [3.0, 3.0, 3.0]]), 1.0)
    x = vertices[tets].mean(axis=1)[:, 0]
    label = np.where(x < 1.5, 1, 2)
    crumbed = label.copy()
    crumbed[np.argmin(x)] = 2
    assert np.array_equal(joined(tets, crumbed), label)


def test_a_part_that_may_be_cut_keeps_its_pieces_but_no_crumbs() -> None:
    # a slab of 2, such as cartilage, cut by a wall of 1, such as a screw, with a crumb of 2 at the far end
    vertices, tets = kuhn_lattice(np.array([[0.0, 0.0, 0.0], [6.0, 3.0, 1.0]]), 1.0)
    x, y, _ = vertices[tets].mean(axis=1).T
    label = np.where((x > 2.0) & (x < 3.0), 1, np.where(y > 1.0, 2, 3))
    label[label == 3] = 1
    crumbed = label.copy()
    crumbed[np.flatnonzero(label == 1)[np.argmin(x[label == 1] + y[label == 1])]] = 2
    assert np.array_equal(joined(tets, crumbed, divisible=[2]), label)
    # and a part that must be whole loses its smaller piece
    assert np.array_equal(np.unique(x[joined(tets, crumbed) == 2] > 2.5), [True])
    names = ["screw", "cartilage"]
    check_whole(tets, label, names, divisible=[2])
    with pytest.raises(BadMeshError, match="'cartilage' falls into 2 pieces"):
        check_whole(tets, label, names)


def test_lobes_that_meet_in_an_edge_are_bridged() -> None:
    vertices, tets = kuhn_lattice(np.array([[0.0, 0.0, 0.0], [2.0, 2.0, 1.0]]), 1.0)
    tets = turned_positive(vertices, tets)
    x, y, _ = vertices[tets].mean(axis=1).T
    # two columns, diagonally opposite: they share one upright edge
    label = np.where((x < 1.0) == (y < 1.0), 1, 0)
    facets = facets_of(tets[unpinched(tets, label) > 0])
    sides = np.sort(facets.corners[facets.boundary][:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    assert np.unique(sides, axis=0, return_counts=True)[1].max() == 2


def corner_pieces(tets: Ints, vertex: int) -> int:
    """In how many pieces, linked by faces, the tetrahedra around a vertex are."""
    around = tets[(tets == vertex).any(axis=1)]
    root = np.arange(len(around))
    for _ in around:
        for a, b in combinations(range(len(around)), 2):
            if len(np.intersect1d(around[a], around[b])) == 3:
                root[[a, b]] = root[[a, b]].min()
    return len(np.unique(root))


@pytest.mark.parametrize("wall", [False, True])
def test_no_vertex_is_a_pinch(wall: bool) -> None:
    vertices, tets = kuhn_lattice(np.array([[0.0, 0.0, 0.0], [2.0, 2.0, 2.0]]), 1.0)
    tets = turned_positive(vertices, tets)
    centre = int(np.flatnonzero((vertices == 1.0).all(axis=1))[0])
    upper = (vertices[tets].mean(axis=1) > 1.0).sum(axis=1)
    # two opposite octants that touch in the centre; or a wall pierced to a point there
    lobes = (upper == 0) | (upper == 3)
    label = np.where(lobes != wall, 1, 0)
    pinched = tets[lobes]
    assert corner_pieces(pinched, centre) == 2
    filled = unpinched(tets, label)
    assert (filled >= label).all()
    assert corner_pieces(tets[filled > 0], centre) == 1
    assert corner_pieces(tets[filled == 0], centre) <= 1
