"""A body pulled beyond its linear range: damage grows step by step, each step one linear solve."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fem.failure.damage import DamageLaw
from fem.model import Model
from fem.recovery import gauss_fields
from fem.solution import Solution, compliance_stiffness
from fem.solvers import SolverSettings, solve
from geometry.arrays import Floats
from geometry.errors import ModelError

_DEFAULT = SolverSettings()


@dataclass(frozen=True, kw_only=True)
class PulledStep:
    """A body at one displacement of its load.

    Attributes:
        displacement_mm: of the load along itself.
        force_n: what holds it there.
        kept: share of the stiffness that each element has left, shape (m,).
        solution: of the load that the model has, with that stiffness.
    """

    displacement_mm: float
    force_n: float
    kept: Floats
    solution: Solution


def pulled_steps(
    model: Model,
    case: str,
    law: DamageLaw,
    displacements_mm: Sequence[float],
    *,
    settings: SolverSettings = _DEFAULT,
    start: Floats | None = None,
) -> Iterator[PulledStep]:
    """The body at one displacement after another, each solved when it is asked for.

    For its secant stiffness a damaged body is linear, so any load gives the force at any displacement. The
    strains at a step are expected to go on as in the step before; damage follows from them, and one solve
    from the last displacements gives the force and the strains. What damage in one element does to its
    neighbours is seen one step later, so forces come out too high by a share that falls with the size of the
    steps. Where nothing changes nothing is solved.

    Args:
        model: undamaged.
        case: the load that pulls; it has a resultant.
        law: how damage grows.
        displacements_mm: rising, above zero.
        settings: of each solve.
        start: displacements to start from, mm, shape (cases, n, 3), such as those of the undamaged model.

    Raises:
        ModelError: displacements that do not rise, or elements too large for the law.
        SolveError: a solve missed its tolerance.
    """
    if not (np.diff([0.0, *displacements_mm]) > 0.0).all():
        raise ModelError("the displacements do not rise from zero", where="failure.progressive")
    volumes = model.discretisation.mesh.volumes_mm3()
    kept = law.kept_at_start
    solution = solve(_weakened(model, kept), settings=settings, start=start)
    growth = _demand_per_mm(solution, case, law)
    worst, last, at = np.zeros(len(volumes)), np.zeros(len(volumes)), 0.0
    for displacement in displacements_mm:
        expected = last + growth * (displacement - at)
        left = law.kept(np.maximum(worst, expected), volumes)
        if (left != kept).any():
            kept = left
            solution = solve(_weakened(model, kept), settings=settings, start=solution.displacement_mm)
        found = displacement * _demand_per_mm(solution, case, law)
        growth = (found - last) / (displacement - at)
        # what was only expected is no history
        worst, last, at = np.maximum(worst, found), found, displacement
        yield PulledStep(
            displacement_mm=displacement,
            force_n=displacement * compliance_stiffness(solution, case),
            kept=kept,
            solution=solution,
        )


def _weakened(model: Model, kept: Floats) -> Model:
    """The model with that share of the stiffness of each element, shape (m,)."""
    return replace(model, elastic=model.elastic.scaled(kept))


def _demand_per_mm(solution: Solution, case: str, law: DamageLaw) -> Floats:
    """Largest demand in each element when the load has moved by 1 mm, shape (m,)."""
    load_n = np.linalg.norm(solution.model.load_cases[solution.model.case_index(case)].resultant_n)
    demand = law.criterion.demand(gauss_fields(solution, case)).max(axis=1)
    return np.asarray(demand * (compliance_stiffness(solution, case) / load_n), dtype=np.float64)
