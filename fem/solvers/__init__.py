"""Linear solvers: each a row of SOLVERS, all behind `solve`, which proves the answer before it hands it
out."""

from fem.solvers.multigrid import Preconditioner, preconditioner
from fem.solvers.proven import SOLVERS, solve
from fem.solvers.settings import Report, SolverSettings

__all__ = ["SOLVERS", "Preconditioner", "Report", "SolverSettings", "preconditioner", "solve"]
