"""The left ilium as an implicit body that follows the sacrum's auricular face."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.implicit import smooth_subtraction
from geometry.pelvis.ilium_shape import FACING, OUTLINE_COUNT, SHEET, IliumShape
from geometry.pelvis.ilium_sheet import IliumSheet, ilium_sheet
from geometry.sacrum.promise import SacrumBody

# Centre of the auricular face as (share of the axis, depth behind it in mm), and the joint gap that the
# medial face keeps from the sacrum (1 to 4 mm in adults, chosen; `build_anatomy` sets it).
AURICULAR_CENTRE = (0.26, 2.0)
DEFAULT_GAP_MM = 2.5
LANDMARKS = (
    "psis",
    "piis",
    "notch",
    "aiis",
    "asis",
    "tubercle",
    "crest_top",
    "buttress",
    "joint",
    "s2ai_target",
)


@dataclass(frozen=True, init=False, eq=False)
class Ilium:
    """The iliac part of the left innominate bone, callable as a `geometry.field.Field`.

    Wing, crest and sacropelvic column, cut off below at the acetabular roof and the sciatic notch.

    Attributes:
        sacrum: the sacrum it faces.
        shape: the numbers it was made from.
        gap_mm: distance it keeps from the sacrum.
        landmarks: centres of named places on the bone, each shape (3,), in the anatomical frame:
            psis, piis, notch (apex of the greater sciatic notch), aiis, asis, tubercle, crest_top,
            buttress (middle of the column above the notch), joint, s2ai_target (in the column behind the
            AIIS).
        bounds_mm: lower and upper corner of a box around it, shape (2, 3).
    """

    sacrum: SacrumBody
    shape: IliumShape
    gap_mm: float
    _landmarks: dict[str, Floats] = field(repr=False)
    bounds_mm: Floats
    _sheet: IliumSheet = field(repr=False)

    def __init__(self, sacrum: SacrumBody, shape: IliumShape, gap_mm: float = DEFAULT_GAP_MM) -> None:
        names, places, half = _places_mm(sacrum, shape, gap_mm)
        for name, value in (
            ("sacrum", sacrum),
            ("shape", shape),
            ("gap_mm", gap_mm),
            ("_landmarks", {name: frozen_copy(places[names.index(name)]) for name in LANDMARKS}),
            ("bounds_mm", frozen_copy([places.min(axis=0) - 16.0, places.max(axis=0) + 16.0])),
            ("_sheet", ilium_sheet(places[:OUTLINE_COUNT], places, half)),
        ):
            object.__setattr__(self, name, value)

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the ilium, shape (n,), at points of shape (n, 3): negative inside."""
        sheet = self._sheet(points_mm)
        values = sheet.copy()
        # only near the sheet does the sacrum shape it; elsewhere the sheet is the distance
        near = sheet < 8.0
        if near.any():
            facing = self.gap_mm - self.sacrum.filled(points_mm[near])
            values[near] = smooth_subtraction(sheet[near], -facing, 2.0)
        return values

    @property
    def landmarks(self) -> Mapping[str, Floats]:
        """Named places on the bone, read-only; each shape (3,)."""
        return MappingProxyType(self._landmarks)

    def unfaced(self, points_mm: Floats) -> Floats:
        """Signed distance to the ilium before its medial face was fitted to the sacrum, shape (n,)."""
        return self._sheet(points_mm)


def _places_mm(sacrum: SacrumBody, shape: IliumShape, gap_mm: float) -> tuple[list[str], Floats, Floats]:
    """Names, places (n, 3) and half-thickness (n,) of the sheet for this sacrum and ilium."""
    share, depth = AURICULAR_CENTRE
    arc = share * sacrum.shape.length_mm
    centre = sacrum.curve.point_mm(float(sacrum.ala_half_width_mm(np.array([arc]))[0]), arc, depth)
    offsets = shape.size * np.array([place for _, place, *_ in SHEET])
    flare = np.radians(shape.flare_deg)
    c, s = np.cos(flare), np.sin(flare)
    # about the front-to-back axis: the wing above leans outwards
    turn = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    thickness = {"crest": shape.crest_mm, "corridor": shape.corridor_mm, "fossa": shape.fossa_mm}
    half = [part * thickness[kind] for _, _, part, kind in SHEET]
    facing = []
    for _, (along, behind), reach, part in FACING:
        half.append(part * shape.corridor_mm)
        level = along * sacrum.shape.length_mm
        outwards = sacrum.lateral_face_mm(level, behind) + gap_mm + half[-1] - reach
        facing.append(sacrum.curve.point_mm(outwards, level, behind))
    names = [name for name, *_ in SHEET] + [name for name, *_ in FACING]
    return names, np.vstack([centre + offsets @ turn.T, facing]), np.array(half)
