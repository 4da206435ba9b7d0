"""A case file to start from: every key with its unit, range, default and source."""

import textwrap
from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from cases.decode import describe_range, section_in
from cases.load import PULL_OUT
from cases.schema import SCHEMA, Case, Named
from cases.schema_construct import CONSTRUCT, ConstructCase
from cases.section import Section, extras

WIDTH = 100
HEADING = """\
# A sacrofix case: {about}.
#   sacrofix check {name}.yaml     everything but the solve
#   sacrofix run {name}.yaml       compute it
# A number is in the unit of its comment; "4.5 cm" or "7.5 N*m" is converted. A key behind a # is optional:
# delete the # to set it; its comment says what holds without. Sources are named in docs/evidence.md.

schema: {schema}
name: {name}
"""
SCREWS = "screws"
# What the written file sets although the key has no default.
STARTING_VALUES: Mapping[str, str] = {"screw.preset": "s1_pedicle", f"{SCREWS}.preset": "s2ai"}
# What is written of each kind of case, and how its heading calls it.
CASES: Mapping[str, tuple[type[Named], str]] = {
    PULL_OUT: (Case, "one screw in one bone, loaded once"),
    CONSTRUCT: (ConstructCase, "a lumbosacral construct, loaded in six moments and five forces"),
}


def commented_case(name: str, kind: str = PULL_OUT) -> str:
    """The text of a valid case file with every key, its default filled in and a comment above it."""
    described, about = CASES[kind]
    lines = [HEADING.format(name=name, schema=SCHEMA, about=about)]
    for key, field in described.model_fields.items():
        section = section_in(field.annotation)
        if section is not None:
            written = _section(key, field, section, "")
            lines += _listed(written) if key == SCREWS else written
            lines.append("")
        elif key not in Named.model_fields:
            lines += [*_entry(key, field, "", key), ""]
    return "\n".join(lines).rstrip() + "\n"


def _listed(section: list[str]) -> list[str]:
    """The lines of a section as those of a list with one entry."""
    first = next(place for place, line in enumerate(section) if not line.lstrip().startswith("#") and place)
    entry = [f"  {line}" for line in section[1:]]
    entry[first - 1] = f"  - {section[first].lstrip()}"
    return [section[0], *entry]


def _section(key: str, field: FieldInfo, section: type[Section], indent: str, path: str = "") -> list[str]:
    """A section with its keys, one below the other; commented out where it only holds optional numbers."""
    path = f"{path}{key}"
    entries: list[str] = []
    for name, inner in section.model_fields.items():
        below = section_in(inner.annotation)
        if below is not None:
            entries += _section(name, inner, below, f"{indent}  ", f"{path}.")
        else:
            entries += _entry(name, inner, f"{indent}  ", f"{path}.{name}")
    active = any(not line.lstrip().startswith("#") for line in entries)
    head = f"{indent}{key}:" if active else f"{indent}#{key}:"
    return [f"{head}  # {field.description}", *entries]


def _entry(name: str, field: FieldInfo, indent: str, path: str) -> list[str]:
    """The comment and the line of one key."""
    extra = extras(field)
    text = f"{field.description}."
    if "options" in extra:
        text += f" One of {', '.join(extra['options'])}."
    elif "unit" in extra:
        text += f" {describe_range(extra)}."
    if extra.get("source"):
        text += f" Source: {extra['source']}."
    comment = textwrap.wrap(text[0].upper() + text[1:], WIDTH - len(indent) - 2)
    value = STARTING_VALUES.get(path) or _written(field.default)
    line = (
        f"{name}: {value}" if value else f"#{name}: {_written(extra.get('example')) or extra['options'][0]}"
    )
    return [*(f"{indent}# {part}" for part in comment), f"{indent}{line}"]


def _written(value: Any) -> str:
    """A default as YAML; empty if there is none."""
    if value is None or value is PydanticUndefined:
        return ""
    if isinstance(value, tuple):
        return f"[{', '.join(f'{number:g}' for number in value)}]"
    return f"{value:g}" if isinstance(value, int | float) else str(value)
