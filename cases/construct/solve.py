"""The solution of a spine in all its directions, whether everything in it is linear or some acts one way."""

from dataclasses import dataclass

from cases.construct.model import SpineModel
from fem.connections import OneSidedSprings
from fem.contact import Touching, solve_one_sided
from fem.solution import Solution
from fem.solvers import SolverSettings, solve
from geometry.arrays import Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class SolvedSpine:
    """A solved model of a spine.

    Attributes:
        solution: proven; springs that act one way are known in it to act or not.
        touching: what each interface does in each direction; empty where all is bonded.
        rounds: linear solves it took.
    """

    solution: Solution
    touching: tuple[tuple[Touching, ...], ...]
    rounds: int


def solved_spine(setup: SpineModel, settings: SolverSettings, start_mm: Floats | None = None) -> SolvedSpine:
    """The solution of a model.

    Args:
        setup: shapes, mesh and model.
        settings: of the linear solves.
        start_mm: displacements of a similar model on the same mesh, shape (cases, n, 3).
    """
    model = setup.model
    if not any(isinstance(one, OneSidedSprings) for one in model.connections):
        none: tuple[Touching, ...] = ()
        solution = solve(model, settings=settings, start=start_mm)
        return SolvedSpine(solution=solution, touching=(none,) * len(model.load_cases), rounds=1)
    found = solve_one_sided(model, contacts=setup.contacts, settings=settings, start=start_mm)
    return SolvedSpine(solution=found.solution, touching=found.touching, rounds=found.rounds)
