"""NAFEMS LE1 and LE10: a quarter of an elliptic plate with an elliptic hole, thin and thick."""

import numpy as np

from fem.elastic import uniform_elastic
from fem.loads import face_pressure
from fem.recovery import gauss_fields, nodal_values
from fem.supports import FixedComponents
from fem.verification.check import STRESS, Check, near
from fem.verification.models import model_of, plane, solved
from geometry.arrays import Floats
from geometry.blocks import block
from geometry.mesh import Mesh

INNER, OUTER = np.array([2.0, 1.0]), np.array([3.25, 2.75])
YOUNG_MPA, POISSON = 210e3, 0.3


def elliptic_plate(cells: tuple[int, int, int], thickness: float) -> Mesh:
    """Faces: x0 inner, x1 outer, y0 in the plane y = 0, y1 in x = 0, z0 below, z1 on top."""

    def shape(points: Floats) -> Floats:
        angle = 0.5 * np.pi * points[:, 1]
        axes = INNER + points[:, :1] * (OUTER - INNER)
        return np.column_stack(
            [axes[:, 0] * np.cos(angle), axes[:, 1] * np.sin(angle), thickness * points[:, 2]]
        )

    return block(cells, shape=shape)


def _symmetry(mesh: Mesh) -> list[FixedComponents]:
    return [
        FixedComponents(name="y = 0", nodes=mesh.face("y0"), components=(False, True, False)),
        FixedComponents(name="x = 0", nodes=mesh.face("y1"), components=(True, False, False)),
    ]


def _stress_yy(mesh: Mesh, stress_mpa: Floats, place: Floats) -> float:
    """Recovered at a vertex of the mesh."""
    smooth = nodal_values(mesh, stress_mpa)[0]
    away = np.linalg.norm(mesh.nodes_mm[smooth.nodes] - place, axis=1)
    return float(smooth.values[away.argmin(), 1])


def thin_plate_checks() -> list[Check]:
    """LE1: thickness 0.1, plane stress, outward pressure 10 MPa on the outer edge."""
    mesh = elliptic_plate((14, 28, 1), 0.1)
    load = face_pressure(mesh, mesh.face("x1"), -10.0, "pull")
    elastic = uniform_elastic(len(mesh.tets), YOUNG_MPA, POISSON)
    solution = solved(model_of(mesh, elastic, [*_symmetry(mesh), plane(mesh, "z0")], [load]))
    stress = gauss_fields(solution, "pull").stress_mpa
    found = np.mean([_stress_yy(mesh, stress, np.array([2.0, 0.0, z])) for z in (0.0, 0.1)]).item()
    return [near("NAFEMS LE1", "stress yy at D (MPa)", found, 92.7, STRESS, "NAFEMS LE1")]


def thick_plate_checks() -> list[Check]:
    """LE10: thickness 0.6, 1 MPa on top; outer face held in plane, its mid-line across."""
    mesh = elliptic_plate((10, 20, 6), 0.6)
    outer = np.unique(mesh.face("x1"))
    middle = outer[np.isclose(mesh.nodes_mm[outer, 2], 0.3)]
    held = [
        *_symmetry(mesh),
        FixedComponents(name="outer", nodes=outer, components=(True, True, False)),
        FixedComponents(name="mid-line", nodes=middle, components=(False, False, True)),
    ]
    load = face_pressure(mesh, mesh.face("z1"), 1.0, "pressure")
    elastic = uniform_elastic(len(mesh.tets), YOUNG_MPA, POISSON)
    stress = gauss_fields(solved(model_of(mesh, elastic, held, [load])), "pressure").stress_mpa
    found = _stress_yy(mesh, stress, np.array([2.0, 0.0, 0.6]))
    return [near("NAFEMS LE10", "stress yy at D (MPa)", found, -5.38, STRESS, "NAFEMS LE10")]
