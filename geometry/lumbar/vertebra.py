"""A lumbar vertebra as an implicit body that stands on the level below and meets its facets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.errors import GeometryError
from geometry.field import Field
from geometry.implicit import smooth_subtraction
from geometry.lumbar.arch import facet_axes, pedicle_frame, process_centre_mm, vertebra_tables
from geometry.lumbar.clearance import HANDS, behind_mm, check_arch, droop_deg, own_facet
from geometry.lumbar.level import Endplate, Facet, Placement
from geometry.lumbar.resection import removed_boxes
from geometry.lumbar.shape import VertebraShape
from geometry.lumbar.signed_distance import BODY, CANAL, WHOLE, VertebraTables, parts
from geometry.rays import crossings_mm, surface_point_mm

SIDES = ("left", "right")
# Chosen: this near to the bone, the level below may take something off it.
NEAR_MM = 6.0
# Rounding of the edges that the level below leaves on an inferior process (chosen: leaves no thin flake).
EDGE_MM = 4.0
# Room in its box beyond the parts it is drawn from (chosen: more than fillets and a grid of 2 mm need).
SPARE_MM = 4.0


@dataclass(frozen=True, init=False, eq=False)
class Vertebra:
    """L5 or L4, callable as a `geometry.field.Field` in the anatomical frame (negative inside, mm).

    Attributes:
        shape: the numbers it was made from.
        placement: the move from its own frame to the anatomical frame.
        below: the bone it stands on; it keeps `gap_mm` from it everywhere.
        gap_mm: facet joint space.
        facet_resection: "none", "partial" or "total": what is left of the inferior articular processes.
        laminectomy: spinous process and laminae are removed.
        upper, lower: its endplates, in the anatomical frame.
        superior_facets: left and right, in the anatomical frame.
        bounds_mm: lower and upper corner of a box around it, shape (2, 3).
    """

    shape: VertebraShape
    placement: Placement
    below: Field = field(repr=False)
    gap_mm: float
    facet_resection: str
    laminectomy: bool
    upper: Endplate
    lower: Endplate
    superior_facets: tuple[Facet, Facet]
    bounds_mm: Floats
    _tables: VertebraTables = field(repr=False)

    def __init__(
        self,
        shape: VertebraShape,
        placement: Placement,
        below: Field,
        facets_below: Sequence[Facet],
        *,
        gap_mm: float,
        facet_resection: str = "none",
        laminectomy: bool = False,
    ) -> None:
        """A vertebra fitted to the level below.

        Raises:
            GeometryError: no such resection, or the bone below would cut through the arch.
        """
        own = [own_facet(facet, placement, mirror) for facet, mirror in zip(facets_below, HANDS, strict=True)]
        removed = removed_boxes(shape, own, facet_resection, laminectomy)
        tables = vertebra_tables(
            shape,
            own,
            removed=removed,
            droop_deg=droop_deg(shape, placement, below),
            behind_mm=behind_mm(shape, own, placement, below, gap_mm),
        )
        check_arch(tables, placement, below, gap_mm)
        for name, value in (
            ("shape", shape),
            ("placement", placement),
            ("below", below),
            ("gap_mm", gap_mm),
            ("facet_resection", facet_resection),
            ("laminectomy", laminectomy),
            ("upper", _endplate(shape, placement, 1.0)),
            ("lower", _endplate(shape, placement, -1.0)),
            ("_tables", tables),
            ("superior_facets", _superior_facets(shape, placement, tables)),
            ("bounds_mm", frozen_copy(_bounds_mm(tables, placement))),
        ):
            object.__setattr__(self, name, value)

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the vertebra, shape (n,), at points of shape (n, 3): negative inside."""
        values = self.unfaced(points_mm)
        near = values < NEAR_MM
        if near.any():
            facing = self.gap_mm - self.below(np.asarray(points_mm)[near])
            values[near] = smooth_subtraction(values[near], -facing, EDGE_MM)
        return values

    def unfaced(self, points_mm: Floats) -> Floats:
        """Signed distance to the vertebra before it was fitted to the bone below, shape (n,)."""
        return self._part(points_mm, WHOLE)

    def body(self, points_mm: Floats) -> Floats:
        """Field of the vertebral body, shape (n,); it reaches into the canal's front wall."""
        return self._part(points_mm, BODY)

    def canal(self, points_mm: Floats) -> Floats:
        """Field of the vertebral canal, shape (n,): negative in the void, which goes on beyond the bone."""
        return self._part(points_mm, CANAL)

    def pedicle_axis(self, side: str) -> tuple[Floats, Floats]:
        """Entry point of a pedicle screw and its direction into the body, each (3,), "left" or "right".

        The axis runs through the middle of the pedicle's isthmus and meets the back of the bone where the
        transverse process joins the superior articular process [R-M].

        Raises:
            GeometryError: no such side.
        """
        if side not in SIDES:
            raise GeometryError(
                f"no side named {side!r}", where="screw.side", advice=f"Choose one of {', '.join(SIDES)}"
            )
        middle, axes = pedicle_frame(self.shape)
        mirror = HANDS[SIDES.index(side)]
        inwards = self.placement.turned(-axes[1] * mirror)
        centre = self.placement.point_mm(middle * mirror)
        return surface_point_mm(self, centre - 50.0 * inwards, inwards), inwards

    @property
    def landmarks(self) -> Mapping[str, Floats]:
        """Named places on the bone in the anatomical frame, read-only; each shape (3,).

        upper_endplate, lower_endplate, pedicle_entry_left and _right, superior_facet_left and _right,
        spinous_tip (absent after a laminectomy).
        """
        marks = {"upper_endplate": self.upper.centre_mm, "lower_endplate": self.lower.centre_mm}
        for side, facet in zip(SIDES, self.superior_facets, strict=True):
            marks[f"pedicle_entry_{side}"] = self.pedicle_axis(side)[0]
            marks[f"superior_facet_{side}"] = facet.centre_mm
        if not self.laminectomy:
            tip = self._tables.spinous_tip
            own = 0.5 * (tip[:3] + tip[3:6])
            back = np.array([0.0, 1.0, 0.0])
            start, out = self.placement.point_mm(own), self.placement.turned(back)
            marks["spinous_tip"] = start + crossings_mm(self, start, out, 12.0)[0] * out
        return MappingProxyType({name: frozen_copy(mark) for name, mark in marks.items()})

    def _part(self, points_mm: Floats, which: int) -> Floats:
        points = np.asarray(points_mm, dtype=np.float64).reshape(-1, 3)
        return parts(np.ascontiguousarray(self.placement.own_mm(points)), self._tables, which)


