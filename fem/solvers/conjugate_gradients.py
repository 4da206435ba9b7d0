"""Conjugate gradients in float64 with the multigrid cycle as preconditioner, eight load cases at once."""

import numpy as np

from fem.lanes import LANES
from fem.solvers.minimal_residuals import solve_mixed
from fem.solvers.multigrid import Preconditioner, preconditioner_of
from fem.solvers.settings import Report, SolvedCases, SolverSettings
from fem.solvers.vectors import advance, dot, turn, two_dots
from fem.system import System
from geometry.arrays import Bools, Floats, Ints
from geometry.errors import SolveError

# Chosen: the residual kept by recursion drifts from the true one; the true one restarts the method this
# many times.
_RESTARTS = 4


def solve_by_multigrid(
    system: System,
    settings: SolverSettings,
    start_mm: Floats,
    report: Report | None,
    prepared: Preconditioner | None,
) -> SolvedCases:
    """Displacements of all load cases from `start_mm`, inner numbering, shape (cases, n, 3)."""
    model, d = system.model, system.discretisation
    cycle = prepared if prepared is not None else preconditioner_of(system)
    displacement = np.empty_like(start_mm)
    iterations = np.zeros(len(model.load_cases), np.int64)
    for first in range(0, len(model.load_cases), LANES):
        cases = model.load_cases[first : first + LANES]
        mine = slice(first, first + len(cases))
        # one load case as a plain vector, more as eight lanes: the spare ones have no load and stay zero
        shape = (len(d.node_order), 3) if len(cases) == 1 else (len(d.node_order), 3, LANES)
        force, start = np.zeros(shape), np.zeros(shape)
        by_case = force[:, :, None] if len(cases) == 1 else force
        from_case = start[:, :, None] if len(cases) == 1 else start
        for lane, case in enumerate(cases):
            by_case[:, :, lane] = system.felt(system.load_n(first + lane), case.name)
            from_case[:, :, lane] = start_mm[first + lane]
        names = [case.name for case in cases]
        theirs = system.of_cases(range(first, first + len(cases)))
        if system.pressure is None:
            found, iterations[mine] = _solve(theirs, cycle, force, start, settings, report, names)
        else:
            found, iterations[mine] = solve_mixed(
                theirs, system.pressure, cycle, force, start, settings, report, names
            )
        lanes = found.reshape(*found.shape[:2], -1)
        displacement[mine] = np.moveaxis(lanes[:, :, : len(cases)], 2, 0)
    return SolvedCases(displacement_mm=displacement, iterations=iterations)


def _solve(
    system: System,
    cycle: Preconditioner,
    force: Floats,
    start: Floats,
    settings: SolverSettings,
    report: Report | None,
    names: list[str],
) -> tuple[Floats, Ints]:
    """Displacements, inner numbering, of the shape of `force`, and the iterations of each named load case.

    The cases share each product and each cycle but not their directions: a case that is done waits.
    """
    u = system.admissible(start)
    size = np.sqrt(dot(force, force))
    limit = settings.relative_tolerance * size
    taken = np.zeros(len(size), np.int64)
    left, kp = size, np.empty_like(u)
    for restart in range(1 + _RESTARTS):
        r = force - system.admissible(system.forces_n(u)) if u.any() else force.copy()
        left = np.sqrt(dot(r, r))
        if (left <= limit).all():
            return u, taken[: len(names)]
        if restart == _RESTARTS or not np.isfinite(left).all() or taken.max() >= settings.max_iterations:
            break
        z = system.admissible(cycle(r))
        p = z.copy()
        rz = dot(r, z)
        going = left > limit
        while going.any() and taken.max() < settings.max_iterations:
            kp = system.admissible(system.forces_n(p, out=kp))
            curvature = dot(p, kp)
            _require_stiffness(curvature, going, names)
            alpha = np.divide(rz, curvature, out=np.zeros_like(rz), where=going)
            left = np.sqrt(advance(u, r, p, kp, alpha))
            taken[going] += 1
            if report is not None:
                report(int(taken.max()), float(np.max(left / np.where(size > 0.0, size, np.inf))))
            # a margin, so that the true residual passes at the first try; a NaN ends it too
            going = left > 0.9 * limit
            if not going.any():
                break
            z = system.admissible(cycle(r))
            # flexible form (Polak-Ribiere): the cycle is rounded to float32 and so not exactly linear
            zkp, next_rz = two_dots(z, kp, r)
            beta = np.divide(-alpha * zkp, rz, out=np.zeros_like(rz), where=going)
            rz = next_rz
            turn(p, z, beta)
    worst = int(np.argmax(np.nan_to_num(left / np.where(size > 0.0, size, np.inf), nan=np.inf)))
    raise SolveError(
        f"load {names[worst]!r}: residual {left[worst] / size[worst]:.1e} is above"
        f" {settings.relative_tolerance:.0e} after {taken[worst]} iterations",
        advice="Check supports, moduli and element shapes, or allow more iterations or a larger residual",
    )


def _require_stiffness(curvature: Floats, going: Bools, names: list[str]) -> None:
    """Refuses a direction against which the body has no stiffness."""
    bad = np.flatnonzero(going & ~(curvature > 0.0))
    if len(bad):
        raise SolveError(
            f"load {names[bad[0]]!r}: stiffness along a search direction is"
            f" {curvature[bad[0]]:.1e}, not above 0",
            advice="Check supports and moduli",
        )
