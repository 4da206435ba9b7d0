"""Manufactured solution: a body force made for a known displacement, and the orders of convergence."""

from dataclasses import dataclass

import numpy as np

from fem.discretisation import discretise
from fem.elastic import grained, subdivided_rule, uniform_elastic
from fem.error_estimate import estimated_error
from fem.grain import GrainRatios
from fem.loads import LoadCase
from fem.peers.turned import turned_tensor
from fem.solvers import SolverSettings
from fem.supports import FixedNodes
from fem.verification.check import Check, order
from fem.verification.models import OBLIQUE, THREE_TO_ONE, model_of, solved
from geometry.blocks import block
from geometry.tetrahedron import shapes_at

# What an estimated over a true error, in the energy norm, may be.
EFFECTIVITY = (0.8, 1.5)
SETTINGS = SolverSettings(relative_tolerance=1e-9)
POISSON = 0.3
EVEN = GrainRatios(young_x=1.0, poisson_xy=POISSON, poisson_xz=POISSON, shear_xz=0.5 / (1.0 + POISSON))


@dataclass(frozen=True, kw_only=True)
class Errors:
    """How far a solution is from the known one.

    Attributes:
        in_l2: norm of the miss in displacement.
        in_energy: miss in the work of the loads, the square of that in the energy norm.
        estimated: what the error estimate says that miss is.
    """

    in_l2: float
    in_energy: float
    estimated: float


def manufactured(
    cells: int, shift: float = 0.0, shape_order: int = 2, ratios: GrainRatios | None = None
) -> Errors:
    """Errors for u = sin(pi x) sin(pi y) sin(pi z) (1, 2, 3) on the unit cube, held all round.

    Args:
        cells: along each edge.
        shift: spoils the body force.
        shape_order: of the shape functions, 1 or 2.
        ratios: of an oblique grain; isotropic without.
    """
    mesh = block((cells, cells, cells), jitter=0.1)
    elastic = uniform_elastic(len(mesh.tets), 1.0, POISSON)
    if ratios is not None:
        elastic = grained(elastic, ratios, np.tile(OBLIQUE, (len(mesh.tets), 1)))
    stiffness = turned_tensor(EVEN if ratios is None else ratios, OBLIQUE[None])[0]
    amplitude = np.array([1.0, 2.0, 3.0])
    rule = subdivided_rule(1)
    points = rule.points_mm(mesh.corner_points_mm())
    s, c = np.sin(np.pi * points), np.cos(np.pi * points)
    sx, sy, sz = np.moveaxis(s, -1, 0)
    cx, cy, cz = np.moveaxis(c, -1, 0)
    waves = np.stack([sx * sy * sz, cx * cy * sz, cx * sy * cz, sx * cy * cz], axis=-1)
    # Hessian of the wave times pi**2: diagonal -1, off the diagonal the products of cosines
    hessian = np.stack(
        [
            np.stack([-waves[..., 0], waves[..., 1], waves[..., 2]], axis=-1),
            np.stack([waves[..., 1], -waves[..., 0], waves[..., 3]], axis=-1),
            np.stack([waves[..., 2], waves[..., 3], -waves[..., 0]], axis=-1),
        ],
        axis=-2,
    )
    body = -(np.pi**2) * np.einsum("ijkl,k,mqlj->mqi", stiffness, amplitude, hessian, optimize=True) + shift
    shapes = shapes_at(rule.barycentric)
    weights = mesh.volumes_mm3()[:, None] * rule.weights
    forces = np.zeros_like(mesh.nodes_mm)
    np.add.at(forces, mesh.tets, np.einsum("mq,qa,mqd->mad", weights, shapes, body))
    model = model_of(
        mesh,
        elastic,
        [FixedNodes(name="skin", nodes=mesh.face("skin"))],
        [LoadCase(name="body", nodal_force_n=forces)],
        discretise(mesh, order=shape_order),
    )
    solution = solved(model, SETTINGS)
    found = np.einsum("qa,mad->mqd", shapes, solution.displacement_of("body")[mesh.tets])
    square = np.einsum("mq,mqd->", weights, (found - waves[..., :1] * amplitude) ** 2)
    exact_work = np.pi**2 * np.einsum("ijkj,i,k->", stiffness, amplitude, amplitude) / 8.0
    work = float(solution.work_nmm()[0])
    return Errors(
        in_l2=float(np.sqrt(square)),
        in_energy=abs(exact_work - work),
        estimated=work * estimated_error(solution, "body").relative_stiffness_error,
    )


def manufactured_checks(shift: float = 0.0) -> list[Check]:
    """Orders in L2 and in the energy norm, of quadratic elements between 4 and 8 cells, of linear ones
    between 12 and 24, of quadratic ones with a grain, and how well the error is estimated; `shift` spoils
    the body force."""
    checks = []
    for name, shape_order, cells, ratios in (
        ("quadratic", 2, 4, None),
        ("linear", 1, 12, None),
        ("grain", 2, 4, THREE_TO_ONE),
    ):
        coarse, fine = (manufactured(c, shift, shape_order, ratios) for c in (cells, 2 * cells))
        in_l2 = float(np.log2(coarse.in_l2 / fine.in_l2))
        in_energy = 0.5 * float(np.log2(coarse.in_energy / fine.in_energy))
        case = f"manufactured, {name}"
        checks.append(order(case, "order in L2", in_l2, shape_order + 1.0, "theory, p + 1"))
        checks.append(order(case, "order in energy", in_energy, float(shape_order), "theory, p"))
        effectivity = float(np.sqrt(fine.estimated / fine.in_energy))
        checks.append(
            Check(
                case=case,
                quantity="effectivity of the estimate",
                reference=1.0,
                source="exact error",
                computed=effectivity,
                lowest=EFFECTIVITY[0],
                highest=EFFECTIVITY[1],
            )
        )
    return checks
