"""One result turned round in a window, or saved as a picture."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyvista as pv

from cases.views.canvas import BONE, CEMENT, INK, METAL, bar_title
from cases.views.fields import DrawnFields, read_fields
from cases.views.screws_picture import cut_normal
from geometry.arrays import Floats
from geometry.errors import SacrofixError

FieldColours: TypeAlias = tuple[str, str, tuple[float, float] | None, bool]
# How each field is drawn: title, colours, limits or None for the data's own, logarithmic.
SHOWN_FIELDS: Mapping[str, FieldColours] = {
    "density_mg_cm3": ("Density (mg/cm3)", "viridis", None, False),
    "young_mpa": ("Young's modulus (MPa)", "viridis", (10.0, 20_000.0), True),
    "von_mises_mpa": ("Von Mises stress (MPa)", "inferno", (0.01, 10.0), True),
    "effective_strain": ("Effective strain", "inferno", (1e-6, 1e-3), True),
    "displacement_mm": ("Displacement (mm)", "cividis", None, False),
    "lost": ("Lost bone (share)", "Reds", (0.0, 1.0), False),
}


def show_fields(source: Path, field: str, screenshot: Path | None = None) -> None:
    """Show a field on the bones cut along the screw, in a window or, without one, as PNG.

    Args:
        source: VTU file of a run.
        field: a row of `SHOWN_FIELDS`.
        screenshot: picture to write; None opens a window with a plane to drag.

    Raises:
        SacrofixError: the file holds no such field, or no window can be opened.
    """
    if field not in SHOWN_FIELDS:
        raise SacrofixError(f"no field named {field!r}", advice=f"Choose one of {', '.join(SHOWN_FIELDS)}")
    drawn = read_fields(source)
    title, colours, limits, logarithmic = SHOWN_FIELDS[field]
    point, direction = screw_axis(drawn)
    normal = cut_normal(direction)
    plotter = pv.Plotter(off_screen=screenshot is not None, window_size=[1400, 1000])
    plotter.set_background("white")
    colouring = {
        "scalars": field,
        "cmap": colours,
        "clim": limits,
        "log_scale": logarithmic,
        "scalar_bar_args": {"title": bar_title(title), "color": INK, "fmt": "%.3g"},
    }
    if screenshot is None:
        plotter.add_mesh_clip_plane(drawn.bone, normal=normal, origin=point, **colouring)
    else:
        plotter.add_mesh(drawn.bone.clip(normal=normal, origin=point), **colouring)
    ghost = drawn.bone.extract_surface(algorithm="dataset_surface")
    plotter.add_mesh(ghost, color=BONE, opacity=0.12, smooth_shading=True)
    if drawn.cement is not None:
        plotter.add_mesh(drawn.cement.clip(normal=normal, origin=point), color=CEMENT)
        plotter.add_text("pink: cement", position="lower_left", font_size=9, color=INK)
    screw = drawn.screw.extract_surface(algorithm="dataset_surface")
    plotter.add_mesh(screw, color=METAL, smooth_shading=True, split_sharp_edges=True, specular=0.6)
    centre = np.array(drawn.bone.center)
    plotter.camera_position = [
        tuple(centre + 220.0 * normal + np.array([60.0, 200.0, 0.0])),
        tuple(centre),
        (0.0, 0.0, 1.0),
    ]
    plotter.reset_camera()
    plotter.camera.zoom(1.3)
    if screenshot is None:
        plotter.show(title=f"sacrofix: {source.name}")
    else:
        plotter.screenshot(screenshot)
        plotter.close()


def screw_axis(drawn: DrawnFields) -> tuple[Floats, Floats]:
    """The middle of the screw and its direction towards the tip, shape (3,) each."""
    points = np.asarray(drawn.screw.points, dtype=float)
    middle = points.mean(axis=0)
    direction = np.linalg.svd(points - middle, full_matrices=False)[2][0]
    # screws go in from the back, so the tip is in front
    return middle, direction if direction[1] < 0.0 else -direction
