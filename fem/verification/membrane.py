"""Cook's membrane: a skew cantilever in plane stress."""

import numpy as np

from fem.elastic import uniform_elastic
from fem.loads import face_traction
from fem.supports import FixedComponents
from fem.verification.check import DISPLACEMENT, Check, near
from fem.verification.models import model_of, plane, solved
from geometry.arrays import Floats
from geometry.blocks import block


def _skew(points: Floats) -> Floats:
    s, t = points[:, 0], points[:, 1]
    return np.column_stack([48.0 * s, 44.0 * s + (44.0 - 28.0 * s) * t, points[:, 2]])


def membrane_checks() -> list[Check]:
    """E 1, nu 1/3, thickness 1, total shear 1 on the right edge; how high its middle rises."""
    mesh = block((24, 24, 1), shape=_skew)
    edge = FixedComponents(name="left", nodes=mesh.face("x0"), components=(True, True, False))
    load = face_traction(mesh, mesh.face("x1"), np.array([0.0, 1.0, 0.0]), "shear")
    elastic = uniform_elastic(len(mesh.tets), 1.0, 1.0 / 3.0)
    solution = solved(model_of(mesh, elastic, [edge, plane(mesh, "z0")], [load]))
    middle = np.all(np.isclose(mesh.nodes_mm[:, :2], [48.0, 52.0]), axis=1)
    rise = solution.displacement_of("shear")[middle, 1].mean()
    return [near("Cook's membrane", "rise at (48, 52)", rise, 23.97, DISPLACEMENT, "published, plane stress")]
