"""A force and a moment at a point away from the body, handed to it through faces."""

from dataclasses import dataclass

import numpy as np

from fem.faces import FacePatch, consistent_forces, face_patch
from fem.loads.load_case import LoadCase
from geometry.arrays import Floats, Ints
from geometry.errors import ModelError
from geometry.mesh import Mesh


def remote_load(
    mesh: Mesh,
    face_nodes: Ints,
    at_mm: Floats,
    *,
    force_n: Floats | tuple[float, float, float] = (0.0, 0.0, 0.0),
    moment_nmm: Floats | tuple[float, float, float] = (0.0, 0.0, 0.0),
    name: str = "remote",
) -> LoadCase:
    """The load on faces (k, 6) with just the resultants of a force and a moment at the point `at_mm`.

    The traction is a + w x (x - centre): a distributing coupling, which leaves the faces free to deform. With
    `rigid_faces` of the same faces among the connections it is a rigid one.
    """
    patch = face_patch(mesh, face_nodes)
    force = np.asarray(force_n, dtype=np.float64)
    about_centre = np.asarray(moment_nmm, dtype=np.float64) + np.cross(at_mm - patch.centre_mm, force)
    spin = np.linalg.solve(_turnable(patch, name), about_centre)
    traction = force / patch.areas_mm2.sum() + np.cross(spin, patch.points_mm - patch.centre_mm)
    return LoadCase(name=name, nodal_force_n=consistent_forces(mesh, patch, traction))


@dataclass(frozen=True, kw_only=True)
class FaceMotion:
    """How faces move on the whole: what a remote force and moment work on.

    Attributes:
        shift_mm: of the point asked for, shape (3,).
        turn_rad: small rotation, shape (3,).
    """

    shift_mm: Floats
    turn_rad: Floats


def face_motion(mesh: Mesh, face_nodes: Ints, at_mm: Floats, displacement_mm: Floats) -> FaceMotion:
    """The motion of a point tied to faces (k, 6), from displacements (n, 3): the force and the moment of
    `remote_load` at that point do the work force . shift + moment . turn."""
    patch = face_patch(mesh, face_nodes)
    polar = _turnable(patch, "face motion")

    def tested(force: Floats, spin: Floats) -> float:
        traction = force + np.cross(spin, patch.points_mm - patch.centre_mm)
        return float(np.vdot(consistent_forces(mesh, patch, traction), displacement_mm))

    axes, none = np.eye(3), np.zeros(3)
    mean = np.array([tested(axis, none) for axis in axes]) / patch.areas_mm2.sum()
    turn = np.linalg.solve(polar, np.array([tested(none, axis) for axis in axes]))
    return FaceMotion(shift_mm=mean + np.cross(turn, at_mm - patch.centre_mm), turn_rad=turn)


def _turnable(patch: FacePatch, name: str) -> Floats:
    """The polar matrix of a patch that can carry a moment."""
    polar = patch.polar_mm4()
    if np.linalg.cond(polar) > 1e8:
        raise ModelError(f"the faces of load {name!r} lie on a line and cannot carry a moment", where=name)
    return polar
