"""Mmg (LGPL, www.mmgtools.org) makes well-shaped elements of cut ones and keeps the sheets between parts."""

from itertools import product

import mmgpy
import numpy as np

from geometry.arrays import Floats, Ints
from geometry.errors import MeshError
from geometry.meshing.tet_mesh import LabelledMesh, tet_volumes

# Chosen: Mmg cuts edges longer than 1.4 times what it is told and joins those below 0.7; told this much more,
# it leaves as many elements as the lattice had instead of half as many again.
TOLD_OVER_WISHED = 1.2
# Chosen: how far a new surface may be from the old one, for the first and the next attempts; far above what
# the wished sizes leave of curvature, so that the sizes decide (at 1 mm Mmg failed on thin walls).
HAUSDORFF_MM = (2.0, 3.0, 10.0)
# Where all of them fail, a slightly smaller edge takes yet other paths (chosen).
SHRINKING = (1.0, 0.95, 0.9)
# Mmg numbers the triangles it finds itself with small numbers; ours must not be mistaken for those.
FIRST_MARK = 1000
_SIDES = np.array([[0, 1], [1, 2], [2, 0]])


def remeshed(mesh: LabelledMesh, size_mm: Floats) -> LabelledMesh:
    """The mesh with well-shaped elements of the wished size; sheets between labels and outlines of caps stay.

    Ridges are not sought by angle: on coarse triangles Mmg would find some in every foramen, hold their
    vertices and leave slivers there (20 to 40 elements below 5 degrees per mesh, none without). Its last
    phase (`nofem` skips it) splits edges between surfaces; on a coarse block it went on for ever.

    Args:
        mesh: what the cuts left.
        size_mm: wished edge at each vertex, shape (n,).

    Raises:
        MeshError: Mmg gives up.
    """
    for shrink, hausdorff_mm in product(SHRINKING, HAUSDORFF_MM):
        try:
            improved = _one_attempt(mesh, shrink * TOLD_OVER_WISHED * size_mm, hausdorff_mm)
        except RuntimeError:
            # Mmg tells no reason; another tolerance takes another path through its operations
            continue
        if tet_volumes(improved.vertices_mm, improved.tets).min() > 0.0:
            return improved
    raise MeshError("Mmg could not improve the mesh", advice="Use a slightly different element size")


def _one_attempt(mesh: LabelledMesh, size_mm: Floats, hausdorff_mm: float) -> LabelledMesh:
    """What Mmg makes of the mesh; raises RuntimeError where Mmg fails."""
    rim = outline(mesh.marked, mesh.mark)
    worker = mmgpy.MmgMesh3D()
    worker.set_mesh_size(
        vertices=len(mesh.vertices_mm),
        tetrahedra=len(mesh.tets),
        triangles=len(mesh.marked),
        edges=len(rim),
    )
    worker.set_vertices(mesh.vertices_mm)
    worker.set_tetrahedra(mesh.tets.astype(np.int32), mesh.label)
    if len(mesh.marked):
        worker.set_triangles(mesh.marked.astype(np.int32), FIRST_MARK + mesh.mark)
        worker.set_edges(rim.astype(np.int32), np.full(len(rim), FIRST_MARK, dtype=np.int64))
        worker.set_ridge_edges(np.arange(len(rim), dtype=np.int32))
    worker.set_field("metric", size_mm[:, None])
    worker.remesh(verbose=-1, hgrad=-1.0, hausd=hausdorff_mm, angle=0, nofem=1)
    tets, label = worker.get_tetrahedra_with_refs()
    triangles, refs = worker.get_triangles_with_refs()
    ours = np.asarray(refs) >= FIRST_MARK
    return LabelledMesh(
        vertices_mm=np.array(worker.get_vertices(), dtype=np.float64),
        tets=np.array(tets, dtype=np.int64),
        label=np.array(label, dtype=np.int64),
        marked=np.array(triangles, dtype=np.int64)[ours],
        mark=np.array(refs, dtype=np.int64)[ours] - FIRST_MARK,
    )


def outline(triangles: Ints, mark: Ints) -> Ints:
    """The edges that have triangles of one mark on one side only, shape (k, 2)."""
    sides = np.sort(triangles[:, _SIDES].reshape(-1, 2), axis=1)
    sides, count = np.unique(np.column_stack([sides, np.repeat(mark, 3)]), axis=0, return_counts=True)
    rim: Ints = np.unique(sides[count == 1, :2], axis=0)
    return rim
