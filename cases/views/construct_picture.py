"""A construct as it moves in each direction, its motion enlarged, before where it stood."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyvista as pv

from cases.construct.directions import DIRECTIONS
from cases.construct.results import ModelResult
from cases.views.canvas import BONE, INK, METAL, off_screen_plotter, save_small
from fem.solution import Solution
from geometry.arrays import Bools, Floats, Ints
from geometry.mesh import Mesh
from geometry.mesh_faces import outer_faces

PANEL, COLUMNS = (560, 600), 4
# Half the height of a panel shows so much round the middle of spine and sacrum (chosen: the ilia go beyond).
HALF_MM = 105.0
# The largest displacement is drawn as long as this (chosen: seen at a glance, and nothing is torn).
DRAWN_MM = 14.0
STOOD = "#7A8CA8"
# By the beginning of a part's name; the first that fits.
COLOURS: Mapping[str, str] = {
    "rod": METAL,
    "head": "#B9C0C8",
    "cross_link": METAL,
    "screw": "#5B6673",
    "graft": "#C9B07A",
    "disc": "#8FB9CC",
    "cartilage": "#8FB9CC",
    "facet": "#8FB9CC",
    "ilium": "#DCC9A3",
    "l5": "#E8D3BC",
    "l4": "#EFE6D4",
    "sacrum": BONE,
}
SIX_NODE_TRIANGLES = np.array([[0, 3, 5], [3, 1, 4], [5, 4, 2], [3, 4, 5]])
BACK, LEFT, ABOVE = np.array([0.25, 1.0, 0.2]), np.array([1.0, 0.25, 0.1]), np.array([0.15, 0.75, 1.0])
# From where each direction is seen: so that the motion is across the picture.
EYES: Mapping[str, Floats] = {
    "flexion_extension": LEFT,
    "lateral_bending": BACK,
    "axial_rotation": ABOVE,
    "flexion": LEFT,
    "extension": LEFT,
    "bending_left": BACK,
    "bending_right": BACK,
    "rotation_left": ABOVE,
    "rotation_right": ABOVE,
    "compression": LEFT,
    "anterior_shear": LEFT,
    "lateral_shear": BACK,
    "follower": LEFT,
    "stance": LEFT,
}


# Bone that is lost is seen through.
LOST, LOST_COLOUR, LOST_OPACITY = "lost", "#B5523B", 0.18
# What moves most: where it stood is shown.
MOVING = ("l5", "l4", "rod", "head", "screw", "cross")
# What would hide the rest from the left.
IN_THE_WAY = ("ilium_left", "cartilage_left")


def draw_construct(mesh: Mesh, lost: Bools, solution: Solution, result: ModelResult, target: Path) -> None:
    """Write the picture as PNG: a panel for each direction, where the construct stood as a shade behind.

    Args:
        mesh: of both sides.
        lost: elements that are mostly lost, shape (m,).
        solution: on that mesh.
        result: of all directions.
        target: the file.
    """
    parts = np.where(lost, len(mesh.part_names), mesh.part)
    mesh = replace(mesh, part=parts, part_names=(*mesh.part_names, LOST), faces=dict(mesh.faces))
    skins = {part: _triangles(outer_faces(mesh, part)) for part in mesh.part_names}
    spine = np.isin(mesh.part, [mesh.part_index(name) for name in ("sacrum", "l5", LOST)])
    points = mesh.nodes_mm[mesh.tets[spine, :4]].reshape(-1, 3)
    middle = 0.5 * (points.min(axis=0) + points.max(axis=0))
    rows = -(-len(result.directions) // COLUMNS)
    plotter = off_screen_plotter((COLUMNS * PANEL[0], rows * PANEL[1]), shape=(rows, COLUMNS))
    for place, row in enumerate(result.directions):
        plotter.subplot(*divmod(place, COLUMNS))
        name, direction = row.direction, DIRECTIONS[row.direction]
        moved = solution.displacement_of(name)
        factor = DRAWN_MM / float(np.linalg.norm(moved, axis=1).max())
        for part, triangles in skins.items():
            if not len(triangles) or (EYES[name] is LEFT and part in IN_THE_WAY):
                continue
            if part == LOST:
                skin = _skin(mesh.nodes_mm + factor * moved, triangles)
                plotter.add_mesh(skin, color=LOST_COLOUR, opacity=LOST_OPACITY)
                continue
            colour = next(colour for start, colour in COLOURS.items() if part.startswith(start))
            metal = part.startswith(("rod", "head", "screw", "cross"))
            plotter.add_mesh(
                _skin(mesh.nodes_mm + factor * moved, triangles),
                color=colour,
                smooth_shading=True,
                split_sharp_edges=metal,
                ambient=0.25,
                specular=0.35 if metal else 0.05,
            )
            if part.startswith(MOVING):
                plotter.add_mesh(_skin(mesh.nodes_mm, triangles), color=STOOD, opacity=0.22)
        text = f"{direction.title}: {row.stiffness:.4g} {row.stiffness_unit}, x {factor:.0f}"
        plotter.add_text(text, position="lower_edge", font_size=11, color=INK)
        _aim(plotter, middle, EYES[name])
    save_small(plotter, target)


def _triangles(faces: Ints) -> Ints:
    """Flat triangles of six-node faces (k, 6), shape (4 k, 3)."""
    return np.asarray(faces[:, SIX_NODE_TRIANGLES].reshape(-1, 3))


def _skin(points_mm: Floats, triangles: Ints) -> pv.PolyData:
    nodes, corners = np.unique(triangles, return_inverse=True)
    return pv.PolyData.from_regular_faces(points_mm[nodes], corners.reshape(-1, 3))


def _aim(plotter: pv.Plotter, centre_mm: Floats, towards: Floats) -> None:
    """Look at a point from that direction, in parallel projection."""
    eye = centre_mm + 600.0 * towards / np.linalg.norm(towards)
    plotter.enable_parallel_projection()
    plotter.camera_position = [tuple(eye), tuple(centre_mm), (0.0, 0.0, 1.0)]
    plotter.camera.parallel_scale = HALF_MM
    plotter.reset_camera_clipping_range()
