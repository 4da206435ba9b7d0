"""The measures of the bones beside the published ones, as a table and as plain values."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from geometry.lumbar import measures as lumbar
from geometry.morphometry import Measured
from geometry.morphometry.measure import SHARE_WITHOUT_SD
from geometry.pelvis.pelvic_measures import PelvicMeasure

WIDTH = 118
FOOT = (
    "z: deviations above the mean. A row is marked * where the bone lies more than one deviation off, out of",
    "the range, or, where neither was published, more than 10 % off. Sources are rows of docs/evidence.md.",
)
# Each measure of the pelvis as anatomists call it, and how it was taken.
PELVIC_WORDS = {
    "psis_path": ("iliac path", "PSIS to the bone over the AIIS"),
    "s2ai_path": ("S2AI path", "entry to far cortex"),
    "s2ai_in_sacrum": ("S2AI path in the sacrum", "entry to the joint"),
    "s2ai_lateral": ("S2AI lateral angle", "to the sagittal plane"),
    "s2ai_caudal": ("S2AI caudal angle", "to the axial plane, standing"),
    "corridor_diameter": ("S2AI corridor", "widest cylinder over the notch"),
    "joint_area": ("sacroiliac joint area", "cartilage over its thickness"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table, as text.

    Attributes:
        name, how: what was measured, and between which places.
        here: the value with its unit.
        published, sd: mean and deviation, or a range without one.
        off: deviations or percent off the mean, marked where that is much.
        source: of the published figures.
    """

    name: str
    how: str
    here: str
    published: str
    sd: str
    off: str
    source: str


def morphometry_text(sections: Mapping[str, Sequence[Row]], sex: str) -> str:
    """The tables for a terminal; a measure with several series has a line for each."""
    page = io.StringIO()
    terminal = Console(file=page, width=WIDTH, color_system=None)
    for title, rows in sections.items():
        terminal.print(_table(title, rows))
    lines = [line.rstrip() for line in page.getvalue().splitlines()]
    # every table begins and ends with an empty line: one is enough
    kept = [line for line, before in zip(lines, ["x", *lines], strict=False) if line or before]
    return "\n".join([f"The bones as built, beside published {sex} ones", *kept, *FOOT])


def _table(title: str, rows: Sequence[Row]) -> Table:
    """One section; columns that would be empty in it are left out."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    columns = [
        ("name", title, "left"),
        ("how", "how", "left"),
        ("here", "here", "right"),
        ("published", "published", "right"),
        ("sd", "SD", "right"),
        ("off", "z", "right"),
        ("source", "source", "left"),
    ]
    columns = [column for column in columns if any(getattr(row, column[0]) for row in rows)]
    for _, heading, side in columns:
        table.add_column(heading, justify="right" if side == "right" else "left")
    before = ""
    for row in rows:
        again = ("name", "how", "here") if row.name == before else ()
        table.add_row(*("" if name in again else getattr(row, name) for name, _, _ in columns))
        before = row.name
    return table


def sacral_rows(measured: Sequence[Measured]) -> list[Row]:
    """The lines of a sacrum."""
    rows = []
    for one in measured:
        published, sd, off, source = "none", "", "", ""
        if one.published is not None:
            mean, spread, source = one.published.mean, one.published.sd, one.published.source
            published, sd = f"{mean:g}", "" if spread is None else f"{spread:g}"
            off = _off(one.value, mean, one.z, within=one.within) if one.found else ""
        rows.append(
            Row(
                name=one.measure.name,
                how=one.measure.how,
                here=f"{one.value:.1f} {one.measure.unit}" if one.found else "not found",
                published=published,
                sd=sd,
                off=off,
                source=source,
            )
        )
    return rows


def pelvic_rows(measured: Sequence[PelvicMeasure]) -> list[Row]:
    """The lines of a pelvis."""
    rows = []
    for one in measured:
        name, how = PELVIC_WORDS[one.name]
        rows.append(
            Row(
                name=name,
                how=how,
                here=f"{one.value:.1f} {one.unit}",
                published=f"{one.mean:g}",
                sd="" if one.sd is None else f"{one.sd:g}",
                off=_off(one.value, one.mean, _pelvic_z(one), within=_pelvic_within(one)),
                source=one.source,
            )
        )
    return rows


def lumbar_rows(measured: Sequence[lumbar.Measure]) -> list[Row]:
    """The lines of a vertebra or a disc, whose published figures are ranges."""
    return [
        Row(
            name=one.name,
            how="",
            here=f"{one.value:.1f} {one.unit}",
            published=f"{one.low:g} to {one.high:g}",
            sd="",
            off=" " if one.within else "*",
            source=one.source,
        )
        for one in measured
    ]


def differing(rows: Sequence[Row], told: Sequence[Row]) -> list[Row]:
    """The lines of one side that do not say the same as those of the other."""
    return [row for row, other in zip(rows, told, strict=True) if row.here != other.here]


def sacral_json(measured: Sequence[Measured], side: str = "both") -> list[dict[str, Any]]:
    """One flat row per measure and series of one side of a sacrum, or of both where they are alike."""
    return [
        {
            "side": side,
            "measure": row.measure.name,
            "how": row.measure.how,
            "unit": row.measure.unit,
            "value": row.value if row.found else None,
            "mean": None if row.published is None else row.published.mean,
            "sd": None if row.published is None else row.published.sd,
            "z": row.z,
            "within": row.within,
            "source": None if row.published is None else row.published.source,
        }
        for row in measured
    ]


def pelvic_json(measured: Sequence[PelvicMeasure], side: str = "both") -> list[dict[str, Any]]:
    """One flat row per measure of one side of a pelvis, or of both where they are alike."""
    return [
        {"side": side, **asdict(one), "z": _pelvic_z(one), "within": _pelvic_within(one)} for one in measured
    ]


def lumbar_json(measured: Mapping[str, Sequence[lumbar.Measure]]) -> list[dict[str, Any]]:
    """One flat row per measure of each part of the lumbar spine."""
    return [
        {"part": part, **asdict(one), "within": one.within} for part, rows in measured.items() for one in rows
    ]


def _off(value: float, mean: float, z: float | None, *, within: bool) -> str:
    """How far off the mean, in deviations where there are any, else in percent."""
    return (f"{value / mean - 1.0:+.0%}" if z is None else f"{z:+.2f}") + (" " if within else "*")


def _pelvic_z(one: PelvicMeasure) -> float | None:
    return None if one.sd is None else (one.value - one.mean) / one.sd


def _pelvic_within(one: PelvicMeasure) -> bool:
    reach = SHARE_WITHOUT_SD * one.mean if one.sd is None else one.sd
    return abs(one.value - one.mean) <= reach
