"""The program that meshes one CAD solid with gmsh: an order on stdin as JSON, the mesh on stdout as npz.

A process of its own, because gmsh and pygmsh are GPL and sacrofix is not. Lengths are in mm.
"""

import json
import math
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import gmsh
import numpy as np
import pygmsh

# What pygmsh calls a geometry has no types.
Geometry = Any
# Points of a helix for each turn: the curve through them misses it by 1e-5 of its radius.
POINTS_PER_TURN = 24
# How deep the helical thread is sunk into the core, so that their union does not hang on touching faces.
SINK_MM = 0.15
# Chosen: what a thread keeps away from the top of the block and from the tip, as a share of its pitch.
END_SHARE = 0.1
# Chosen: edges on a circle; their polygon then has 0.6 % less area than the circle.
EDGES_PER_CIRCLE = 32
# Chosen: growth of the edges away from the thread, mm per mm.
GRADING = 0.35


class Solid(NamedTuple):
    """What was drawn.

    Attributes:
        parts: numbers of the volumes of each part.
        size: edge in mm as a formula in x, y and z; without one it is the order's edge everywhere.
    """

    parts: Mapping[str, list[int]]
    size: str = ""


def hollow_ball_octant(geometry: Geometry, inner_mm: float, outer_mm: float) -> Solid:
    """The eighth of a hollow ball with x, y and z above zero."""
    shell = geometry.boolean_difference(
        geometry.add_ball([0.0, 0.0, 0.0], outer_mm), geometry.add_ball([0.0, 0.0, 0.0], inner_mm)
    )
    geometry.boolean_intersection([shell, geometry.add_box([0.0, 0.0, 0.0], 3 * [2.0 * outer_mm])])
    return Solid(parts={"hollow_ball_octant": _volumes()})


def elliptic_plate_quarter(
    geometry: Geometry,
    inner_x_mm: float,
    inner_y_mm: float,
    outer_x_mm: float,
    outer_y_mm: float,
    thickness_mm: float,
    layers: int,
) -> Solid:
    """The quarter with x and y above zero of an elliptic plate with an elliptic hole, from z = 0 upwards.

    The elements stand in even layers; both ellipses must be at least as long in x as in y.
    """
    outer = geometry.add_disk([0.0, 0.0, 0.0], outer_x_mm, outer_y_mm)
    inner = geometry.add_disk([0.0, 0.0, 0.0], inner_x_mm, inner_y_mm)
    ring = geometry.boolean_difference(outer, inner)
    corner = geometry.add_rectangle([0.0, 0.0, 0.0], 2.0 * outer_x_mm, 2.0 * outer_y_mm)
    quarter = geometry.boolean_intersection([ring, corner])
    geometry.extrude(quarter, [0.0, 0.0, thickness_mm], num_layers=layers)
    return Solid(parts={"elliptic_plate_quarter": _volumes()})


def foam_block_with_screw(
    geometry: Geometry,
    outer_diameter_mm: float,
    core_diameter_mm: float,
    pitch_mm: float,
    crest_mm: float,
    trailing_mm: float,
    leading_mm: float,
    length_mm: float,
    shank_mm: float,
    width_mm: float,
    height_mm: float,
    helical: bool,
    near_mm: float,
) -> Solid:
    """A block under z = 0 with a screw along the z axis, `length_mm` deep, whose shank stands out above.

    Args:
        geometry: where to draw.
        outer_diameter_mm, core_diameter_mm, pitch_mm, crest_mm: of the thread.
        trailing_mm, leading_mm: of the two flanks along the axis, crest to core.
        length_mm: of the screw in the block.
        shank_mm: of the core above the block.
        width_mm, height_mm: of the block.
        helical: one helix, or a ring for each turn.
        near_mm: edge at the thread.
    """
    del geometry  # gmsh's own calls know sweeps and which volume came from which
    occ = gmsh.model.occ
    core_mm, outer_mm = 0.5 * core_diameter_mm, 0.5 * outer_diameter_mm
    base_mm = crest_mm + trailing_mm + leading_mm
    # the thread as (radius, height) round the middle of its base, upwards
    low, high = -0.5 * base_mm, 0.5 * base_mm
    crest = [(outer_mm, low + leading_mm), (outer_mm, high - trailing_mm)]
    core = occ.addCylinder(0.0, 0.0, -length_mm, 0.0, 0.0, length_mm + shank_mm, core_mm)
    depth_mm = outer_mm - core_mm
    foot = [
        (core_mm - SINK_MM, low - SINK_MM * leading_mm / depth_mm),
        *crest,
        (core_mm - SINK_MM, high + SINK_MM * trailing_mm / depth_mm),
    ]
    if helical:
        end_mm = 0.5 * base_mm + END_SHARE * pitch_mm
        threads = [_helix(foot, core_mm, pitch_mm, end_mm - length_mm, -end_mm)]
    else:
        turns = int(length_mm / pitch_mm + 1e-9)
        spare_mm = length_mm - turns * pitch_mm
        threads = [_ring(foot, -0.5 * spare_mm - (turn + 0.5) * pitch_mm) for turn in range(turns)]
    screw, _ = occ.fuse([(3, core)], [(3, thread) for thread in threads])
    box = occ.addBox(-0.5 * width_mm, -0.5 * width_mm, -height_mm, width_mm, width_mm, height_mm)
    _, origin = occ.fragment([(3, box)], screw)
    of_screw = {tag for pieces in origin[1:] for _, tag in pieces}
    of_foam = {tag for _, tag in origin[0]} - of_screw
    return Solid(
        parts={"foam": sorted(of_foam), "screw": sorted(of_screw)},
        size=_size_round(core_mm, outer_mm, length_mm, near_mm),
    )


