"""Cutting a lattice along an implicit surface: it stays conforming, and inside is told from outside."""

import numpy as np
import pytest

from geometry.arrays import Floats, Ints
from geometry.meshing.cutting import Lattice, cut
from geometry.meshing.lattice import kuhn_lattice
from geometry.meshing.tet_mesh import facets_of, tet_volumes, turned_positive

BOX_MM = np.array([[0.0, 0.0, 0.0], [3.0, 3.0, 3.0]])
CENTRE_MM = np.array([1.4, 1.6, 1.55])
RADIUS_MM = 1.1


def ball(points_mm: Floats) -> Floats:
    return np.asarray(np.linalg.norm(points_mm - CENTRE_MM, axis=1) - RADIUS_MM)


def renumbered(seed: int) -> Lattice:
    """A lattice of 125 cubes whose vertices have other numbers."""
    vertices, tets = kuhn_lattice(BOX_MM, 0.6)
    number = np.random.default_rng(seed).permutation(len(vertices))
    shuffled = np.empty_like(vertices)
    shuffled[number] = vertices
    nothing: Ints = np.zeros(len(tets), dtype=np.int64)
    return Lattice(
        vertices_mm=shuffled,
        tets=turned_positive(shuffled, number[tets]),
        label=nothing,
        on=np.zeros(len(vertices), dtype=np.int64),
    )


# with these numbers an edge to a new vertex once passed for another one that is crossed
@pytest.mark.parametrize("seed", [251, 384, 437, 552, 1169])
def test_a_cut_conforms_whatever_the_numbers_of_its_vertices(seed: int) -> None:
    lattice = renumbered(seed)
    made, inside = cut(lattice, [ball], 0, np.ones(len(lattice.tets), dtype=bool))
    # a vertex that hangs on a neighbour leaves inner triangles with one owner, or with more than two
    facets = facets_of(made.tets)
    free = made.vertices_mm[facets.corners[facets.boundary]]
    assert ((free.max(axis=1) < 1e-9) | (free.min(axis=1) > 3.0 - 1e-9)).any(axis=1).all()
    volumes = tet_volumes(made.vertices_mm, made.tets)
    assert volumes.min() > 0.0
    assert volumes.sum() == pytest.approx(27.0, rel=1e-12)
    # chords of 0.6 to 1 mm in a radius of 1.1 mm lose some of the ball
    assert volumes[inside].sum() == pytest.approx(4.0 / 3.0 * np.pi * RADIUS_MM**3, rel=0.2)
