"""The numbers of a sensitivity study: outputs with their swings, bands and indices; when screws overtake."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cases.estimators import ESTIMATORS
from cases.head_loads import LOADS, HeadLoad
from cases.studies.sensitivity.sample import Indices, indices
from geometry.arrays import Floats


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number of a result that a study follows.

    Attributes:
        column: in the row of a result.
        label: in tables.
        unit: of the number.
    """

    column: str
    label: str
    unit: str

    def at(self, loss_percent: float) -> str:
        """Its column at one of several losses."""
        return f"{self.column} at {loss_percent:g} %"


def _quantities(load: HeadLoad) -> tuple[Quantity, ...]:
    """The stiffness, then the forces that one linear solution gives."""
    forces = (
        Quantity(column=f"failure_{name}_n", label=f"{load.force} by {ESTIMATORS[name].label}", unit="N")
        for name in load.estimators
    )
    stiffness = Quantity(column="stiffness_n_per_mm", label=f"{load.label} stiffness", unit="N/mm")
    return (stiffness, *forces)


# By kind of load.
QUANTITIES: Mapping[str, tuple[Quantity, ...]] = {kind: _quantities(load) for kind, load in LOADS.items()}


@dataclass(frozen=True, kw_only=True)
class Output:
    """One number of the answer, over everything that was computed.

    Attributes:
        name: such as "s1_pedicle, 50 % lost" or "s1_alar over s1_pedicle, 50 % lost".
        quantity: what is followed.
        loss_percent: of the S1 body.
        unit: that of the quantity, or "1" of a ratio.
        base: with the values of the case.
        swings: with one input at another value, in the order of the study's swings; NaN where that failed.
        low, median, high: 5, 50 and 95 % of the draws; None without draws.
        above_one: of a ratio, share of the draws above 1; None otherwise.
        indices: Sobol's; None without draws, or where one failed.
    """

    name: str
    quantity: Quantity
    loss_percent: float
    unit: str
    base: float
    swings: tuple[float, ...]
    low: float | None
    median: float | None
    high: float | None
    above_one: float | None
    indices: Indices | None

    @property
    def title(self) -> str:
        """What it is, for a reader who sees it alone."""
        return f"{self.quantity.label} of {self.name}"


@dataclass(frozen=True, kw_only=True)
class CrossingShares:
    """When one screw overtakes another, over all draws.

    Attributes:
        quantity: what is compared.
        challenger, incumbent: titles of the two screws.
        always, crossing, never: shares of the draws in which it is ahead at every computed loss, at some of
            them, at none.
        low_percent, median_percent, high_percent: 5, 50 and 95 % of the loss at the first crossing, among the
            draws that have one; None if none has.
    """

    quantity: Quantity
    challenger: str
    incumbent: str
    always: float
    crossing: float
    never: float
    low_percent: float | None
    median_percent: float | None
    high_percent: float | None


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """One quantity of every screw at every loss, at every sample.

    Attributes:
        quantity: what is followed.
        values: by title and loss, shape (1 + n_swings + draws (k + 2),): the case as it is, the swings, the
            draws; NaN where nothing was computed.
        n_swings: samples of the tornado.
        draws: n of the draws; 0 without.
        width: k, the inputs.
        pairs: titles of a challenger and an incumbent whose ratio is looked at.
        seed: of the resamples.
    """

    quantity: Quantity
    values: Mapping[tuple[str, float], Floats]
    n_swings: int
    draws: int
    width: int
    pairs: Sequence[tuple[str, str]]
    seed: int

    def outputs(self) -> Iterator[Output]:
        """Every screw at every loss, then the ratios."""
        for (title, loss), values in self.values.items():
            yield self._output(title, loss, self.quantity.unit, values)
        for ours, theirs in self.pairs:
            for loss, ratio in self._ratios(ours, theirs).items():
                yield self._output(f"{ours} over {theirs}", loss, "1", ratio)

    def crossings(self) -> Iterator[CrossingShares]:
        """When challengers overtake, over all independent draws that were computed at every loss."""
        for ours, theirs in self.pairs:
            ratios = self._ratios(ours, theirs)
            if len(ratios) < 2:
                continue
            losses = np.array(list(ratios))
            free = np.stack([self._independent(ratio) for ratio in ratios.values()])
            free = free[:, np.isfinite(free).all(axis=0)]
            if not free.shape[1]:
                continue
            ahead = free > 1.0
            some = ~ahead.all(axis=0) & ahead.any(axis=0)
            low, median, high = _band([_first_crossing(losses, ratio) for ratio in free.T[some]])
            yield CrossingShares(
                quantity=self.quantity,
                challenger=ours,
                incumbent=theirs,
                always=float(ahead.all(axis=0).mean()),
                crossing=float(some.mean()),
                never=float((~ahead.any(axis=0)).mean()),
                low_percent=low,
                median_percent=median,
                high_percent=high,
            )

    def _ratios(self, ours: str, theirs: str) -> dict[float, Floats]:
        """The outcome of one screw over that of another at every loss."""
        return {
            loss: values / self.values[theirs, loss]
            for (title, loss), values in self.values.items()
            if title == ours and (theirs, loss) in self.values
        }

    def _independent(self, values: Floats) -> Floats:
        """At the draws of A and B: the mixtures of the two are not independent of them."""
        return values[1 + self.n_swings :][: 2 * self.draws]

    def _output(self, of: str, loss_percent: float, unit: str, values: Floats) -> Output:
        """One number of the answer from its value at every sample."""
        drawn, free = values[1 + self.n_swings :], self._independent(values)
        free = free[np.isfinite(free)]
        low, median, high = _band(free)
        complete = self.draws > 0 and bool(np.isfinite(drawn).all())
        return Output(
            name=f"{of}, {loss_percent:g} % lost",
            quantity=self.quantity,
            loss_percent=loss_percent,
            unit=unit,
            base=float(values[0]),
            swings=tuple(values[1 : 1 + self.n_swings].tolist()),
            low=low,
            median=median,
            high=high,
            above_one=float((free > 1.0).mean()) if unit == "1" and len(free) else None,
            indices=indices(drawn, self.draws, self.width, self.seed) if complete else None,
        )


def _band(values: Sequence[float] | Floats) -> tuple[float | None, float | None, float | None]:
    """5, 50 and 95 % of the values; None of none."""
    if not len(values):
        return None, None, None
    low, median, high = np.percentile(values, [5.0, 50.0, 95.0]).tolist()
    return low, median, high


def _first_crossing(losses: Floats, ratio: Floats) -> float:
    """The first loss at which the ratio, linear between the computed losses, passes 1."""
    over = ratio - 1.0
    k = int(np.argmax(over[:-1] * over[1:] <= 0.0))
    return float(losses[k] - over[k] * (losses[k + 1] - losses[k]) / (over[k + 1] - over[k]))
