"""A grid of cases on all cores: resumable, one folder per case, one row per case in a table."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cases.faults import UsageError
from cases.progress import Progress, silent
from cases.schema import Case
from cases.schema_study import SweepPoint, SweepStudy
from cases.store import remove_leftovers, software_version, write_json
from cases.studies.sweep_case import Runner, Scalar, finished_row
from cases.studies.sweep_pool import Pool
from cases.studies.sweep_table import write_tables

# A folder with this file belongs to a sweep.
MARK = "sweep.json"
CASES = "cases"
ID_LETTERS = 16


@dataclass(frozen=True, kw_only=True)
class SweepOutcome:
    """What a sweep came to.

    Attributes:
        rows: one per case that was computed or failed, in the order of the grid.
        total: cases in the grid.
        reused: cases that an earlier sweep had finished.
        interrupted: stopped by the user before its end.
    """

    rows: Sequence[Mapping[str, Scalar]]
    total: int
    reused: int
    interrupted: bool

    def count(self, status: str) -> int:
        """Rows with that status, "ok" or "failed"."""
        return sum(row["status"] == status for row in self.rows)


@dataclass(kw_only=True)
class _Progress:
    """Rows by case, as they come in."""

    total: int
    report: Progress
    rows: dict[str, Mapping[str, Scalar]] = field(default_factory=dict)

    def take(self, case_id: str, row: Mapping[str, Scalar]) -> None:
        self.rows[case_id] = row
        failed = sum(row["status"] != "ok" for row in self.rows.values())
        reason = f": {row['reason']}" if row["status"] != "ok" else ""
        self.report(f"{len(self.rows)} of {self.total} cases, {failed} failed{reason}")


def run_sweep(
    study: SweepStudy, out: Path, runner: Runner, pool: Pool, report: Progress = silent
) -> SweepOutcome:
    """Compute every case of the grid that is not finished yet, then write the tables.

    Args:
        study: the grid.
        out: folder of the sweep, new or of an earlier one; each case has its folder in `out/cases`.
        runner: computes one case.
        pool: where the cases run.
        report: hears of every case that ends.

    Raises:
        UsageError: `out` holds something else.
        ResourceError: it cannot be written.
    """
    _open_folder(out, study)
    cases = {case_id(point.case): point.case for point in study.points}
    progress = _Progress(total=len(cases), report=report)
    progress.rows.update(_finished(cases, out))
    reused = len(progress.rows)
    if reused:
        report(f"{reused} of {len(cases)} cases are finished already")
    pending = {key: case for key, case in cases.items() if key not in progress.rows}
    interrupted = False
    try:
        for key, row in pool.rows(pending, out / CASES, runner):
            progress.take(key, row)
    except KeyboardInterrupt:
        interrupted = True
        # some came to their end while the processes were told to stop
        progress.rows.update(_finished(cases, out))
    rows = list(_rows(study.points, progress.rows))
    write_tables(out, study.keys, rows)
    return SweepOutcome(rows=rows, total=len(study.points), reused=reused, interrupted=interrupted)


def case_id(case: Case) -> str:
    """What a case is known by: a hash of everything that decides its result, and of the software version."""
    return case.content_hash(software_version())[:ID_LETTERS]


def _finished(keys: Iterable[str], out: Path) -> dict[str, Mapping[str, Scalar]]:
    """The rows of the cases that have a finished folder."""
    found = {key: finished_row(out / CASES / key) for key in keys}
    return {key: row for key, row in found.items() if row is not None}


def _open_folder(out: Path, study: SweepStudy) -> None:
    """Make the folder of a sweep, or go on in it."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file, not a folder for results", advice="Choose another --out")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise UsageError(
            f"{out} holds files that are no sweep, and is left as it is", advice="Choose another --out"
        )
    (out / CASES).mkdir(parents=True, exist_ok=True)
    remove_leftovers(out / CASES)
    mark = {"study": "sweep", "name": study.name, "version": software_version(), "keys": list(study.keys)}
    write_json(out / MARK, {**mark, "cases": len(study.points)})


def _rows(
    points: Sequence[SweepPoint], done: Mapping[str, Mapping[str, Scalar]]
) -> Iterator[dict[str, Scalar]]:
    """One row per point that has come to an end: which case, its values of the grid, and what came out."""
    for point in points:
        key = case_id(point.case)
        if key in done:
            values = {name: resolved(point.case, name, value) for name, value in point.values.items()}
            yield {"case": key, "name": point.case.screw.title(), **values, **done[key]}


def resolved(case: Case, key: str, written: object) -> Scalar:
    """The value of a dotted key as the case has it, in the key's own unit; of a whole section, as written."""
    value: object = case
    for part in key.split("."):
        value = getattr(value, part, None)
    if isinstance(value, str | int | float):
        return value
    return None if written is None else json.dumps(written)
