"""A density map in cuts through the bones: colours for density, a dark rim as thick as the cortex."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv

from cases.views.anatomy_picture import PlateView, aim
from cases.views.canvas import INK, SCREW_COLOURS, off_screen_plotter, save_small
from cases.views.plate_views import ABOVE, BACK, FRONT, LEFT
from geometry.arrays import Floats
from geometry.mirror import ACROSS
from geometry.sacrum.promise import SacrumBody
from geometry.screws.screw import Screw
from materials.field import BoneMaterial, depth_mm
from materials.regions.alar_void import middle_mm

# Of the picture; and of the grid that densities are sampled on, about one point to a pixel.
PIXELS_PER_MM, TITLE_HEIGHT, STEP_MM = 3.4, 36, 0.32
COLOURS, CORTEX, FAT = "viridis", "#33302C", "#D9826B"
# Colours end at a multiple of this, and at least this far above the normal S1 body.
ROUND_MG_CM3, REACH = 100.0, 1.2
# The cut through the pedicles of S1, below the endplate.
PEDICLES_MM = 15.0
# Round the sacrum: beside it, in front and behind, and above it, where L5 and L4 stand; and behind the
# sagittal cuts, for the arch of L4 and the bar of colours.
BESIDE_MM, ROUND_MM, ABOVE_MM, BEHIND_MM = 42.0, 14.0, 88.0, 22.0
# The shell is looked for this deep, and all fields this far outside a bone, so that its edge is smooth.
DEEPEST_MM, OUTSIDE_MM = 8.0, 0.7
# What lies over what, towards the eye.
SHELL_LIFT_MM, SCREW_LIFT_MM = 0.1, 0.2
BAR = {
    "title": "mg/cm3 (QCT)",
    "vertical": True,
    "position_x": 0.76,
    "position_y": 0.2,
    "width": 0.16,
    "height": 0.7,
    "color": INK,
    "title_font_size": 15,
    "label_font_size": 15,
    "fmt": "%.0f",
    "below_label": "fat",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawnDensity:
    """What is drawn.

    Attributes:
        sacrum: it says where the cuts go.
        material: density and cortex of the bones of the plan.
        screw: as planned; None leaves it out.
        side: of the patient, where the plan has its left.
        densest_mg_cm3: mean of the densest region.
        normal_mg_cm3: S1 body of the template at T-score 0: as far the colours reach, so that all T-scores of
            a template have the same.
    """

    sacrum: SacrumBody
    material: BoneMaterial
    screw: Screw | None
    side: str
    densest_mg_cm3: float
    normal_mg_cm3: float

    def in_plan(self, points_mm: Floats) -> Floats:
        """Places of the patient in the frame of the plan, shape (n, 3)."""
        return points_mm if self.side == "left" else points_mm * ACROSS

    @property
    def limit_mg_cm3(self) -> float:
        """Upper end of the colours."""
        reach = max(self.densest_mg_cm3, REACH * self.normal_mg_cm3)
        return float(ROUND_MG_CM3 * np.ceil(reach / ROUND_MG_CM3))


@dataclass(frozen=True, kw_only=True)
class _Cut:
    """A cut, and the rectangle of it that is shown."""

    view: PlateView
    middle_mm: Floats
    width_mm: float
    height_mm: float

    def sheet(self) -> pv.StructuredGrid:
        """A grid over the rectangle."""
        across, along = (
            np.arange(-0.5 * size, 0.5 * size, STEP_MM) for size in (self.width_mm, self.height_mm)
        )
        u, v = (grid[..., None] for grid in np.meshgrid(across, along, indexing="ij"))
        plane = self.middle_mm + u * self.view.right + v * self.view.up
        return pv.StructuredGrid(*(plane[..., k][..., None] for k in range(3)))

    def corners_mm(self) -> Floats:
        """Two opposite corners of the rectangle, shape (2, 3)."""
        reach = 0.5 * (self.width_mm * self.view.right + self.height_mm * self.view.up)
        return np.array([self.middle_mm - reach, self.middle_mm + reach])


def draw_density(drawn: DrawnDensity, target: Path) -> None:
    """Write four cuts as PNG, all to one scale: axial, coronal, through an ala and midsagittal."""
    rows = _cuts(drawn)
    heights = [row[0].height_mm * PIXELS_PER_MM + TITLE_HEIGHT for row in rows]
    widths = [cut.width_mm * PIXELS_PER_MM for cut in rows[0]]
    plotter = off_screen_plotter(
        (round(sum(widths)), round(sum(heights))),
        shape=(2, 2),
        column_weights=widths,
        row_weights=heights,
    )
    for index, row in enumerate(rows):
        for column, cut in enumerate(row):
            plotter.subplot(index, column)
            for face in _faces(drawn, cut):
                # one bar for all, where there is room
                _draw_face(plotter, face, cut, drawn.limit_mg_cm3, with_bar=(index, column) == (0, 1))
            _draw_screw(plotter, drawn, cut)
            plotter.add_text(cut.view.title, position="lower_edge", font_size=9, color=INK)
            lower = 0.5 * TITLE_HEIGHT / PIXELS_PER_MM * cut.view.up
            aim(plotter, cut.view, cut.corners_mm() - lower, 0.5 * heights[index] / PIXELS_PER_MM)
    save_small(plotter, target)


def _cuts(drawn: DrawnDensity) -> tuple[tuple[_Cut, _Cut], tuple[_Cut, _Cut]]:
    """Axial and through an ala; coronal and midsagittal."""
    (_, front, bottom), (_, behind, _) = drawn.sacrum.bounds_mm
    deep, tall = behind - front + 2.0 * ROUND_MM, ABOVE_MM - bottom
    wide = 2.0 * (float(np.abs(drawn.sacrum.bounds_mm[:, 0]).max()) + BESIDE_MM)
    y, z = 0.5 * (front + behind), 0.5 * (ABOVE_MM + bottom)
    ala = drawn.in_plan(middle_mm(drawn.sacrum)[None])[0]
    side = {"width_mm": deep + BEHIND_MM, "height_mm": deep}
    y_side = y + 0.5 * BEHIND_MM
    axial = PlateView(title="Axial, through the S1 pedicles, front up, left is left", towards=ABOVE, up=FRONT)
    beside = f"{drawn.side.capitalize()} ala, {abs(ala[0]):.0f} mm off the midline"
    sagittal = PlateView(title=beside, towards=LEFT, up=ABOVE)
    coronal = PlateView(title="Coronal, through the alae, seen from behind", towards=BACK, up=ABOVE)
    middle = PlateView(title="Midsagittal, front to the left", towards=LEFT, up=ABOVE)
    return (
        (
            _Cut(view=axial, middle_mm=np.array([0.0, y, -PEDICLES_MM]), width_mm=wide, height_mm=deep),
            # the ala stands in the upper part of the panel
            _Cut(view=sagittal, middle_mm=np.array([ala[0], y_side, 8.0 - 0.5 * deep]), **side),
        ),
        (
            _Cut(view=coronal, middle_mm=np.array([0.0, ala[1], z]), width_mm=wide, height_mm=tall),
            _Cut(view=middle, middle_mm=np.array([0.0, y_side, z]), **{**side, "height_mm": tall}),
        ),
    )


def _faces(drawn: DrawnDensity, cut: _Cut) -> Iterator[pv.UnstructuredGrid]:
    """The face of every bone in a cut, with its density and its depth `under` the cortex."""
    for part, bone in drawn.material.bones.items():
        # the ilium of the plan stands for both
        for mirror in (1.0, ACROSS) if part == "ilium" else (1.0,):
            sheet = cut.sheet()
            points = drawn.in_plan(np.asarray(sheet.points, dtype=np.float64)) * mirror
            low, high = bone.bounds_mm
            boxed = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
            distance = np.full(len(points), OUTSIDE_MM)
            distance[boxed] = bone.field(points[boxed])
            if not distance.min() < 0.0:
                continue
            here = np.flatnonzero(distance < OUTSIDE_MM)
            near = here[distance[here] > -DEEPEST_MM]
            density, under = np.zeros(len(points)), np.full(len(points), DEEPEST_MM)
            density[here] = drawn.material.density.mg_cm3(part, points[here])
            thickness = drawn.material.cortex_mm.at_mm(bone, points[near])
            under[near] = depth_mm(bone.field, points[near]) - thickness
            sheet["distance"], sheet["density"], sheet["under"] = distance, density, under
            yield sheet.clip_scalar(scalars="distance", value=0.0)


def _draw_face(
    plotter: pv.Plotter, face: pv.UnstructuredGrid, cut: _Cut, limit_mg_cm3: float, *, with_bar: bool
) -> None:
    """Colours for density, and the cortex over them."""
    plotter.add_mesh(
        face,
        scalars="density",
        cmap=COLOURS,
        clim=(0.0, limit_mg_cm3),
        below_color=FAT,
        lighting=False,
        show_scalar_bar=with_bar,
        scalar_bar_args={**BAR, "n_labels": round(limit_mg_cm3 / ROUND_MG_CM3) + 1},
    )
    shell = face.clip_scalar(scalars="under", value=0.0)
    if shell.n_cells:
        plotter.add_mesh(shell.translate(SHELL_LIFT_MM * cut.view.towards), color=CORTEX, lighting=False)


def _draw_screw(plotter: pv.Plotter, drawn: DrawnDensity, cut: _Cut) -> None:
    """The outline of the screw where the cut meets it."""
    if drawn.screw is None:
        return
    sheet = cut.sheet()
    distance = drawn.screw.field(drawn.in_plan(np.asarray(sheet.points, dtype=np.float64)))
    if not distance.min() < 0.0:
        return
    sheet["distance"] = distance
    outline = sheet.contour([0.0], scalars="distance").translate(SCREW_LIFT_MM * cut.view.towards)
    # white beside the colour, so that it stands out from every density
    plotter.add_mesh(outline, color="white", line_width=11.0, lighting=False)
    outline = outline.translate(SHELL_LIFT_MM * cut.view.towards)
    plotter.add_mesh(outline, color=SCREW_COLOURS.get(drawn.screw.kind, INK), line_width=6.0, lighting=False)
