"""The left ilium as an implicit body that follows the sacrum's auricular face and its S2AI path."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.implicit import smooth_subtraction
from geometry.pelvis.auricular import AuricularFace
from geometry.pelvis.corridor import Corridor, s2ai_corridor
from geometry.pelvis.ilium_bone import IliumBone, ilium_bone
from geometry.pelvis.ilium_places import LANDMARKS, ilium_places
from geometry.pelvis.ilium_shape import IliumShape
from geometry.sacrum.promise import SacrumBody

# The joint gap that the medial face keeps from the sacrum: 1 to 4 mm in adults, chosen.
DEFAULT_GAP_MM = 2.5
# The edge where the medial face leaves the sacrum is rounded over this width (a sharper lip in front of the
# joint left elements of radius ratio 0.03).
FACE_BLEND_MM = 5.0
# Only within this distance of the bone does the sacrum shape it.
NEAR_MM = 8.0


@dataclass(frozen=True, init=False, eq=False)
class Ilium:
    """The iliac part of the left innominate bone, callable as a `geometry.field.Field`.

    Wing, crest and sacropelvic column, cut off below through the roof of the acetabulum. The right one is
    `geometry.mirror.Mirrored` of this one, or of the one that faces the mirrored sacrum.

    Attributes:
        sacrum: the sacrum it faces.
        shape: the numbers it was made from.
        gap_mm: distance it keeps from the sacrum.
        corridor: the S2AI path its column is built round.
        landmarks: centres of named places on the bone, each shape (3,), in the anatomical frame:
            psis, piis, notch (apex of the greater sciatic notch), aiis, asis, tubercle, crest_top,
            buttress (in the column above the notch), joint, s2ai_target (in the column behind the AIIS), hip
            (centre of the hip joint).
        bounds_mm: lower and upper corner of a box around it, shape (2, 3).
    """

    sacrum: SacrumBody
    shape: IliumShape
    gap_mm: float
    corridor: Corridor
    _landmarks: dict[str, Floats] = field(repr=False)
    bounds_mm: Floats
    _bone: IliumBone = field(repr=False)

    def __init__(self, sacrum: SacrumBody, shape: IliumShape, gap_mm: float = DEFAULT_GAP_MM) -> None:
        corridor = s2ai_corridor(sacrum)
        places = ilium_places(sacrum, corridor, shape, gap_mm)
        on_bone = np.array([places.place_mm[name] for name in places.half_mm])
        hip = places.place_mm["hip"]
        reach = np.vstack([on_bone - 16.0, on_bone + 16.0, hip - 40.0, hip + 40.0])
        for name, value in (
            ("sacrum", sacrum),
            ("shape", shape),
            ("gap_mm", gap_mm),
            ("corridor", corridor),
            ("_landmarks", {name: frozen_copy(places.place_mm[name]) for name in LANDMARKS}),
            ("bounds_mm", frozen_copy([reach.min(axis=0), reach.max(axis=0)])),
            ("_bone", ilium_bone(places, corridor, shape)),
        ):
            object.__setattr__(self, name, value)

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the ilium, shape (n,), at points of shape (n, 3): negative inside."""
        values = self._bone(points_mm)
        near = values < NEAR_MM
        if near.any():
            at = np.asarray(points_mm)[near]
            facing = self.gap_mm + self.face.room_mm(at) - self.face.distance_mm(at)
            values[near] = smooth_subtraction(values[near], -facing, FACE_BLEND_MM)
        return values

    @property
    def face(self) -> AuricularFace:
        """The sacrum's side of the joint."""
        return AuricularFace(sacrum=self.sacrum)

    @property
    def landmarks(self) -> Mapping[str, Floats]:
        """Named places on the bone, read-only; each shape (3,)."""
        return MappingProxyType(self._landmarks)

    def unfaced(self, points_mm: Floats) -> Floats:
        """Signed distance to the ilium before its medial face was fitted to the sacrum, shape (n,)."""
        return self._bone(points_mm)
