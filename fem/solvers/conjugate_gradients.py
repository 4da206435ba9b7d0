"""Conjugate gradients in float64 with the multigrid cycle as preconditioner."""

import math

import numpy as np

from fem.assembly import ElementTerms, element_terms, nodal_forces
from fem.discretisation import Discretisation
from fem.model import Model
from fem.solvers.multigrid import Preconditioner, preconditioner
from fem.solvers.settings import Report, SolvedCases, SolverSettings
from fem.solvers.vectors import advance, dot, turn
from geometry.arrays import Bools, Floats
from geometry.errors import SolveError

# Chosen: the residual kept by recursion drifts from the true one; the true one restarts the method this
# many times.
_RESTARTS = 4


def solve_by_multigrid(
    model: Model,
    settings: SolverSettings,
    start_mm: Floats,
    report: Report | None,
    prepared: Preconditioner | None,
) -> SolvedCases:
    """Displacements of all load cases from `start_mm`, inner numbering, shape (cases, n, 3)."""
    d = model.discretisation
    cycle = prepared if prepared is not None else preconditioner(model)
    terms = element_terms(d, model.elastic)
    held = model.held[d.node_order]
    displacement = np.empty_like(start_mm)
    iterations = np.zeros(len(model.load_cases), np.int64)
    for index, case in enumerate(model.load_cases):
        force = d.to_inner(case.nodal_force_n)
        force[held] = 0.0
        displacement[index], iterations[index] = _solve_one(
            d, terms, held, cycle, force, start_mm[index], settings, report, case.name
        )
    return SolvedCases(displacement_mm=displacement, iterations=iterations)


def _solve_one(
    d: Discretisation,
    terms: ElementTerms,
    held: Bools,
    cycle: Preconditioner,
    force: Floats,
    start: Floats,
    settings: SolverSettings,
    report: Report | None,
    name: str,
) -> tuple[Floats, int]:
    """One load case: displacement, inner numbering, shape (n, 3), and iterations."""
    size = math.sqrt(float(dot(force, force)))
    limit = settings.relative_tolerance * size
    u = np.where(held, 0.0, start)
    done = 0
    left = float("nan")
    for _ in range(1 + _RESTARTS):
        r = force - _free_forces(d, terms, held, u) if u.any() else force.copy()
        left = math.sqrt(float(dot(r, r)))
        if left <= limit:
            return u, done
        if not np.isfinite(left) or done >= settings.max_iterations:
            break
        z = cycle(r)
        p = z.copy()
        rz = float(dot(r, z))
        while done < settings.max_iterations:
            kp = _free_forces(d, terms, held, p)
            curvature = float(dot(p, kp))
            if not curvature > 0.0:
                raise SolveError(
                    f"load {name!r}: stiffness along a search direction is {curvature:.1e}, not above 0",
                    advice="Check supports and moduli",
                )
            alpha = rz / curvature
            left = math.sqrt(float(advance(u, r, p, kp, alpha)))
            done += 1
            if report is not None:
                report(done, left / size)
            # a margin, so that the true residual passes at the first try
            if not left > 0.9 * limit:
                break
            z = cycle(r)
            # flexible form (Polak-Ribiere): the cycle is rounded to float32 and so not exactly linear
            beta = -alpha * float(dot(z, kp)) / rz
            rz = float(dot(r, z))
            turn(p, z, beta)
    raise SolveError(
        f"load {name!r}: residual {left / size:.1e} is above {settings.relative_tolerance:.0e}"
        f" after {done} iterations",
        advice="Check supports, moduli and element shapes, or allow more iterations",
    )


def _free_forces(d: Discretisation, terms: ElementTerms, held: Bools, displacement: Floats) -> Floats:
    """K u with the rows of held displacements at zero."""
    forces = nodal_forces(d, terms, displacement)
    forces[held] = 0.0
    return forces
