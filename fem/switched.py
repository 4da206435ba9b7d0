"""Springs that act in some load cases only, in the numbering of a solver."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, dia_array, vstack

from fem.connections.connection import SwitchedSprings
from fem.lanes import LANES
from geometry.arrays import Floats, Ints


@dataclass(frozen=True, kw_only=True)
class Switched:
    """All springs of a model that act in some load cases only, on the displacements that they touch.

    Attributes:
        touched: those displacements, component c of inner node i as 3 i + c, ascending, shape (t,).
        rows: the stretch of each spring from them, shape (r, t).
        stiffness_n_per_mm: in each load case, zero where a spring does not act, shape (r, cases).
        slack_mm: shape (r,).
        size: 3 n.
    """

    touched: Ints
    rows: csr_array
    stiffness_n_per_mm: Floats
    slack_mm: Floats
    size: int

    def of_cases(self, cases: Sequence[int]) -> "Switched":
        """The same for these load cases alone, one for each lane; spare lanes have none."""
        lanes = 1 if len(cases) == 1 else LANES
        stiffness = np.zeros((len(self.slack_mm), lanes))
        stiffness[:, : len(cases)] = self.stiffness_n_per_mm[:, list(cases)]
        return Switched(
            touched=self.touched,
            rows=self.rows,
            stiffness_n_per_mm=stiffness,
            slack_mm=self.slack_mm,
            size=self.size,
        )

    def add_forces(self, displacement_mm: Floats, forces_n: Floats) -> None:
        """Adds what stretches bring to forces, both of shape (n, 3) or (n, 3, 8); slack not counted."""
        flat, into = displacement_mm.reshape(self.size, -1), forces_n.reshape(self.size, -1)
        pull = self.stiffness_n_per_mm * (self.rows @ flat[self.touched])
        into[self.touched] += self.rows.T @ pull

    def slack_forces_n(self, case: int) -> Floats:
        """What the slack of acting springs adds to the load of a case, shape (n, 3)."""
        found = np.zeros(self.size)
        found[self.touched] = self.rows.T @ (self.stiffness_n_per_mm[:, case] * self.slack_mm)
        return found.reshape(-1, 3)

    def mean_stiffness(self) -> csr_array:
        """The stiffness of all springs, each as often as it acts, shape (3n, 3n): for a preconditioner."""
        mean = self.stiffness_n_per_mm.mean(axis=1)
        weights = dia_array((mean[None], [0]), shape=(len(mean),) * 2)
        small = (self.rows.T @ (weights @ self.rows)).tocoo()
        places = (self.touched[small.row], self.touched[small.col])
        return csr_array((small.data, places), shape=(self.size, self.size))


def switched_springs(groups: Sequence[SwitchedSprings], spread: csr_array) -> Switched:
    """All of these, one or more, by the interpolation of inner displacements, shape (3 mesh nodes, 3n)."""
    rows = csr_array(vstack([group.rows for group in groups], format="csr") @ spread)
    rows.eliminate_zeros()
    touched = np.unique(rows.indices).astype(np.int64)
    acting = np.concatenate([group.acting.T for group in groups])
    stiffness = np.concatenate([group.law.stiffness_n_per_mm for group in groups])
    return Switched(
        touched=touched,
        rows=csr_array(rows[:, touched]),
        stiffness_n_per_mm=np.where(acting, stiffness[:, None], 0.0),
        slack_mm=np.concatenate([group.law.slack_mm for group in groups]),
        size=spread.shape[1],
    )
