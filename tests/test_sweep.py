"""Sweeps: every case once, failures as rows, nothing half written."""

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from dask.system import CPU_COUNT

from cases.faults import UsageError
from cases.load import read_sweep
from cases.schema import Case
from cases.schema_study import SweepStudy
from cases.studies.sweep import run_sweep
from cases.studies.sweep_case import Runner, Scalar, run_into
from cases.studies.sweep_pool import Pool, _deaf_processes
from geometry.errors import GeometryError

GRID = """\
schema: 1
name: small
study: sweep
case:
  screw: {preset: s1_pedicle}
grid:
  bone.t_score: [-3, -2, -1]
  screw.length_mm: [40, "5 cm"]
"""


class InThisProcess(Pool):
    """Runs the cases here, one after the other."""

    def rows(
        self, cases: Mapping[str, Case], folder: Path, runner: Runner[Case]
    ) -> Iterator[tuple[str, Mapping[str, Scalar]]]:
        for key, case in cases.items():
            yield key, run_into(folder / key, case, runner)


def cheap(case: Case, folder: Path) -> dict[str, Scalar]:
    """A runner that takes no time; a bone of T-score -3 cannot hold a long screw."""
    (folder / "process.txt").write_text(str(os.getpid()))
    if case.bone.t_score == -3 and case.screw.length_mm == 50:
        raise GeometryError("the screw leaves the bone", where="screw.length_mm", advice="Use a shorter one")
    return {"stiffness_n_per_mm": 100.0 * float(case.screw.length_mm or 0), "threads": case.solver.threads}


def study(folder: Path, text: str = GRID) -> SweepStudy:
    file = folder / "sweep.yaml"
    file.write_text(text)
    return read_sweep(file).value


def test_the_last_key_of_the_grid_changes_fastest(tmp_path: Path) -> None:
    points = study(tmp_path).points
    assert [(p.values["bone.t_score"], p.case.screw.length_mm) for p in points[:3]] == [
        (-3, 40),
        (-3, 50),
        (-2, 40),
    ]


