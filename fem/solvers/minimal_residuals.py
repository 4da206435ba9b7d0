"""Preconditioned MINRES on displacements and pressures together, for nearly incompressible parts.

The displacements are preconditioned by the multigrid cycle of the shear stiffness, the pressures by their
mass matrix over the moduli (Elman, Silvester & Wathen, Finite Elements and Fast Iterative Solvers, 2014,
algorithm 4.1 and section 4.2): iterations do not depend on Poisson's ratio. Measured: 111 at 0.46 and 130 at
0.4999 on a block, 118 to 132 on a thick ring of 4 cells, 182 to 210 on one of 8.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit, prange

from fem.pressure import PressureField
from fem.solvers.multigrid import Preconditioner
from fem.solvers.settings import Report, SolverSettings
from fem.system import System
from geometry.arrays import Bools, Floats, Ints
from geometry.errors import SolveError

# Chosen: MINRES is stopped and started afresh from the true residual each time it has gained this much. It
# matters little: 101 to 185 iterations on two problems for any gain from 1e-2 to 1e-12, with no trend.
_GAIN = 1e-6
_RESTARTS = 8
_SHARES = 32


@dataclass(frozen=True, kw_only=True)
class _Saddle:
    """Displacements and pressures in one vector for each lane, shape (3n + pressures, lanes).

    Attributes:
        shape: of displacements, (n, 3) for one load case, (n, 3, 8) for more.
    """

    system: System
    pressure: PressureField
    cycle: Preconditioner
    shape: tuple[int, ...]

    def product(self, both: Floats) -> Floats:
        """A u - B' p on top of -B u - C p."""
        u, p = self.parted(both)
        top = self.system.shear_forces_n(u) - (self.pressure.divergence.T @ p).reshape(self.shape)
        low = -(self.pressure.divergence @ self.flat(u)) - self.pressure.compliance @ p
        return np.concatenate([self.flat(self.system.admissible(top)), low])

    def preconditioned(self, both: Floats) -> Floats:
        """The cycle on top, the pressure's own resistance below."""
        u, p = self.parted(both)
        top = self.system.admissible(self.cycle(u))
        return np.concatenate([self.flat(top), self.pressure.resisting.solve(p)])

    def with_pressure(self, u: Floats) -> Floats:
        """Displacements and the pressures that they bring."""
        flat = self.flat(u)
        return np.concatenate([flat, -self.pressure.factor.solve(self.pressure.divergence @ flat)])

    def unbalanced(self, force: Floats, u: Floats) -> Floats:
        """The residual of each lane's displacements, as a size, shape (lanes,)."""
        left = self.flat(force - self.system.admissible(self.system.forces_n(u)))
        return np.sqrt(_dot(left, left))

    def parted(self, both: Floats) -> tuple[Floats, Floats]:
        """Displacements and pressures."""
        count = 3 * self.shape[0]
        return both[:count].reshape(self.shape), both[count:]

    def flat(self, u: Floats) -> Floats:
        """Displacements or forces as the upper part of a vector, shape (3n, lanes)."""
        return u.reshape(3 * self.shape[0], -1)


def solve_mixed(
    system: System,
    pressure: PressureField,
    cycle: Preconditioner,
    force: Floats,
    start: Floats,
    settings: SolverSettings,
    report: Report | None,
    names: list[str],
) -> tuple[Floats, Ints]:
    """Displacements, inner numbering, of the shape of `force`, and the iterations of each named load case.

    The cases share each product and each cycle; a case that is done waits.
    """
    saddle = _Saddle(system=system, pressure=pressure, cycle=cycle, shape=force.shape)
    both = saddle.with_pressure(system.admissible(start))
    flat = saddle.flat(force)
    right = np.concatenate([flat, np.zeros((pressure.compliance.shape[0], flat.shape[1]))])
    size = np.sqrt(_dot(flat, flat))
    limit = settings.relative_tolerance * size
    share = np.where(size > 0.0, size, np.inf)
    done, left = np.zeros(len(size), np.int64), size
    for _ in range(_RESTARTS):
        u, _ = saddle.parted(both)
        left = saddle.unbalanced(force, u)
        going = left > limit
        if (left <= limit).all():
            return u, done[: len(names)]
        if not np.isfinite(left).all() or done.max() >= settings.max_iterations:
            break

        def told(count: int, gained: Floats, before: Ints = done, left: Floats = left) -> None:
            if report is not None:
                report(int(before.max()) + count, float(np.max(gained * left / share)))

        residual = np.where(going, right - saddle.product(both), 0.0)
        found, counts = _minres(saddle, residual, int(settings.max_iterations - done.max()), told)
        both = both + found
        done = done + counts
    worst = int(np.argmax(np.nan_to_num(left / share, nan=np.inf)))
    raise SolveError(
        f"load {names[worst]!r}: residual {left[worst] / size[worst]:.1e} is above"
        f" {settings.relative_tolerance:.0e} after {done[worst]} iterations",
        advice="Check supports, moduli and element shapes, or allow more iterations or a larger residual",
    )


