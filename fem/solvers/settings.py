"""How to solve, and what a solver hands back."""

from collections.abc import Callable
from dataclasses import dataclass

from geometry.arrays import Floats, Ints
from geometry.errors import SolveError

# Called after each iteration with its number and the relative residual.
Report = Callable[[int, float], None]


@dataclass(frozen=True, kw_only=True)
class SolverSettings:
    """How to solve.

    Attributes:
        kind: a row of SOLVERS.
        relative_tolerance: largest norm(f - K u) / norm(f) over free displacements that is handed out.
        max_iterations: per load case.
        threads: how many to use; 0 means all that numba found.
    """

    kind: str = "multigrid"
    relative_tolerance: float = 1e-8
    max_iterations: int = 400
    threads: int = 0

    def __post_init__(self) -> None:
        if not 1e-13 <= self.relative_tolerance <= 1e-2:
            raise SolveError(
                f"relative_tolerance is {self.relative_tolerance:g}, outside 1e-13 to 1e-2", where="solver"
            )
        if self.max_iterations < 1:
            raise SolveError(f"max_iterations is {self.max_iterations}, below 1", where="solver")
        if self.threads < 0:
            raise SolveError(f"threads is {self.threads}, below 0", where="solver")


@dataclass(frozen=True, kw_only=True)
class SolvedCases:
    """Displacements that a solver claims, still to be proven.

    Attributes:
        displacement_mm: inner numbering, shape (cases, n, 3), zero where held.
        iterations: shape (cases,).
    """

    displacement_mm: Floats
    iterations: Ints
