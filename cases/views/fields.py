"""Result fields read back for drawing: bone, implants and what is lost, as linear grids."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import meshio
import numpy as np
import pyvista as pv

from cases.export.vtu import PART_NAMES, PARTS
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
    """The parts of a VTU file written by a pull-out; curved edges are drawn straight."""
    parts = read_parts(source, ("screw", "sacrum", "ilium", "cartilage", "cement"))
    bones = [parts[name].cell_data_to_point_data() for name in ("sacrum", "ilium")]
    return DrawnFields(
        bone=bones[0].merge(bones[1], merge_points=False),
        cartilage=parts["cartilage"],
        screw=parts["screw"],
        cement=parts.get("cement"),
    )


def part_names(source: Path) -> tuple[str, ...]:
    """What the parts of a VTU file are called, in the order of its cell field "part"."""
    beside = source.with_suffix(PARTS)
    return tuple(json.loads(beside.read_text(encoding="utf-8"))) if beside.is_file() else PART_NAMES


def read_parts(source: Path, wanted: Sequence[str] = ()) -> Mapping[str, pv.UnstructuredGrid]:
    """The named parts of a VTU file that have elements, all if none is named, as linear grids."""
    stored = meshio.read(source)
    tets = stored.cells_dict["tetra10"][:, :4]
    part = stored.cell_data["part"][0]
    found = {}
    for number, name in enumerate(part_names(source)):
        mine = np.flatnonzero(part == number)
        if len(mine) and (not wanted or name in wanted):
            found[name] = _grid(stored, tets, mine)
    return found


def _grid(stored: meshio.Mesh, tets: Ints, mine: Ints) -> pv.UnstructuredGrid:
    """Some elements as a linear grid with their cell fields and the displacement."""
    nodes, corners = np.unique(tets[mine], return_inverse=True)
    cells = np.column_stack([np.full(len(mine), 4), corners.reshape(-1, 4)]).ravel()
    grid = pv.UnstructuredGrid(cells, np.full(len(mine), _VTK_TETRA), stored.points[nodes])
    for field, values in stored.cell_data.items():
        grid.cell_data[field] = values[0][mine]
    for field, values in stored.point_data.items():
        grid.point_data[field] = values[nodes]
    return grid
