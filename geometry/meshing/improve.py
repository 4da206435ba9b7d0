"""Mmg (LGPL, www.mmgtools.org) makes well-shaped elements of cut ones and keeps the sheets between parts."""

import io
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from math import ceil
from pathlib import Path

import numpy as np

from geometry.arrays import Floats, Ints
from geometry.errors import BadMeshError
from geometry.meshing.tet_mesh import LabelledMesh, tet_volumes

# Chosen: Mmg cuts edges longer than 1.4 times what it is told and joins those below 0.7; told this much more,
# it leaves as many elements as the lattice had instead of half as many again.
TOLD_OVER_WISHED = 1.2
# Chosen: how far a new surface may be from the old one, and whether in two steps, for the first and the next
# attempts; 2 mm is far above what the wished sizes leave of curvature, so that the sizes decide. What fails
# most is the first swap of edges on the cut mesh: a step without swaps before goes round it.
ATTEMPTS = ((2.0, False), (2.0, True))
# Chosen: processor time, five times what Mmg takes (5 s for 112 000 tetrahedra, 26 s for 484 000), so that
# the speed of a machine does not decide on the mesh; on bad input it may go on for ever. The clock on the
# wall is a last resort, for a machine that is very busy.
LEAST_CPU_LIMIT_S = 15.0
CPU_LIMIT_S_PER_TET = 2.4e-4
WALL_OVER_CPU = 10.0
PROGRAM = str(Path(__file__).with_name("mmg_process.py"))
_SIDES = np.array([[0, 1], [1, 2], [2, 0]])


Size = Callable[[Floats], Floats]


class _MmgError(Exception):
    """Mmg failed; the text is the last line it said."""


def remeshed(mesh: LabelledMesh, size: Size) -> LabelledMesh:
    """The mesh with well-shaped elements of the wished size; sheets between labels and outlines of caps stay.

    Ridges are not sought by angle: on coarse triangles Mmg would find some in every foramen, hold their
    vertices and leave slivers there (20 to 40 elements below 5 degrees per mesh, none without). Its last
    phase (`nofem` skips it) splits edges between surfaces; on a coarse block it went on for ever.

    Args:
        mesh: what the cuts left.
        size: wished edge in mm, shape (n,), at points of shape (n, 3).

    Raises:
        BadMeshError: Mmg gives up.
    """
    told = partial(_told, size)
    said = ""
    for hausdorff_mm, in_two_steps in ATTEMPTS:
        try:
            start = _one_attempt(mesh, told, hausdorff_mm, swaps=False) if in_two_steps else mesh
            improved = _one_attempt(start, told, hausdorff_mm)
        except _MmgError as error:
            said = f": {error}"
            continue
        if tet_volumes(improved.vertices_mm, improved.tets).min() > 0.0:
            return improved
    raise BadMeshError(
        f"Mmg could not improve the mesh{said}", advice="Use a slightly different element size"
    )


def _told(size: Size, points_mm: Floats) -> Floats:
    """The edge that Mmg is told, in mm, shape (n,)."""
    return TOLD_OVER_WISHED * size(points_mm)


def _one_attempt(mesh: LabelledMesh, size: Size, hausdorff_mm: float, *, swaps: bool = True) -> LabelledMesh:
    """What Mmg makes of the mesh; raises `_MmgError` where Mmg fails."""
    cpu_limit_s = LEAST_CPU_LIMIT_S + CPU_LIMIT_S_PER_TET * len(mesh.tets)
    given = io.BytesIO()
    np.savez(
        given,
        vertices_mm=mesh.vertices_mm,
        tets=mesh.tets,
        label=mesh.label,
        marked=mesh.marked,
        mark=mesh.mark,
        rim=outline(mesh.marked, mesh.mark),
        size_mm=size(mesh.vertices_mm),
        hausdorff_mm=np.array(hausdorff_mm),
        noswap=np.array(int(not swaps)),
        cpu_limit_s=np.array(ceil(cpu_limit_s)),
    )
    try:
        # -P: the modules beside the program must not hide packages of the same name
        done = subprocess.run(  # noqa: S603, our own program
            [sys.executable, "-P", PROGRAM],
            input=given.getvalue(),
            capture_output=True,
            timeout=WALL_OVER_CPU * cpu_limit_s,
        )
    except subprocess.TimeoutExpired:
        raise _MmgError(f"no end after {WALL_OVER_CPU * cpu_limit_s:.0f} s") from None
    if done.returncode == -signal.SIGXCPU:
        raise _MmgError(f"no end after {cpu_limit_s:.0f} s of processor time")
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
