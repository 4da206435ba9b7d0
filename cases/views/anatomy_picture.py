"""Implicit bodies as an anatomist's plate: front, back, side, top, and cut down the middle and across.

A new body is one more `DrawnBody` in the list, a new panel one more `PlateView`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv

from cases.views.canvas import INK, off_screen_plotter
from cases.views.screws_picture import cut_normal
from geometry.arrays import Floats
from geometry.field import Field
from geometry.sacrum.promise import SacrumBody

# Finer than a rim's rounding of 1.5 mm; a sacrum is then a quarter of a million triangles.
STEP_MM = 0.8
CUT_STEP_MM = 0.25
CUT_COLOUR = "#F6EEDD"
PANEL_PIXELS = (760, 700)
LEFT, BACK, ABOVE = np.eye(3)
FRONT = -BACK
# The promontory stands this share of the endplate's depth in front of its centre.
PROMONTORY_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class DrawnBody:
    """One body of the plate.

    Attributes:
        name: in messages.
        field: negative inside.
        bounds_mm: a box around it, shape (2, 3).
        colour: of its surface.
        cut_colour: of its cut face.
        step_mm: of the grid that its surface is found on; a screw wants a finer one than a bone.
        cut: whether cuts go through it; a screw stays whole in the cut bone.
    """

    name: str
    field: Field
    bounds_mm: Floats
    colour: str
    cut_colour: str = CUT_COLOUR
    step_mm: float = STEP_MM
    cut: bool = True


@dataclass(frozen=True, kw_only=True)
class PlateView:
    """One panel of the plate, in the anatomical frame (x left, y back, z up).

    Attributes:
        title: below the panel.
        towards: from the bodies to the eye, shape (3,).
        up: this way is up, shape (3,).
        cut_mm: a point of the plane that takes away what is nearer to the eye; None shows the whole.
    """

    title: str
    towards: Floats
    up: Floats
    cut_mm: Floats | None = None


def sacral_views(sacrum: SacrumBody, across: PlateView) -> tuple[PlateView, ...]:
    """The six panels of a sacrum; the last one, `across`, is a cut of the reader's choice.

    It stands upright as dry bones are drawn: the line from promontory to apex is vertical.
    """
    apex = sacrum.curve.point_mm(0.0, sacrum.shape.length_mm, 0.0)
    up = (PROMONTORY_SHARE * np.array([0.0, -sacrum.shape.endplate_depth_mm, 0.0])) - apex
    up /= np.linalg.norm(up)
    front = np.cross(up, LEFT)
    front = front if front[1] < 0.0 else -front
    return (
        PlateView(title="Pelvic surface", towards=front, up=up),
        PlateView(title="Dorsal surface", towards=-front, up=up),
        PlateView(title="Left side", towards=LEFT, up=up),
        PlateView(title="From above, front up", towards=ABOVE, up=FRONT),
        PlateView(title="Midsagittal cut, right half", towards=LEFT, up=up, cut_mm=np.zeros(3)),
        across,
    )


def axial_cut(below_mm: float) -> PlateView:
    """A cut parallel to the S1 endplate, seen from above."""
    title = f"Cut {below_mm:.0f} mm below the endplate, front up"
    return PlateView(title=title, towards=ABOVE, up=FRONT, cut_mm=-below_mm * ABOVE)


def cut_along(point_mm: Floats, direction: Floats) -> PlateView:
    """A cut through a screw's axis and the left-right axis, seen from above."""
    normal = cut_normal(direction)
    up = np.cross(LEFT, normal)
    up = up if up[1] < 0.0 else -up
    return PlateView(title="Cut along the screw, front up", towards=normal, up=up, cut_mm=point_mm)


