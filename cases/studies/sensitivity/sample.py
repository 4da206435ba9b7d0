"""Which values a sensitivity study computes: one input after another (tornado), then all at once (Sobol).

The indices are those of scipy.stats.sobol_indices: Saltelli et al. 2010, doi 10.1016/j.cpc.2009.09.018.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc, sobol_indices

from cases.studies.sensitivity.inputs import UncertainInput, Value
from geometry.arrays import Floats

# Fewer draws than this say nothing (chosen).
FEWEST_DRAWS = 4
RESAMPLES = 500

Sample = Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class Swing:
    """One input moved alone to one of its values."""

    key: str
    value: Value


@dataclass(frozen=True, kw_only=True)
class Draws:
    """All inputs drawn at once, in the order that Saltelli's estimators need.

    Attributes:
        count: n, a power of two; 0 if the budget allows none.
        samples: the n of A, the n of B, and, input after input, A with that input from B.
    """

    count: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True, kw_only=True)
class Indices:
    """Sobol's indices of one output, by input: shares of its variance.

    Attributes:
        first: what the input explains alone, shape (k,).
        total: what would be left if all others were known, shape (k,).
        first_low, first_high, total_low, total_high: 90 % band of each by bootstrap, shape (k,).
    """

    first: Floats
    total: Floats
    first_low: Floats
    first_high: Floats
    total_low: Floats
    total_high: Floats


def swings(inputs: Sequence[UncertainInput], base: Mapping[str, Value | None]) -> list[Swing]:
    """Every input at each of its values but the one of the base, one at a time."""
    return [
        Swing(key=one.key, value=value)
        for one in inputs
        for value in one.values
        if base.get(one.key) != value
    ]


def draw(inputs: Sequence[UncertainInput], most: int, seed: int) -> Draws:
    """As many draws as a budget of samples allows: n (k + 2), n a power of two; scrambled Sobol points."""
    width = len(inputs)
    count = 1 << max(int(np.log2(max(most // (width + 2), 1))), 0)
    if count < FEWEST_DRAWS or count * (width + 2) > most:
        return Draws(count=0, samples=())
    points = qmc.Sobol(d=2 * width, rng=np.random.default_rng(seed)).random(count)
    a, b = points[:, :width], points[:, width:]
    rows = [a, b]
    for k in range(width):
        mixed = a.copy()
        mixed[:, k] = b[:, k]
        rows.append(mixed)
    samples = tuple(
        {one.key: one.at(float(share)) for one, share in zip(inputs, row, strict=True)}
        for row in np.concatenate(rows)
    )
    return Draws(count=count, samples=samples)


def indices(values: Floats, count: int, width: int, seed: int) -> Indices | None:
    """Sobol's indices of an output at all samples of `Draws`, shape (n (k + 2),); None if it never varies."""
    blocks = values.reshape(width + 2, count)
    if np.ptp(blocks[:2]) <= 1e-9 * np.abs(blocks[:2]).max():
        return None
    first, total = _estimated(blocks)
    rng = np.random.default_rng(seed)
    # a resample may hold one draw only, which has no variance
    again = [drawn for drawn in rng.integers(0, count, (RESAMPLES, count)) if np.ptp(blocks[:2, drawn]) > 0.0]
    bands = np.percentile([_estimated(blocks[:, drawn]) for drawn in again], [5.0, 95.0], axis=0)
    return Indices(
        first=first,
        total=total,
        first_low=bands[0, 0],
        first_high=bands[1, 0],
        total_low=bands[0, 1],
        total_high=bands[1, 1],
    )


def _estimated(blocks: Floats) -> tuple[Floats, Floats]:
    """First and total indices, each of shape (k,), from the values of A, B and the mixtures, (k + 2, n)."""
    found = sobol_indices(
        func={"f_A": blocks[:1], "f_B": blocks[1:2], "f_AB": blocks[2:, None]}, n=blocks.shape[1]
    )
    return np.ravel(found.first_order), np.ravel(found.total_order)
