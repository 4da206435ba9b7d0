"""Bones as glass, so that the metal in them is seen."""

import numpy as np
import pyvista as pv

from cases.views.implicit_body import DrawnBody
from geometry.arrays import Floats

# How solid glass is where it is seen face on and at its outline, and how fast the one becomes the other.
FACE_ON, OUTLINE, FALL = 0.17, 0.9, 1.8
# Where a body is looked for in front of its own glass, and how deep inside it that must be.
LOOK_AHEAD_MM, HIDDEN_MM = (2.0, 5.0, 10.0, 17.0, 26.0), 0.5


def glass_skin(body: DrawnBody, skin: pv.PolyData, towards: Floats) -> pv.PolyData:
    """The surface of a body as glass for an eye in that direction: thin face on, solid along its outlines.

    What it hides of itself, such as the walls of canals, is left out: outlines of all depths are a tangle.
    """
    facing = np.asarray(skin.point_data["Normals"]) @ towards
    edge = 1.0 - np.abs(facing)
    opacity = FACE_ON + (OUTLINE - FACE_ON) * edge**FALL
    seen = np.flatnonzero(facing > 0.0)
    points = np.asarray(skin.points, dtype=np.float64)[seen]
    for ahead in LOOK_AHEAD_MM:
        hidden = body.solid(points + ahead * towards) < -HIDDEN_MM
        opacity[seen[hidden]] = 0.0
        seen, points = seen[~hidden], points[~hidden]
    colours = np.empty((skin.n_points, 4))
    # darker along the outlines, as glass is
    colours[:, :3] = np.array(pv.Color(body.colour).int_rgb) * (1.0 - 0.55 * edge[:, None])
    colours[:, 3] = 255.0 * opacity
    glass = skin.copy()
    glass["glass"] = colours.astype(np.uint8)
    return glass


def add_glass(plotter: pv.Plotter, glass: pv.PolyData) -> None:
    """Draw such a surface in the panel that is drawn on."""
    plotter.add_mesh(glass, scalars="glass", rgba=True, lighting=False, culling="back")
