"""The sacrum as an implicit body, with the coordinates and regions that other modules draw on it."""

from dataclasses import dataclass, field

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.sacrum.auricular import auricular_limbs
from geometry.sacrum.curve import ABOVE_MM, STEP_MM, SacralCurve, sacral_curve
from geometry.sacrum.dysmorphism import ala_fall, ala_pitch
from geometry.sacrum.foramina import ForaminaShape, foramina_shape
from geometry.sacrum.processes import TUBERCLES, articular_process, facet_cut, median_tubercles
from geometry.sacrum.profiles import (
    BODY_BACK,
    BODY_WIDTH,
    LATERAL,
    VENTRAL,
    VENTRAL_SLOPE,
    WEDGE,
    junction_arcs_mm,
    profile_table,
)
from geometry.sacrum.shape import SacrumShape
from geometry.sacrum.signed_distance import (
    BODY,
    CANAL,
    FILLED,
    LATERAL_MASS,
    WHOLE,
    SacrumTables,
    ears,
    foramina,
    parts,
)


@dataclass(frozen=True, init=False, eq=False)
class Sacrum:
    """A whole sacrum, callable as a `geometry.field.Field` (negative inside, mm).

    Attributes:
        shape: the numbers it was made from.
        right_shape: those of its right side; the same unless the sides differ.
        curve: its curved axis.
        foramina_shape: axes and radii of the foramina of the left side.
        right_foramina_shape: those of the right side, drawn on the left.
        junction_arcs_mm: arc of S1/S2, S2/S3, S3/S4, S4/S5 and the tip, shape (5,).
        bounds_mm: lower and upper corner of a box around it, shape (2, 3).
    """

    shape: SacrumShape
    right_shape: SacrumShape
    curve: SacralCurve = field(repr=False)
    foramina_shape: ForaminaShape = field(repr=False)
    right_foramina_shape: ForaminaShape = field(repr=False)
    junction_arcs_mm: Floats
    bounds_mm: Floats
    _left: SacrumTables = field(repr=False)
    _right: SacrumTables = field(repr=False)
    _even: bool = field(repr=False)

    def __init__(self, shape: SacrumShape, right_shape: SacrumShape | None = None) -> None:
        """Make the bone.

        Args:
            shape: of both sides, or of the left one.
            right_shape: of the right side, where it differs; it shares the numbers of the midline.

        Raises:
            GeometryError: the sides disagree on a number of the midline.
        """
        right_shape = shape if right_shape is None else right_shape
        shape.refuse_other_midline(right_shape)
        curve = sacral_curve(shape)
        left, openings = _side(shape, curve)
        even = right_shape == shape
        right, right_openings = (left, openings) if even else _side(right_shape, curve)
        for name, value in (
            ("shape", shape),
            ("right_shape", right_shape),
            ("curve", curve),
            ("foramina_shape", openings),
            ("right_foramina_shape", right_openings),
            ("junction_arcs_mm", frozen_copy(junction_arcs_mm(shape))),
            ("bounds_mm", frozen_copy(_bounds_mm(shape, right_shape, curve))),
            ("_left", left),
            ("_right", right),
            ("_even", even),
        ):
            object.__setattr__(self, name, value)

    def mirrored(self) -> "Sacrum":
        """The same bone with left and right exchanged; itself where both sides are alike."""
        return self if self._even else Sacrum(self.right_shape, self.shape)

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the sacrum, shape (n,), at points of shape (n, 3): negative inside."""
        return self._part(points_mm, WHOLE)

    def filled(self, points_mm: Floats) -> Floats:
        """Signed distance to the sacrum with its foramina filled, shape (n,): what the ilium faces."""
        return self._part(points_mm, FILLED)

    def lateral_mass(self, points_mm: Floats) -> Floats:
        """Field of alae, pedicles and dorsal arch without the bodies, shape (n,)."""
        return self._part(points_mm, LATERAL_MASS)

    def bodies(self, points_mm: Floats) -> Floats:
        """Field of the column of vertebral bodies, shape (n,)."""
        return self._part(points_mm, BODY)

    def s1_body(self, points_mm: Floats) -> Floats:
        """Field of the S1 vertebral body, endplate to the S1/S2 junction, shape (n,)."""
        arc, _ = self.curve_coordinates(points_mm)
        return np.asarray(np.maximum(self.bodies(points_mm), arc - self.junction_arcs_mm[0]))

    def canal(self, points_mm: Floats) -> Floats:
        """Field of the sacral canal, shape (n,): negative in the void, which goes on beyond the bone."""
        return self._part(points_mm, CANAL)

    def foramina(self, points_mm: Floats) -> Floats:
        """Field of the ventral and dorsal foramina of both sides, shape (n,): negative in the void."""
        return foramina(_rows(points_mm), self._left, self._right, self._even)

    def auricular(self, points_mm: Floats) -> Floats:
        """Signed distance to the outline of the auricular surface, along arc and depth, shape (n,)."""
        return ears(_rows(points_mm), self._left, self._right)

    def curve_coordinates(self, points_mm: Floats) -> tuple[Floats, Floats]:
        """Arc length below the endplate centre and depth behind the axis, each (n,), in mm."""
        return self.curve.coordinates(points_mm)

    def body_half_width_mm(self, arc_mm: Floats) -> Floats:
        """Half the transverse width of the body at that arc, shape as given."""
        return self._profile(arc_mm, BODY_WIDTH)

    def body_half_depth_mm(self, arc_mm: Floats) -> Floats:
        """Half the sagittal depth of the body at that arc, shape as given."""
        return self._profile(arc_mm, BODY_BACK)

    def ala_half_width_mm(self, arc_mm: Floats) -> Floats:
        """Distance of the lateral edge from the midline at that arc, shape as given."""
        return self._profile(arc_mm, LATERAL)

    def lateral_face_mm(self, arc_mm: float, depth_mm: float) -> float:
        """Distance of the auricular and ligament face from the midline, before its rim is rounded."""
        k = round((arc_mm + ABOVE_MM) / STEP_MM)
        row = self._left.profiles[k]
        beside = max(row[LATERAL] - 0.95 * row[BODY_WIDTH], 0.0)
        behind = max(depth_mm - 10.0, 0.0)
        ventral = row[VENTRAL_SLOPE] * beside - row[VENTRAL]
        return float(row[LATERAL] - row[WEDGE] * (depth_mm - ventral) - 0.012 * behind * behind)

    def _profile(self, arc_mm: Floats, column: int) -> Floats:
        place = (np.asarray(arc_mm) + ABOVE_MM) / STEP_MM
        return np.interp(place, np.arange(len(self._left.profiles)), self._left.profiles[:, column])

    def _part(self, points_mm: Floats, which: int) -> Floats:
        return parts(_rows(points_mm), self._left, self._right, self._even, which)


def _rows(points_mm: Floats) -> Floats:
    """Points as the (n, 3) doubles the compiled field reads; it would compile again for read-only ones."""
    return np.require(points_mm, np.float64, ["C", "W"]).reshape(-1, 3)


def _side(shape: SacrumShape, curve: SacralCurve) -> tuple[SacrumTables, ForaminaShape]:
    """What the compiled field reads of one side, and its foramina."""
    profiles = profile_table(shape)
    openings = foramina_shape(shape, curve, profiles)
    tables = SacrumTables(
        curve=curve.table,
        guess=curve.guess,
        guess_y=curve.guess_origin_mm[0],
        guess_z=curve.guess_origin_mm[1],
        profiles=profiles,
        ventral=openings.ventral,
        groove=openings.groove,
        dorsal=openings.dorsal,
        tubercles=median_tubercles(shape, curve, profiles),
        processes=articular_process(shape, curve, profiles),
        facet_cut=facet_cut(shape),
        ear=auricular_limbs(shape),
        length=shape.length_mm,
        endplate_width=shape.endplate_width_mm,
        concavity=shape.endplate_concavity_mm,
        ala_drop=shape.ala_drop_mm,
        ala_fall=ala_fall(shape),
        ala_pitch=ala_pitch(shape),
        hiatus=0.80 * shape.length_mm,
        lamina_arc=TUBERCLES[0][0] * shape.length_mm,
    )
    return tables, openings


def _bounds_mm(shape: SacrumShape, right_shape: SacrumShape, curve: SacralCurve) -> Floats:
    """A box with a few millimetres to spare, shape (2, 3)."""
    arcs = np.linspace(0.0, shape.length_mm, 60)
    reach = 0.5 * shape.endplate_depth_mm
    behind = reach + shape.canal_depth_mm + 1.2 * shape.lamina_mm + shape.crest_mm
    corners = [
        curve.point_mm(0.0, arc, depth) for arc in arcs for depth in (-reach, behind * (1 - 0.5 * arc / 115))
    ]
    low, high = np.min(corners, axis=0) - 5.0, np.max(corners, axis=0) + 5.0
    half, right_half = (0.5 * side.breadth_mm + 6.0 for side in (shape, right_shape))
    top = max(side.facet_z_mm + side.facet_height_mm + 4.0 for side in (shape, right_shape))
    return np.array([[-right_half, low[1], low[2]], [half, high[1], max(high[2], top)]])