def draw_anatomy(bodies: Sequence[DrawnBody], views: Sequence[PlateView], target: Path) -> None:
    """Write the plate as PNG: every body in every view, three panels to a row, all to one scale."""
    rows = -(-len(views) // 3)
    plotter = off_screen_plotter((3 * PANEL_PIXELS[0], rows * PANEL_PIXELS[1]), shape=(rows, 3))
    skins = [surface(body) for body in bodies]
    corners = np.vstack([skin.points for skin in skins])
    half = max(_half_mm(corners, view) for view in views)
    for index, view in enumerate(views):
        plotter.subplot(*divmod(index, 3))
        for body, skin in zip(bodies, skins, strict=True):
            _draw(plotter, body, skin, view)
        plotter.add_text(view.title, position="lower_edge", font_size=11, color=INK)
        plotter.enable_ssao(radius=12.0, bias=0.6, kernel_size=64)
        _aim(plotter, view, corners, half)
    plotter.enable_anti_aliasing("ssaa")
    plotter.screenshot(target)
    plotter.close()


def surface(body: DrawnBody) -> pv.PolyData:
    """The zero level of a body, its points put onto the surface and its normals taken from the field."""
    low, high = body.bounds_mm
    low = np.asarray(low, dtype=np.float64)
    counts = np.ceil((high - low) / body.step_mm).astype(int) + 1
    grid = pv.ImageData(dimensions=counts, spacing=(body.step_mm,) * 3, origin=low)
    grid["distance"] = body.field(np.asarray(grid.points, dtype=np.float64))
    skin = grid.contour([0.0], scalars="distance", method="flying_edges", compute_normals=False)
    skin.clear_data()
    # contour turns its triangles towards rising values, the renderer wants them seen from outside
    skin.flip_faces(inplace=True)
    points = np.asarray(skin.points, dtype=np.float64)
    for _ in range(2):
        slope = _gradient(body.field, points)
        points -= (body.field(points) / np.maximum((slope**2).sum(axis=1), 0.25))[:, None] * slope
    slope = _gradient(body.field, points)
    skin.points = points
    skin.point_data["Normals"] = slope / np.maximum(np.linalg.norm(slope, axis=1), 1e-9)[:, None]
    skin.point_data.active_normals_name = "Normals"
    return skin


def _gradient(field: Field, points_mm: Floats, step_mm: float = 0.1) -> Floats:
    """Central differences of a field, shape (n, 3)."""
    ends = step_mm * np.eye(3)
    return np.stack([(field(points_mm + e) - field(points_mm - e)) / (2.0 * step_mm) for e in ends], axis=1)


def _half_mm(corners_mm: Floats, view: PlateView) -> float:
    """Half the height that a panel must show for everything to fit."""
    wide = np.ptp(corners_mm @ np.cross(view.up, view.towards))
    return 0.5 * float(max(np.ptp(corners_mm @ view.up), wide * PANEL_PIXELS[1] / PANEL_PIXELS[0]))


def _draw(plotter: pv.Plotter, body: DrawnBody, skin: pv.PolyData, view: PlateView) -> None:
    """One body in one panel, with its cut face where the panel cuts it."""
    if view.cut_mm is not None:
        beyond = (skin.points - view.cut_mm) @ view.towards
        if beyond.min() > 0.0:
            return  # what stays whole goes all the same where it lies in the half that is taken away
        if body.cut:
            skin = skin.clip(normal=view.towards, origin=view.cut_mm)
            _draw_cut(plotter, body, view, view.cut_mm)
    if skin.n_cells:
        plotter.add_mesh(
            skin,
            color=body.colour,
            smooth_shading=True,
            ambient=0.12,
            diffuse=0.85,
            specular=0.12,
            specular_power=8,
        )


def _draw_cut(plotter: pv.Plotter, body: DrawnBody, view: PlateView, through_mm: Floats) -> None:
    """The face of a body in the cutting plane, with an inked outline."""
    right = np.cross(view.up, view.towards)
    low, high = body.bounds_mm
    corners = np.array(
        [[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
    )
    axes = [
        np.arange((corners @ side).min(), (corners @ side).max() + CUT_STEP_MM, CUT_STEP_MM)
        for side in (right, view.up)
    ]
    u, v = np.meshgrid(*axes, indexing="ij")
    level = float(through_mm @ view.towards)
    plane = u[..., None] * right + v[..., None] * view.up + level * view.towards
    sheet = pv.StructuredGrid(plane[..., 0][..., None], plane[..., 1][..., None], plane[..., 2][..., None])
    sheet["distance"] = body.field(np.asarray(sheet.points, dtype=np.float64))
    if float(sheet["distance"].min()) >= 0.0:
        return
    sheet = sheet.translate(0.05 * view.towards)
    plotter.add_mesh(
        sheet.clip_scalar(scalars="distance", value=0.0), color=body.cut_colour, ambient=1.0, diffuse=0.0
    )
    plotter.add_mesh(sheet.contour([0.0], scalars="distance"), color=INK, line_width=2.0)


def _aim(plotter: pv.Plotter, view: PlateView, corners_mm: Floats, half_mm: float) -> None:
    """Look along the panel's direction, in parallel projection, at the middle of everything drawn."""
    right = np.cross(view.up, view.towards)
    centre = np.zeros(3)
    for side in (right, view.up, view.towards):
        heights = corners_mm @ side
        centre += 0.5 * (heights.min() + heights.max()) * side
    plotter.enable_parallel_projection()
    plotter.camera_position = [tuple(centre + 400.0 * view.towards), tuple(centre), tuple(view.up)]
    plotter.camera.parallel_scale = 1.12 * half_mm
    plotter.reset_camera_clipping_range()
