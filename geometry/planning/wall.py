"""The wall of a screw, sampled: how much bone covers it, and how far it stays from what it must not hit."""

from dataclasses import dataclass

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Bools, Floats
from geometry.field import Field
from geometry.rays import outward_normals
from geometry.screws.kind import passable
from geometry.screws.plan import entry_field
from geometry.screws.screw import Screw

STEP_MM = 0.5
TURNS = 24
# Slack for the rounding of the implicit surfaces.
TOUCH_MM = 0.05
# An oblique screw shows part of its wall where it enters, and so does a bicortical one where it leaves. Of a
# wall out of bone this close to the opening along the axis (chosen: at the steepest preset, 52 degrees off
# the surface normal, a 7 mm cylinder shows 9 mm of wall on flat bone)
FACE_LENGTH_MM = 12.0
# belongs to the opening what lies no deeper than this below its plane (chosen: the rims of the articular
# process and of the first dorsal foramen), or is further along a line of the wall that has not entered yet,
# on bone that faces as the opening does, within 60 degrees. The rest is a breach.
FACE_DEPTH_MM, FACE_COSINE = 3.0, 0.5
# The outline of the S1 body is read this far below the endplate, past its rounded rim.
BELOW_ENDPLATE_MM = 2.0


@dataclass(frozen=True, kw_only=True)
class Face:
    """The plane of the bone where a screw enters or leaves.

    Attributes:
        point_mm: where the axis passes it, shape (3,).
        normal: out of the bone, unit, shape (3,).
        along_mm: that point's distance from the entry.
    """

    point_mm: Floats
    normal: Floats
    along_mm: float

    def near(self, along_mm: Floats) -> Bools:
        """Whether that station may show its wall at this opening, shape as given."""
        return np.asarray(np.abs(along_mm - self.along_mm) <= FACE_LENGTH_MM)

    def above(self, points_mm: Floats) -> Bools:
        """Whether a point lies outside the plane, or only a little below it, shape (n,)."""
        return np.asarray((self.point_mm - points_mm) @ self.normal < FACE_DEPTH_MM)


@dataclass(frozen=True, kw_only=True)
class WallClearance:
    """Least clearance of the wall at each station along the axis; each array has shape (k,), in mm.

    Attributes:
        along_mm: of the stations.
        bone_mm: bone over the wall, negative outside; infinite where all of it shows at an opening.
        canal_mm: to the sacral canal, openings or not.
        foramina_mm: to a foramen, openings left out.
        endplate_mm: below the S1 endplate, within the body's outline.
        points_mm: the wall itself, shape (k * TURNS, 3).
    """

    along_mm: Floats
    bone_mm: Floats
    canal_mm: Floats
    foramina_mm: Floats
    endplate_mm: Floats
    points_mm: Floats


def entry_face(anatomy: Anatomy, screw: Screw) -> Face:
    """The plane of the bone at the entry, taken over the width of the screw."""
    return _face(entry_field(anatomy, screw.kind), screw, 0.0)


def exit_face(anatomy: Anatomy, screw: Screw, along_mm: float) -> Face:
    """The plane of the bone where the axis leaves it, taken over the width of the screw."""

    def inside(points_mm: Floats) -> Floats:
        return passable(anatomy, screw.kind, points_mm)

    return _face(inside, screw, along_mm)


def wall_clearance(anatomy: Anatomy, screw: Screw, faces: tuple[Face, ...]) -> WallClearance:
    """Clearances of a screw that may show its wall at these faces."""
    along = np.append(np.arange(0.0, screw.trajectory.length_mm, STEP_MM), screw.trajectory.length_mm)
    heading = screw.direction
    first = np.cross(heading, [0.0, 0.0, 1.0])
    first /= np.linalg.norm(first)
    turns = np.linspace(0.0, 2.0 * np.pi, TURNS, endpoint=False)
    rim = np.cos(turns)[:, None] * first + np.sin(turns)[:, None] * np.cross(heading, first)
    axis = np.array(screw.trajectory.entry_mm) + along[:, None] * heading
    points = (axis[:, None] + screw.radius_mm(along)[:, None, None] * rim).reshape(-1, 3)

    def inside(points_mm: Floats) -> Floats:
        return passable(anatomy, screw.kind, points_mm)

    covered = -inside(points)
    shown = np.zeros(len(points), dtype=bool)
    for face in faces:
        shown |= _shown(inside, face, points, covered.reshape(len(along), TURNS), along)

    def least(values: Floats) -> Floats:
        return np.asarray(values.reshape(len(along), TURNS).min(axis=1))

    flat = points * np.array([1.0, 1.0, 0.0]) - np.array([0.0, 0.0, BELOW_ENDPLATE_MM])
    under_endplate = anatomy.sacrum.bodies(flat) < 0.0
    return WallClearance(
        along_mm=along,
        bone_mm=least(np.where(shown, np.inf, covered)),
        canal_mm=least(anatomy.sacrum.canal(points)),
        foramina_mm=least(np.where(shown, np.inf, anatomy.sacrum.foramina(points))),
        endplate_mm=least(np.where(under_endplate, -points[:, 2], np.inf)),
        points_mm=points,
    )


def _shown(field: Field, face: Face, points_mm: Floats, covered_mm: Floats, along_mm: Floats) -> Bools:
    """Which points of the wall show at an opening, shape (n,); `covered_mm` is the bone over them, (k, t)."""
    near = np.repeat(face.near(along_mm), covered_mm.shape[1])
    above = face.above(points_mm)
    outside = covered_mm < 0.0
    # lines of the wall that have not entered yet, seen from the opening
    order = slice(None) if face.along_mm < along_mm[-1] / 2.0 else slice(None, None, -1)
    waiting = np.logical_and.accumulate(outside[order], axis=0)[order].reshape(-1)
    doubtful = np.flatnonzero(near & waiting & ~above)
    shown = near & above
    if len(doubtful):
        normals = outward_normals(field, points_mm[doubtful])
        shown[doubtful] = normals @ face.normal >= FACE_COSINE
    return np.asarray(shown)


def _face(field: Field, screw: Screw, along_mm: float) -> Face:
    point = screw.trajectory.at_mm(along_mm)
    normal = outward_normals(field, point[None], 0.5 * screw.diameter_mm)[0]
    return Face(point_mm=point, normal=normal, along_mm=along_mm)
