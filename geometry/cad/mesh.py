"""A CAD solid as a mesh, by way of the gmsh process."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from geometry.arrays import Bools, Floats
from geometry.errors import MeshError
from geometry.mesh import Mesh
from geometry.meshing.quadratic import quadratic_mesh
from geometry.meshing.tet_mesh import TetMesh, compacted, facets_of, turned_positive

PROGRAM = str(Path(__file__).with_name("gmsh_process.py"))
# Chosen: half a million elements take a minute.
TIME_LIMIT_S = 300.0
# By the start of what Python says last.
CURES = {
    "ModuleNotFoundError": "Install the extra with `pip install -e .[cad]`",
    "OSError": "Install what gmsh needs of the system with `sh .ci/system-packages`",
}
OTHER_CURE = "Check the numbers of the solid"


def cad_mesh(
    solid: str,
    numbers: Mapping[str, float],
    edge_mm: float,
    faces: Mapping[str, Callable[[Floats], Bools]],
) -> Mesh:
    """A CAD solid as straight quadratic tetrahedra, one part named after the solid.

    Args:
        solid: a row of `gmsh_process.SOLIDS`.
        numbers: its dimensions in mm, by the names that the row takes.
        edge_mm: element edge everywhere.
        faces: names and tests; a boundary triangle all of whose vertices pass, shape (k,), is in that face.

    Raises:
        MeshError: gmsh is not installed, cannot start or cannot mesh; says how to install it.
    """
    return quadratic_mesh(with_faces(cad_tets(solid, numbers, edge_mm), faces))


def with_faces(mesh: TetMesh, faces: Mapping[str, Callable[[Floats], Bools]]) -> TetMesh:
    """The mesh with boundary faces by tests on the vertices of their triangles, as for `cad_mesh`."""
    facets = facets_of(mesh.tets)
    boundary = facets.corners[facets.boundary]
    found = {name: boundary[test(mesh.vertices_mm)[boundary].all(axis=1)] for name, test in faces.items()}
    return replace(mesh, faces={**mesh.faces, **found})


def cad_tets(solid: str, numbers: Mapping[str, float], edge_mm: float) -> TetMesh:
    """The tetrahedra of a CAD solid and its parts, without faces.

    Args:
        solid: a row of `gmsh_process.SOLIDS`.
        numbers: its dimensions in mm, by the names that the row takes.
        edge_mm: element edge; the largest one where the solid wants finer ones.

    Raises:
        MeshError: gmsh is not installed, cannot start or cannot mesh; says how to install it.
    """
    order = json.dumps({"solid": solid, "numbers": dict(numbers), "edge_mm": edge_mm})
    try:
        done = subprocess.run(  # noqa: S603, our own program
            [sys.executable, "-P", PROGRAM],
            input=order.encode(),
            capture_output=True,
            timeout=TIME_LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        raise MeshError(f"gmsh did not end after {TIME_LIMIT_S:.0f} s", advice="Use longer edges") from None
    if done.returncode:
        said = (done.stderr.decode(errors="replace").strip() or "no word").splitlines()[-1]
        cure = CURES.get(said.partition(":")[0], OTHER_CURE)
        raise MeshError(f"gmsh made no mesh of {solid!r}: {said}", advice=cure)
    with np.load(io.BytesIO(done.stdout), allow_pickle=False) as result:
        vertices, tets = compacted(result["vertices_mm"], result["tets"].astype(np.int64))
        part, part_names = result["part"].astype(np.int64), tuple(result["part_names"].tolist())
    return TetMesh(
        vertices_mm=vertices,
        tets=turned_positive(vertices, tets),
        part=part,
        part_names=part_names,
        faces={},
    )
