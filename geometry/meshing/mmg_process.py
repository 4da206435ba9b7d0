"""The program that runs Mmg once: a mesh on stdin, the improved mesh on stdout, both as npz.

A process of its own, because Mmg replaces the handlers of signals, Ctrl-C among them, does not put them
back, and ends the whole process where it finds a fault of its own.
"""

import io
import os
import resource
import sys
from collections.abc import Mapping
from typing import Any

import mmgpy
import numpy as np
from numpy.typing import NDArray

# Mmg numbers the triangles it finds itself with small numbers; ours must not be mistaken for those.
FIRST_MARK = 1000

# floats and integers by name
Arrays = Mapping[str, NDArray[Any]]


def improved(given: Arrays) -> Arrays:
    """What Mmg makes of the arrays that `geometry.meshing.improve` writes; RuntimeError where Mmg fails."""
    worker = mmgpy.MmgMesh3D()
    worker.set_mesh_size(
        vertices=len(given["vertices_mm"]),
        tetrahedra=len(given["tets"]),
        triangles=len(given["marked"]),
        edges=len(given["rim"]),
    )
    worker.set_vertices(given["vertices_mm"])
    worker.set_tetrahedra(given["tets"].astype(np.int32), given["label"])
    if len(given["marked"]):
        rim = given["rim"]
        worker.set_triangles(given["marked"].astype(np.int32), given["mark"] + FIRST_MARK)
        worker.set_edges(rim.astype(np.int32), np.full(len(rim), FIRST_MARK, dtype=np.int64))
        worker.set_ridge_edges(np.arange(len(rim), dtype=np.int32))
    worker.set_field("metric", given["size_mm"][:, None])
    worker.remesh(
        verbose=-1,
        hgrad=-1.0,
        hausd=float(given["hausdorff_mm"]),
        angle=0,
        nofem=1,
        noswap=int(given["noswap"]),
    )
    tets, label = worker.get_tetrahedra_with_refs()
    triangles, refs = worker.get_triangles_with_refs()
    vertices = np.array(worker.get_vertices(), dtype=np.float64)
    # now and then Mmg leaves vertices behind that no tetrahedron uses
    used = np.zeros(len(vertices), dtype=bool)
    used[tets] = True
    number = np.cumsum(used) - 1
    ours = (np.asarray(refs) >= FIRST_MARK) & used[triangles].all(axis=1)
    return {
        "vertices_mm": vertices[used],
        "tets": number[tets].astype(np.int64),
        "label": np.array(label, dtype=np.int64),
        "marked": number[triangles][ours].astype(np.int64),
        "mark": np.array(refs, dtype=np.int64)[ours] - FIRST_MARK,
    }


def main() -> None:
    """Read, improve, write."""
    result_fd = os.dup(1)
    os.dup2(2, 1)  # Mmg prints its faults to stdout, which is for the result alone
    with np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False) as given:
        limit_s = int(given["cpu_limit_s"])
        # no file of what was in memory is left where the user works
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 5))
        result = improved(given)
    with os.fdopen(result_fd, "wb") as out:
        np.savez(out, allow_pickle=False, **result)


if __name__ == "__main__":
    main()
