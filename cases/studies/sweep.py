"""A grid of cases on all cores: resumable, one folder per case, one row per case in a table."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cases.progress import Progress, silent
from cases.schema import Case, Named
from cases.schema_ct import withheld
from cases.schema_study import SweepPoint, SweepStudy
from cases.store import software_version
from cases.studies.batch import open_folder, run_batch
from cases.studies.sweep_case import Runner, Scalar
from cases.studies.sweep_pool import Pool
from cases.studies.sweep_table import write_tables

# A folder with this file belongs to a sweep.
MARK = "sweep.json"
ID_LETTERS = 16
# Its value is a path, which may name a patient.
SCAN_KEY = "bone.ct.file"


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


def run_sweep(
    study: SweepStudy, out: Path, runner: Runner[Case], pool: Pool, report: Progress = silent
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
    mark = {"study": "sweep", "name": study.name, "version": software_version(), "keys": list(study.keys)}
    open_folder(out, MARK, {**mark, "cases": len(study.points)})
    cases = {case_id(point.case): point.case for point in study.points}
    batch = run_batch(cases, out, runner, pool, report)
    rows = list(_rows(study.points, batch.rows))
    write_tables(out, study.keys, rows)
    return SweepOutcome(
        rows=rows, total=len(study.points), reused=batch.reused, interrupted=batch.interrupted
    )


def case_id(case: Named) -> str:
    """What a case is known by: a hash of everything that decides its result, and of the software version."""
    return case.content_hash(software_version())[:ID_LETTERS]


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
    if key == SCAN_KEY and case.bone.ct is not None:
        return withheld(case.bone.ct.sha256)
    value: object = case
    for part in key.split("."):
        value = getattr(value, part, None)
    if isinstance(value, str | int | float):
        return value
    return None if written is None else json.dumps(written)
