"""The comparison of several constructs over body loss."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator

from cases.schema import Named
from cases.schema_construct import CONSTRUCT, ConstructCase, ConstructLoss, screw_rules
from cases.schema_screw import PlannedScrew
from cases.schema_study import risen
from cases.section import BrokenRule, Section, choice, quantity


class ComparedConstruct(Section):
    """The sacral screws of one construct, with a label for tables."""

    label: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$",
        description="name in tables: letters, digits, dot, dash, underscore",
    )
    screws: tuple[PlannedScrew, ...] = Field(description="the sacral screws of one side, cranial first")

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """As in a case."""
        return screw_rules(given.get("screws"))


class ConstructStudy(Named):
    """The same spine with one set of screws after another, at one loss of the S1 body after another."""

    kind: str = choice(CONSTRUCT, (CONSTRUCT,), about="what is compared", source="")
    study: Literal["compare"] = Field(description="kind of study")
    case: ConstructCase = Field(description="the spine, the loads and the settings that all share")
    constructs: tuple[ComparedConstruct, ...] = Field(description="the sets of screws to compare")
    s1_loss_percent: tuple[float, ...] = quantity(
        (0.0, 25.0, 50.0, 75.0, 100.0),
        0.0,
        100.0,
        unit="%",
        about="losses of the S1 body to compute, rising",
        source="chosen; the threshold in question is 50 (evidence 0.1)",
    )

    @field_validator("s1_loss_percent")
    @classmethod
    def _rising(cls, losses: tuple[float, ...]) -> tuple[float, ...]:
        return risen(losses)

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """There are constructs, each with a label of its own."""
        listed = given.get("constructs")
        entries = listed if isinstance(listed, list | tuple) else []
        if listed is not None and not entries:
            remedy = "list one or more, each with its label and screws"
            return [BrokenRule(path=("constructs",), problem="no constructs", remedy=remedy)]
        labels = [entry.get("label") if isinstance(entry, Mapping) else None for entry in entries]
        return [
            BrokenRule(
                path=("constructs", i),
                problem=f"has the same label as another, {label}",
                remedy="give it one of its own",
            )
            for i, label in enumerate(labels)
            if label is not None and label in labels[:i]
        ]

    def as_written(self) -> dict[str, Any]:
        """The keys and values of a file that says the same; its case has no screws of its own."""
        values = super().as_written()
        values["case"].pop("screws")
        return values

    def case_of(self, construct: ComparedConstruct, loss_percent: float) -> ConstructCase:
        """The case of one construct at one loss of the S1 body."""
        loss: ConstructLoss = self.case.body_loss.model_copy(update={"s1_percent": loss_percent})
        name = f"{self.name}-{construct.label}-{loss_percent:g}"
        return self.case.model_copy(update={"screws": construct.screws, "body_loss": loss, "name": name})
