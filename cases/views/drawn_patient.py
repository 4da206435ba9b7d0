"""Bones, discs, screws and rods as bodies to draw, each with its colour.

All stand on the left or on both sides; `DrawnBody.mirrored` takes them to the other one.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cases.views.canvas import BONE, CUT_BONE, METAL, SCREW_COLOURS
from cases.views.implicit_body import DrawnBody
from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.construct import Construct
from geometry.lumbar.spine import Lumbar, Piece
from geometry.rods.rod import Rod
from geometry.screws.screw import Screw
from geometry.screws.tulip import Tulip

# Coarser than a plate of the sacrum alone: a pelvis is drawn half as large.
STEP_MM, IMPLANT_STEP_MM = 1.1, 0.5
HEAD = "#B9C0C8"
# Surface and cut face by the last word of a part's name; bones differ a little, so that they read apart.
COLOURS = {
    "ilium": ("#DCC9A3", CUT_BONE),
    "l5": ("#E8D3BC", CUT_BONE),
    "l4": ("#EFE6D4", CUT_BONE),
    "annulus": ("#8FB9CC", "#A9CCDB"),
    "nucleus": ("#CFE4EC", "#DCEDF3"),
    "cartilage": ("#8FB9CC", "#8FB9CC"),
    "graft": ("#C9B07A", "#E3D0A0"),
}


def drawn_sacrum(anatomy: Anatomy) -> DrawnBody:
    """The sacrum alone, in full detail."""
    sacrum = anatomy.sacrum
    return DrawnBody(name="sacrum", field=sacrum, bounds_mm=sacrum.bounds_mm, colour=BONE)


def drawn_pelvis(anatomy: Anatomy, lumbar: Lumbar | None, opposite: Anatomy | None = None) -> list[DrawnBody]:
    """Sacrum, both ilia with their joints, and what stands on the sacrum; the earlier wins an overlap.

    Args:
        anatomy: the bones.
        lumbar: what stands on them, if anything.
        opposite: the bones with their right side on the left; the left is drawn twice if this is not given.
    """
    sacrum = anatomy.sacrum
    bodies = [
        DrawnBody(
            name="sacrum", field=sacrum, bounds_mm=sacrum.bounds_mm, colour=BONE, step_mm=0.9 * STEP_MM
        ),
        *_on_both_sides(_drawn_ilium, anatomy, opposite),
    ]
    if lumbar is not None:
        bodies.extend(_drawn_piece(piece) for piece in lumbar.pieces())
    return bodies + _on_both_sides(_drawn_cartilage, anatomy, opposite)


def _on_both_sides(
    drawn: Callable[[Anatomy], DrawnBody], anatomy: Anatomy, opposite: Anatomy | None
) -> list[DrawnBody]:
    """A bone of the left twice, or with the one of the right."""
    if opposite is None or opposite is anatomy:
        return [replace(drawn(anatomy), paired=True)]
    return [drawn(anatomy), drawn(opposite).mirrored()]


def _drawn_ilium(anatomy: Anatomy) -> DrawnBody:
    """The left ilium."""
    ilium, (surface, cut) = anatomy.ilium, COLOURS["ilium"]
    return DrawnBody(
        name="ilium",
        field=ilium,
        bounds_mm=ilium.bounds_mm,
        colour=surface,
        cut_colour=cut,
        step_mm=STEP_MM,
    )


def _drawn_cartilage(anatomy: Anatomy) -> DrawnBody:
    """The left sacroiliac joint: the left half of the sacrum, and what lies beside it."""
    box, (surface, cut) = anatomy.sacrum.bounds_mm, COLOURS["cartilage"]
    return DrawnBody(
        name="cartilage",
        field=anatomy.joint,
        bounds_mm=box * [[0.0, 1.0, 1.0], [1.0, 1.0, 1.0]] + [[15.0, 0.0, 0.0], [8.0, 0.0, 0.0]],
        colour=surface,
        cut_colour=cut,
        step_mm=STEP_MM,
    )


def drawn_screw(screw: Screw, name: str = "screw", *, paired: bool = False) -> DrawnBody:
    """A screw on the left, in the colour of its kind."""
    ends = np.array([screw.head_centre_mm, screw.tip_mm])
    reach = 0.5 * screw.diameter_mm + 1.0
    return DrawnBody(
        name=name,
        field=screw.field,
        bounds_mm=np.array([ends.min(axis=0) - reach, ends.max(axis=0) + reach]),
        colour=SCREW_COLOURS.get(screw.kind, METAL),
        step_mm=0.4,
        metal=True,
        paired=paired,
    )


def drawn_construct(construct: Construct) -> list[DrawnBody]:
    """Screws, heads and rods of both sides, and the bar between them."""
    rod = construct.seated.rod
    bodies = [drawn_screw(screw, f"screw {name}", paired=True) for name, screw in construct.screws.items()]
    bodies.append(
        DrawnBody(
            name="rod",
            field=rod,
            bounds_mm=_box(rod),
            colour=METAL,
            step_mm=IMPLANT_STEP_MM,
            metal=True,
            paired=True,
        )
    )
    bodies.extend(_drawn_head(head) for head in construct.seated.tulips)
    return bodies


def _box(rod: Rod) -> Floats:
    line, reach = rod.centreline_mm, 0.5 * rod.design.diameter_mm + 1.0
    return np.array([line.min(axis=0) - reach, line.max(axis=0) + reach])


def _drawn_head(head: Tulip) -> DrawnBody:
    """A head with its slot open above, so that the rod is seen in it."""
    reach = head.design.diameter_mm + head.design.above_mm
    return DrawnBody(
        name="head",
        field=replace(head, locked=False),
        bounds_mm=np.array([head.saddle_mm - reach, head.saddle_mm + reach]),
        colour=HEAD,
        step_mm=IMPLANT_STEP_MM,
        metal=True,
        paired=True,
    )


def _drawn_piece(piece: Piece) -> DrawnBody:
    """A vertebra, a disc, a facet joint or a graft."""
    words = piece.name.split("_")
    known = next((word for word in (words[-1], words[0]) if word in COLOURS), "cartilage")
    surface, cut = COLOURS[known]
    return DrawnBody(
        name=piece.name,
        field=piece.field,
        bounds_mm=piece.bounds_mm,
        colour=surface,
        cut_colour=cut,
        step_mm=STEP_MM,
    )
