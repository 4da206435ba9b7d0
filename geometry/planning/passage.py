"""What the axis of a screw passes: surfaces by name, parts in order, and the greater sciatic notch."""

import itertools
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.frame import standing_from_anatomical
from geometry.rays import crossings_mm, outward_normals
from geometry.screws.kind import ILIUM, JOINT, OUTSIDE, SACRUM, passable, screw_kind
from geometry.screws.screw import Screw

STEP_MM = 0.25
# A run along the axis shorter than this is the rounding of a surface, no part of the way (chosen).
SHORTEST_RUN_MM = 0.5
# A surface this near to the canal or a foramen is its wall: rims are rounded over up to 3 mm.
NEAR_VOID_MM = 2.0
# The cartilage's field is a distance up to here; beyond, it is sampled this densely.
JOINT_FIELD_MM, JOINT_SAMPLE_MM = 7.0, 1.5
# Names of the bone's faces by the outward direction that prevails, with the sign of that direction.
FACES = (
    ("lateral cortex", "medial cortex"),
    ("posterior cortex", "anterior cortex"),
    ("superior cortex", "inferior cortex"),
)


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """A bone surface that the axis passes.

    Attributes:
        name: which surface, such as "entry" or "joint iliac side".
        along_mm: distance from the entry.
    """

    name: str
    along_mm: float


def crossings(anatomy: Anatomy, screw: Screw) -> tuple[Crossing, ...]:
    """The bone surfaces that the axis passes between its entry and its tip, in order."""
    start = screw.trajectory.at_mm(-1.0)
    reach = screw.trajectory.length_mm + 1.0
    met = [
        (float(hit) - 1.0, name)
        for name, bone in ((SACRUM, anatomy.sacrum), (ILIUM, anatomy.ilium))
        for hit in crossings_mm(bone, start, screw.direction, reach)
        if hit <= reach
    ]
    met.sort()
    named: list[Crossing] = []
    inside: set[str] = set()
    for index, (along, bone_name) in enumerate(met):
        following = met[index + 1][1] if index + 1 < len(met) else ""
        if bone_name in inside:
            inside.remove(bone_name)
            joint = bone_name == SACRUM and following == ILIUM
            name = "joint sacral side" if joint else _face_name(anatomy, screw, bone_name, along)
        else:
            inside.add(bone_name)
            if not named:
                name = "entry"
            else:
                joint = bone_name == ILIUM and named[-1].name == "joint sacral side"
                name = "joint iliac side" if joint else f"back into the {bone_name}"
        named.append(Crossing(name=name, along_mm=along))
    return tuple(named)


def parts_passed(anatomy: Anatomy, screw: Screw) -> tuple[str, ...]:
    """The parts that the axis runs through from entry to tip, in order, such as sacrum, joint, ilium."""
    along = np.arange(0.5 * STEP_MM, screw.trajectory.length_mm, STEP_MM)
    points = np.array(screw.trajectory.entry_mm) + along[:, None] * screw.direction
    here = np.full(len(along), OUTSIDE, dtype=object)
    if JOINT in screw_kind(screw.kind).passes:
        here[passable(anatomy, screw.kind, points) < 0.0] = JOINT
    here[anatomy.sacrum(points) < 0.0] = SACRUM
    here[anatomy.ilium(points) < 0.0] = ILIUM
    runs = [(str(name), sum(1 for _ in run)) for name, run in itertools.groupby(here)]
    kept = [name for name, count in runs if count * STEP_MM >= SHORTEST_RUN_MM]
    return tuple(name for name, _ in itertools.groupby(kept))


def notch_distance_mm(anatomy: Anatomy, screw: Screw) -> float:
    """From the wall to the apex of the greater sciatic notch; negative if the path passes below the apex."""
    notch = anatomy.ilium.landmarks["notch"]
    along = np.clip(screw.along_mm(notch[None])[0], 0.0, screw.trajectory.length_mm)
    away = screw.trajectory.at_mm(float(along)) - notch
    distance = float(np.linalg.norm(away) - screw.radius_mm(np.array([along]))[0])
    above = (standing_from_anatomical(anatomy.sacral_slope_deg) @ away)[2] > 0.0
    return distance if above else -abs(distance)


def joint_distance_mm(anatomy: Anatomy, points_mm: Floats) -> Floats:
    """From points (n, 3) to the sacroiliac cartilage, shape (n,), 0 inside; far off to about a millimetre."""
    near = anatomy.joint(points_mm)
    # its field is a distance only so close by; further off it is that to the ear's outline
    far, _ = _cartilage(anatomy).query(points_mm)
    return np.asarray(np.maximum(np.where(near < JOINT_FIELD_MM, near, np.maximum(far, JOINT_FIELD_MM)), 0.0))


@lru_cache(maxsize=8)
def _cartilage(anatomy: Anatomy) -> cKDTree:
    """Points throughout the cartilage of the left joint."""
    low, high = anatomy.sacrum.bounds_mm
    # the left half, and the gap beside it
    starts, ends = np.maximum(low, [0.0, -np.inf, -np.inf]), high + np.array([8.0, 0.0, 0.0])
    axes = [np.arange(start, end, JOINT_SAMPLE_MM) for start, end in zip(starts, ends, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return cKDTree(points[anatomy.joint(points) < 0.0])


def _face_name(anatomy: Anatomy, screw: Screw, bone_name: str, along_mm: float) -> str:
    """What to call the surface through which the axis leaves a bone."""
    point = screw.trajectory.at_mm(along_mm)
    if bone_name == SACRUM:
        if anatomy.sacrum.canal(point[None])[0] < NEAR_VOID_MM:
            return "wall of the canal"
        if anatomy.sacrum.foramina(point[None])[0] < NEAR_VOID_MM:
            return "wall of a foramen"
    field = anatomy.sacrum if bone_name == SACRUM else anatomy.ilium
    normal: Floats = outward_normals(field, point[None])[0]
    axis = int(np.abs(normal).argmax())
    return FACES[axis][0 if normal[axis] > 0.0 else 1]
