"""The patch test of MacNeal and Harder: distorted elements carry a constant stress exactly."""

import numpy as np

from fem.elastic import ElasticField, uniform_elastic
from fem.loads import LoadCase, face_traction
from fem.model import Model
from fem.recovery import gauss_fields
from fem.supports import FixedComponents, FixedNodes, Support
from fem.verification.check import Check, near
from fem.verification.models import TIGHT, model_of, solved
from geometry.arrays import Floats, Ints
from geometry.blocks import block
from geometry.mesh import Mesh

NORMAL_MPA, SHEAR_MPA = 2000.0, 400.0
# The solver's tolerance of 1e-11 times the condition of 27 cells leaves this much.
ROUND_OFF = 1e-6
NORMALS = {
    "x0": (-1, 0, 0),
    "x1": (1, 0, 0),
    "y0": (0, -1, 0),
    "y1": (0, 1, 0),
    "z0": (0, 0, -1),
    "z1": (0, 0, 1),
}


def patch_checks() -> list[Check]:
    """The worst stresses of a block under the tractions of a constant stress."""
    mesh = block((3, 3, 3), jitter=0.25)
    stress = np.full((3, 3), SHEAR_MPA) + (NORMAL_MPA - SHEAR_MPA) * np.eye(3)
    model = evenly_stressed(mesh, uniform_elastic(len(mesh.tets), 1e6, 0.25), stress)
    found = gauss_fields(solved(model, TIGHT), "all").stress_mpa
    return worst_stresses("patch test", found)


def worst_stresses(case: str, found_mpa: Floats) -> list[Check]:
    """How far stresses, shape (m, 4, 6), are from even ones."""
    checks = []
    for quantity, values, reference in (
        ("normal stress (MPa), furthest off", found_mpa[..., :3], NORMAL_MPA),
        ("shear stress (MPa), furthest off", found_mpa[..., 3:], SHEAR_MPA),
    ):
        worst = values.flat[np.abs(values - reference).argmax()]
        checks.append(near(case, quantity, worst, reference, ROUND_OFF, "MacNeal & Harder 1985"))
    return checks


def evenly_stressed(mesh: Mesh, elastic: ElasticField, stress_mpa: Floats) -> Model:
    """A unit cube under the tractions of a constant stress, shape (3, 3), with just enough support."""
    total = np.zeros_like(mesh.nodes_mm)
    for face, normal in NORMALS.items():
        total += face_traction(mesh, mesh.face(face), stress_mpa @ np.array(normal)).nodal_force_n
    supports: list[Support] = [
        FixedNodes(name="origin", nodes=_at(mesh, 0, 0, 0)),
        FixedComponents(name="x end", nodes=_at(mesh, 1, 0, 0), components=(False, True, True)),
        FixedComponents(name="y end", nodes=_at(mesh, 0, 1, 0), components=(False, False, True)),
    ]
    return model_of(mesh, elastic, supports, [LoadCase(name="all", nodal_force_n=total)])


def _at(mesh: Mesh, x: float, y: float, z: float) -> Ints:
    return np.flatnonzero(np.all(np.isclose(mesh.nodes_mm, [x, y, z]), axis=1))
