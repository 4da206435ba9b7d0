"""Mmg (LGPL, www.mmgtools.org) makes well-shaped elements of cut ones and keeps the sheets between parts."""

import mmgpy
import numpy as np

from geometry.arrays import Floats, Ints

# Chosen: neighbours' edge lengths differ by less than this factor.
GRADATION = 1.4
# Chosen: turn between two triangles of a sheet that makes a ridge; caps meet their sides at 90 degrees.
RIDGE_DEG = 45.0
# Mmg numbers the triangles it finds itself with small numbers; ours must not be mistaken for those.
FIRST_MARK = 1000


def remeshed(
    vertices_mm: Floats,
    tets: Ints,
    label: Ints,
    marked: Ints,
    mark: Ints,
    size_mm: Floats,
    hausdorff_mm: float,
) -> tuple[Floats, Ints, Ints, Ints, Ints]:
    """Vertices, tetrahedra, labels, marked triangles and their marks after remeshing to the wished size.

    Args:
        vertices_mm: shape (n, 3).
        tets: shape (m, 4).
        label: material of each tetrahedron, shape (m,); the sheets between labels stay.
        marked: triangles whose outline stays sharp, shape (k, 3).
        mark: number of each such triangle, shape (k,).
        size_mm: wished edge at each vertex, shape (n,).
        hausdorff_mm: how far a new surface may be from the old one.
    """
    mesh = mmgpy.MmgMesh3D()
    mesh.set_mesh_size(vertices=len(vertices_mm), tetrahedra=len(tets), triangles=len(marked))
    mesh.set_vertices(vertices_mm)
    mesh.set_tetrahedra(tets.astype(np.int32), label.astype(np.int64))
    if len(marked):
        mesh.set_triangles(marked.astype(np.int32), (FIRST_MARK + mark).astype(np.int64))
    mesh.set_field("metric", size_mm[:, None])
    mesh.remesh(verbose=-1, hgrad=GRADATION, hausd=hausdorff_mm, ar=RIDGE_DEG)
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
