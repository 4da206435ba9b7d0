"""The table of a sweep, as Parquet for programs and CSV for eyes and spreadsheets."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import csv, parquet

from cases.store import replace_file

FIRST = ("case", "name")
LAST = ("status", "reason", "exit_code", "seconds")


def write_tables(out: Path, keys: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    """Write `table.parquet` and `table.csv`: one row per case, the keys of the grid first.

    A number that one case has and another lacks is empty there.

    Raises:
        ResourceError: the files cannot be written.
    """
    found = dict.fromkeys(name for row in rows for name in row)
    head = (*FIRST, *keys, *LAST)
    columns = [*head, *(name for name in found if name not in head)]
    table = pa.table({name: _column([row.get(name) for row in rows], name) for name in columns})
    as_parquet, as_csv = io.BytesIO(), io.BytesIO()
    parquet.write_table(table, as_parquet)
    csv.write_csv(table, as_csv)
    replace_file(out / "table.parquet", as_parquet.getvalue())
    replace_file(out / "table.csv", as_csv.getvalue())


def _column(values: Sequence[object], name: str) -> pa.Array:
    """A column of one type: whole numbers and fractions become fractions, anything mixed becomes text."""
    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return pa.array(values, pa.int64() if name == "exit_code" else pa.string())
    if kinds == {int, float}:
        return pa.array([None if value is None else float(value) for value in values])  # type: ignore[arg-type]
    if len(kinds) > 1:
        return pa.array([None if value is None else str(value) for value in values])
    return pa.array(values)
