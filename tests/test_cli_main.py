"""The command line: every fault ends in a message and its own exit code, results go to stdout alone."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cases.commands import run as run_verb
from cases.commands.main import VERBS, main
from cases.faults import EXIT_CODES, as_one, exit_code
from geometry import errors
from geometry.errors import GeometryError, MeshError, SacrofixError

GOOD = "schema: 1\nname: good\nscrew:\n  preset: s1_pedicle\n  length_mm: 60\n"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def in_a_folder_with_a_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(GOOD)


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
