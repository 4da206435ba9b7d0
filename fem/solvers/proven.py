"""Solving a model and proving the answer."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

import numba
import numpy as np

from fem.model import Model
from fem.solution import Solution
from fem.solvers.by_peer import solve_by_sfepy
from fem.solvers.conjugate_gradients import solve_by_multigrid
from fem.solvers.direct import solve_directly
from fem.solvers.multigrid import Preconditioner
from fem.solvers.settings import Report, SolvedCases, SolverSettings
from fem.system import System, system_of
from geometry.arrays import Floats
from geometry.errors import SolveError


class LinearSolver(Protocol):
    """Any way to the displacements of a model."""

    def __call__(
        self,
        system: System,
        settings: SolverSettings,
        start_mm: Floats,
        report: Report | None,
        prepared: Preconditioner | None,
    ) -> SolvedCases:
        """Displacements of all load cases, inner numbering; `start_mm` has their shape (cases, n, 3)."""
        ...


SOLVERS: Mapping[str, LinearSolver] = {
    "direct": solve_directly,
    "multigrid": solve_by_multigrid,
    "sfepy": solve_by_sfepy,
}

_DEFAULT = SolverSettings()
# Chosen: by how much, of their own size, displacements may break what they must keep; round-off is 1e-12.
_BROKEN = 1e-9
# What reactions may miss the loads by. Where a larger residual is asked for, as on the way to a solution, ten
# times that: its parts need not cancel in the sum.
_BALANCE, _UNCANCELLED = 1e-8, 10.0


def solve(
    model: Model,
    *,
    settings: SolverSettings = _DEFAULT,
    start: Floats | None = None,
    report: Report | None = None,
    prepared: Preconditioner | None = None,
) -> Solution:
    """The solution of all load cases, its residual recomputed; an answer above the tolerance is refused.

    Args:
        model: what to solve.
        settings: how.
        start: displacements to start from, mm, mesh numbering, shape (cases, n, 3), such as those of a
            similar model.
        report: called after each iteration.
        prepared: a preconditioner of the same mesh and supports, if one is at hand; its material may
            differ a little.
    """
    d = model.discretisation
    if settings.kind not in SOLVERS:
        raise SolveError(
            f"no solver named {settings.kind!r}, only {', '.join(sorted(SOLVERS))}", where="solver.kind"
        )
    shape = (len(model.load_cases), len(d.mesh.nodes_mm), 3)
    if start is not None and start.shape != shape:
        raise SolveError(f"start has shape {start.shape}, expected {shape}", where="start")
    if prepared is not None and (
        prepared.discretisation is not d or (prepared.held != d.to_inner(model.held)).any()
    ):
        raise SolveError("the preconditioner belongs to another mesh or to other supports", where="prepared")
    system = system_of(model)
    if prepared is not None and prepared.joined != system.joined:
        raise SolveError("the preconditioner belongs to other connections", where="prepared")
    inner = np.zeros((len(model.load_cases), len(d.node_order), 3))
    if start is not None:
        inner = np.stack([d.to_inner(u) for u in start])
    with _threads(settings.threads):
        solved = SOLVERS[settings.kind](system, settings, inner, report, prepared)
        return _proven(system, settings, solved)


def _proven(system: System, settings: SolverSettings, solved: SolvedCases) -> Solution:
    """The solution with its true residual and reactions; refuses one that misses the tolerance."""
    model, d = system.model, system.discretisation
    shape = (len(model.load_cases), len(d.mesh.nodes_mm), 3)
    residuals = np.empty(len(model.load_cases))
    reactions, displacement = np.zeros(shape), np.empty(shape)
    for index, case in enumerate(model.load_cases):
        inner = solved.displacement_mm[index]
        _require_admissible(system, inner, case.name)
        load = system.load_n(index)
        unbalanced = system.of_cases([index]).forces_n(inner) - load
        left = np.linalg.norm(system.admissible(unbalanced.copy()))
        residuals[index] = left / np.linalg.norm(system.felt(load, case.name))
        if not residuals[index] <= settings.relative_tolerance:
            raise SolveError(
                f"load {case.name!r}: residual {residuals[index]:.1e} is above"
                f" {settings.relative_tolerance:.0e}",
                advice="Check supports, moduli and element shapes",
            )
        reactions[index] = d.forces_to_mesh(system.reactions_n(unbalanced))
        displacement[index] = d.to_mesh(inner)
    solution = Solution(
        model=model,
        displacement_mm=displacement,
        iterations=solved.iterations,
        relative_residual=residuals,
        reactions_n=reactions,
    )
    tolerance = settings.relative_tolerance
    solution.require_balance(_BALANCE if tolerance <= _BALANCE else _UNCANCELLED * tolerance)
    return solution


def _require_admissible(system: System, displacement_mm: Floats, name: str) -> None:
    """Refuses displacements of held nodes, of open ties or of bent rigid faces."""
    size = np.linalg.norm(displacement_mm)
    off = np.linalg.norm(displacement_mm - system.admissible(displacement_mm.copy()))
    if not off <= _BROKEN * size:
        raise SolveError(f"load {name!r}: supports, ties or rigid faces give by {off / size:.1e}")


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Numba with `count` threads, 0 for all; the old number comes back at the end."""
    before = numba.get_num_threads()
    most = int(numba.config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]  # set while numba starts
    numba.set_num_threads(most if count == 0 else min(count, most))
    try:
        yield
    finally:
        numba.set_num_threads(before)
