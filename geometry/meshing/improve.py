"""Mmg (LGPL, www.mmgtools.org) makes well-shaped elements of cut ones and keeps the sheets between parts."""

import io
import subprocess
import sys
from itertools import product
from pathlib import Path

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
# Chosen: far above the 20 s that Mmg takes for 100 000 tetrahedra; on bad input it may go on for ever.
LEAST_TIME_LIMIT_S = 30.0
TIME_LIMIT_S_PER_TET = 1e-3
PROGRAM = str(Path(__file__).with_name("mmg_process.py"))
_SIDES = np.array([[0, 1], [1, 2], [2, 0]])


class _MmgError(Exception):
    """Mmg failed; the text is the last line it said."""


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
    said = ""
    for shrink, hausdorff_mm in product(SHRINKING, HAUSDORFF_MM):
        try:
            improved = _one_attempt(mesh, shrink * TOLD_OVER_WISHED * size_mm, hausdorff_mm)
        except _MmgError as error:
            # another tolerance takes another path through its operations
            said = f": {error}"
            continue
        if tet_volumes(improved.vertices_mm, improved.tets).min() > 0.0:
            return improved
    raise MeshError(f"Mmg could not improve the mesh{said}", advice="Use a slightly different element size")


def _one_attempt(mesh: LabelledMesh, size_mm: Floats, hausdorff_mm: float) -> LabelledMesh:
    """What Mmg makes of the mesh; raises `_MmgError` where Mmg fails."""
    given = io.BytesIO()
    np.savez(
        given,
        vertices_mm=mesh.vertices_mm,
        tets=mesh.tets,
        label=mesh.label,
        marked=mesh.marked,
        mark=mesh.mark,
        rim=outline(mesh.marked, mesh.mark),
        size_mm=size_mm,
        hausdorff_mm=np.array(hausdorff_mm),
    )
    time_limit_s = LEAST_TIME_LIMIT_S + TIME_LIMIT_S_PER_TET * len(mesh.tets)
    try:
        # -P: the modules beside the program must not hide packages of the same name
        done = subprocess.run(  # noqa: S603, our own program
            [sys.executable, "-P", PROGRAM], input=given.getvalue(), capture_output=True, timeout=time_limit_s
        )
    except subprocess.TimeoutExpired:
        raise _MmgError(f"no end after {time_limit_s:.0f} s") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise _MmgError(said[-1].strip() if said else f"exit {done.returncode}")
    with np.load(io.BytesIO(done.stdout), allow_pickle=False) as result:
        return LabelledMesh(**result)


def outline(triangles: Ints, mark: Ints) -> Ints:
    """The edges that have triangles of one mark on one side only, shape (k, 2)."""
    sides = np.sort(triangles[:, _SIDES].reshape(-1, 2), axis=1)
    sides, count = np.unique(np.column_stack([sides, np.repeat(mark, 3)]), axis=0, return_counts=True)
    rim: Ints = np.unique(sides[count == 1, :2], axis=0)
    return rim