def _minres(
    saddle: _Saddle, right: Floats, most: int, report: Callable[[int, Floats], None]
) -> tuple[Floats, Ints]:
    """A correction that gains `_GAIN` in the preconditioned residual of each lane, and the iterations it
    took; none for a lane without residual."""
    x = np.zeros_like(right)
    v_old, v = np.zeros_like(right), right.copy()
    z = saddle.preconditioned(v)
    gamma = _length(z, v)
    gamma_old = np.ones_like(gamma)
    eta, first = gamma, gamma
    sine_old, sine = np.zeros_like(gamma), np.zeros_like(gamma)
    cosine_old, cosine = np.ones_like(gamma), np.ones_like(gamma)
    w_old, w = np.zeros_like(right), np.zeros_like(right)
    going, counts = gamma > 0.0, np.zeros(len(gamma), np.int64)
    for count in range(1, most + 1):
        if not going.any():
            break
        z *= _over(1.0, gamma, going)
        v_next = saddle.product(z)
        delta = _dot(v_next, z)
        _take(v_next, v, _over(delta, gamma, going), v_old, _over(gamma, gamma_old, going))
        z_next = saddle.preconditioned(v_next)
        gamma_next = _length(z_next, v_next)
        turned = cosine * delta - cosine_old * sine * gamma
        size = np.hypot(turned, gamma_next)
        above = sine * delta + cosine_old * cosine * gamma
        _take(z, w, above, w_old, sine_old * gamma)
        z *= _over(1.0, size, going)
        cosine_old, cosine = cosine, _over(turned, size, going)
        sine_old, sine = sine, _over(gamma_next, size, going)
        _take(x, z, np.where(going, -cosine * eta, 0.0), z, np.zeros_like(eta))
        eta = np.where(going, -sine * eta, eta)
        counts[going] = count
        report(count, np.abs(eta) * _over(1.0, first, first > 0.0))
        going = going & (np.abs(eta) > _GAIN * first)
        v_old, v, z, w_old, w = v, v_next, z_next, w, z
        gamma_old, gamma = gamma, gamma_next
    return x, counts


def _over(above: Floats | float, below: Floats, going: Bools) -> Floats:
    """The quotient in lanes that go on, zero in others: they no longer move."""
    return np.divide(above, below, out=np.zeros_like(below), where=going)


def _dot(a: Floats, b: Floats) -> Floats:
    """The scalar product of each lane; not by BLAS, whose threads go on spinning and slow the next sweep."""
    return np.asarray(_dots(a, b))


@njit(cache=True, error_model="numpy", parallel=True, fastmath={"contract"})
def _dots(a, b):  # type: ignore[no-untyped-def]
    """Shares are added in a fixed order, so that sums do not depend on the number of threads."""
    partial = np.zeros((_SHARES, a.shape[1]))
    n = a.shape[0]
    for share in prange(_SHARES):
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            for lane in range(a.shape[1]):
                partial[share, lane] += a[i, lane] * b[i, lane]
    total = np.zeros(a.shape[1])
    for share in range(_SHARES):
        for lane in range(a.shape[1]):
            total[lane] += partial[share, lane]
    return total


@njit(cache=True, error_model="numpy", parallel=True, fastmath={"contract"})
def _take(vector, first, one, second, other):  # type: ignore[no-untyped-def]
    """Takes multiples of two vectors, a factor for each lane, from another in place: numpy would need a new
    vector for each step."""
    n = vector.shape[0]
    for share in prange(_SHARES):
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            for lane in range(vector.shape[1]):
                vector[i, lane] -= one[lane] * first[i, lane] + other[lane] * second[i, lane]


def _length(z: Floats, v: Floats) -> Floats:
    square = _dot(z, v)
    if not (square >= 0.0).all():
        raise SolveError(
            f"the preconditioner gives a square of {square.min():.1e}", advice="Check supports and moduli"
        )
    return np.sqrt(square)
