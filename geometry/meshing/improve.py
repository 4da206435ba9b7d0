"""Mmg (LGPL, www.mmgtools.org) makes well-shaped elements of cut ones and keeps the sheets between parts."""

import mmgpy
import numpy as np

from geometry.arrays import Floats, Ints

# Chosen: Mmg cuts edges longer than 1.4 times what it is told and joins those below 0.7; told this much more,
# it leaves as many elements as the lattice had instead of half as many again.
TOLD_OVER_WISHED = 1.2
# Chosen: far above what the wished sizes leave of curvature, so that the sizes decide and not this.
HAUSDORFF_MM = 1.0
# Mmg numbers the triangles it finds itself with small numbers; ours must not be mistaken for those.
FIRST_MARK = 1000
_SIDES = np.array([[0, 1], [1, 2], [2, 0]])


def remeshed(
    vertices_mm: Floats,
    tets: Ints,
    label: Ints,
    marked: Ints,
    mark: Ints,
    size_mm: Floats,
) -> tuple[Floats, Ints, Ints, Ints, Ints]:
    """Vertices, tetrahedra, labels, marked triangles and their marks after remeshing to the wished size.

    Ridges are not sought by angle: on coarse triangles Mmg would find some in every foramen, hold their
    vertices and leave slivers there (20 to 40 elements below 5 degrees per mesh, none without).

    Args:
        vertices_mm: shape (n, 3).
        tets: shape (m, 4).
        label: material of each tetrahedron, shape (m,); the sheets between labels stay.
        marked: triangles whose outline stays sharp, shape (k, 3).
        mark: number of each such triangle, shape (k,).
        size_mm: wished edge at each vertex, shape (n,).
    """
    mesh = mmgpy.MmgMesh3D()
    rim = outline(marked, mark)
    mesh.set_mesh_size(vertices=len(vertices_mm), tetrahedra=len(tets), triangles=len(marked), edges=len(rim))
    mesh.set_vertices(vertices_mm)
    mesh.set_tetrahedra(tets.astype(np.int32), label.astype(np.int64))
    if len(marked):
        mesh.set_triangles(marked.astype(np.int32), (FIRST_MARK + mark).astype(np.int64))
        mesh.set_edges(rim.astype(np.int32), np.full(len(rim), FIRST_MARK, dtype=np.int64))
        mesh.set_ridge_edges(np.arange(len(rim), dtype=np.int32))
    mesh.set_field("metric", TOLD_OVER_WISHED * size_mm[:, None])
    mesh.remesh(verbose=-1, hgrad=-1.0, hausd=HAUSDORFF_MM, angle=0)
    new_tets, new_label = mesh.get_tetrahedra_with_refs()
    triangles, refs = mesh.get_triangles_with_refs()
    keep = refs >= FIRST_MARK
    return (
        np.array(mesh.get_vertices(), dtype=np.float64),
        np.array(new_tets, dtype=np.int64),
        np.array(new_label, dtype=np.int64),
        np.array(triangles, dtype=np.int64)[keep],
        np.array(refs, dtype=np.int64)[keep] - FIRST_MARK,
    )


def outline(triangles: Ints, mark: Ints) -> Ints:
    """The edges that have triangles of one mark on one side only, shape (k, 2)."""
    sides = np.sort(triangles[:, _SIDES].reshape(-1, 2), axis=1)
    sides, count = np.unique(np.column_stack([sides, np.repeat(mark, 3)]), axis=0, return_counts=True)
    rim: Ints = np.unique(sides[count == 1, :2], axis=0)
    return rim
