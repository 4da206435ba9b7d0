"""Numbers a user may set: default, unit, range and source in one place, checked when the noun is made."""

from dataclasses import field, fields
from typing import Any

from geometry.errors import GeometryError


def number(default: float, low: float, high: float, unit: str, source: str) -> Any:
    """A dataclass field for a number between `low` and `high`; `source` says where the default is from."""
    return field(default=default, metadata={"low": low, "high": high, "unit": unit, "source": source})


def check_ranges(noun: Any, where: str) -> None:
    """Refuse a noun whose numbers leave the ranges they were declared with; names every fault at once."""
    faults = []
    for entry in fields(noun):
        if "low" not in entry.metadata:
            continue
        low, high, unit = (entry.metadata[key] for key in ("low", "high", "unit"))
        value = getattr(noun, entry.name)
        if not low <= value <= high:
            faults.append(f"{entry.name} is {value:g} {unit}, outside {low:g} to {high:g} {unit}")
    if faults:
        raise GeometryError("; ".join(faults), where=where)
