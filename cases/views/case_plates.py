"""The plates of a case: its sacrum, its pelvis and spine, and a fixation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cases.views.anatomy_picture import PlateView
from cases.views.drawn_patient import drawn_construct, drawn_pelvis, drawn_sacrum, drawn_screw
from cases.views.implicit_body import DrawnBody
from cases.views.plate_views import axial_cut, construct_views, cut_along, pelvic_views, sacral_views
from geometry.anatomy import Anatomy
from geometry.construct import Construct
from geometry.lumbar.spine import Lumbar
from geometry.mirror import ACROSS
from geometry.screws.screw import Screw

# Where the bone is cut across when the screw is left out: through the pedicles of S1.
PEDICLE_LEVEL_MM = 14.0


@dataclass(frozen=True, kw_only=True)
class Plate:
    """A picture to be drawn: what is in it, from where it is seen, and the name of its file."""

    file: str
    bodies: Sequence[DrawnBody]
    views: Sequence[PlateView]


def sacral_plate(anatomy: Anatomy, screw: Screw | None, side: str) -> Plate:
    """The sacrum alone, with the screw if there is one, cut along it."""
    bodies = [drawn_sacrum(anatomy)]
    across = axial_cut(PEDICLE_LEVEL_MM)
    if screw is not None:
        bodies.append(drawn_screw(screw))
        across = _along(screw, side)
    views = sacral_views(anatomy.sacrum, across)
    return Plate(file="anatomy.png", bodies=_on(side, bodies), views=views)


def pelvic_plate(
    anatomy: Anatomy, opposite: Anatomy, lumbar: Lumbar | None, screw: Screw | None, side: str
) -> Plate:
    """Pelvis and spine, with the screw if there is one.

    `opposite` has the other side of the patient on the left; it is `anatomy` where both are alike.
    """
    bodies = drawn_pelvis(anatomy, lumbar, opposite)
    if screw is not None:
        bodies.append(drawn_screw(screw))
    views = pelvic_views(anatomy.sacral_slope_deg)
    return Plate(file="pelvis_and_spine.png", bodies=_on(side, bodies), views=views)


def construct_plate(construct: Construct, screw: Screw, side: str) -> Plate:
    """A fixation in its bones, cut along one of its screws."""
    anatomy = construct.anatomy
    bodies = [*drawn_pelvis(anatomy, construct.lumbar), *drawn_construct(construct)]
    views = construct_views(anatomy.sacral_slope_deg, _along(screw, side))
    return Plate(file="construct.png", bodies=_on(side, bodies), views=views)


def _along(screw: Screw, side: str) -> PlateView:
    """The cut along a screw on its side of the patient."""
    across = np.ones(3) if side == "left" else ACROSS
    return cut_along(np.array(screw.trajectory.entry_mm) * across, screw.direction * across)


def _on(side: str, bodies: Sequence[DrawnBody]) -> list[DrawnBody]:
    """What was planned on the left as it is in the patient."""
    return [body if side == "left" else body.mirrored() for body in bodies]
