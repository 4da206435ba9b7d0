"""From where bones are seen: the panels of the plates."""

import numpy as np

from cases.views.anatomy_picture import PlateView
from cases.views.screws_picture import cut_normal
from geometry.arrays import Floats
from geometry.frame import standing_from_anatomical
from geometry.sacrum.promise import SacrumBody

LEFT, BACK, ABOVE = np.eye(3)
FRONT = -BACK
# The promontory stands this share of the endplate's depth in front of its centre.
PROMONTORY_SHARE = 0.5
# Where the eye stands for an oblique look: this much to the left, back and up.
OBLIQUE = np.array([0.62, 0.72, 0.42])


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


def pelvic_views(sacral_slope_deg: float) -> tuple[PlateView, ...]:
    """The six panels of pelvis and spine, upright as the patient stands."""
    up, back = standing(sacral_slope_deg)
    oblique, above = oblique_view(sacral_slope_deg)
    return (
        PlateView(title="From in front", towards=-back, up=up),
        PlateView(title="From behind", towards=back, up=up),
        PlateView(title="Left side", towards=LEFT, up=up),
        PlateView(title="From above, front up", towards=up, up=-back),
        PlateView(title="Oblique, from behind and the left", towards=oblique, up=above),
        PlateView(title="Midsagittal cut, right half", towards=LEFT, up=up, cut_mm=np.zeros(3)),
    )


def construct_views(sacral_slope_deg: float, across: PlateView) -> tuple[PlateView, ...]:
    """The panels of a fixation: as the surgeon sees it, a cut of the reader's choice, and bones as glass."""
    up, back = standing(sacral_slope_deg)
    oblique, above = oblique_view(sacral_slope_deg)
    return (
        PlateView(title="From behind", towards=back, up=up),
        PlateView(title="Oblique, from behind and the left", towards=oblique, up=above),
        across,
        PlateView(title="From behind, bones as glass", towards=back, up=up, glass=True),
        PlateView(title="From above, front up, bones as glass", towards=up, up=-back, glass=True),
        PlateView(title="Left side, bones as glass", towards=LEFT, up=up, glass=True),
    )


def standing(sacral_slope_deg: float) -> tuple[Floats, Floats]:
    """Upwards and backwards of the standing patient in the anatomical frame, shape (3,) each."""
    turn = standing_from_anatomical(sacral_slope_deg)
    return turn[2], turn[1]


def oblique_view(sacral_slope_deg: float) -> tuple[Floats, Floats]:
    """To the eye and upwards, shape (3,) each, for a look from behind, the left and above."""
    turn = standing_from_anatomical(sacral_slope_deg)
    towards = turn.T @ (OBLIQUE / np.linalg.norm(OBLIQUE))
    up = turn[2] - (turn[2] @ towards) * towards
    return towards, up / np.linalg.norm(up)


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
