"""Result fields read back for drawing: bone, implants and what is lost, as linear grids."""

from dataclasses import dataclass
from pathlib import Path

import meshio
import numpy as np
import pyvista as pv

from cases.export.vtu import PART_NAMES
from cases.faults import UsageError
from geometry.arrays import Ints

_VTK_TETRA = 10


@dataclass(frozen=True, kw_only=True)
class DrawnFields:
    """The parts of one result file.

    Attributes:
        bone: sacrum and ilium, each field averaged to its nodes within one bone.
        cartilage, screw: the other parts.
        cement: round the screw; None without any.
    """

    bone: pv.UnstructuredGrid
    cartilage: pv.UnstructuredGrid
    screw: pv.UnstructuredGrid
    cement: pv.UnstructuredGrid | None


def read_fields(source: Path) -> DrawnFields:
    """The parts of a VTU file written by a run; curved edges are drawn straight."""
    stored = meshio.read(source)
    tets = stored.cells_dict["tetra10"][:, :4]
    part = stored.cell_data["part"][0]
    if not (part == PART_NAMES.index("screw")).any():
        raise UsageError(
            f"{source} has no single screw to cut along: it is of a construct",
            advice="Look at its pictures, or open it in ParaView",
        )
    bones = [_part(stored, tets, part, name).cell_data_to_point_data() for name in ("sacrum", "ilium")]
    cemented = bool((part == PART_NAMES.index("cement")).any())
    return DrawnFields(
        bone=bones[0].merge(bones[1], merge_points=False),
        cartilage=_part(stored, tets, part, "cartilage"),
        screw=_part(stored, tets, part, "screw"),
        cement=_part(stored, tets, part, "cement") if cemented else None,
    )


def _part(stored: meshio.Mesh, tets: Ints, part: Ints, name: str) -> pv.UnstructuredGrid:
    """The elements of one part as a linear grid with their cell fields and the displacement."""
    mine = np.flatnonzero(part == PART_NAMES.index(name))
    nodes, corners = np.unique(tets[mine], return_inverse=True)
    cells = np.column_stack([np.full(len(mine), 4), corners.reshape(-1, 4)]).ravel()
    grid = pv.UnstructuredGrid(cells, np.full(len(mine), _VTK_TETRA), stored.points[nodes])
    for field, values in stored.cell_data.items():
        grid.cell_data[field] = values[0][mine]
    for field, values in stored.point_data.items():
        grid.point_data[field] = values[nodes]
    return grid
