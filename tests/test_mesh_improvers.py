"""What raises the shape of elements after the remesher: joining anew and moving vertices."""

import numpy as np
import pytest

from geometry.arrays import Floats
from geometry.mesh_quality import shape_measures
from geometry.meshing.element_shape import RATIO_WEIGHT, shapes
from geometry.meshing.lattice import kuhn_lattice
from geometry.meshing.reconnect import reconnected
from geometry.meshing.tet_mesh import LabelledMesh, facets_of, tet_volumes, turned_positive

PLANE_MM = 3.0


def shaken(seed: int, amount: float = 0.28) -> LabelledMesh:
    """A block of two parts with a plane between, its inner vertices shaken; marks on the plane z = 0."""
    vertices, tets = kuhn_lattice(np.array([[0.0, 0.0, 0.0], [6.0, 6.0, 6.0]]), 1.0)
    tets = turned_positive(vertices, tets)
    label = np.where(vertices[tets].mean(axis=1)[:, 2] < PLANE_MM, 1, 2)
    generator = np.random.default_rng(seed)
    move = amount * generator.uniform(-1.0, 1.0, vertices.shape)
    move[(vertices == 0.0) | (vertices == 6.0)] = 0.0
    move[vertices[:, 2] == PLANE_MM, 2] = 0.0
    vertices = vertices + move
    keep = tet_volumes(vertices, tets)
    assert keep.min() > 0.0
    facets = facets_of(tets)
    bottom = facets.boundary & (vertices[facets.corners][:, :, 2] == 0.0).all(axis=1)
    return LabelledMesh(
        vertices_mm=vertices,
        tets=tets,
        label=label,
        marked=facets.corners[bottom],
        mark=np.ones(int(bottom.sum()), dtype=np.int64),
    )


def random_tets(count: int) -> Floats:
    """Vertices of random tetrahedra, shape (count * 4, 3)."""
    return np.random.default_rng(3).normal(size=(4 * count, 3))


def test_the_shape_is_the_lesser_of_sine_and_weighted_radius_ratio() -> None:
    vertices = random_tets(500)
    tets = turned_positive(vertices, np.arange(2000).reshape(-1, 4))
    smallest, largest, ratio, _ = shape_measures(vertices[tets])
    # the least sine belongs to the smallest angle or to the largest
    sine = np.minimum(np.sin(np.radians(smallest)), np.sin(np.radians(largest)))
    assert shapes(vertices, tets) == pytest.approx(np.minimum(sine, RATIO_WEIGHT * ratio), rel=1e-9, abs=1e-9)


def test_an_inverted_element_is_worse_than_any_other() -> None:
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    assert shapes(vertices, np.array([[0, 2, 1, 3]]))[0] < 0.0 < shapes(vertices, np.array([[0, 1, 2, 3]]))[0]


@pytest.mark.parametrize("seed", range(4))
def test_joining_anew_raises_the_poor_elements_and_keeps_parts_and_marks(seed: int) -> None:
    mesh = shaken(seed)
    better = reconnected(mesh)
    before, after = shapes(mesh.vertices_mm, mesh.tets), shapes(better.vertices_mm, better.tets)
    assert (after < 0.3).sum() < 0.5 * (before < 0.3).sum()
    assert after.min() >= before.min()
    volumes = tet_volumes(better.vertices_mm, better.tets)
    assert volumes.min() > 0.0
    # flat sheets: every part keeps its volume to round-off, whichever diagonals its sheets take
    assert np.bincount(better.label, volumes)[1:] == pytest.approx([108.0, 108.0], rel=1e-12)
    facets = facets_of(better.tets)
    on_bottom = facets.boundary & (better.vertices_mm[facets.corners][:, :, 2] == 0.0).all(axis=1)
    known = {tuple(sorted(row)) for row in facets.corners[on_bottom].tolist()}
    assert {tuple(row) for row in np.sort(better.marked, axis=1).tolist()} == known
    assert len(better.mark) == len(better.marked)


A, B, P, Q, BELOW, ABOVE = range(6)


def kite(lift_mm: float = 0.0) -> Floats:
    """A kite with a long diagonal A-B and a short one P-Q, lifted so far, and a point on either side."""
    return np.array(
        [[-2.0, 0, 0], [2.0, 0, 0], [0, 0.6, lift_mm], [0, -0.6, lift_mm], [0, 0, -1.2], [0, 0, 1.2]]
    )


def labelled(
    vertices: Floats, tets: list[list[int]], label: list[int], marked: list[list[int]]
) -> LabelledMesh:
    """A small mesh by hand; the marked triangles all have mark 1."""
    return LabelledMesh(
        vertices_mm=vertices,
        tets=turned_positive(vertices, np.array(tets)),
        label=np.array(label),
        marked=np.array(marked, dtype=np.int64).reshape(-1, 3),
        mark=np.ones(len(marked), dtype=np.int64),
    )


def test_a_flat_free_surface_takes_its_better_diagonal_and_its_marks_follow() -> None:
    mesh = labelled(kite(), [[A, B, P, BELOW], [A, B, Q, BELOW]], [1, 1], [[A, B, P], [A, B, Q]])
    better = reconnected(mesh, wanted=1.0)
    assert edges(better) - edges(mesh) == {(P, Q)}
    assert {tuple(row) for row in better.marked.tolist()} == {(A, P, Q), (B, P, Q)}
    assert tet_volumes(better.vertices_mm, better.tets).sum() == pytest.approx(
        tet_volumes(mesh.vertices_mm, mesh.tets).sum()
    )


def test_a_flat_sheet_between_two_parts_takes_its_better_diagonal() -> None:
    tets = [[A, B, P, BELOW], [A, B, Q, BELOW], [A, B, P, ABOVE], [A, B, Q, ABOVE]]
    better = reconnected(labelled(kite(), tets, [1, 1, 2, 2], []), wanted=1.0)
    assert (A, B) not in edges(better)
    assert sorted(better.label.tolist()) == [1, 1, 2, 2]


def test_a_sliver_lying_on_the_surface_goes_away() -> None:
    tets = [[A, B, P, Q], [A, P, Q, BELOW], [B, P, Q, BELOW]]
    mesh = labelled(kite(-0.02), tets, [1, 1, 1], [])
    better = reconnected(mesh)
    assert len(better.tets) == 2
    assert shapes(better.vertices_mm, better.tets).min() > 0.3 > shapes(mesh.vertices_mm, mesh.tets).min()


def test_a_bent_sheet_keeps_its_diagonal() -> None:
    mesh = labelled(kite(-0.4), [[A, B, P, BELOW], [A, B, Q, BELOW]], [1, 1], [])
    assert edges(reconnected(mesh, wanted=1.0)) == edges(mesh)


def test_a_diagonal_between_marks_of_two_kinds_stays() -> None:
    mesh = labelled(kite(), [[A, B, P, BELOW], [A, B, Q, BELOW]], [1, 1], [[A, B, P]])
    assert edges(reconnected(mesh, wanted=1.0)) == edges(mesh)


def edges(mesh: LabelledMesh) -> set[tuple[int, int]]:
    """All edges, ends rising."""
    pairs = np.sort(np.concatenate([mesh.tets[:, [i, j]] for i in range(4) for j in range(i)]), axis=1)
    return {(int(a), int(b)) for a, b in pairs}
