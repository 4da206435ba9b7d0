"""The command line: every fault ends in a message and its own exit code, results go to stdout alone."""

import errno
import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from cases.commands import check as check_verb
from cases.commands import compare as compare_verb
from cases.commands import run as run_verb
from cases.commands import sweep as sweep_verb
from cases.commands import view as view_verb
from cases.commands.main import VERBS, main
from cases.faults import EXIT_CODES, as_one, exit_code
from cases.progress import Progress
from cases.results import CompareResult, Failure, PullOutResult
from cases.schema import Case
from cases.schema_study import CompareStudy
from cases.studies.sweep_case import Runner, Scalar, run_into
from geometry import errors
from geometry.errors import GeometryError, MeshError, SacrofixError

GOOD = "schema: 1\nname: good\nscrew:\n  preset: s1_pedicle\n  length_mm: 60\n"
RESULT = PullOutResult(
    name="s1_pedicle",
    kind="pedicle",
    side="left",
    loss_percent=50.0,
    achieved_loss_percent=49.8,
    force_n=100.0,
    head_displacement_mm=0.02,
    stiffness_n_per_mm=5000.0,
    stiffness_error_percent=4.0,
    bone_strain_p98=1e-4,
    extrapolated_percent=3.0,
    screw_length_mm=45.0,
    screw_diameter_mm=7.0,
    elements=70_000,
    unknowns=300_000,
    iterations=40,
    relative_residual=1e-9,
    balance_error=1e-8,
    mesh_hash="ab",
)
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def in_a_folder_with_a_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(GOOD)


def computed(case: Case, target: Path, report: Progress) -> PullOutResult:
    """Stands for the minutes of a solve."""
    report("meshing")
    target.mkdir(parents=True)
    return replace(RESULT, loss_percent=case.body_loss.percent)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_explains_itself(verb: object, capsys: Capture) -> None:
    assert main([verb.name, "--help"]) == 0  # type: ignore[attr-defined]
    shown = capsys.readouterr()
    assert shown.out.startswith(f"usage: sacrofix {verb.name}")  # type: ignore[attr-defined]
    assert "--json" in shown.out
    assert shown.err == ""


def test_the_overview_lists_every_verb_and_exit_code(capsys: Capture) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(verb.summary in shown for verb in VERBS)
    for code in (
        "0 done",
        "2 usage",
        "3 case",
        "4 geometry or mesh",
        "5 solver",
        "6 quality gate",
        "7 memory or disk",
    ):
        assert code in shown


def test_nothing_typed_is_a_usage_error_that_shows_the_overview(capsys: Capture) -> None:
    assert main([]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "usage: sacrofix COMMAND" in shown.err


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["cmpare", "x.yaml"], "sacrofix: there is no command 'cmpare'\n    remedy: did you mean compare?"),
        (["frobnicate"], "remedy: See sacrofix --help"),
        (["run"], "the following arguments are required: CASE.yaml"),
        (["run", "good.yaml", "--frob"], "unrecognized arguments: --frob"),
        (["run", "good.yaml", "--set", "screw.length_mm"], "is no key=value"),
        (["sweep", "good.yaml", "--workers", "0"], "must be 1 or more"),
        (["schema", "cases"], "invalid choice: 'cases'"),
        (["new", "../evil"], "'../evil' is not a name for a case"),
        (["new", "good"], "good.yaml exists and is left as it is"),
        (["view", "absent"], "absent is no result folder and no .vtu file"),
        (["view", "."], ". holds no fields"),
    ],
)
def test_a_wrong_command_is_code_2(words: list[str], text: str, capsys: Capture) -> None:
    assert main(words) == 2
    shown = capsys.readouterr()
    assert text in shown.err
    assert shown.out == ""


def test_version(capsys: Capture) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("sacrofix 0.")


