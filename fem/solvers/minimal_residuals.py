"""Preconditioned MINRES on displacements and pressures together, for nearly incompressible parts.

The displacements are preconditioned by the multigrid cycle of the shear stiffness, the pressures by their
mass matrix over the moduli (Elman, Silvester & Wathen, Finite Elements and Fast Iterative Solvers, 2014,
algorithm 4.1 and section 4.2): iterations do not depend on Poisson's ratio. Measured: 111 at 0.46 and 130 at
0.4999 on a block, 118 to 132 on a thick ring of 4 cells, 182 to 210 on one of 8.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fem.pressure import PressureField
from fem.solvers.multigrid import Preconditioner
from fem.solvers.settings import Report, SolverSettings
from fem.system import System
from geometry.arrays import Floats
from geometry.errors import SolveError

# Chosen: MINRES is stopped and started afresh from the true residual each time it has gained this much. It
# matters little: 101 to 185 iterations on two problems for any gain from 1e-2 to 1e-12, with no trend.
_GAIN = 1e-6
_RESTARTS = 8


@dataclass(frozen=True, kw_only=True)
class _Saddle:
    """Displacements, shape (n, 3), and pressures in one vector, shape (3n + pressures,)."""

    system: System
    pressure: PressureField
    cycle: Preconditioner

    def product(self, both: Floats) -> Floats:
        """A u - B' p on top of -B u - C p."""
        u, p = self.parted(both)
        top = self.system.shear_forces_n(u) - (self.pressure.divergence.T @ p).reshape(u.shape)
        low = -(self.pressure.divergence @ u.ravel()) - self.pressure.compliance @ p
        return np.concatenate([self.system.admissible(top).ravel(), low])

    def preconditioned(self, both: Floats) -> Floats:
        """The cycle on top, the pressure's own resistance below."""
        u, p = self.parted(both)
        top = self.system.admissible(self.cycle(u))
        return np.concatenate([top.ravel(), self.pressure.resisting.solve(p)])

    def parted(self, both: Floats) -> tuple[Floats, Floats]:
        """Displacements and pressures."""
        count = len(self.system.held)
        return both[: 3 * count].reshape(count, 3), both[3 * count :]


def solve_mixed(
    system: System,
    pressure: PressureField,
    cycle: Preconditioner,
    force: Floats,
    start: Floats,
    settings: SolverSettings,
    report: Report | None,
    name: str,
) -> tuple[Floats, int]:
    """Displacements of one load case, inner numbering, shape (n, 3), and iterations."""
    saddle = _Saddle(system=system, pressure=pressure, cycle=cycle)
    start = system.admissible(start)
    both = np.concatenate([start.ravel(), pressure.pressure_mpa(start)])
    right = np.append(force.ravel(), np.zeros(pressure.compliance.shape[0]))
    size = float(np.linalg.norm(force))
    done, left = 0, math.nan
    for _ in range(_RESTARTS):
        u, _ = saddle.parted(both)
        left = float(np.linalg.norm(force - system.admissible(system.forces_n(u)))) / size
        if left <= settings.relative_tolerance:
            return u, done
        if not np.isfinite(left) or done >= settings.max_iterations:
            break

        def told(count: int, gained: float, done: int = done, left: float = left) -> None:
            if report is not None:
                report(done + count, gained * left)

        found, count = _minres(saddle, right - saddle.product(both), settings.max_iterations - done, told)
        both = both + found
        done += count
    raise SolveError(
        f"load {name!r}: residual {left:.1e} is above {settings.relative_tolerance:.0e}"
        f" after {done} iterations",
        advice="Check supports, moduli and element shapes, or allow more iterations or a larger residual",
    )


def _minres(
    saddle: _Saddle, right: Floats, most: int, report: Callable[[int, float], None]
) -> tuple[Floats, int]:
    """A correction that gains `_GAIN` in the preconditioned residual, and the iterations it took."""
    x = np.zeros_like(right)
    v_old, v = np.zeros_like(right), right.copy()
    z = saddle.preconditioned(v)
    gamma_old, gamma = 1.0, _length(z, v)
    eta = first = gamma
    sine_old = sine = 0.0
    cosine_old = cosine = 1.0
    w_old, w = np.zeros_like(right), np.zeros_like(right)
    for count in range(1, most + 1):
        z /= gamma
        image = saddle.product(z)
        delta = _dot(image, z)
        v_next = image - (delta / gamma) * v - (gamma / gamma_old) * v_old
        z_next = saddle.preconditioned(v_next)
        gamma_next = _length(z_next, v_next)
        turned = cosine * delta - cosine_old * sine * gamma
        size = math.hypot(turned, gamma_next)
        above = sine * delta + cosine_old * cosine * gamma
        w_next = (z - (sine_old * gamma) * w_old - above * w) / size
        cosine_old, cosine = cosine, turned / size
        sine_old, sine = sine, gamma_next / size
        x += (cosine * eta) * w_next
        eta = -sine * eta
        report(count, abs(eta) / first)
        if not abs(eta) > _GAIN * first:
            break
        v_old, v, z, w_old, w = v, v_next, z_next, w, w_next
        gamma_old, gamma = gamma, gamma_next
    return x, count


def _dot(a: Floats, b: Floats) -> float:
    """The scalar product; not by BLAS, whose threads go on spinning and slow the next sweep."""
    return float(np.einsum("i,i->", a, b))


def _length(z: Floats, v: Floats) -> float:
    square = _dot(z, v)
    if not square >= 0.0:
        raise SolveError(
            f"the preconditioner gives a square of {square:.1e}", advice="Check supports and moduli"
        )
    return math.sqrt(square)
