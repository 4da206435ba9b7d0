"""Studies: several screws over body loss (compare), or a grid over any keys (sweep)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from cases.schema import Case, Named
from cases.schema_screw import Screw
from cases.section import BrokenRule, quantity

# A year of computing on one workstation; more is a slip of the pen (chosen).
MOST_CASES = 10_000

# Keys of the base case's screw that the compared screws share; everything else is each screw's own.
SHARED_SCREW_KEYS = ("side", "metal")


def risen(losses: tuple[float, ...]) -> tuple[float, ...]:
    """The losses, refused unless they rise."""
    if any(after <= before for before, after in pairwise(losses)):
        remedy = "list each loss once, the smallest first"
        raise PydanticCustomError(
            "rule", "{problem}", {"problem": "the losses do not rise", "remedy": remedy}
        )
    return losses


class ComparedScrew(Screw):
    """A screw of a comparison, with a label for tables."""

    label: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$",
        description="name in tables: letters, digits, dot, dash, underscore; left out: the preset",
    )

    def title(self) -> str:
        """The label, or the preset or kind."""
        return self.label or super().title()

    def screw(self) -> Screw:
        """The screw without its label."""
        return Screw(**self.model_dump(exclude={"label"}, exclude_unset=True))


class CompareStudy(Named):
    """The same bone with one screw after another, at one body loss after another."""

    study: Literal["compare"] = Field(description="kind of study")
    case: Case = Field(description="the bone, the loading and the settings that all screws share")
    screws: tuple[ComparedScrew, ...] = Field(
        min_length=1, max_length=20, description="the screws to compare"
    )
    body_loss_percent: tuple[float, ...] = quantity(
        (0.0, 25.0, 50.0, 75.0, 100.0),
        0.0,
        100.0,
        unit="%",
        about="body losses to compute, rising",
        source="chosen; the threshold in question is 50 (evidence 0.1)",
    )

    @field_validator("body_loss_percent")
    @classmethod
    def _rising(cls, losses: tuple[float, ...]) -> tuple[float, ...]:
        return risen(losses)

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """Every screw has a title of its own."""
        screws = given.get("screws")
        titles = [_title(screw) for screw in screws] if isinstance(screws, list) else []
        return [
            BrokenRule(
                path=("screws", i),
                problem=f"has the same label as another screw, {title}",
                remedy="add a label of its own, for example label: long",
            )
            for i, title in enumerate(titles)
            if title is not None and title in titles[:i]
        ]

    def as_written(self) -> dict[str, Any]:
        """The keys and values of a file that says the same; the base has no screw of its own."""
        values = super().as_written()
        values["case"].pop("screw")
        return values

    def case_of(self, screw: ComparedScrew, loss_percent: float) -> Case:
        """The case of one screw at one body loss."""
        loss = self.case.body_loss.model_copy(update={"percent": loss_percent})
        update = {
            "screw": screw.screw(),
            "body_loss": loss,
            "name": f"{self.name}-{screw.title()}-{loss_percent:g}",
        }
        return self.case.model_copy(update=update)


def _title(screw: object) -> object:
    """What a screw will be called, from its keys as given."""
    if not isinstance(screw, Mapping):
        return None
    return screw.get("label") or screw.get("preset") or screw.get("kind")


class SweepFile(Named):
    """The file of a sweep; each combination of the grid becomes a case of its own."""

    study: Literal["sweep"] = Field(description="kind of study")
    case: dict[str, Any] = Field(
        default_factory=dict, description="keys that all cases share, as in a case file"
    )
    grid: dict[str, list[Any]] = Field(
        min_length=1, description='values by dotted key, such as "bone.t_score": [-3, -2]; all are combined'
    )

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """Every key of the grid has a value, and the whole is no more than can be computed."""
        grid = given.get("grid")
        lists = (
            {key: value for key, value in grid.items() if isinstance(value, list)}
            if isinstance(grid, dict)
            else {}
        )
        broken = [
            BrokenRule(
                path=("grid", key), problem="has no value", remedy="list one value or more, or delete the key"
            )
            for key, values in lists.items()
            if not values
        ]
        broken += [
            BrokenRule(
                path=("grid", key),
                problem="cannot be swept",
                remedy="sweep keys of the anatomy, the bone, the screw and the like",
            )
            for key in lists
            if key.split(".")[0] in Named.model_fields or key == "schema"
        ]
        count = math.prod(len(values) for values in lists.values())
        if count > MOST_CASES:
            broken.append(
                BrokenRule(
                    path=("grid",),
                    problem=f"{count:,} cases, more than {MOST_CASES:,}",
                    remedy="give fewer values, or split the sweep",
                )
            )
        return broken


@dataclass(frozen=True, kw_only=True)
class SweepPoint:
    """One case of a sweep.

    Attributes:
        values: the value of each key of the grid, as written.
        case: the case they make.
    """

    values: Mapping[str, object]
    case: Case


@dataclass(frozen=True, kw_only=True)
class SweepStudy:
    """A grid of cases.

    Attributes:
        name: of the study.
        keys: dotted keys of the grid, in the order of the file.
        points: one per combination; the last key changes fastest.
    """

    name: str
    keys: tuple[str, ...]
    points: tuple[SweepPoint, ...]