@pytest.mark.parametrize("verb", ["run", "check", "compare", "sweep"])
@pytest.mark.parametrize("name", ["absent.yaml", ".", "random.yaml", "empty.yaml"])
def test_a_file_that_is_no_case_is_code_3(verb: str, name: str, capsys: Capture) -> None:
    Path("random.yaml").write_bytes(bytes(range(256)))
    Path("empty.yaml").write_text("")
    assert main([verb, name]) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Traceback" not in shown.err
    assert f"1 fault in {name}; nothing was run" in shown.err


def test_faults_are_told_as_text(capsys: Capture) -> None:
    assert main(["run", "good.yaml", "--set", "bone.t_score=25", "--set", "screw.length_mm=350"]) == 3
    assert (
        capsys.readouterr().err
        == """\
--set bone.t_score=25  bone.t_score = 25
    outside -5 to 2 (a T-score, dimensionless)
    remedy: write -2
--set screw.length_mm=350  screw.length_mm = 350
    outside 20 to 140 mm (length from entry to tip)
    remedy: write 45, or "45 mm"
2 faults in --set bone.t_score=25, --set screw.length_mm=350; nothing was run
"""
    )


def test_faults_are_told_to_a_machine(capsys: Capture) -> None:
    Path("bad.yaml").write_text(GOOD + "  side: lefty\n")
    assert main(["run", "bad.yaml", "--json"]) == 3
    shown = capsys.readouterr()
    assert shown.err == ""
    assert json.loads(shown.out) == {
        "ok": False,
        "exit_code": 3,
        "faults": [
            {
                "file": "bad.yaml",
                "line": 6,
                "column": 9,
                "key": "screw.side",
                "value": '"lefty"',
                "problem": "not one of",
                "allowed": "left, right",
                "remedy": "did you mean left?",
            }
        ],
    }


def test_more_faults_than_a_screen_holds_are_counted(capsys: Capture) -> None:
    Path("many.yaml").write_text(GOOD + "".join(f"key{i}: 1\n" for i in range(100)))
    assert main(["run", "many.yaml"]) == 3
    assert "... and 70 more\n100 faults in many.yaml" in capsys.readouterr().err


def test_a_run_prints_numbers_to_stdout_and_stages_to_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(run_verb, "run_case", computed)
    assert main(["run", "good.yaml", "--set", "body_loss.percent=75 %"]) == 0
    shown = capsys.readouterr()
    assert "pull-out stiffness  4800 to 5000 N/mm" in shown.out
    assert "75 % (49.8 % on the mesh)" in shown.out
    assert "result in results/good" in shown.out
    assert shown.err.endswith("s  meshing\n")
    assert Path("results/good").is_dir()


