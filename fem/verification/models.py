"""Small models that verification cases and tests share."""

from collections.abc import Callable, Sequence

import numpy as np

from fem.discretisation import Discretisation, discretise
from fem.elastic import GAUSS_4, ElasticField, SamplingRule, uniform_elastic, young_moments
from fem.grain import GrainRatios
from fem.loads import LoadCase, face_traction
from fem.model import Model
from fem.solution import Solution
from fem.solvers import SolverSettings, solve
from fem.supports import FixedComponents, FixedNodes, Support
from geometry.arrays import Floats
from geometry.mesh import Mesh

USUAL = SolverSettings()
TIGHT = SolverSettings(relative_tolerance=1e-11)
# As in vertebral bone (docs/evidence.md 4.2), along no axis of any mesh.
THREE_TO_ONE = GrainRatios(young_x=0.333, poisson_xy=0.381, poisson_xz=0.104, shear_xz=0.157)
OBLIQUE = np.array([1.0, 2.0, 2.0]) / 3.0


def plane(mesh: Mesh, face: str) -> FixedComponents:
    """A plane of symmetry: no displacement along the axis that the face is named after."""
    axis = "xyz".index(face[0])
    held = (axis == 0, axis == 1, axis == 2)
    return FixedComponents(name=f"plane {face}", nodes=mesh.face(face), components=held)


def sampled(
    mesh: Mesh, young_mpa: Callable[[Floats], Floats], rule: SamplingRule, poisson: float = 0.3
) -> ElasticField:
    """An elastic field from E at points of shape (..., 3)."""
    corners = mesh.corner_points_mm()
    return ElasticField(
        moments_mpa=young_moments(rule, young_mpa(rule.points_mm(corners))),
        poisson=np.full(len(mesh.tets), poisson),
        gauss_young_mpa=young_mpa(GAUSS_4.points_mm(corners)),
    )


def model_of(
    mesh: Mesh,
    elastic: ElasticField,
    supports: Sequence[Support],
    loads: Sequence[LoadCase],
    discretisation: Discretisation | None = None,
) -> Model:
    """A model on a fresh discretisation unless one is given."""
    return Model(
        discretisation=discretise(mesh) if discretisation is None else discretisation,
        elastic=elastic,
        supports=tuple(supports),
        load_cases=tuple(loads),
    )


def pulled(
    mesh: Mesh, elastic: ElasticField | None = None, force_n: Sequence[float] = (0.0, 0.0, 1.0)
) -> Model:
    """A block held at z0 and pulled at z1; E 1000 MPa and nu 0.3 unless given."""
    field = uniform_elastic(len(mesh.tets), 1000.0, 0.3) if elastic is None else elastic
    load = face_traction(mesh, mesh.face("z1"), np.array(force_n), "pull")
    return model_of(mesh, field, [FixedNodes(name="foot", nodes=mesh.face("z0"))], [load])


def solved(model: Model, settings: SolverSettings = USUAL) -> Solution:
    """The solution that verification cases use; tests spoil it here to see that every gate can fail."""
    return solve(model, settings=settings)
