"""Tetrahedral meshes from files that meshio reads, such as Gmsh .msh or VTK .vtu."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import meshio
import numpy as np

from geometry.arrays import Bools, Floats, Ints
from geometry.errors import MeshError
from geometry.mesh import Mesh
from geometry.meshing.quadratic import quadratic_mesh
from geometry.meshing.tet_mesh import TetMesh, compacted, facets_of, turned_positive
from geometry.tetrahedron import TET_EDGES

# Where files keep the number of the part of a cell, the first that is there.
TAGS = ("gmsh:physical", "part", "medit:ref", "cell_tags", "cell_ids")
# A mid node nearer to the middle of its edge than this share of an edge is off it only by rounding.
ROUNDED = 1e-4
BOUNDARY = "boundary"


def read_mesh(path: Path | str, mm_per_unit: float = 1.0) -> Mesh:
    """The tetrahedra of a file as quadratic elements; curved where the file has them so.

    Parts and faces take the names of physical groups, else "part N" and "face N" after the tag of their
    cells; a file without tags is one part named "body". The face "boundary" is the whole outer surface.
    Cells other than tetrahedra and triangles are left out, and so are triangles inside the body.

    Args:
        path: of any format that meshio reads.
        mm_per_unit: length of the file's unit; 1000 for metres.

    Raises:
        MeshError: no such file, an unknown format, no tetrahedra, hexahedra or the like among them, or flat
            ones.
    """
    place = Path(path)
    if not place.is_file():
        raise MeshError(f"no mesh file {place}")
    try:
        found = meshio.read(place)
    except (meshio.ReadError, ValueError, KeyError, IndexError, OSError, EOFError, SystemExit) as error:
        # meshio ends the program where none of its formats fits
        raise MeshError(
            f"{place} is no mesh that can be read ({type(error).__name__})",
            advice="Convert it to .msh or .vtu",
        ) from None
    solid = {block.type for block in found.cells if block.dim == 3}
    if solid - {"tetra", "tetra10"}:
        raise MeshError(f"{place} has cells of type {', '.join(sorted(solid))}", advice="Use tetrahedra only")
    if not solid:
        raise MeshError(f"{place} has no tetrahedra", advice="Mesh the volume, not only its surface")
    if not np.isfinite(found.points).all():
        raise MeshError(f"{place} has nodes whose place is not a number")
    points = np.zeros((len(found.points), 3))
    points[:, : found.points.shape[1]] = mm_per_unit * found.points
    tets, part, part_names = _cells(found, ("tetra", "tetra10"), "part")
    triangles, face, face_names = _cells(found, ("triangle", "triangle6"), "face")
    number = np.full(len(points), -1)
    used = np.unique(tets)
    number[used] = np.arange(len(used))
    vertices, tets = compacted(points, tets)
    tets = turned_positive(vertices, tets)
    facets = facets_of(tets)
    outer = facets.corners[facets.boundary]
    faces = {BOUNDARY: outer}
    for index, name in enumerate(face_names):
        faces[name] = _outer(outer, number[triangles[face == index]], len(vertices))
    linear = TetMesh(
        vertices_mm=vertices,
        tets=tets,
        part=part,
        part_names=part_names or ("body",),
        faces={name: corners for name, corners in faces.items() if len(corners)},
    )
    if not linear.volumes_mm3().min() > 0.0:
        raise MeshError(f"{place} has flat tetrahedra", advice="Repair it in the program that made it")
    return _bent(quadratic_mesh(linear), found, points, number)


def faces_where(mesh: Mesh, test: Callable[[Floats], Bools]) -> Ints:
    """The faces of the outer surface whose three vertices pass a test on places in mm, shape (k, 6)."""
    outer = mesh.face(BOUNDARY)
    chosen: Ints = outer[test(mesh.nodes_mm)[outer[:, :3]].all(axis=1)]
    if not len(chosen):
        raise MeshError("no face of the outer surface passes the test")
    return chosen


def _cells(found: Any, kinds: tuple[str, ...], word: str) -> tuple[Ints, Ints, tuple[str, ...]]:
    """Vertices of all cells of these kinds, the index of the name of each, and the names."""
    corners = {"tetra": 4, "tetra10": 4, "triangle": 3, "triangle6": 3}
    tag_name = next((name for name in TAGS if name in found.cell_data), None)
    vertices, tags = [], []
    for index, block in enumerate(found.cells):
        if block.type in kinds:
            vertices.append(np.asarray(block.data[:, : corners[block.type]], dtype=np.int64))
            own = found.cell_data[tag_name][index] if tag_name else np.zeros(len(block.data))
            tags.append(np.asarray(own, dtype=np.int64).reshape(-1))
    if not vertices:
        return np.zeros((0, corners[kinds[0]]), dtype=np.int64), np.zeros(0, dtype=np.int64), ()
    distinct, part = np.unique(np.concatenate(tags), return_inverse=True)
    dimension = corners[kinds[0]] - 1
    given = {int(value[0]): name for name, value in found.field_data.items() if int(value[1]) == dimension}
    names: tuple[str, ...] = ()
    if tag_name is not None:
        names = tuple(given.get(int(tag), f"{word} {int(tag)}") for tag in distinct)
    return np.concatenate(vertices), part.reshape(-1).astype(np.int64), names


def _bent(mesh: Mesh, found: Any, points: Floats, number: Ints) -> Mesh:
    """The mesh with mid nodes where the quadratic cells of the file have them."""
    count = len(mesh.nodes_mm)
    tets = [block.data for block in found.cells if block.type == "tetra10"]
    if not tets:
        return mesh
    theirs = np.concatenate(tets)
    ends = np.sort(number[theirs[:, TET_EDGES]].reshape(-1, 2), axis=1)
    own = np.sort(mesh.tets[:, TET_EDGES].reshape(-1, 2), axis=1)
    own_keys = own @ np.array([count, 1])
    order = np.argsort(own_keys)
    place = order[np.searchsorted(own_keys[order], ends @ np.array([count, 1]))]
    middle, given = mesh.tets[:, 4:].ravel()[place], points[theirs[:, 4:].ravel()]
    miss = np.linalg.norm(given - mesh.nodes_mm[middle], axis=1)
    off = miss > ROUNDED * np.linalg.norm(points[theirs[:, 0]] - points[theirs[:, 1]], axis=1).repeat(6)
    nodes = mesh.nodes_mm.copy()
    nodes[middle[off]] = given[off]
    return mesh.bent(nodes)


def _outer(outer: Ints, triangles: Ints, n: int) -> Ints:
    """The outer faces, with their outward order, that the triangles are, shape (k, 3)."""

    def keys(corners: Ints) -> Ints:
        a, b, c = np.sort(corners, axis=1).T
        return np.asarray((a * n + b) * n + c, dtype=np.int64)

    known = triangles[(triangles >= 0).all(axis=1)]
    return np.asarray(outer[np.isin(keys(outer), keys(known))], dtype=np.int64)
