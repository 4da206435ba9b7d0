"""Implicit bodies as an anatomist's plate: whole, cut, or with bones as glass, from any side.

A new body is one more `DrawnBody` in the list, a new panel one more `PlateView`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv

from cases.views.canvas import INK, off_screen_plotter, save_small
from cases.views.glass import add_glass, glass_skin
from cases.views.implicit_body import DrawnBody, cut_face, surface
from geometry.arrays import Floats

# Of a panel in pixels, and of the band below it for its title; empty space round what is drawn.
PANEL_WIDTH, TITLE_HEIGHT = 520, 30
MARGIN = 1.06
# Where bodies overlap in a cut, the earlier one is drawn this much nearer to the eye.
LAYER_MM = 0.04
# A screw whose axis lies in the cutting plane stays.
SLACK_MM = 1.0


@dataclass(frozen=True, kw_only=True)
class PlateView:
    """One panel of the plate, in the anatomical frame (x left, y back, z up).

    Attributes:
        title: below the panel.
        towards: from the bodies to the eye, shape (3,).
        up: this way is up, shape (3,).
        cut_mm: a point of the plane that takes away what is nearer to the eye; None shows the whole.
        glass: bones are drawn as glass, so that metal is seen in them.
    """

    title: str
    towards: Floats
    up: Floats
    cut_mm: Floats | None = None
    glass: bool = False

    @property
    def right(self) -> Floats:
        """This way is right in the picture, shape (3,)."""
        return np.asarray(np.cross(self.up, self.towards))


def draw_anatomy(bodies: Sequence[DrawnBody], views: Sequence[PlateView], target: Path) -> None:
    """Write the plate as PNG: every body in every view, three panels to a row, all to one scale.

    Where bodies overlap in a cut, the earlier one is shown.
    """
    skins = [surface(body) for body in bodies]
    corners = np.vstack([skin.points for skin in skins])
    widest = max(float(np.ptp(corners @ view.right)) for view in views)
    tallest = max(float(np.ptp(corners @ view.up)) for view in views)
    mm_per_pixel = MARGIN * widest / PANEL_WIDTH
    height = int(np.ceil(MARGIN * tallest / mm_per_pixel)) + 2 * TITLE_HEIGHT
    rows = -(-len(views) // 3)
    plotter = off_screen_plotter((3 * PANEL_WIDTH, rows * height), shape=(rows, 3))
    for index, view in enumerate(views):
        plotter.subplot(*divmod(index, 3))
        draw_panel(plotter, bodies, skins, view)
        plotter.add_text(view.title, position="lower_edge", font_size=9, color=INK)
        aim(plotter, view, corners, 0.5 * height * mm_per_pixel)
    save_small(plotter, target)


def draw_panel(
    plotter: pv.Plotter, bodies: Sequence[DrawnBody], skins: Sequence[pv.PolyData], view: PlateView
) -> None:
    """Every body, with its surface beside it, in the panel that is drawn on."""
    for layer, (body, skin) in enumerate(zip(bodies, skins, strict=True)):
        _draw(plotter, body, skin, view, LAYER_MM * (len(bodies) - layer))
    if view.glass:
        plotter.enable_depth_peeling(8)
    else:
        plotter.enable_ssao(radius=12.0, bias=0.6, kernel_size=64)


def aim(plotter: pv.Plotter, view: PlateView, corners_mm: Floats, half_mm: float) -> None:
    """Look along the panel's direction, in parallel projection, at the middle of these points.

    Half the panel's height shows `half_mm`.
    """
    centre = np.zeros(3)
    for side in (view.right, view.up, view.towards):
        heights = corners_mm @ side
        centre += 0.5 * (heights.min() + heights.max()) * side
    plotter.enable_parallel_projection()
    plotter.camera_position = [tuple(centre + 600.0 * view.towards), tuple(centre), tuple(view.up)]
    plotter.camera.parallel_scale = half_mm
    plotter.reset_camera_clipping_range()


def _draw(plotter: pv.Plotter, body: DrawnBody, skin: pv.PolyData, view: PlateView, lift_mm: float) -> None:
    """One body in one panel, with its cut face where the panel cuts it."""
    if view.cut_mm is not None:
        beyond = (skin.points - view.cut_mm) @ view.towards
        if beyond.min() > 0.0 or (body.metal and beyond.mean() > SLACK_MM):
            return  # what stays whole goes all the same where it lies in the half that is taken away
        if not body.metal:
            skin = skin.clip(normal=view.towards, origin=view.cut_mm)
            _draw_cut(plotter, body, view, view.cut_mm, lift_mm)
    if not skin.n_cells:
        return
    if view.glass and not body.metal:
        add_glass(plotter, glass_skin(body, skin, view.towards))
        return
    plotter.add_mesh(
        skin,
        color=body.colour,
        smooth_shading=True,
        ambient=0.22,
        diffuse=0.85,
        specular=0.35 if body.metal else 0.1,
        specular_power=20 if body.metal else 8,
    )


def _draw_cut(
    plotter: pv.Plotter, body: DrawnBody, view: PlateView, through_mm: Floats, lift_mm: float
) -> None:
    """The face of a body in the cutting plane, with an inked outline."""
    sheet = cut_face(body, through_mm, view.towards, view.up)
    if sheet is None:
        return
    sheet = sheet.translate(lift_mm * view.towards)
    plotter.add_mesh(
        sheet.clip_scalar(scalars="distance", value=0.0), color=body.cut_colour, ambient=1.0, diffuse=0.0
    )
    plotter.add_mesh(sheet.contour([0.0], scalars="distance"), color=INK, line_width=2.0)
