"""The solved model, with what proves it."""

from dataclasses import dataclass

import numpy as np

from fem.connections.connection import Springs, SwitchedSprings
from fem.model import Model
from geometry.arrays import Floats, Ints, frozen_copy
from geometry.errors import GateError, ModelError


@dataclass(frozen=True, kw_only=True)
class Solution:
    """Displacements of every load case, with the residual that was reached.

    Attributes:
        model: what was solved.
        displacement_mm: mesh numbering, shape (cases, n, 3).
        iterations: shape (cases,).
        relative_residual: norm(f - K u) / norm(f) over free displacements, recomputed, shape (cases,).
        reactions_n: forces of the supports on the nodes, zero where free, shape (cases, n, 3).
    """

    model: Model
    displacement_mm: Floats
    iterations: Ints
    relative_residual: Floats
    reactions_n: Floats

    def __post_init__(self) -> None:
        for name in ("displacement_mm", "reactions_n"):
            object.__setattr__(self, name, frozen_copy(getattr(self, name)))

    def displacement_of(self, case: str) -> Floats:
        """Displacements of one load case, shape (n, 3)."""
        return np.asarray(self.displacement_mm[self.model.case_index(case)])

    def support_force_n(self, support: str, case: str) -> Floats:
        """Force of one support on the body, shape (3,); nodes shared with another support count in both."""
        found = [s for s in self.model.supports if s.name == support]
        if not found:
            names = ", ".join(s.name for s in self.model.supports)
            raise ModelError(f"no support named {support!r}, only {names}")
        total = self.reactions_n[self.model.case_index(case), found[0].nodes].sum(axis=0)
        return np.where(found[0].components, total, 0.0)

    def spring_forces_n(self, name: str, case: str) -> Floats:
        """The pull in each spring of one connection, shape (r,)."""
        springs = [c for c in self.model.connections if isinstance(c, Springs | SwitchedSprings)]
        found = [c for c in springs if c.name == name]
        if not found:
            raise ModelError(f"no springs named {name!r}, only {', '.join(c.name for c in springs)}")
        return self._pull_n(found[0], case)

    def _pull_n(self, springs: Springs | SwitchedSprings, case: str) -> Floats:
        displacement = self.displacement_of(case)
        if isinstance(springs, Springs):
            return springs.forces_n(displacement)
        return springs.forces_n(displacement, self.model.case_index(case))

    def bedding_n(self, case: str) -> Floats:
        """Forces of all springs on the nodes, shape (n, 3): in balance among themselves but for those to the
        ground."""
        total = np.zeros(self.displacement_mm.shape[1:])
        for connection in self.model.connections:
            if isinstance(connection, Springs | SwitchedSprings):
                total -= (connection.rows.T @ self._pull_n(connection, case)).reshape(-1, 3)
        return total

    def _slack_n(self, case: str) -> Floats:
        """What slack adds to the load, shape (n, 3)."""
        total = np.zeros(self.displacement_mm.shape[1:])
        for connection in self.model.connections:
            if isinstance(connection, SwitchedSprings) and connection.law.slack_mm.any():
                total += connection.slack_forces_n(self.model.case_index(case))
        return total

    def imbalance(self) -> Floats:
        """How far loads, reactions and springs are from balance, shape (cases,): the larger of the share of
        force and of moment. What springs do because of their slack counts as load."""
        nodes = self.model.discretisation.mesh.nodes_mm
        arm = nodes - nodes.mean(axis=0)
        shares = []
        for case, reactions in zip(self.model.load_cases, self.reactions_n, strict=True):
            total = case.nodal_force_n + reactions + self.bedding_n(case.name)
            slack = self._slack_n(case.name)
            loads = np.abs(case.nodal_force_n).sum() + np.abs(slack).sum()
            force = np.linalg.norm(total.sum(axis=0)) / loads
            moment = np.linalg.norm(np.cross(arm, total).sum(axis=0))
            turning = np.linalg.norm(np.cross(arm, case.nodal_force_n), axis=1).sum()
            turning += np.linalg.norm(np.cross(arm, slack), axis=1).sum()
            turning += np.linalg.norm(np.cross(arm, reactions), axis=1).sum()
            shares.append(max(force, moment / max(turning, np.finfo(float).tiny)))
        return np.array(shares)

    def require_balance(self, limit: float = 1e-8) -> None:
        """Refuses a solution whose reactions do not balance its loads to `limit`."""
        for case, share in zip(self.model.load_cases, self.imbalance(), strict=True):
            if not share <= limit:
                raise GateError(
                    f"load {case.name!r}: reactions miss the loads by {share:.1e}, above {limit:.0e}",
                    where="solver.relative_tolerance",
                    advice="Ask for a smaller residual",
                )

    def work_nmm(self) -> Floats:
        """Work of the loads f . u, twice the strain energy, shape (cases,)."""
        return np.array(
            [
                np.vdot(case.nodal_force_n, u)
                for case, u in zip(self.model.load_cases, self.displacement_mm, strict=True)
            ]
        )


def work_stiffness(force_n: float, solution: Solution, case: str) -> float:
    """Stiffness in N/mm, or N mm/rad for a moment, F^2 / (f . u): the load over the displacement it works
    on."""
    load = solution.model.load_cases[solution.model.case_index(case)]
    work = float(np.vdot(load.nodal_force_n, solution.displacement_of(case)))
    if not work > 0.0:
        raise GateError(f"load {case!r} does no positive work ({work:.1e} N mm)")
    return force_n**2 / work


def compliance_stiffness(solution: Solution, case: str) -> float:
    """Stiffness in N/mm of a load case along its own resultant: its work stiffness for the size of the
    resultant."""
    load = solution.model.load_cases[solution.model.case_index(case)]
    size = float(np.linalg.norm(load.resultant_n))
    if not size > 1e-9 * float(np.abs(load.nodal_force_n).sum()):
        raise ModelError(f"load {case!r} has no resultant force, so no stiffness along it", where=case)
    return work_stiffness(size, solution, case)
