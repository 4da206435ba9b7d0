"""How a part of a mesh moves on the whole: its best rigid motion."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Bools, Floats
from geometry.errors import ModelError
from geometry.mesh import Mesh
from geometry.tetrahedron import straight_volumes


@dataclass(frozen=True, kw_only=True)
class BodyMotion:
    """A small rigid motion.

    Attributes:
        centre_mm: of the body, shape (3,).
        shift_mm: of that centre, shape (3,).
        turn_rad: small rotation, shape (3,).
    """

    centre_mm: Floats
    shift_mm: Floats
    turn_rad: Floats

    def at_mm(self, point_mm: Floats) -> Floats:
        """The displacement of a point that moves along, shape (3,)."""
        return np.asarray(self.shift_mm + np.cross(self.turn_rad, point_mm - self.centre_mm))


def body_motion(mesh: Mesh, elements: Bools, displacement_mm: Floats) -> BodyMotion:
    """The rigid motion nearest to the displacements (n, 3) of some elements, a mask of shape (m,).

    Least squares over their vertices, each weighted with its share of the volume.
    """
    if not elements.any():
        raise ModelError("a body without elements has no motion")
    corners = mesh.tets[elements, :4]
    nodes, place = np.unique(corners, return_inverse=True)
    volumes = np.repeat(straight_volumes(mesh.nodes_mm[corners]) / 4.0, 4)
    weights = np.bincount(place.ravel(), weights=volumes)
    weights = weights / weights.sum()
    points, moved = mesh.nodes_mm[nodes], displacement_mm[nodes]
    centre, shift = weights @ points, weights @ moved
    arm, rest = points - centre, moved - shift
    inertia = np.einsum("n,nc,nd->cd", weights, arm, arm)
    polar = np.trace(inertia) * np.eye(3) - inertia
    turn = np.linalg.solve(polar, weights @ np.cross(arm, rest))
    return BodyMotion(centre_mm=centre, shift_mm=shift, turn_rad=turn)