def test_a_run_for_a_machine_prints_one_document(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(run_verb, "run_case", computed)
    assert main(["run", "good.yaml", "--json", "--quiet", "--out", "here"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    document = json.loads(shown.out)
    assert (document["ok"], document["out"], document["result"]["stiffness_n_per_mm"]) == (
        True,
        "here",
        5000.0,
    )


def test_a_folder_of_the_user_is_refused_before_any_work(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def never(*_: object) -> PullOutResult:
        raise AssertionError("computed for nothing")

    monkeypatch.setattr(run_verb, "run_case", never)
    assert main(["run", "good.yaml", "--out", "."]) == 2
    assert "holds files that are no result of sacrofix" in capsys.readouterr().err


def failing(error: BaseException) -> object:
    def fail(*_: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (
            GeometryError("it leaves the bone", where="screw.length_mm", advice="Use 50 mm"),
            4,
            "good.yaml:5:14",
        ),
        (MeshError("a bad element"), 4, "sacrofix: a bad element\n"),
        (errors.SolveError("no convergence", where="solver"), 5, "sacrofix: no convergence (solver)\n"),
        (errors.ModelError("it floats"), 5, "it floats"),
        (errors.GateError("too coarse"), 6, "too coarse"),
        (errors.ResourceError("no memory"), 7, "no memory"),
        (MemoryError(), 7, "sacrofix: not enough memory (mesh.scale)\n    remedy: Use larger elements"),
        (
            OSError(errno.ENOSPC, "No space left on device", "/disk/a"),
            7,
            "cannot write /disk/a: No space left",
        ),
        (errors.MaterialError("no law"), 3, "no law"),
        (KeyboardInterrupt(), 130, "interrupted; finished work is kept"),
        (
            ZeroDivisionError("oops"),
            1,
            "internal error: ZeroDivisionError: oops\nThis is a fault in sacrofix",
        ),
        (BrokenPipeError(), 0, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_every_error_has_its_code_and_no_traceback(
    error: BaseException, code: int, text: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(run_verb, "run_case", failing(error))
    assert main(["run", "good.yaml"]) == code
    shown = capsys.readouterr().err
    assert text in shown
    assert "Traceback" not in shown


def test_the_traceback_is_there_for_those_who_ask(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(run_verb, "run_case", failing(ZeroDivisionError("oops")))
    assert main(["run", "good.yaml", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_every_class_of_error_has_a_code() -> None:
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SacrofixError)
    ]
    assert {kind for kind in kinds if kind is not SacrofixError} <= set(EXIT_CODES)
    assert exit_code(as_one([MeshError("a"), errors.GateError("b")])) == 4


def test_errors_found_together_are_told_together(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    both = as_one([GeometryError("one", where="screw.length_mm"), GeometryError("two", where="screw.preset")])
    monkeypatch.setattr(run_verb, "run_case", failing(both))
    assert main(["run", "good.yaml"]) == 4
    assert capsys.readouterr().err.splitlines()[-4:] == [
        "good.yaml:5:14  screw.length_mm = 60",
        "    one",
        'good.yaml:4:11  screw.preset = "s1_pedicle"',
        "    two",
    ]


def checked(title: str, case: Case) -> check_verb.Checked:
    """Stands for planning and meshing."""
    numbers = dict.fromkeys((field.name for field in fields(check_verb.Checked)), 1.0)
    return check_verb.Checked(
        **{**numbers, "screw": title, "kind": "alar", "elements": 70_000, "unknowns": 9}
    )  # type: ignore[arg-type]


STUDY = "schema: 1\nname: three\nstudy: compare\nscrews: [{preset: s1_pedicle}]\nbody_loss_percent: [0, 50]\n"


def test_a_comparison_with_a_failed_case_prints_its_table_and_is_code_6(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def compared(study: CompareStudy, target: Path, report: Progress) -> CompareResult:
        failure = Failure(name="s1_pedicle", loss_percent=50.0, reason="no convergence")
        return CompareResult(name=study.name, results=(RESULT,), crossovers=(), failures=(failure,))

    monkeypatch.setattr(compare_verb, "run_compare", compared)
    Path("study.yaml").write_text(STUDY)
    assert main(["compare", "study.yaml"]) == 6
    assert "no convergence" in capsys.readouterr().out
    assert main(["compare", "study.yaml", "--json"]) == 6
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_a_case_given_to_compare_says_what_to_do(capsys: Capture) -> None:
    assert main(["compare", "good.yaml"]) == 3
    assert "remedy: add study: compare, or use sacrofix run for a case" in capsys.readouterr().err


GRID = "schema: 1\nname: grid\nstudy: sweep\ncase: {screw: {preset: s2ai}}\ngrid: {bone.t_score: [-3, -2]}\n"


def cheap(case: Case, folder: Path) -> dict[str, Scalar]:
    if case.bone.t_score == -3:
        raise MeshError("a bad element")
    return {"stiffness_n_per_mm": 1.0}


def doomed(case: Case, folder: Path) -> dict[str, Scalar]:
    raise MeshError("a bad element")


class HerePool:
    """Stands for the processes of a sweep."""

    def __init__(self, **_: object) -> None:
        pass

    def rows(self, cases: dict[str, Case], folder: Path, runner: Runner) -> object:
        for key, case in cases.items():
            yield key, run_into(folder / key, case, runner)


def test_a_sweep_with_a_failed_case_is_a_success_that_counts_it(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(sweep_verb, "numbers_only", cheap)
    monkeypatch.setattr(sweep_verb, "Pool", HerePool)
    Path("grid.yaml").write_text(GRID)
    assert main(["sweep", "grid.yaml"]) == 0
    shown = capsys.readouterr()
    assert "1 of 2 cases computed (0 of them before), 1 failed\ntables in results/grid" in shown.out
    assert "1 of 2 cases, 1 failed: a bad element" in shown.err
    assert main(["sweep", "grid.yaml", "--json"]) == 0
    assert [row["status"] for row in json.loads(capsys.readouterr().out)["rows"]] == ["failed", "ok"]


def test_a_sweep_without_any_result_has_the_code_of_its_first_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweep_verb, "numbers_only", doomed)
    monkeypatch.setattr(sweep_verb, "Pool", HerePool)
    Path("grid.yaml").write_text(GRID)
    assert main(["sweep", "grid.yaml"]) == 4


def test_a_check_reads_every_kind_of_file(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(check_verb, "check_case", checked)
    Path("study.yaml").write_text(STUDY)
    Path("grid.yaml").write_text(GRID)
    for name in ("good.yaml", "study.yaml", "grid.yaml"):
        assert main(["check", name]) == 0
    shown = capsys.readouterr().out
    assert shown.count("no fault found") == 3
    assert "2 cases, all valid" in shown
    assert "mesh                  70,000 elements" in shown
    assert main(["check", "study.yaml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["checked"][0]["elements"] == 70_000


def test_a_new_case_can_be_checked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_verb, "check_case", checked)
    assert main(["new", "mine"]) == 0
    assert main(["check", "mine.yaml"]) == 0


def test_a_view_without_a_screen_asks_for_a_picture(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    Path("fields").mkdir()
    Path("fields/a.vtu").write_text("")
    assert main(["view", "."]) == 2
    assert "remedy: Add --screenshot picture.png" in capsys.readouterr().err


def test_a_view_saves_a_picture_of_the_only_fields(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    seen: list[object] = []
    monkeypatch.setattr(view_verb, "show_fields", lambda *words: seen.append(words))
    Path("fields").mkdir()
    Path("fields/a.vtu").write_text("")
    assert main(["view", ".", "--screenshot", "a.png"]) == 0
    assert seen == [(Path("fields/a.vtu"), "von_mises_mpa", Path("a.png"))]
    assert capsys.readouterr().out == "wrote a.png\n"
    assert main(["view", ".", "--screenshot", "a.jpg"]) == 2
    assert main(["view", ".", "--screenshot", "absent/a.png"]) == 2
    Path("fields/b.vtu").write_text("")
    assert main(["view", ".", "--screenshot", "a.png"]) == 2
    assert "holds several fields: fields/a.vtu, fields/b.vtu" in capsys.readouterr().err


def test_a_file_that_is_no_picture_of_a_result_is_told(capsys: Capture) -> None:
    Path("broken.vtu").write_text("<VTKFile>")
    assert main(["view", "broken.vtu", "--screenshot", "a.png"]) == 2
    assert "broken.vtu cannot be read as a result" in capsys.readouterr().err


def test_the_schema_is_the_same_with_and_without_json(capsys: Capture) -> None:
    assert main(["schema"]) == 0
    plain = capsys.readouterr().out
    assert main(["schema", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(plain)


def test_the_program_survives_a_reader_that_goes_away() -> None:
    """`sacrofix schema | head -1`, in a process of its own: no traceback when Python flushes at exit."""
    program = "import sys; from cases.commands.main import main; sys.exit(main(['schema']))"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-W", "error", "-c", program],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[1],
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")
