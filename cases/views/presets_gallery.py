"""All screw presets at a glance: each one cut along the screw, and from the left with bones as glass."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyvista as pv

from cases.planned_presets import PlannedPreset
from cases.report.presets import angles_text, size_text
from cases.views.anatomy_picture import MARGIN, PlateView, aim, draw_panel
from cases.views.canvas import INK, REFUSED, off_screen_plotter, save_small
from cases.views.drawn_patient import drawn_pelvis, drawn_screw
from cases.views.glass import add_glass, glass_skin
from cases.views.implicit_body import DrawnBody, surface
from cases.views.plate_views import LEFT, cut_along, standing
from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.screws.kind import ILIUM, screw_kind

COLUMNS = 3
# Of the cut and of the side view, in pixels; the bands above and below them are for text.
CUT_SIZE, SIDE_SIZE = (385, 410), (275, 410)
ABOVE, BELOW = 30, 70
# Of one line of text, in pixels.
LINE = 21
GREY = "#777777"


@dataclass(frozen=True, kw_only=True)
class _Bones:
    """The bones that a kind of screw is shown in.

    Attributes:
        bodies, skins: as they are cut.
        glass: the same for the side view.
        corners_mm: their surface, shape (n, 3).
    """

    bodies: tuple[DrawnBody, ...]
    skins: tuple[pv.PolyData, ...]
    glass: tuple[pv.PolyData, ...]
    corners_mm: Floats


def draw_presets(anatomy: Anatomy, presets: Sequence[PlannedPreset], target: Path) -> None:
    """Write the gallery as PNG, one panel for each preset; what is refused is red."""
    up, _ = standing(anatomy.sacral_slope_deg)
    side = PlateView(title="left side", towards=LEFT, up=up, glass=True)
    whole = _bones(anatomy, side)
    bones = {True: whole, False: _only_sacrum(whole)}
    rows = -(-len(presets) // COLUMNS)
    width = CUT_SIZE[0] + SIDE_SIZE[0]
    plotter = off_screen_plotter(
        (COLUMNS * width, rows * CUT_SIZE[1]),
        shape=(rows, 2 * COLUMNS),
        column_weights=[CUT_SIZE[0], SIDE_SIZE[0]] * COLUMNS,
    )
    scales: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    views = [cut_along(np.array(one.screw.trajectory.entry_mm), one.screw.direction) for one in presets]
    for one, view in zip(presets, views, strict=True):
        crosses, head = _in_ilium(one), one.screw.head_centre_mm
        corners = bones[crosses].corners_mm
        kept = np.vstack([_kept(corners, one, view), head])
        scales[crosses].append(
            (_half(kept, view, CUT_SIZE), _half(np.vstack([corners, head]), side, SIDE_SIZE))
        )
    for index, (one, view) in enumerate(zip(presets, views, strict=True)):
        row, column = divmod(index, COLUMNS)
        shown = bones[_in_ilium(one)]
        # one scale for all screws in the same bones
        cut_half, side_half = np.max(scales[_in_ilium(one)], axis=0)
        screw = drawn_screw(one.screw)
        if not one.report.acceptable:
            screw = replace(screw, colour=REFUSED)
        skin = surface(screw)
        plotter.subplot(row, 2 * column)
        draw_panel(plotter, (*shown.bodies, screw), (*shown.skins, skin), view)
        _aim(plotter, view, np.vstack([_kept(shown.corners_mm, one, view), skin.points]), float(cut_half))
        _label(plotter, one)
        plotter.subplot(row, 2 * column + 1)
        for glass in shown.glass:
            add_glass(plotter, glass)
        draw_panel(plotter, (screw,), (skin,), side)
        _aim(plotter, side, np.vstack([shown.corners_mm, skin.points]), float(side_half))
        _write(plotter, ("left side, standing",), 0, GREY)
    save_small(plotter, target)


def _bones(anatomy: Anatomy, side: PlateView) -> _Bones:
    """Sacrum, left ilium and the joint between."""
    bodies = tuple(replace(body, paired=False) for body in drawn_pelvis(anatomy, None))
    skins = tuple(surface(body) for body in bodies)
    glass = tuple(glass_skin(body, skin, side.towards) for body, skin in zip(bodies, skins, strict=True))
    return _Bones(
        bodies=bodies, skins=skins, glass=glass, corners_mm=np.vstack([skin.points for skin in skins])
    )


def _only_sacrum(bones: _Bones) -> _Bones:
    """The first of these bones."""
    return _Bones(
        bodies=bones.bodies[:1],
        skins=bones.skins[:1],
        glass=bones.glass[:1],
        corners_mm=np.asarray(bones.skins[0].points),
    )


def _in_ilium(one: PlannedPreset) -> bool:
    return ILIUM in screw_kind(one.preset.kind).passes


def _half(corners_mm: Floats, view: PlateView, size: tuple[int, int]) -> float:
    """Half the height of a panel whose bands for text stay free."""
    width, height = size
    wide, tall = (float(np.ptp(corners_mm @ way)) for way in (view.right, view.up))
    return 0.5 * height * MARGIN * max(wide / width, tall / (height - ABOVE - BELOW))


def _aim(plotter: pv.Plotter, view: PlateView, corners_mm: Floats, half_mm: float) -> None:
    """Look at the middle of these points, a little below it: more text stands below than above."""
    lower = half_mm * (BELOW - ABOVE) / CUT_SIZE[1]
    aim(plotter, view, corners_mm - lower * view.up, half_mm)


def _kept(corners_mm: Floats, one: PlannedPreset, view: PlateView) -> Floats:
    """The points that the cut along a screw leaves, shape (k, 3)."""
    beyond = (corners_mm - np.array(one.screw.trajectory.entry_mm)) @ view.towards
    return np.asarray(corners_mm[beyond <= 0.0])


def _label(plotter: pv.Plotter, one: PlannedPreset) -> None:
    """Name above, numbers below."""
    fits = one.report.acceptable
    verdict = "fits" if fits else f"refused, grade {one.report.grade}"
    colour = INK if fits else REFUSED
    plotter.add_text(one.name, position=(10, CUT_SIZE[1] - 28), font_size=9, color=colour)
    angles = f"endplate {angles_text(one.endplate_deg)}, axial {angles_text(one.axial_deg)} deg"
    _write(plotter, (f"{size_text(one)}, {verdict}", angles), 1, colour)
    _write(plotter, ("cut along the screw, from above; left is left",), 0, GREY)


def _write(plotter: pv.Plotter, lines: Sequence[str], above: int, colour: str) -> None:
    """Lines of small text at the foot of a panel, the last one so many lines above its edge."""
    for index, line in enumerate(reversed(lines)):
        plotter.add_text(line, position=(10, 6 + LINE * (above + index)), font_size=7, color=colour)
