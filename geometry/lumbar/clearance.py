"""How the arch of a vertebra keeps clear of the level below: it is moved, or refused with the reason."""

from collections.abc import Sequence

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.errors import GeometryError
from geometry.field import Field
from geometry.lumbar.arch import isthmus, spinous
from geometry.lumbar.level import Facet, Placement
from geometry.lumbar.shape import VertebraShape
from geometry.lumbar.signed_distance import VertebraTables
from geometry.mirror import ACROSS

# Left and right, as factors of a point drawn on the left.
HANDS = (np.ones(3), ACROSS)
# How far a spinous process hangs: the first of these that keeps its lower border this clear of the bone
# below, so that lordotic spines do not kiss (chosen).
DROOPS_DEG, CLEAR_MM = (12.0, 6.0, 0.0, -6.0, -12.0), 3.0
# How far an isthmus steps back from the tip of the facet below: the first of these that leaves it this half
# of its thickness beyond the gap (chosen).
BEHIND_MM, HALF_MM = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0), 2.0
# Places along an isthmus, as shares, before it turns into the inferior process.
ISTHMUS = np.linspace(0.0, 0.7, 15)
# The middle of an isthmus or a spinous process must keep this beyond the gap: its far half, some 5 mm, is
# then whole (chosen: meshes well).
LEAST_HALF_MM = 0.3


def own_facet(facet: Facet, placement: Placement, hand: Floats) -> Facet:
    """A facet of the level below in the bone's own frame, drawn on its left side."""
    return Facet(
        centre_mm=frozen_copy(placement.own_mm(facet.centre_mm) * hand),
        axes=frozen_copy(facet.axes @ placement.axes.T * hand),
        width_mm=facet.width_mm,
        height_mm=facet.height_mm,
    )


def droop_deg(shape: VertebraShape, placement: Placement, below: Field) -> float:
    """How far the spinous process hangs without meeting the bone below."""
    for droop in DROOPS_DEG:
        row = spinous(shape, droop)
        across = np.zeros(25)
        along = np.linspace(-row[4], row[4], 25)
        border = row[:3] + np.stack([across, along, across - row[5]], axis=1) @ row[6:].reshape(3, 3)
        if below(placement.point_mm(border)).min() > CLEAR_MM:
            return droop
    return DROOPS_DEG[-1]


def behind_mm(
    shape: VertebraShape, facets_below: Sequence[Facet], placement: Placement, below: Field, gap_mm: float
) -> list[float]:
    """How far each isthmus steps back, so that the tip of the facet below leaves it its thickness."""
    steps = []
    for facet, hand in zip(facets_below, HANDS, strict=True):
        rooms = (_room_mm(isthmus(shape, facet, step), hand, placement, below) for step in BEHIND_MM)
        steps.append(
            next(
                (step for step, room in zip(BEHIND_MM, rooms, strict=False) if room > gap_mm + HALF_MM),
                BEHIND_MM[-1],
            )
        )
    return steps


def check_arch(tables: VertebraTables, placement: Placement, below: Field, gap_mm: float) -> None:
    """Refuse an arch that the bone below would cut through, so that every vertebra stays one bone.

    Raises:
        GeometryError: too little is left of an isthmus or of the spinous process.
    """
    row = tables.spinous
    spine = row[:3] + np.linspace(-1.0, 1.0, 21)[:, None] * row[4] * row[9:12]
    isthmuses = (_room_mm(row, hand, placement, below) for row, hand in zip(tables.pars, HANDS, strict=True))
    rooms = {"isthmus": min(isthmuses), "spinous process": float(below(placement.point_mm(spine)).min())}
    for name, room in rooms.items():
        if not room >= gap_mm + LEAST_HALF_MM:
            raise GeometryError(
                f"the bone below is {room:.1f} mm from the middle of the {name} and would cut it off",
                where="anatomy.lumbar",
                advice="Raise the disc's height_mm, or lower wedge_deg, facet_height_mm or spinous_height_mm",
            )


def _room_mm(row: Floats, hand: Floats, placement: Placement, below: Field) -> float:
    """Distance of the bone below from the middle line of an isthmus."""
    line = (row[:3] + ISTHMUS[:, None] * (row[3:6] - row[:3])) * hand
    return float(below(placement.point_mm(line)).min())
