"""Which surfaces each vertex of a finished mesh lies on, and putting it there exactly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geometry.arrays import Bools, Floats, Ints
from geometry.field import Field
from geometry.meshing.element_shape import shapes
from geometry.meshing.lattice import TET_PAIRS
from geometry.meshing.project import projected
from geometry.meshing.tet_mesh import LabelledMesh, facets_of

# Chosen: vertices that would move further than this part of their mean edge stay: they mark a spot where
# the mesh is too coarse for the surface.
FAR = 0.25
# Chosen: a move may not leave an element with a worse shape than this (17 degrees), unless it had.
GOOD = 0.3


@dataclass(frozen=True, kw_only=True)
class Sheets:
    """Where the vertices of a mesh lie.

    Attributes:
        on: bit k is set where a vertex lies on surface k, shape (n,); 0 inside a part.
        normal: mean normal of the triangles around a vertex, shape (n, 3); unit, or zero inside a part.
        smooth: True where one surface passes, without an edge, shape (n,).
    """

    on: Ints
    normal: Floats
    smooth: Bools


def sheets_of(mesh: LabelledMesh, owner: Ints, known: Ints, known_surface: Ints) -> Sheets:
    """The sheets of a mesh.

    Args:
        mesh: the mesh.
        owner: number of the surface of the part of each tetrahedron, lower is stronger, shape (m,).
        known: triangles that lie on another surface than their part's, caps and walls of voids, shape (k, 3).
        known_surface: number of the surface of each of those, shape (k,).
    """
    vertices = mesh.vertices_mm
    facets = facets_of(mesh.tets)
    first = owner[facets.owners[:, 0]]
    second = np.where(facets.boundary, np.iinfo(np.int64).max, owner[facets.owners[:, 1]])
    chosen = first != second
    corners = np.where((first < second)[:, None], facets.corners, facets.corners[:, ::-1])[chosen]
    surface = matched(corners, known, known_surface, np.minimum(first, second)[chosen])
    on = np.zeros(len(vertices), dtype=np.int64)
    np.bitwise_or.at(on, corners.reshape(-1), np.repeat(1 << surface, 3))
    a, b, c = (vertices[corners[:, k]] for k in range(3))
    area = np.cross(b - a, c - a)
    normal = np.zeros((len(vertices), 3))
    np.add.at(normal, corners.reshape(-1), np.repeat(area, 3, axis=0))
    normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-300)[:, None]
    unit = area / np.maximum(np.linalg.norm(area, axis=1), 1e-300)[:, None]
    turn = np.ones(len(vertices))
    agreement = np.einsum("nkj,nj->nk", normal[corners], unit)
    np.minimum.at(turn, corners.reshape(-1), agreement.reshape(-1))
    # a power of two is a single surface; triangles within 30 degrees of the mean make no edge
    smooth = (on > 0) & (on & (on - 1) == 0) & (turn > 0.866)
    return Sheets(on=on, normal=normal, smooth=smooth)


def matched(corners: Ints, known: Ints, values: Ints, default: Ints) -> Ints:
    """The value of each triangle, shape (k,): that of the known triangle with its corners, else the default.

    Args:
        corners: shape (k, 3).
        known: triangles that have a value, shape (n, 3).
        values: theirs, shape (n,).
        default: for the others, shape (k,).
    """
    if not len(known):
        return default
    rows = np.sort(np.concatenate([known, corners]), axis=1)
    _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    source = first[inverse.reshape(-1)[len(known) :]]
    return np.where(source < len(known), values[np.minimum(source, len(known) - 1)], default)


def settled(
    vertices: Floats, tets: Ints, sheets: Sheets, surfaces: Sequence[Field], beyond: Field | None = None
) -> Floats:
    """The vertices with those of the sheets put on their surfaces, shape (n, 3).

    They go a little to the convex side, so that the flat triangles enclose the volume that the curved surface
    does. A move that would harm an element, or end where `beyond` turns positive, is not made.
    """
    edge = mean_edges(vertices, tets)
    rows = np.flatnonzero(sheets.on)
    goal = vertices.copy()
    goal[rows] = projected(vertices[rows], surfaces, sheets.on[rows], edge[rows])
    moving = np.zeros(len(vertices), dtype=bool)
    moving[rows] = np.linalg.norm(goal[rows] - vertices[rows], axis=1) < FAR * edge[rows]
    if beyond is not None:
        moving &= (beyond(goal) < 0.0) | (beyond(vertices) >= 0.0)
    goal[~moving] = vertices[~moving]
    touched = tets[moving[tets].any(axis=1)]
    before = shapes(vertices, touched)
    while True:
        harmed = shapes(goal, touched) < np.minimum(before, GOOD)
        back = np.unique(touched[harmed])
        back = back[moving[back]]
        if not len(back):
            return goal
        goal[back] = vertices[back]
        moving[back] = False


def mean_edges(vertices: Floats, tets: Ints) -> Floats:
    """Mean length of the edges at each vertex in mm, shape (n,)."""
    total, count = np.zeros(len(vertices)), np.zeros(len(vertices))
    for i, j in TET_PAIRS:
        length = np.linalg.norm(vertices[tets[:, i]] - vertices[tets[:, j]], axis=1)
        for ends in (tets[:, i], tets[:, j]):
            total += np.bincount(ends, weights=length, minlength=len(vertices))
            count += np.bincount(ends, minlength=len(vertices))
    mean: Floats = total / np.maximum(count, 1.0)
    return mean
