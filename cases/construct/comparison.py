"""Several constructs at several losses: the nouns that table, files and chart are made from."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from cases.construct.results import ModelResult
from cases.results import Crossover, Interval
from cases.studies.crossover import find_crossover


@dataclass(frozen=True, kw_only=True)
class AtLoss:
    """One construct at one loss of the S1 body.

    Attributes:
        name: its label.
        loss_percent: of the S1 body.
        result: in all directions.
    """

    name: str
    loss_percent: float
    result: ModelResult


@dataclass(frozen=True, kw_only=True)
class StiffnessAt:
    """The stiffness of one construct in one direction at one loss: what crossovers are found in."""

    name: str
    loss_percent: float
    low: float
    high: float

    def stiffness(self) -> Interval:
        """With its discretisation error."""
        return Interval(low=self.low, high=self.high)


@dataclass(frozen=True, kw_only=True)
class ConstructComparison:
    """Several constructs at several losses.

    Attributes:
        name: of the study.
        rows: one per construct and loss, construct by construct.
        reference: what motions are relative to; None if the study asks for none.
        failures: why a construct gave no result, by its label.
    """

    name: str
    rows: tuple[AtLoss, ...]
    reference: ModelResult | None
    failures: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """Labels, in the order they were computed."""
        return tuple(dict.fromkeys(row.name for row in self.rows))

    @property
    def directions(self) -> tuple[str, ...]:
        """Those that all were loaded in."""
        return tuple(row.direction for row in self.rows[0].result.directions)

    @property
    def losses(self) -> tuple[float, ...]:
        """The losses computed, rising."""
        return tuple(sorted({row.loss_percent for row in self.rows}))

    def curve(self, name: str, direction: str) -> list[StiffnessAt]:
        """The stiffness of one construct in one direction over the loss."""
        found = []
        for row in self.rows:
            if row.name == name:
                here = row.result.direction(direction)
                low = here.stiffness * (1.0 - here.stiffness_error_percent / 100.0)
                found.append(
                    StiffnessAt(name=name, loss_percent=row.loss_percent, low=low, high=here.stiffness)
                )
        return found

    def crossovers(self, direction: str) -> Iterator[Crossover]:
        """Every construct against every one listed before it, in one direction."""
        for later, challenger in enumerate(self.names):
            for incumbent in self.names[:later]:
                if len(self.losses) > 1:
                    yield find_crossover(self.curve(challenger, direction), self.curve(incumbent, direction))

    def flat_rows(self) -> list[dict[str, Any]]:
        """One row per construct, loss and direction, all of the same columns; empty where a part is not
        there."""
        rows: list[dict[str, Any]] = [
            {
                "construct": row.name,
                "s1_loss_percent": row.loss_percent,
                "direction": here.direction,
                "stiffness": here.stiffness,
                "stiffness_unit": here.stiffness_unit,
                "stiffness_error_percent": here.stiffness_error_percent,
                **here.motions,
                "motion_unit": here.motion_unit,
                "graft_share_percent": here.graft_share_percent,
                **{f"von_mises_p95_{part}": found["p95"] for part, found in here.von_mises_mpa.items()},
                **{f"bone_strain_p98_{part}": found for part, found in here.bone_strain_p98.items()},
                **{f"most_bent_n_m_{part}": found.most_bent_n_m for part, found in here.carried.items()},
                **{f"axial_n_{part}": found.axial_n[0] for part, found in here.carried.items()},
            }
            for row in self.rows
            for here in row.result.directions
        ]
        columns = dict.fromkeys(column for row in rows for column in row)
        return [{column: row.get(column, "") for column in columns} for row in rows]

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "study": "compare",
            "kind": "construct",
            "name": self.name,
            "rows": [asdict(row) for row in self.rows],
            "reference": None if self.reference is None else asdict(self.reference),
            "failures": dict(self.failures),
            "crossovers": {
                name: [{**asdict(one), "sentence": one.sentence()} for one in self.crossovers(name)]
                for name in self.directions
            },
        }