def _endplate(shape: VertebraShape, placement: Placement, end: float) -> Endplate:
    """The upper (end 1) or lower (end -1) endplate in the anatomical frame; its normal is cranial."""
    lean = end * np.radians(0.5 * shape.wedge_deg)
    c, s = np.cos(lean), np.sin(lean)
    axes = np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])
    upper = end > 0.0
    return Endplate(
        centre_mm=frozen_copy(placement.point_mm(np.array([0.0, 0.0, 0.5 * end * shape.height_mm]))),
        axes=frozen_copy(placement.turned(axes)),
        half_width_mm=0.5 * (shape.upper_width_mm if upper else shape.lower_width_mm),
        half_depth_mm=0.5 * (shape.upper_depth_mm if upper else shape.lower_depth_mm),
    )


def _superior_facets(
    shape: VertebraShape, placement: Placement, tables: VertebraTables
) -> tuple[Facet, Facet]:
    """Both superior facets, their centres looked up on the bone, in the anatomical frame."""
    axes = facet_axes(shape)

    def own(points_mm: Floats) -> Floats:
        return parts(points_mm, tables, WHOLE)

    start = process_centre_mm(shape) + np.array([0.0, 10.0, 2.0]) @ axes
    centre = surface_point_mm(own, start, -axes[1], 40.0)
    left, right = (
        Facet(
            centre_mm=frozen_copy(placement.point_mm(centre * mirror)),
            axes=frozen_copy(placement.turned(axes * mirror)),
            width_mm=shape.facet_width_mm,
            height_mm=shape.facet_height_mm,
        )
        for mirror in HANDS
    )
    return left, right


def _bounds_mm(tables: VertebraTables, placement: Placement) -> Floats:
    """A box with a few millimetres to spare, shape (2, 3)."""
    wedge = np.sin(tables.half_wedge) * max(tables.upper[1], tables.lower[1])
    body = np.array([*np.maximum(tables.upper[:2], tables.lower[:2]), 0.5 * tables.height + wedge])
    boxes = [np.array([-body, body])]
    for cone in (*tables.transverse, *tables.pars, tables.spinous_tip, tables.mammillary):
        ends, radius = cone[:6].reshape(2, 3), cone[6:].max()
        boxes.append(np.array([ends.min(axis=0) - radius, ends.max(axis=0) + radius]))
    for row in (tables.superior, tables.lamina, tables.spinous, *tables.inferior):
        half = row[3:6] @ np.abs(row[6:].reshape(3, 3))
        boxes.append(np.array([row[:3] - half, row[:3] + half]))
    low, high = np.min(boxes, axis=(0, 1)), np.max(boxes, axis=(0, 1))
    # the right side mirrors the left, and fillets stand out by a little
    low, high = np.array([-high[0], low[1], low[2]]) - SPARE_MM, high + SPARE_MM
    corners = np.stack(np.meshgrid(*np.array([low, high]).T, indexing="ij"), axis=-1).reshape(-1, 3)
    placed = placement.point_mm(corners)
    return np.array([placed.min(axis=0), placed.max(axis=0)])
