"""VTU files: the quadratic mesh with its fields, readable by ParaView and pyvista."""

from collections.abc import Mapping
from pathlib import Path

import meshio
import numpy as np

from geometry.arrays import Floats
from geometry.mesh import Mesh

# What the cell field "part" means in every file: the place in this row; parts of other names come behind it,
# and a file beside the fields, of this ending, has the whole row.
PART_NAMES = ("screw", "sacrum", "ilium", "cartilage", "cement")
PARTS = ".parts.json"


def write_vtu(
    mesh: Mesh,
    target: Path,
    *,
    point_fields: Mapping[str, Floats],
    cell_fields: Mapping[str, Floats],
) -> None:
    """Write the mesh as quadratic tetrahedra with its fields in single precision, compressed.

    Args:
        mesh: nodes in mm; the cell field "part" is added, counting as in `PART_NAMES`.
        target: file to write.
        point_fields: arrays with one row per node.
        cell_fields: arrays with one row per tetrahedron.
    """
    single = {name: np.asarray(values, dtype=np.float32) for name, values in point_fields.items()}
    cells = {name: [np.asarray(values, dtype=np.float32)] for name, values in cell_fields.items()}
    order = part_order(mesh)
    number = np.array([order.index(name) for name in mesh.part_names])
    cells["part"] = [number[mesh.part].astype(np.int32)]
    grid = meshio.Mesh(
        mesh.nodes_mm.astype(np.float32),
        [("tetra10", mesh.tets.astype(np.int32))],
        point_data=single,
        cell_data=cells,
    )
    meshio.write(target, grid, file_format="vtu", binary=True, compression="zlib")


def part_order(mesh: Mesh) -> tuple[str, ...]:
    """The names that the cell field "part" of a file counts."""
    return (*PART_NAMES, *(name for name in mesh.part_names if name not in PART_NAMES))