def test_every_case_is_a_row_and_a_failure_says_why(tmp_path: Path) -> None:
    outcome = run_sweep(study(tmp_path), tmp_path / "out", cheap, InThisProcess())
    assert (outcome.total, outcome.count("ok"), outcome.count("failed")) == (6, 5, 1)
    with (tmp_path / "out" / "table.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 6
    failed = rows[1]
    assert failed["reason"] == "the screw leaves the bone. Use a shorter one"
    assert (failed["exit_code"], failed["stiffness_n_per_mm"]) == ("4", "")
    assert rows[2]["stiffness_n_per_mm"] == "4000"
    table = pq.read_table(tmp_path / "out" / "table.parquet")
    assert table.column("bone.t_score").to_pylist() == [-3, -3, -2, -2, -1, -1]
    assert table.column("screw.length_mm").to_pylist() == [40.0, 50.0] * 3
    assert table.column("stiffness_n_per_mm").null_count == 1


def test_a_finished_case_is_not_run_again_and_a_failed_one_is(tmp_path: Path) -> None:
    run_sweep(study(tmp_path), tmp_path / "out", cheap, InThisProcess())
    called = []

    def counted(case: Case, folder: Path) -> dict[str, Scalar]:
        called.append(case.name)
        return {"stiffness_n_per_mm": 1.0}

    outcome = run_sweep(study(tmp_path), tmp_path / "out", counted, InThisProcess())
    assert (outcome.reused, called, outcome.count("ok")) == (5, ["small-00002"], 6)


def test_a_longer_grid_runs_only_the_new_cases(tmp_path: Path) -> None:
    run_sweep(study(tmp_path), tmp_path / "out", cheap, InThisProcess())
    longer = study(tmp_path, GRID.replace("-1]", "-1, 0]"))
    outcome = run_sweep(longer, tmp_path / "out", cheap, InThisProcess())
    assert (outcome.reused, outcome.total, len(outcome.rows)) == (5, 8, 8)


def test_another_software_version_computes_everything_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_sweep(study(tmp_path), tmp_path / "out", cheap, InThisProcess())
    monkeypatch.setattr("cases.studies.sweep.software_version", lambda: "99")
    outcome = run_sweep(study(tmp_path), tmp_path / "out", cheap, InThisProcess())
    assert outcome.reused == 0


def test_a_case_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    run_sweep(study(tmp_path), tmp_path / "out", cheap, InThisProcess())
    folders = list((tmp_path / "out" / "cases").iterdir())
    assert len(folders) == 5
    assert all((folder / "row.json").is_file() and (folder / "case.yaml").is_file() for folder in folders)


def test_an_unexpected_error_is_a_row_too(tmp_path: Path) -> None:
    def broken(case: Case, folder: Path) -> dict[str, Scalar]:
        raise ZeroDivisionError("oops")

    outcome = run_sweep(study(tmp_path), tmp_path / "out", broken, InThisProcess())
    assert outcome.count("failed") == 6
    assert outcome.rows[0]["reason"] == "internal error: ZeroDivisionError: oops"


def test_an_interrupted_sweep_keeps_what_is_finished(tmp_path: Path) -> None:
    def stopped(case: Case, folder: Path) -> dict[str, Scalar]:
        if case.name == "small-00003":
            raise KeyboardInterrupt
        return {"stiffness_n_per_mm": 1.0}

    outcome = run_sweep(study(tmp_path), tmp_path / "out", stopped, InThisProcess())
    assert outcome.interrupted
    assert len(outcome.rows) == 2
    assert pq.read_table(tmp_path / "out" / "table.parquet").num_rows == 2
    assert len(list((tmp_path / "out" / "cases").iterdir())) == 2
    again = run_sweep(study(tmp_path), tmp_path / "out", cheap, InThisProcess())
    assert (again.reused, again.interrupted) == (2, False)


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("precious")
    with pytest.raises(UsageError, match="no sweep, and is left as it is"):
        run_sweep(study(tmp_path), tmp_path / "out", cheap, InThisProcess())
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["thesis.tex"]


def test_equal_cases_are_computed_once(tmp_path: Path) -> None:
    twice = study(tmp_path, GRID.replace('[40, "5 cm"]', '[40, "4 cm"]'))
    outcome = run_sweep(twice, tmp_path / "out", cheap, InThisProcess())
    assert len(outcome.rows) == 6
    assert len(list((tmp_path / "out" / "cases").iterdir())) == 3


def test_cases_run_in_processes_of_their_own_with_their_share_of_threads(tmp_path: Path) -> None:
    outcome = run_sweep(study(tmp_path), tmp_path / "out", cheap, Pool(workers=2))
    assert outcome.count("ok") == 5
    processes = {file.read_text() for file in (tmp_path / "out" / "cases").glob("*/process.txt")}
    assert processes
    assert str(os.getpid()) not in processes
    share = max(1, CPU_COUNT // 2)
    assert {row["threads"] for row in outcome.rows if row["status"] == "ok"} == {share}


def test_processes_started_for_a_sweep_do_not_hear_the_terminal() -> None:
    asked = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))"

    def deaf() -> str:
        command = [sys.executable, "-c", asked]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603

    with _deaf_processes() as all_started:
        assert deaf() == "True\n"
        all_started()
        assert deaf() == "False\n"


def test_an_interrupt_is_not_lost_while_processes_start() -> None:
    def start() -> None:
        with _deaf_processes() as all_started:
            os.kill(os.getpid(), signal.SIGINT)
            all_started()

    with pytest.raises(KeyboardInterrupt):
        start()


def test_a_scheduler_that_is_not_there_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.studies.sweep_pool.CONNECT_SECONDS", 0.2)
    with pytest.raises(UsageError, match="no dask scheduler answers at tcp://127.0.0.1:9"):
        run_sweep(study(tmp_path), tmp_path / "out", cheap, Pool(scheduler="tcp://127.0.0.1:9"))
