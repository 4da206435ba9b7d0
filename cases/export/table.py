"""CSV tables: one row per result."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cases.store import replace_file


def write_csv(target: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV with a header, whole or not at all; a key that a row lacks is empty there."""
    text = io.StringIO(newline="")
    columns = list(dict.fromkeys(key for row in rows for key in row))
    if columns:
        writer = csv.DictWriter(text, fieldnames=columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    replace_file(target, text.getvalue().encode())
