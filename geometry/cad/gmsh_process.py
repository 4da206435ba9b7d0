"""The program that meshes one CAD solid with pygmsh: an order on stdin as JSON, the mesh on stdout as npz.

A process of its own, because gmsh and pygmsh are GPL and sacrofix is not. Lengths are in mm.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pygmsh

# What pygmsh calls a geometry and a volume has no types.
Geometry = Any
Volume = Any


def hollow_ball_octant(geometry: Geometry, inner_mm: float, outer_mm: float) -> Volume:
    """The eighth of a hollow ball with x, y and z above zero."""
    shell = geometry.boolean_difference(
        geometry.add_ball([0.0, 0.0, 0.0], outer_mm), geometry.add_ball([0.0, 0.0, 0.0], inner_mm)
    )
    return geometry.boolean_intersection([shell, geometry.add_box([0.0, 0.0, 0.0], 3 * [2.0 * outer_mm])])


def elliptic_plate_quarter(
    geometry: Geometry,
    inner_x_mm: float,
    inner_y_mm: float,
    outer_x_mm: float,
    outer_y_mm: float,
    thickness_mm: float,
    layers: int,
) -> Volume:
    """The quarter with x and y above zero of an elliptic plate with an elliptic hole, from z = 0 upwards.

    The elements stand in even layers; both ellipses must be at least as long in x as in y.
    """
    outer = geometry.add_disk([0.0, 0.0, 0.0], outer_x_mm, outer_y_mm)
    inner = geometry.add_disk([0.0, 0.0, 0.0], inner_x_mm, inner_y_mm)
    ring = geometry.boolean_difference(outer, inner)
    corner = geometry.add_rectangle([0.0, 0.0, 0.0], 2.0 * outer_x_mm, 2.0 * outer_y_mm)
    quarter = geometry.boolean_intersection([ring, corner])
    return geometry.extrude(quarter, [0.0, 0.0, thickness_mm], num_layers=layers)


SOLIDS: Mapping[str, Callable[..., Volume]] = {
    "hollow_ball_octant": hollow_ball_octant,
    "elliptic_plate_quarter": elliptic_plate_quarter,
}


def main() -> None:
    """Read the order, mesh, write."""
    result_fd = os.dup(1)
    os.dup2(2, 1)  # gmsh talks on stdout, which is for the result alone
    order = json.load(sys.stdin)
    with pygmsh.occ.Geometry() as geometry:
        SOLIDS[order["solid"]](geometry, **order["numbers"])
        geometry.characteristic_length_min = geometry.characteristic_length_max = order["edge_mm"]
        mesh = geometry.generate_mesh(dim=3)
    with os.fdopen(result_fd, "wb") as out:
        np.savez(out, allow_pickle=False, vertices_mm=mesh.points, tets=mesh.cells_dict["tetra"])


if __name__ == "__main__":
    main()
