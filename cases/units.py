"""Units at the border: "45 mm", "4.5 cm" and "7.5 N*m" become plain numbers in the unit of the key."""

import math
import re
from collections.abc import Mapping
from functools import cache

import pint

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
# One factor of a unit: letters, an optional power of one digit. Anything wilder never reaches pint.
FACTOR = re.compile(r"([A-Za-zµμ°%]{1,16})(?:\^?(-?[1-4]))?")
MOST_PIECES = 9
SPELLINGS: Mapping[str, str] = {
    "%": "percent",
    "°": "degree",
    "deg": "degree",
    "Nm": "newton*meter",
    "Nmm": "newton*millimeter",
}
ANGLES = {
    "degree": 1.0,
    "radian": 180.0 / math.pi,
    "rad": 180.0 / math.pi,
    "degrees": 1.0,
    "radians": 180.0 / math.pi,
}
SHARES = {"percent": 0.01, "": 1.0}


class UnitError(ValueError):
    """Text that is no number in the wanted unit; says why."""


def to_number(text: str, unit: str) -> float:
    """The number that `text` stands for, in `unit`; "" is a plain ratio.

    A number without a unit is taken in the unit of the key. Angles convert only to angles, and shares (a
    percentage, a plain ratio) only to shares, although both are dimensionless.

    Raises:
        UnitError: no number, an unknown unit, or a unit of another kind.
    """
    cleaned = text.strip().replace("\N{MINUS SIGN}", "-")
    match = NUMBER.match(cleaned)
    if match is None:
        raise UnitError("is not a number")
    magnitude = float(match.group())
    if not math.isfinite(magnitude):
        raise UnitError("is too large")
    given = cleaned[match.end() :].strip()
    if not given:
        return magnitude
    return magnitude * _factor(given, unit)


def _factor(given: str, wanted: str) -> float:
    """How many `wanted` one `given` is."""
    names = _spelled(given), _spelled(wanted)
    for kind in (ANGLES, SHARES):
        if names[0] in kind and names[1] in kind:
            return kind[names[0]] / kind[names[1]]
        if names[0] in kind or names[1] in kind:
            raise UnitError(f"is in {given}, not in {wanted or 'no unit (a plain ratio)'}")
    registry = _registry()
    try:
        return float(registry.Quantity(1.0, names[0]).to(names[1]).magnitude)
    except pint.UndefinedUnitError:
        raise UnitError(f"has the unknown unit {given!r}") from None
    except (pint.PintError, ValueError, TypeError, OverflowError, ZeroDivisionError):
        raise UnitError(f"is in {given}, which is no {wanted}") from None


def _spelled(unit: str) -> str:
    """The unit as pint spells it; refuses anything but factors with small whole powers."""
    if not unit:
        return ""
    tight = re.sub(r"\s*(\*\*|[*/·^])\s*", r"\1", unit.strip()).replace("**", "^")
    pieces = re.split(r"([*/])", re.sub(r"\s+|·", "*", tight))
    words = []
    for piece in pieces:
        match = FACTOR.fullmatch(piece)
        if piece in ("*", "/"):
            words.append(piece)
        elif match is None or len(pieces) > MOST_PIECES:
            raise UnitError(f"has the unknown unit {unit[:32]!r}")
        else:
            name, power = match.groups()
            words.append(SPELLINGS.get(name, name) + (f"**{power}" if power else ""))
    return "".join(words)


@cache
def _registry() -> pint.UnitRegistry[float]:
    """Pint's units; built once, and only when a unit was written."""
    return pint.UnitRegistry()
