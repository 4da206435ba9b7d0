"""Units at the border: text with a unit becomes the number of the key's own unit, or a reason."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.units import UnitError, to_number

# one part in a thousand million: conversion factors are doubles, decimal prefixes are not exact in them
EXACT = 1e-9
NUMBERS = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("45 mm", "mm", 45.0),
        ("4.5 cm", "mm", 45.0),
        ("4.5cm", "mm", 45.0),
        ("0.045 m", "mm", 45.0),
        ("1 inch", "mm", 25.4),
        ("-2.5", "", -2.5),
        ("\N{MINUS SIGN}2.5", "", -2.5),
        ("7.5 N*m", "N*m", 7.5),
        ("7.5 Nm", "N*m", 7.5),
        ("7500 N mm", "N*m", 7.5),
        ("7500 N·mm", "N*m", 7.5),
        ("0.1 kN", "N", 100.0),
        ("12 GPa", "MPa", 12_000.0),
        ("12000 N/mm^2", "MPa", 12_000.0),
        ("12000 N/mm2", "MPa", 12_000.0),
        ("0.227 g/cm3", "mg/cm3", 227.0),
        ("227 kg/m**3", "mg/cm3", 227.0),
        ("50 %", "%", 50.0),
        ("63 %", "", 0.63),
        ("30°", "deg", 30.0),
        ("3.141592653589793 rad", "deg", 180.0),
        ("1e-3 m", "mm", 1.0),
        (".5 cm", "mm", 5.0),
    ],
)
def test_a_unit_is_converted(text: str, unit: str, number: float) -> None:
    assert to_number(text, unit) == pytest.approx(number, rel=EXACT)


@pytest.mark.parametrize(
    ("text", "unit", "reason"),
    [
        ("45 kg", "mm", "is in kg, which is no mm"),
        ("45 furlongishes", "mm", "has the unknown unit 'furlongishes'"),
        ("0.5 rad", "%", "is in rad, not in %"),
        ("50 %", "deg", "is in %, not in deg"),
        ("50 %", "mm", "is in %, not in mm"),
        ("45 mm", "", "is in mm, not in no unit (a plain ratio)"),
        ("3 deg", "", "is in deg, not in no unit (a plain ratio)"),
        ("forty", "mm", "is not a number"),
        ("", "mm", "is not a number"),
        ("1e999 mm", "mm", "is too large"),
        ("5 mm mm", "mm", "is in mm mm, which is no mm"),
        ("5 mm**9**9**9", "mm", "has the unknown unit 'mm**9**9**9'"),
        ("5 __import__('os')", "mm", "has the unknown unit"),
        ("5 degC", "mm", "which is no mm"),
        ("1 2 mm", "mm", "has the unknown unit '2 mm'"),
        ("5 /", "mm", "has the unknown unit '/'"),
    ],
)
def test_a_wrong_unit_has_a_reason(text: str, unit: str, reason: str) -> None:
    with pytest.raises(UnitError) as caught:
        to_number(text, unit)
    assert reason in str(caught.value)


@given(NUMBERS, st.sampled_from(["mm", "N", "MPa", "deg", "%", "", "mg/cm3", "N*m"]))
def test_a_number_in_the_unit_of_the_key_stays_as_it_is(number: float, unit: str) -> None:
    assert to_number(f"{number!r} {unit}", unit) == pytest.approx(number, rel=EXACT)


@given(
    NUMBERS, st.sampled_from([("mm", "cm"), ("N", "kN"), ("MPa", "GPa"), ("deg", "rad"), ("mg/cm3", "g/cm3")])
)
def test_there_and_back_is_the_same_number(number: float, units: tuple[str, str]) -> None:
    here, there = units
    away = to_number(f"{number!r} {here}", there)
    assert to_number(f"{away!r} {there}", here) == pytest.approx(number, rel=EXACT)


@given(st.text(max_size=40), st.sampled_from(["mm", "N*m", "%", "", "deg", "mg/cm3"]))
def test_any_text_is_a_number_or_a_reason(text: str, unit: str) -> None:
    with suppress(UnitError):
        assert isinstance(to_number(text, unit), float)


@given(st.from_regex(r"[0-9]{1,3} [A-Za-z0-9*/^ .()-]{1,24}", fullmatch=True))
def test_any_unit_like_text_is_a_number_or_a_reason(text: str) -> None:
    with suppress(UnitError):
        assert isinstance(to_number(text, "mm"), float)
