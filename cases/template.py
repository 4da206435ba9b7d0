"""A case file to start from: every key with its unit, range, default and source."""

import textwrap
from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from cases.decode import describe_range, section_in
from cases.schema import SCHEMA, Case
from cases.section import Section, extras

WIDTH = 100
HEADING = """\
# A sacrofix case: one screw in one bone, loaded once.
#   sacrofix check {name}.yaml     everything but the solve
#   sacrofix run {name}.yaml       compute it
# A number is in the unit of its comment; "4.5 cm" or "7.5 N*m" is converted. A key behind a # is optional:
# delete the # to set it; its comment says what holds without. Sources are named in docs/evidence.md.

schema: {schema}
name: {name}
"""
# What the written file sets although the key has no default.
STARTING_VALUES: Mapping[str, str] = {"screw.preset": "s1_pedicle"}


def commented_case(name: str) -> str:
    """The text of a valid case file with every key, its default filled in and a comment above it."""
    lines = [HEADING.format(name=name, schema=SCHEMA)]
    for key, field in Case.model_fields.items():
        section = section_in(field.annotation)
        if section is not None:
            lines += _section(key, field, section, "")
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


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
