"""A published result, and what is computed for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from cases.studies.sweep_case import Scalar

PASS, MISS, FAILED = "pass", "miss", "not computed"

# Rows of a batch by the name of their case.
Rows = Mapping[str, Mapping[str, Scalar]]


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a test measured, and the band that a computed value must lie in.

    Attributes:
        name: short, for tables.
        measured: as published, with its spread, in words.
        value: the measured value that computed ones are divided by.
        low, high: the band, both ends within; fixed before anything was computed.
        unit: of the three numbers; "1" of a ratio.
        source: where it is from.
        remark: what differs between the test and the model; "" where that is plain.
    """

    name: str
    measured: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    remark: str = ""

    def holds(self, computed: float) -> bool:
        """Whether a value lies in the band."""
        return self.low <= computed <= self.high


@dataclass(frozen=True, kw_only=True)
class Row:
    """One computed value beside its target.

    Attributes:
        target: the test.
        by: how it was computed: an estimator of the force, or "" where there is one way only.
        computed: in the unit of the target; None if it could not be.
        reason: why not.
    """

    target: Target
    by: str
    computed: float | None
    reason: str = ""

    @property
    def verdict(self) -> str:
        """Pass, miss or not computed."""
        if self.computed is None:
            return FAILED
        return PASS if self.target.holds(self.computed) else MISS

    @property
    def ratio(self) -> float | None:
        """Computed over measured."""
        return None if self.computed is None else self.computed / self.target.value


def tally(rows: tuple[Row, ...]) -> Mapping[str, int]:
    """How many rows pass, miss and were not computed."""
    return {verdict: sum(row.verdict == verdict for row in rows) for verdict in (PASS, MISS, FAILED)}


def number_of(rows: Rows, name: str, column: str) -> tuple[float | None, str]:
    """The number of a case, or why there is none."""
    row = rows.get(name)
    if row is None:
        return None, f"{name}: not reached"
    if row["status"] != "ok":
        return None, f"{name}: {row['reason']}"
    value = row.get(column)
    return (float(value), "") if isinstance(value, int | float) else (None, f"{name}: no {column}")
