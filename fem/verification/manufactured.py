"""Manufactured solution: a body force made for a known displacement, and the orders of convergence."""

import numpy as np

from fem.elastic import subdivided_rule, uniform_elastic
from fem.loads import LoadCase
from fem.solvers import SolverSettings
from fem.supports import FixedNodes
from fem.verification.check import Check, order
from fem.verification.models import model_of, solved
from geometry.blocks import block
from geometry.tetrahedron import shapes_at

SETTINGS = SolverSettings(relative_tolerance=1e-9)


def manufactured(cells: int, shift: float = 0.0) -> tuple[float, float]:
    """Errors in L2 and in energy for u = sin(pi x) sin(pi y) sin(pi z) (1, 2, 3) on the unit cube, held
    all round; `shift` spoils the body force."""
    mesh = block((cells, cells, cells), jitter=0.1)
    young, poisson = 1.0, 0.3
    first = young * poisson / ((1 + poisson) * (1 - 2 * poisson))
    second = 0.5 * young / (1 + poisson)
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
    body = (
        -(np.pi**2) * ((first + second) * hessian @ amplitude - 3.0 * second * waves[..., :1] * amplitude)
        + shift
    )
    shapes = shapes_at(rule.barycentric)
    weights = mesh.volumes_mm3()[:, None] * rule.weights
    forces = np.zeros_like(mesh.nodes_mm)
    np.add.at(forces, mesh.tets, np.einsum("mq,qa,mqd->mad", weights, shapes, body))
    model = model_of(
        mesh,
        uniform_elastic(len(mesh.tets), young, poisson),
        [FixedNodes(name="skin", nodes=mesh.face("skin"))],
        [LoadCase(name="body", nodal_force_n=forces)],
    )
    solution = solved(model, SETTINGS)
    found = np.einsum("qa,mad->mqd", shapes, solution.displacement_of("body")[mesh.tets])
    square = np.einsum("mq,mqd->", weights, (found - waves[..., :1] * amplitude) ** 2)
    exact_work = np.pi**2 * (3 * second * 14.0 + (first + second) * 14.0) / 8.0
    return float(np.sqrt(square)), abs(exact_work - float(solution.work_nmm()[0]))


def manufactured_checks(shift: float = 0.0) -> list[Check]:
    """Orders in L2 and in the energy norm between 4 and 8 cells; `shift` spoils the body force."""
    coarse, fine = manufactured(4, shift), manufactured(8, shift)
    in_l2 = float(np.log2(coarse[0] / fine[0]))
    in_energy = 0.5 * float(np.log2(coarse[1] / fine[1]))
    return [
        order("manufactured solution", "order in L2", in_l2, 3.0, "theory, p + 1"),
        order("manufactured solution", "order in energy", in_energy, 2.0, "theory, p"),
    ]
