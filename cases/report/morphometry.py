"""The measures of a sacrum beside the published ones, as a table and as plain values."""

import io
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from geometry.morphometry import Measured

WIDTH = 118
FOOT = (
    "z: deviations above the mean. A row is marked * where the bone lies more than one deviation off, or,",
    "where none was published, more than 10 %. Sources are rows of docs/evidence.md.",
)


def morphometry_text(rows: Sequence[Measured], sex: str) -> str:
    """The table for a terminal; a measure with several series has a line for each."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("measure", "how"):
        table.add_column(title)
    for title in ("here", "published", "SD", "z"):
        table.add_column(title, justify="right")
    table.add_column("source")
    before = ""
    for row in rows:
        name, how, value = row.measure.name, row.measure.how, f"{row.value:.1f} {row.measure.unit}"
        if name == before:
            name, how, value = "", "", ""
        before = row.measure.name
        table.add_row(name, how, value, *_series(row))
    page = io.StringIO()
    Console(file=page, width=WIDTH, color_system=None).print(table)
    lines = [f"The sacrum as built, beside published {sex} sacra", "", page.getvalue().rstrip(), "", *FOOT]
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines())


def _series(row: Measured) -> tuple[str, str, str, str]:
    """Mean, deviation, z and source of the series of a row."""
    if row.published is None:
        return "none", "", "", ""
    sd = "" if row.published.sd is None else f"{row.published.sd:g}"
    z = f"{row.value / row.published.mean - 1.0:+.0%}" if row.z is None else f"{row.z:+.2f}"
    return f"{row.published.mean:g}", sd, z + (" " if row.within else "*"), row.published.source


def morphometry_json(rows: Sequence[Measured]) -> list[dict[str, Any]]:
    """One flat row per measure and series."""
    return [
        {
            "measure": row.measure.name,
            "how": row.measure.how,
            "unit": row.measure.unit,
            "value": row.value,
            "mean": None if row.published is None else row.published.mean,
            "sd": None if row.published is None else row.published.sd,
            "z": row.z,
            "within": row.within,
            "source": None if row.published is None else row.published.source,
        }
        for row in rows
    ]
