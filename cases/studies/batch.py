"""A batch of cases on all cores: resumable, one folder per case, one row each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cases.faults import UsageError
from cases.progress import Progress, silent
from cases.store import remove_leftovers, write_json
from cases.studies.sweep_case import CaseT, Runner, Scalar, finished_row
from cases.studies.sweep_pool import Pool

CASES = "cases"

Row = Mapping[str, Scalar]


@dataclass(frozen=True, kw_only=True)
class BatchOutcome:
    """What a batch came to.

    Attributes:
        rows: of every case that was computed or failed, by its key.
        reused: cases that an earlier run had finished.
        interrupted: stopped by the user before its end.
    """

    rows: Mapping[str, Row]
    reused: int
    interrupted: bool


@dataclass(kw_only=True)
class _Progress:
    """Rows by case, as they come in."""

    total: int
    report: Progress
    rows: dict[str, Row] = field(default_factory=dict)

    def take(self, key: str, row: Row) -> None:
        self.rows[key] = row
        failed = sum(row["status"] != "ok" for row in self.rows.values())
        reason = f": {row['reason']}" if row["status"] != "ok" else ""
        self.report(f"{len(self.rows)} of {self.total} cases, {failed} failed{reason}")


def run_batch(
    cases: Mapping[str, CaseT], out: Path, runner: Runner[CaseT], pool: Pool, report: Progress = silent
) -> BatchOutcome:
    """Compute every case that is not finished yet, each into its folder in `out/cases`.

    Args:
        cases: by key; a key names a folder, and must change with all that decides a result.
        out: a folder opened by `open_folder`.
        runner: computes one case.
        pool: where the cases run.
        report: hears of every case that ends.
    """
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
    return BatchOutcome(rows=progress.rows, reused=reused, interrupted=interrupted)


def open_folder(out: Path, mark: str, content: Mapping[str, object]) -> None:
    """Make the folder of a study, or go on in it.

    Args:
        out: the folder.
        mark: name of the file that tells the folders of such studies.
        content: what the file says.

    Raises:
        UsageError: `out` holds something else.
        ResourceError: it cannot be written.
    """
    kind = mark.removesuffix(".json")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file, not a folder for results", advice="Choose another --out")
    if out.is_dir() and any(out.iterdir()) and not (out / mark).is_file():
        raise UsageError(
            f"{out} holds files that are no {kind}, and is left as it is", advice="Choose another --out"
        )
    (out / CASES).mkdir(parents=True, exist_ok=True)
    remove_leftovers(out / CASES)
    write_json(out / mark, content)


def _finished(keys: Iterable[str], out: Path) -> dict[str, Row]:
    """The rows of the cases that have a finished folder."""
    found = {key: finished_row(out / CASES / key) for key in keys}
    return {key: row for key, row in found.items() if row is not None}
