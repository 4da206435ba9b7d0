"""The screws in the cut sacrum: density above, stress below, one column per screw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv

from cases.views.canvas import BONE, CEMENT, INK, METAL, bar_title, off_screen_plotter
from cases.views.fields import DrawnFields, read_fields
from geometry.arrays import Floats

LOST = "#6B1D1D"
KEY = "dark red: lost bone\nlight blue: joint cartilage"
CEMENT_KEY = "\npink: cement"
_BAR = {
    "vertical": False,
    "width": 0.62,
    "height": 0.1,
    "position_x": 0.19,
    "position_y": 0.03,
    "color": INK,
}


@dataclass(frozen=True, kw_only=True)
class DrawnScrew:
    """One column of the picture.

    Attributes:
        title: above the column.
        fields: VTU file of the run.
        point_mm, direction: a point on the screw's axis and its direction, shape (3,) each.
    """

    title: str
    fields: Path
    point_mm: Floats
    direction: Floats


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the picture: which field, and how it is coloured."""

    field: str
    title: str
    colours: str
    limits: tuple[float, float]
    labels: int
    logarithmic: bool


def draw_screws(screws: Sequence[DrawnScrew], load: str, target: Path) -> None:
    """Write the picture as PNG, told the load: each sacrum is cut along its screw, from above, front up."""
    drawn = [read_fields(screw.fields) for screw in screws]
    densest = max(float(np.nanpercentile(d.bone["density_mg_cm3"], 99.5)) for d in drawn)
    rows = (
        Row(
            field="density_mg_cm3",
            title="Density (mg/cm3)",
            colours="viridis",
            limits=(0.0, 40.0 * np.ceil(densest / 40.0)),
            labels=5,
            logarithmic=False,
        ),
        Row(
            field="von_mises_mpa",
            title=f"Von Mises stress (MPa) at {load}",
            colours="inferno",
            limits=(0.01, 10.0),
            labels=4,
            logarithmic=True,
        ),
    )
    plotter = off_screen_plotter((700 * len(screws), 1480), shape=(len(rows), len(screws)))
    for column, (screw, fields) in enumerate(zip(screws, drawn, strict=True)):
        for index, row in enumerate(rows):
            plotter.subplot(index, column)
            _draw_cut(plotter, screw, fields, row, with_bar=column == len(screws) // 2)
            if row is rows[-1] and column == 0:
                key = KEY + (CEMENT_KEY if any(one.cement is not None for one in drawn) else "")
                plotter.add_text(key, position="lower_left", font_size=9, color=INK)
            if index == 0:
                plotter.add_text(screw.title, position="upper_edge", font_size=13, color=INK)
    plotter.screenshot(target)
    plotter.close()


def _draw_cut(
    plotter: pv.Plotter, screw: DrawnScrew, fields: DrawnFields, row: Row, *, with_bar: bool
) -> None:
    """Draw the lower half of the bones, the coloured cut, what is lost, and the whole screw."""
    normal = cut_normal(screw.direction)
    plane: Mapping[str, Floats] = {"normal": normal, "origin": screw.point_mm}
    skin = fields.bone.extract_surface(algorithm="dataset_surface").clip(**plane)
    plotter.add_mesh(skin, color=BONE, smooth_shading=True, split_sharp_edges=True, specular=0.1)
    cut = fields.bone.slice(**plane)
    plotter.add_mesh(
        cut,
        scalars=row.field,
        cmap=row.colours,
        clim=row.limits,
        log_scale=row.logarithmic,
        show_scalar_bar=with_bar,
        scalar_bar_args={
            **_BAR,
            "title": bar_title(row.title),
            "title_font_size": 22,
            "label_font_size": 20,
            "n_labels": row.labels,
            "fmt": "%.3g",
        },
        lighting=False,
    )
    lost = cut.clip_scalar(scalars="lost", value=0.5, invert=False)
    if lost.n_cells:
        plotter.add_mesh(lost.translate(0.05 * normal), color=LOST, lighting=False)
    plotter.add_mesh(fields.cartilage.slice(**plane), color="#9CC3D5", lighting=False)
    if fields.cement is not None:
        plotter.add_mesh(fields.cement.slice(**plane), color=CEMENT, lighting=False)
    plotter.add_mesh(
        fields.screw.extract_surface(algorithm="dataset_surface"),
        color=METAL,
        smooth_shading=True,
        split_sharp_edges=True,
        specular=0.6,
    )
    plotter.add_mesh(
        cut.extract_feature_edges(boundary_edges=True, feature_edges=False, manifold_edges=False),
        color=INK,
        line_width=1.5,
    )
    plotter.enable_parallel_projection()
    _look_down(plotter, fields, screw, normal)


def _look_down(plotter: pv.Plotter, fields: DrawnFields, screw: DrawnScrew, normal: Floats) -> None:
    """Look at the cut face from above, front up, with room for the colour bar below."""
    up = np.cross([1.0, 0.0, 0.0], normal)
    up = up if up[1] < 0.0 else -up
    across, along = fields.bone.points[:, 0], fields.bone.points @ up
    middle = 0.5 * (across.min() + across.max()), 0.5 * (along.min() + along.max())
    half = max(0.5 * np.ptp(across), 0.5 * np.ptp(along)) * 1.05
    centre = np.array([middle[0], 0.0, 0.0]) + (middle[1] - 0.06 * half) * up
    centre += (screw.point_mm @ normal) * normal
    plotter.camera_position = [tuple(centre + 300.0 * normal), tuple(centre), tuple(up)]
    plotter.camera.parallel_scale = 1.04 * half


def cut_normal(direction: Floats) -> Floats:
    """Unit normal, shape (3,), of the plane through a screw's axis and the left-right axis; points up."""
    normal = np.cross(direction, [1.0, 0.0, 0.0])
    normal /= np.linalg.norm(normal)
    return normal if normal[2] > 0.0 else -normal
