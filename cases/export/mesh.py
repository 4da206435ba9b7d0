"""Mesh files for other programs, with the names of parts and faces: Gmsh's .msh and VTK's .vtu."""

import os
from pathlib import Path

import meshio
import numpy as np

from cases.export.vtu import write_vtu
from cases.faults import UsageError
from geometry.mesh import Mesh

FORMATS = (".msh", ".vtu")


def require_target(target: Path) -> None:
    """Refuse a file that could not be written, before any work.

    Raises:
        UsageError: its ending is not one of `FORMATS`, it is a folder, or its folder cannot be made.
    """
    if target.suffix.lower() not in FORMATS:
        raise UsageError(
            f"{target.name} ends in {target.suffix or 'nothing'!r}",
            where="--out",
            advice=f"Choose a name that ends in {' or '.join(FORMATS)}",
        )
    if target.is_dir():
        raise UsageError(f"{target} is a folder", where="--out", advice="Choose the name of a file")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"the folder of {target} cannot be made: {error.strerror}", where="--out", advice="Choose another"
        ) from None
    if not os.access(target.parent, os.W_OK):
        raise UsageError(f"{target.parent} cannot be written", where="--out", advice="Choose another folder")


def write_mesh(mesh: Mesh, target: Path) -> None:
    """Write quadratic tetrahedra with their parts; a .msh also keeps the named faces and all names.

    The file appears under its name when it is complete.

    Raises:
        UsageError: as `require_target`.
    """
    require_target(target)
    unfinished = target.with_name(f".{target.stem}.{os.getpid()}.unfinished{target.suffix.lower()}")
    try:
        if unfinished.suffix == ".vtu":
            write_vtu(mesh, unfinished, point_fields={}, cell_fields={})
        else:
            _write_msh(mesh, unfinished)
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_msh(mesh: Mesh, target: Path) -> None:
    """Gmsh 2.2, which keeps physical groups without entities: parts and faces by name."""
    names = {name: np.array([index + 1, 3]) for index, name in enumerate(mesh.part_names)}
    cells = [("tetra10", mesh.tets)]
    tags = [mesh.part + 1]
    for number, (name, triangles) in enumerate(sorted(mesh.faces.items())):
        names[name] = np.array([len(mesh.part_names) + number + 1, 2])
        cells.append(("triangle6", triangles))
        tags.append(np.full(len(triangles), names[name][0]))
    physical = [tag.astype(np.int32) for tag in tags]
    grid = meshio.Mesh(
        mesh.nodes_mm,
        cells,
        cell_data={"gmsh:physical": physical, "gmsh:geometrical": physical},
        field_data=names,
    )
    meshio.write(target, grid, file_format="gmsh22", binary=True)
