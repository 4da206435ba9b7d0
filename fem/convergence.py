"""What a row of meshes says about the mesh without end: observed order, limit and error band."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.errors import ModelError

# Orders that are looked for: with quadratic elements energy has 4 where the solution is smooth, 1 where a
# jump of the modulus cuts through elements.
ORDERS = np.linspace(0.25, 6.0, 461)
# Factor of safety of a row of three meshes or more, and of two, whose order is taken on trust, Roache 1994
# (doi 10.1115/1.2910291); values that show no order get the second one too, times their spread.
SAFE, UNSURE = 1.25, 3.0


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The value that finer and finer meshes go to.

    Attributes:
        observed_order: of convergence in the edge; None if the values show none, as two never do.
        order: the observed one, but not more than theory allows, which is that of two meshes; None if the
            values run both ways.
        value: extrapolated with that order; None likewise.
        low, high: the band about the finest value that should hold the limit.
    """

    observed_order: float | None
    order: float | None
    value: float | None
    low: float
    high: float


def limit_of(edges_mm: Floats, values: Floats, formal_order: float, *, falls: bool = False) -> Limit:
    """The limit of values on meshes of these mean edges, shape (n,) each, coarse to fine, n at least 2.

    values = limit + c * edge**order is fitted by least squares. Coarse meshes often seem to converge faster
    than theory allows, and the limit then seems too near: the order used is at most the formal one, through
    the two finest values. The factor of safety stays 1.25 then, where others advise 3: it held the known
    answer where jumps cut elements (tests/test_fem_error_estimate.py). Values that do not run one way show
    no order, nor do values that rise where theory lets them fall only.

    Args:
        edges_mm, values: of the meshes.
        formal_order: that theory allows.
        falls: finer meshes cannot give a larger value.
    """
    if len(edges_mm) < 2 or len(edges_mm) != len(values):
        raise ModelError(f"{len(values)} values on {len(edges_mm)} meshes: two at least are needed")
    if not (np.diff(edges_mm) < 0.0).all():
        raise ModelError("meshes must run from coarse to fine")
    finest = float(values[-1])
    steps = np.diff(values)
    if np.ptp(values) <= 1e-12 * np.abs(values).max():
        return Limit(observed_order=None, order=None, value=finest, low=finest, high=finest)
    if not ((steps < 0.0).all() or ((steps > 0.0).all() and not falls)):
        spread = UNSURE * float(np.ptp(values))
        return Limit(observed_order=None, order=None, value=None, low=finest - spread, high=finest + spread)
    observed = _observed_order(edges_mm, values) if len(values) > 2 else None
    order = formal_order if observed is None else min(observed, formal_order)
    gain = (edges_mm[-2] / edges_mm[-1]) ** order - 1.0
    value = finest + float(values[-1] - values[-2]) / gain
    beyond = finest + (UNSURE if observed is None else SAFE) * (value - finest)
    return Limit(
        observed_order=observed,
        order=order,
        value=value,
        low=min(beyond, finest),
        high=max(beyond, finest),
    )


def _observed_order(edges_mm: Floats, values: Floats) -> float:
    """The order, within `ORDERS`, that fits best."""
    # the longest edge as unit keeps the fit well scaled for all orders
    h = edges_mm / edges_mm[0]
    misses = []
    for order in ORDERS:
        columns = np.stack([np.ones_like(h), h**order], axis=1)
        fit = np.linalg.lstsq(columns, values, rcond=None)[0]
        misses.append(np.abs(columns @ fit - values).max())
    return float(ORDERS[int(np.argmin(misses))])
