"""What every section of a case file shares: strict keys, numbers with units, rules between keys."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from cases.units import UnitError, to_number

# Units of the shapes that are a plain ratio in a file.
RATIOS = ("", "1", "mm per mm")

SectionT = TypeVar("SectionT", bound="Section")


@dataclass(frozen=True, kw_only=True)
class BrokenRule:
    """Keys that do not go together.

    Attributes:
        path: the key to blame, from the section.
        problem, remedy: as in a `Fault`.
    """

    path: tuple[str | int, ...]
    problem: str
    remedy: str


class Section(BaseModel):
    """A frozen part of a case: unknown keys, infinities and NaN are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """The rules between keys that these keys break, as they were given."""
        del given
        return []

    def doubts(self) -> list[BrokenRule]:
        """What is allowed here, but probably not meant."""
        return []

    @classmethod
    def completed(cls, given: Mapping[str, object]) -> Mapping[str, object]:
        """The keys as given, with the defaults that depend on other keys."""
        return given

    def given(self) -> dict[str, Any]:
        """The plain numbers that are set, by key; a key left out is not among them."""
        return {key: value for key, value in self if isinstance(value, int | float)}

    @field_validator("*", mode="before")
    @classmethod
    def _in_the_unit_of_the_key(cls, value: object, info: ValidationInfo) -> object:
        return in_own_unit(value, cls.model_fields[str(info.field_name)])

    @model_validator(mode="wrap")
    @classmethod
    def _every_fault_at_once(cls, data: object, handler: ModelWrapValidatorHandler[SectionT]) -> SectionT:
        if not isinstance(data, Mapping):
            return handler(data)
        broken = [
            InitErrorDetails(
                type=PydanticCustomError(
                    "rule", "{problem}", {"problem": rule.problem, "remedy": rule.remedy}
                ),
                loc=rule.path,
                input=None,
            )
            for rule in cls.broken_rules(data)
        ]
        try:
            made = handler(cls.completed(data))
        except ValidationError as error:
            broken = [_again(fault) for fault in error.errors(include_url=False)] + broken
        if broken:
            raise ValidationError.from_exception_data(cls.__name__, broken)
        return made


def quantity(
    default: float | tuple[float, ...] | None,
    low: float,
    high: float,
    *,
    unit: str,
    about: str,
    source: str,
    whole: bool = False,
    example: float | tuple[float, ...] | None = None,
) -> Any:
    """A field for a number (or numbers) from `low` to `high` in `unit`; "" is a plain ratio or count.

    Args:
        default: what holds when the key is left out.
        low, high: the range, both ends allowed.
        unit: the unit of a plain number in the file.
        about: what it is, a noun phrase.
        source: where default and range are from.
        whole: only whole numbers.
        example: a value to show in messages; without it the default.
    """
    shown = default if example is None else example
    extra: dict[str, Any] = {
        "low": low,
        "high": high,
        "unit": unit,
        "source": source,
        "whole": whole,
        "example": shown,
    }
    return Field(default=default, description=about, json_schema_extra=extra)


def choice(default: str | None, options: Iterable[str], *, about: str, source: str = "") -> Any:
    """A field for one of the names in a table; a None default leaves it to other keys."""
    extra: dict[str, Any] = {"options": list(options), "source": source}
    return Field(default=default, description=about, json_schema_extra=extra)


def extras(field: FieldInfo) -> Mapping[str, Any]:
    """Range, unit, options and source of a field; empty for a section."""
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def in_own_unit(value: object, field: FieldInfo) -> object:
    """The value as a number in the unit of its field, checked against its range or its options."""
    extra = extras(field)
    if value is None and type(None) in get_args(field.annotation):
        return None
    if "options" in extra:
        if not isinstance(value, str) or value not in extra["options"]:
            raise PydanticCustomError("choice", "not one of the options")
        return value
    if "unit" not in extra:
        return value
    length = _tuple_length(field.annotation)
    if length is not None:
        if not isinstance(value, list | tuple) or not value or (length and len(value) != length):
            wanted = f"{length} numbers" if length else "numbers"
            raise PydanticCustomError("list", "{problem}", {"problem": f"is not a list of {wanted};"})
        return [_number(entry, extra) for entry in value]
    return _number(value, extra)


def _tuple_length(annotation: Any) -> int | None:
    """How many entries a tuple field has, 0 for any number; None if it is no tuple."""
    for kind in (annotation, *get_args(annotation)):
        if get_origin(kind) is tuple:
            return 0 if Ellipsis in get_args(kind) else len(get_args(kind))
    return None


def _number(value: object, extra: Mapping[str, Any]) -> float:
    if isinstance(value, str):
        try:
            value = to_number(value, extra["unit"])
        except UnitError as fault:
            raise PydanticCustomError("unit", "{problem}", {"problem": str(fault)}) from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number", "is not a number")
    if not extra["low"] <= value <= extra["high"]:
        raise PydanticCustomError("range", "outside the range")
    if extra["whole"] and value != int(value):
        raise PydanticCustomError("whole", "is not a whole number")
    return value


def _again(fault: Any) -> InitErrorDetails:
    """An error of pydantic in the form that makes one."""
    context = {**fault.get("ctx", {}), "message": fault["msg"]}
    return InitErrorDetails(
        type=PydanticCustomError(fault["type"], "{message}", context), loc=fault["loc"], input=fault["input"]
    )


def overrides_of(
    noun: type,
    *,
    name: str,
    about: str,
    only: Container[str] | None = None,
    left_out: Callable[[str], str] | None = None,
) -> type[Section]:
    """A section with one optional number per number of a dataclass of `geometry.parameters`.

    Keys keep the dataclass's names, units and ranges; a key left out leaves the shape's own value.

    Args:
        noun: the dataclass.
        name, about: of the section.
        only: other numbers of the noun are no keys; all are if not given.
        left_out: says in words what holds without that key, where it is not the noun's default.
    """
    made: dict[str, Any] = {}
    for entry in fields(noun):
        if "low" not in entry.metadata or (only is not None and entry.name not in only):
            continue
        extra = dict(entry.metadata)
        own: Any = entry.default
        default = "" if own is MISSING else f"{own:g}"
        default = default if left_out is None else left_out(entry.name)
        whole = isinstance(own, int) and not isinstance(own, bool)
        made[entry.name] = (
            (int if whole else float) | None,
            quantity(
                None,
                extra["low"],
                extra["high"],
                unit="" if extra["unit"] in RATIOS else extra["unit"],
                about=entry.name.replace("_", " ") + (default and f"; by default {default}"),
                source=extra["source"],
                whole=whole,
                example=None if own is MISSING else own,
            ),
        )
    return create_model(name, __base__=Section, __doc__=about, **made)