def _helix(
    profile: list[tuple[float, float]], radius_mm: float, pitch_mm: float, low: float, high: float
) -> int:
    """The volume swept by a profile (radius, height) along a right-handed helix between two heights."""
    occ = gmsh.model.occ
    turns = (high - low) / pitch_mm
    steps = max(round(POINTS_PER_TURN * turns), 4)
    angles = [2.0 * math.pi * turns * step / steps for step in range(steps + 1)]
    spine = [
        occ.addPoint(
            radius_mm * math.cos(angle), radius_mm * math.sin(angle), low + pitch_mm * angle / (2.0 * math.pi)
        )
        for angle in angles
    ]
    wire = occ.addWire([occ.addSpline(spine)])
    face = _face(profile, low)
    # the Frenet frame of a helix turns with it, so that the profile keeps its place to the axis
    swept = occ.addPipe([(2, face)], wire, "Frenet")
    occ.remove([(2, face)], recursive=True)
    return next(int(tag) for dimension, tag in swept if dimension == 3)


def _ring(profile: list[tuple[float, float]], middle: float) -> int:
    """The volume swept by a profile (radius, height) round the z axis."""
    face = _face(profile, middle)
    swept = gmsh.model.occ.revolve([(2, face)], 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0 * math.pi)
    gmsh.model.occ.remove([(2, face)], recursive=True)
    return next(int(tag) for dimension, tag in swept if dimension == 3)


def _face(profile: list[tuple[float, float]], middle: float) -> int:
    """A plane face in the x-z plane with these corners (x, z - middle)."""
    occ = gmsh.model.occ
    corners = [occ.addPoint(radius, 0.0, middle + height) for radius, height in profile]
    ends = [*corners[1:], corners[0]]
    lines = [occ.addLine(first, second) for first, second in zip(corners, ends, strict=True)]
    return int(occ.addPlaneSurface([occ.addCurveLoop(lines)]))


def _size_round(core_mm: float, outer_mm: float, length_mm: float, near_mm: float) -> str:
    """The formula of an edge that grows away from a hollow cylinder, the zone of the thread."""

    def positive(value: str) -> str:
        return f"0.5*(({value})+abs({value}))"

    radius = "sqrt(x*x+y*y)"
    across = f"({positive(f'{core_mm}-{radius}')}+{positive(f'{radius}-{outer_mm}')})"
    along = f"({positive('z')}+{positive(f'-{length_mm}-z')})"
    return f"{near_mm}+{GRADING}*sqrt({across}^2+{along}^2)"


def _volumes() -> list[int]:
    """Numbers of all volumes drawn so far."""
    gmsh.model.occ.synchronize()
    return [int(tag) for _, tag in gmsh.model.getEntities(3)]


SOLIDS: Mapping[str, Callable[..., Solid]] = {
    "hollow_ball_octant": hollow_ball_octant,
    "elliptic_plate_quarter": elliptic_plate_quarter,
    "foam_block_with_screw": foam_block_with_screw,
}


def main() -> None:
    """Read the order, mesh, write."""
    result_fd = os.dup(1)
    os.dup2(2, 1)  # gmsh talks on stdout, which is for the result alone
    order = json.load(sys.stdin)
    with pygmsh.occ.Geometry() as geometry:
        solid = SOLIDS[order["solid"]](geometry, **order["numbers"])
        gmsh.model.occ.synchronize()
        _wish_size(solid.size, order["edge_mm"])
        gmsh.model.mesh.generate(3)
        tags, coordinates, _ = gmsh.model.mesh.getNodes()
        row_of = np.zeros(int(tags.max()) + 1, dtype=np.int64)
        row_of[tags.astype(np.int64)] = np.arange(len(tags))
        tets = [_tets(volumes) for volumes in solid.parts.values()]
    with os.fdopen(result_fd, "wb") as out:
        np.savez(
            out,
            allow_pickle=False,
            vertices_mm=coordinates.reshape(-1, 3),
            tets=row_of[np.concatenate(tets)],
            part=np.repeat(np.arange(len(tets)), [len(group) for group in tets]),
            part_names=np.array(list(solid.parts)),
        )


def _wish_size(formula: str, edge_mm: float) -> None:
    """Tell gmsh the edge: a formula up to `edge_mm`, or `edge_mm` everywhere."""
    gmsh.option.setNumber("Mesh.MeshSizeMax", edge_mm)
    if not formula:
        gmsh.option.setNumber("Mesh.MeshSizeMin", edge_mm)
        return
    gmsh.option.setNumber("Mesh.MeshSizeExtendFromBoundary", 0)
    gmsh.option.setNumber("Mesh.MeshSizeFromPoints", 0)
    gmsh.option.setNumber("Mesh.MeshSizeFromCurvature", EDGES_PER_CIRCLE)
    # measured on a thread: the least dihedral angle rises from 9 (HXT, gmsh's own optimiser) to 15 degrees
    gmsh.option.setNumber("Mesh.OptimizeNetgen", 1)
    field = gmsh.model.mesh.field.add("MathEval")
    gmsh.model.mesh.field.setString(field, "F", formula)
    gmsh.model.mesh.field.setAsBackgroundMesh(field)


def _tets(volumes: list[int]) -> Any:
    """Node numbers of the tetrahedra of these volumes, shape (m, 4)."""
    linear = 4  # gmsh's number of the four-node tetrahedron
    corners = [gmsh.model.mesh.getElementsByType(linear, volume)[1].reshape(-1, 4) for volume in volumes]
    return np.concatenate(corners).astype(np.int64)


if __name__ == "__main__":
    main()
