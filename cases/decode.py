"""From plain values to frozen sections; errors of pydantic become faults at their places."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from cases.faults import CaseError, Fault, nearest, shown
from cases.section import BrokenRule, Section, extras
from cases.sources import KeyPath, SourcedTree

SectionT = TypeVar("SectionT", bound=Section)

NAME_RULE = "1 to 80 letters, digits, dots, dashes or underscores, the first a letter or a digit"

# What pydantic finds wrong with the form of a value, in our words.
FORMS = {
    "string_type": "is not text;",
    "list_type": "is not a list;",
    "tuple_type": "is not a list;",
    "too_short": "is empty;",
    "too_long": "has too many entries;",
    "string_pattern_mismatch": "is not a name;",
    "literal_error": "is not that;",
}


def decode(section: type[SectionT], tree: SourcedTree) -> SectionT:
    """The section these values describe.

    Raises:
        CaseError: with every fault, each at its place.
    """
    try:
        return section.model_validate(dict(tree.values))
    except ValidationError as error:
        faults = [_fault(entry, section, tree) for entry in error.errors(include_url=False)]
        raise CaseError(faults) from None


def doubts(section: Section, tree: SourcedTree, path: KeyPath = ()) -> list[Fault]:
    """What a valid section and those inside it say that is probably not meant, each at its place."""
    found = [_doubt(rule, tree, path) for rule in section.doubts()]
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        here = (*path, field.alias or name)
        if isinstance(value, Section):
            found += doubts(value, tree, here)
        elif isinstance(value, tuple):
            for i, entry in enumerate(value):
                found += doubts(entry, tree, (*here, i)) if isinstance(entry, Section) else []
    return found


def _doubt(rule: BrokenRule, tree: SourcedTree, path: KeyPath) -> Fault:
    """A rule that is broken without harm, where it stands."""
    path = (*path, *rule.path)
    return Fault(
        mark=tree.place(path).value,
        key=dotted(path),
        value=shown(tree.value(path)),
        problem=rule.problem,
        remedy=rule.remedy,
    )


def _fault(entry: Any, section: type[Section], tree: SourcedTree) -> Fault:
    """One error of pydantic as a fault."""
    path: KeyPath = tuple(entry["loc"])
    kind, context = entry["type"], entry.get("ctx", {})
    place, key = tree.place(path), dotted(path)
    value = tree.value(path)
    stated = "" if value is None and path not in tree.places else shown(value)
    if kind == "extra_forbidden":
        known = keys_of(_section_at(section, path[:-1]))
        return Fault(
            mark=place.key,
            key=key,
            value=stated,
            problem="unknown key; the keys here are",
            allowed=", ".join(known),
            remedy=nearest(str(path[-1]), known) or "delete it",
        )
    if kind == "rule":
        # a rule may blame a key that is not there: then its section stands for it
        at = place.value if path in tree.places else place.key
        return Fault(mark=at, key=key, value=stated, problem=context["problem"], remedy=context["remedy"])
    field = _field_at(section, path)
    if kind == "missing":
        about = _brief(field)
        remedy = f"add {key.rsplit('.', 1)[-1]}{_example(field)}"
        return Fault(mark=place.key, key=key, problem="missing key:", allowed=about, remedy=remedy)
    problem, allowed, remedy = _sentence(kind, entry, field, value)
    return Fault(mark=place.value, key=key, value=stated, problem=problem, allowed=allowed, remedy=remedy)


def _sentence(kind: str, entry: Any, field: FieldInfo | None, value: object) -> tuple[str, str, str]:
    """Problem, allowed values and remedy for a value that its field refuses."""
    if kind == "name":
        return "not a name:", NAME_RULE, "rename it, for example quickstart"
    if kind in FORMS:
        return FORMS[kind], _brief(field), ""
    if field is None:
        return entry["msg"], "", ""
    extra = extras(field)
    if kind == "choice":
        return "not one of", ", ".join(extra["options"]), nearest(str(value), extra["options"])
    if "unit" in extra:
        problem = {
            "range": "outside",
            "unit": f"{entry['msg']};",
            "list": entry["msg"],
            "whole": "is not a whole number;",
        }
        opening = problem.get(kind, "is not a number;")
        return (
            opening,
            f"{describe_range(extra)} ({_brief(field)})",
            f"write {_example(field).removeprefix(': ')}",
        )
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return (
            "not a section with keys of its own;",
            _brief(field),
            f"write keys under it: {', '.join(_keys(field))}",
        )
    return entry["msg"][:1].lower() + entry["msg"][1:] + ";", _brief(field), ""


def describe_range(extra: Mapping[str, Any]) -> str:
    """The range of a number with its unit, such as "20 to 130 mm"."""
    low, high, unit = extra["low"], extra["high"], extra["unit"]
    text = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return f"{text} {unit}".rstrip()


def dotted(path: Iterable[str | int]) -> str:
    """A path as a user writes it: `screws[2].length_mm`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def keys_of(section: type[BaseModel] | None) -> list[str]:
    """The keys of a section as a file writes them."""
    if section is None:
        return []
    return [field.alias or name for name, field in section.model_fields.items()]


def _brief(field: FieldInfo | None) -> str:
    """What a field is, without the details."""
    return re.split(r"; | \(", field.description or "", maxsplit=1)[0] if field else ""


def _keys(field: FieldInfo) -> list[str]:
    return keys_of(section_in(field.annotation))


def _example(field: FieldInfo | None) -> str:
    """`: value` with a value that the field accepts; `: ...` for a section."""
    if field is None:
        return ""
    extra = extras(field)
    if "options" in extra:
        return f": {field.default or extra['options'][0]}"
    if "unit" not in extra:
        named = extra.get("example", "quickstart")
        return f": {named}" if field.annotation is str else ", with its keys below"
    value = extra.get("example")
    if isinstance(value, tuple):
        return f": [{', '.join(f'{number:g}' for number in value)}]"
    text = f"{extra['low'] if value is None else value:g}"
    return f': {text}, or "{text} {extra["unit"]}"' if extra["unit"] else f": {text}"


def _field_at(section: type[Section], path: KeyPath) -> FieldInfo | None:
    """The field that a path leads to; positions in a list belong to the list's field."""
    names = [part for part in path if isinstance(part, str)]
    owner = _section_at(section, tuple(names[:-1]))
    return _field_of(owner, names[-1]) if owner and names else None


def _section_at(section: type[Section], path: KeyPath) -> type[Section] | None:
    found: type[Section] | None = section
    for part in path:
        if isinstance(part, str) and found is not None:
            field = _field_of(found, part)
            found = section_in(field.annotation) if field else None
    return found


def _field_of(section: type[Section], key: str) -> FieldInfo | None:
    for name, field in section.model_fields.items():
        if key == (field.alias or name):
            return field
    return None


def section_in(annotation: Any) -> type[Section] | None:
    """The section inside an annotation such as `tuple[Screw, ...]` or `Screw | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    for inner in get_args(annotation):
        found = section_in(inner)
        if found is not None:
            return found
    return None
