"""One case of a sweep: run it into a folder of its own, and turn whatever happens into a row."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import TypeAlias, TypeVar

from cases.faults import INTERNAL, exit_code
from cases.schema import Case
from cases.schema_construct import ConstructCase
from cases.store import PROVENANCE, provenance, result_folder, write_case, write_json
from geometry.errors import ResourceError, SacrofixError

Scalar: TypeAlias = str | int | float | bool | None
CaseT = TypeVar("CaseT", Case, ConstructCase)
# Runs a case, writes its files into the folder, and returns the numbers of its row.
Runner: TypeAlias = Callable[[CaseT, Path], Mapping[str, Scalar]]
ROW = "row.json"


def run_into(folder: Path, case: CaseT, runner: Runner[CaseT]) -> dict[str, Scalar]:
    """The row of a case, computed into its folder; of a case that fails, the reason, and no folder.

    Runs in a worker: it never raises for a case, so one bad case cannot end a sweep.
    """
    started = monotonic()
    try:
        with result_folder(folder) as partial:
            numbers = dict(runner(case, partial))
            row: dict[str, Scalar] = {"status": "ok", "seconds": round(monotonic() - started, 3), **numbers}
            if not (partial / PROVENANCE).exists():
                write_case(partial / "case.yaml", case)
                write_json(partial / PROVENANCE, provenance(case))
            write_json(partial / ROW, row)
    except SacrofixError as error:
        return failed_row(str(error), exit_code(error), monotonic() - started)
    except MemoryError:
        return failed_row("not enough memory", exit_code(ResourceError("")), monotonic() - started)
    except OSError as error:
        return failed_row(f"cannot write: {error}", exit_code(ResourceError("")), monotonic() - started)
    except Exception as error:
        # ours, not the user's: the other cases are still worth computing
        return failed_row(f"internal error: {type(error).__name__}: {error}", INTERNAL, monotonic() - started)
    return row


def failed_row(reason: str, code: int, seconds: float = 0.0) -> dict[str, Scalar]:
    """The row of a case without a result."""
    return {"status": "failed", "reason": reason[:500], "exit_code": code, "seconds": round(seconds, 3)}


def finished_row(folder: Path) -> dict[str, Scalar] | None:
    """The row that an earlier sweep left in this folder; None if it is not finished."""
    try:
        row = json.loads((folder / ROW).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return row if isinstance(row, dict) and row.get("status") == "ok" else None
