"""One model of a construct turned round in a window, or saved as a picture."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyvista as pv

from cases.construct.directions import DIRECTIONS
from cases.views.canvas import BONE, INK, bar_title
from cases.views.fields import part_names, read_parts
from cases.views.screws_picture import cut_normal
from cases.views.window import FieldColours
from geometry.arrays import Floats
from geometry.errors import SacrofixError

# Title, colours, limits or None for the data's own, logarithmic; those of metal reach above those of bone.
SHOWN: Mapping[str, FieldColours] = {
    "von_mises_mpa": ("Von Mises stress (MPa)", "inferno", (0.01, 100.0), True),
    "displacement_mm": ("Displacement (mm)", "cividis", None, False),
    "density_mg_cm3": ("Density (mg/cm3)", "viridis", None, False),
    "young_mpa": ("Young's modulus (MPa)", "viridis", (10.0, 110_000.0), True),
    "lost": ("Lost bone (share)", "Reds", (0.0, 1.0), False),
}
# Those that each direction has its own of.
BY_DIRECTION = ("von_mises_mpa", "displacement_mm")
METAL_PARTS = ("screw", "rod", "head", "cross_link")
BONE_PARTS = ("sacrum", "ilium", "l4", "l5")


def is_construct(source: Path) -> bool:
    """Whether a VTU file is of a construct."""
    return "ilium_left" in part_names(source)


def show_construct(
    source: Path, field: str, direction: str | None = None, screenshot: Path | None = None
) -> None:
    """Show a field on all parts, cut along the left sacral screw, or through the middle where there is none.

    Implants are left whole.

    Args:
        source: VTU file of a construct.
        field: a row of `SHOWN`.
        direction: one that the construct was loaded in; None is the first.
        screenshot: picture to write; None opens a window with a plane to drag.

    Raises:
        SacrofixError: the file holds no such field or direction, or no window can be opened.
    """
    if field not in SHOWN:
        raise SacrofixError(f"no field {field!r} of a construct", advice=f"Choose one of {', '.join(SHOWN)}")
    parts = read_parts(source)
    held = next(iter(parts.values())).point_data
    loaded = [one for one in DIRECTIONS if f"displacement_mm_{one}" in held]
    direction = loaded[0] if direction is None else direction
    if direction not in loaded:
        raise SacrofixError(
            f"{source.name} was not loaded in {direction}", advice=f"Choose one of {', '.join(loaded)}"
        )
    name = f"{field}_{direction}" if field in BY_DIRECTION else field
    title, colours, limits, logarithmic = SHOWN[field]
    if field in BY_DIRECTION:
        title = f"{title}, {DIRECTIONS[direction].title}"
    metal = [grid for part, grid in parts.items() if part.startswith(METAL_PARTS)]
    bone = [grid.cell_data_to_point_data() for part, grid in parts.items() if part.startswith(BONE_PARTS)]
    soft = [grid for part, grid in parts.items() if not part.startswith((*METAL_PARTS, *BONE_PARTS))]
    cut = [pv.merge(bone, merge_points=False), *([pv.merge(soft, merge_points=False)] if soft else [])]
    point, normal = _plane(parts)
    plotter = pv.Plotter(off_screen=screenshot is not None, window_size=[1400, 1100])
    plotter.set_background("white")
    colouring = {
        "scalars": name,
        "cmap": colours,
        "clim": limits,
        "log_scale": logarithmic,
        "scalar_bar_args": {"title": bar_title(title), "color": INK, "fmt": "%.3g"},
    }
    for grid in cut:
        if screenshot is None:
            plotter.add_mesh_clip_plane(grid, normal=normal, origin=point, **colouring)
        else:
            plotter.add_mesh(grid.clip(normal=normal, origin=point), **colouring)
    ghost = cut[0].extract_surface(algorithm="dataset_surface")
    plotter.add_mesh(ghost, color=BONE, opacity=0.1, smooth_shading=True)
    if metal:
        whole = pv.merge(metal, merge_points=False).extract_surface(algorithm="dataset_surface")
        plotter.add_mesh(whole, **colouring)
    centre = np.array(cut[0].center)
    plotter.camera_position = [
        tuple(centre + 300.0 * normal + [80.0, 260.0, 0.0]),
        tuple(centre),
        (0.0, 0.0, 1.0),
    ]
    plotter.reset_camera()
    plotter.camera.zoom(1.45)
    if screenshot is None:
        plotter.show(title=f"sacrofix: {source.name}")
    else:
        plotter.screenshot(screenshot)
        plotter.close()


def _plane(parts: Mapping[str, pv.UnstructuredGrid]) -> tuple[Floats, Floats]:
    """A point and the normal of the cut, shape (3,) each."""
    screws = [part for part in parts if part.startswith("screw") and part.endswith("_left")]
    if not screws:
        # the right half stays, seen from the left
        return np.zeros(3), np.array([1.0, 0.0, 0.0])
    lowest = min(screws, key=lambda part: float(np.asarray(parts[part].points)[:, 2].mean()))
    points = np.asarray(parts[lowest].points, dtype=float)
    middle = points.mean(axis=0)
    return middle, cut_normal(np.linalg.svd(points - middle, full_matrices=False)[2][0])
