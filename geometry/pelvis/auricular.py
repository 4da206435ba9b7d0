"""The auricular face: the ear where sacrum and ilium meet, and the way to the sacrum there."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.sacrum.promise import SacrumBody

# Step of the differences that tell the steepness, which is believed between these bounds and so near the
# surface (chosen: the joint gap is 4 mm at most).
STEP_MM = 0.05
STEEPNESS = (0.5, 1.6)
TRUE_WITHIN_MM = 9.0
# Outside the ear and this deep behind the axis the bones part by so much per mm, over so many mm (chosen).
ROOM_SLOPE, ROOM_REACH_MM, BEHIND_MM = 0.2, 20.0, 10.0


@dataclass(frozen=True, kw_only=True, eq=False)
class AuricularFace:
    """The face of a sacrum that carries the joint.

    Attributes:
        sacrum: whose left face it is.
    """

    sacrum: SacrumBody

    def distance_mm(self, points_mm: Floats) -> Floats:
        """Distance to the sacrum with filled foramina, true to first order near its surface, shape (n,).

        The sacrum's own field may be a tenth longer or shorter; a joint gap made of it would vary as much.
        """
        value = self.sacrum.filled(points_mm)
        # farther away nobody asks for more than a bound, and the sacrum's axis ends somewhere
        near = np.abs(value) < TRUE_WITHIN_MM
        at, rough = np.asarray(points_mm)[near], value[near]
        slope = [(self.sacrum.filled(at + step) - rough) / STEP_MM for step in STEP_MM * np.eye(3)]
        true = rough / np.clip(np.linalg.norm(slope, axis=0), *STEEPNESS)
        share = np.clip(2.0 - 2.0 * np.abs(rough) / TRUE_WITHIN_MM, 0.0, 1.0)
        value[near] += share * (true - rough)
        return value

    def ear_mm(self, points_mm: Floats) -> Floats:
        """Signed distance to the ear-shaped outline, measured along arc and depth, shape (n,)."""
        return self.sacrum.auricular(points_mm)

    def room_mm(self, points_mm: Floats) -> Floats:
        """How much farther than the joint gap the ilium stays off, shape (n,): 0 in the ear and before it.

        Behind the ear the two bones part, for the interosseous ligaments.
        """
        _, depth = self.sacrum.curve_coordinates(points_mm)
        t = np.clip(depth / BEHIND_MM, 0.0, 1.0)
        beyond = np.clip(self.ear_mm(points_mm), 0.0, ROOM_REACH_MM)
        return np.asarray(ROOM_SLOPE * beyond * t * t * (3.0 - 2.0 * t))
