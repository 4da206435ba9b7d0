"""The compiled field of an ilium before it is fitted to a sacrum: wing, column, spines and hip roof."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.compiled import compiled, round_cone_at, smooth_max, smooth_min
from geometry.frame import standing_from_anatomical
from geometry.pelvis.corridor import Corridor
from geometry.pelvis.ilium_places import DRAWN_SLOPE_DEG, IliumPlaces
from geometry.pelvis.ilium_shape import IliumShape
from geometry.pelvis.ilium_sheet import IliumSheet, ilium_sheet, sheet_at

# Where two parts of the bone meet, the crease is filled over so many mm (chosen after a dry bone's rounding).
ROOF_BLEND_MM, BRIM_MM = 12.0, 5.0
# The cores of the S2AI corridor and of the iliac screw's way from the PSIS begin this far past the joint and
# inside the PSIS, where the sheet is not yet thick.
CORE_FROM_MM, PSIS_FROM_MM = 2.0, 8.0
# The blend adds to both where they meet the sheet: cores are drawn thinner than the free corridor by so much,
# with so wide a blend (set so that the corridor measures what the shape asks for).
S2AI_CORE_MM, PSIS_CORE_MM = (1.2, 3.5), (4.6, 12.0)
# A core thinner than this would break into beads where the sheet is far.
LEAST_CORE_MM = 2.2
# Wall of the acetabular roof; the opening looks outwards, forwards and down, and the bone is cut a little
# above the centre of the hip (chosen: pubis and ischium carry the rest).
ROOF_MM = 8.5
OPENING = (0.70, -0.25, -0.67)
OPENING_MM = 1.5
CUT_ABOVE_MM = 13.0
# Spines, tubercle and arcuate line: two places they run between as (name, mm outwards, mm back, mm up in the
# standing man), both radii, and the width of the blend.
End = tuple[str, float, float, float]
KNOBS: tuple[tuple[End, End, float, float, float], ...] = (
    (("psis", 0.0, -3.0, 3.0), ("psis_low", 0.0, 0.0, 5.0), 6.5, 5.5, 10.0),
    (("piis", 0.0, -4.0, 2.0), ("piis", -1.0, 2.0, -1.0), 5.5, 4.5, 10.0),
    (("aiis", -1.0, 10.0, -8.0), ("aiis", 0.0, -2.0, 1.0), 8.5, 5.0, 10.0),
    (("asis", 1.0, 4.0, 4.0), ("asis", -1.0, -1.0, -5.0), 5.5, 5.5, 10.0),
    (("tubercle", -1.0, -8.0, -7.0), ("tubercle", -2.0, 12.0, 5.0), 5.5, 3.5, 10.0),
    (("s2ai_target", -7.0, -2.0, -9.0), ("aiis", -11.0, 6.0, -9.0), 8.0, 7.0, 14.0),
    (("notch_front", -1.0, 4.0, 10.0), ("hip", -16.0, -20.0, 23.0), 6.0, 9.0, 18.0),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class IliumBone:
    """Sheet, knobs and roof as arrays that the compiled field reads.

    Attributes:
        sheet: wing and column as a sheet of varying thickness.
        knobs: round cones with the width of their blend, shape (k, 9).
        hip: centre and radius of the femoral head's space, outer radius of the roof, shape (5,).
        opening: normal of the opening and its offset, shape (4,).
        cut: normal of the lower cut and its offset, shape (4,).
    """

    sheet: IliumSheet
    knobs: Floats
    hip: Floats
    opening: Floats
    cut: Floats

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance, shape (n,), at points of shape (n, 3)."""
        points = np.require(points_mm, np.float64, ["C", "W"]).reshape(-1, 3)
        sheet = self.sheet
        return _bone(
            points,
            sheet.origin_mm,
            sheet.axes,
            sheet.corner_mm,
            sheet.layers,
            self.knobs,
            self.hip,
            self.opening,
            self.cut,
        )


def ilium_bone(places: IliumPlaces, corridor: Corridor, shape: IliumShape) -> IliumBone:
    """The bone drawn on these places."""
    names = [*places.rim, *(name for name in places.half_mm if name not in places.rim)]
    sheet = ilium_sheet(
        np.array([places.place_mm[name] for name in places.rim]),
        np.array([places.place_mm[name] for name in names]),
        np.array([places.half_mm[name] for name in names]),
    )
    upright = standing_from_anatomical(DRAWN_SLOPE_DEG)

    def end(name: str, *offset: float) -> Floats:
        return np.asarray(places.place_mm[name] + shape.size * np.array(offset) @ upright)

    knobs = [
        np.concatenate([end(*start), end(*stop), [shape.size * first, shape.size * last, blend]])
        for start, stop, first, last, blend in KNOBS
    ]
    free = 0.5 * shape.corridor_mm
    start = corridor.crossing_mm + CORE_FROM_MM * corridor.heading
    psis, target = places.place_mm["psis"], places.place_mm["s2ai_target"]
    from_psis = psis + PSIS_FROM_MM * (target - psis) / np.linalg.norm(target - psis)
    cores = [
        np.concatenate([begin, target, 2 * [max(free - thinner, LEAST_CORE_MM)], [blend]])
        for begin, (thinner, blend) in ((start, S2AI_CORE_MM), (from_psis, PSIS_CORE_MM))
    ]
    hip = places.place_mm["hip"]
    socket = 0.5 * shape.acetabulum_mm
    opening = np.array(OPENING) / np.linalg.norm(OPENING) @ upright
    down = np.array([0.0, 0.0, -1.0]) @ upright
    return IliumBone(
        sheet=sheet,
        knobs=frozen_copy([*knobs, *cores]),
        hip=frozen_copy([*hip, socket, socket + ROOF_MM]),
        opening=frozen_copy([*opening, float(opening @ hip) + OPENING_MM]),
        cut=frozen_copy([*down, float(down @ hip) - CUT_ABOVE_MM]),
    )


@compiled
def _bone(
    points: Floats,
    origin: Floats,
    axes: Floats,
    corner: Floats,
    layers: Floats,
    knobs: Floats,
    hip: Floats,
    opening: Floats,
    cut: Floats,
) -> Floats:
    """Distances at points (n, 3), shape (n,)."""
    values = points[:, 0].copy()
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        bone = sheet_at(x, y, z, origin, axes, corner, layers)
        for k in range(len(knobs)):
            bone = smooth_min(bone, round_cone_at(x, y, z, knobs[k]), knobs[k, 8])
        dx, dy, dz = x - hip[0], y - hip[1], z - hip[2]
        away = sqrt(dx * dx + dy * dy + dz * dz)
        beyond = x * opening[0] + y * opening[1] + z * opening[2] - opening[3]
        bone = smooth_min(bone, smooth_max(away - hip[4], beyond, 6.0), ROOF_BLEND_MM)
        bone = smooth_max(bone, hip[3] - away, BRIM_MM)
        below = x * cut[0] + y * cut[1] + z * cut[2] - cut[3]
        values[i] = smooth_max(bone, below, BRIM_MM)
    return values
