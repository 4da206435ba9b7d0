"""What each command does with a good file: results to stdout, stages to stderr, folders where they belong."""

import json
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from cases.commands import check as check_verb
from cases.commands import compare as compare_verb
from cases.commands import run as run_verb
from cases.commands import sweep as sweep_verb
from cases.commands import verify as verify_verb
from cases.commands import view as view_verb
from cases.commands.main import main
from cases.progress import Progress
from cases.results import CompareResult, Failure, PullOutForces, PullOutResult
from cases.schema import Case
from cases.schema_study import CompareStudy
from cases.studies.sweep_case import Runner, Scalar, run_into
from fem.verification.check import near
from geometry.errors import MeshError

GOOD = "schema: 1\nname: good\nscrew:\n  preset: s1_pedicle\n  length_mm: 60\n"
RESULT = PullOutResult(
    name="s1_pedicle",
    kind="pedicle",
    side="left",
    loss_percent=50.0,
    achieved_loss_percent=49.8,
    loading="pull_out",
    force_n=100.0,
    head_displacement_mm=0.02,
    stiffness_n_per_mm=5000.0,
    stiffness_error_percent=4.0,
    bone_strain_p98=1e-4,
    density_law="crawford2003",
    extrapolated_percent=3.0,
    clipped_percent=0.5,
    screw_length_mm=45.0,
    screw_diameter_mm=7.0,
    cement_ml=0.0,
    elements=70_000,
    unknowns=300_000,
    iterations=40,
    relative_residual=1e-9,
    balance_error=1e-8,
    mesh_hash="ab",
    failure=PullOutForces(
        forces_n={"effective_strain": 1506.0, "principal_strain": 1736.0, "thread_shear": 1592.0},
        region_mm3=8505.0,
        shell_n=1064.0,
    ),
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


def test_a_run_prints_numbers_to_stdout_and_stages_to_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(run_verb, "run_case", computed)
    assert main(["run", "good.yaml", "--set", "body_loss.percent=75 %"]) == 0
    shown = capsys.readouterr()
    assert "pull-out stiffness  4800 to 5000 N/mm" in shown.out
    assert "75 % (49.8 % on the mesh)" in shown.out
    assert "effective strain  1506 N (times 0.646" in shown.out
    assert "1592 N, 1064 of it in the shell (times 0.907" in shown.out
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


def checked(title: str, case: Case) -> check_verb.Checked:
    """Stands for planning and meshing."""
    numbers = dict.fromkeys((field.name for field in fields(check_verb.Checked)), 1.0)
    return check_verb.Checked(
        **{
            **numbers,
            "screw": title,
            "kind": "alar",
            "crossings": (),
            "hazards_mm": {},
            "notch_mm": None,
            "cement_mm": None,
            "elements": 70_000,
            "unknowns": 9,
        }
    )  # type: ignore[arg-type]


STUDY = "schema: 1\nname: three\nstudy: compare\nscrews: [{preset: s1_pedicle}]\nbody_loss_percent: [0, 50]\n"


def test_a_comparison_with_a_failed_case_prints_its_table_and_is_code_6(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def compared(study: CompareStudy, target: Path, report: Progress) -> CompareResult:
        failure = Failure(name="s1_pedicle", loss_percent=50.0, reason="no convergence")
        return CompareResult(
            name=study.name, loading="pull_out", results=(RESULT,), crossovers=(), failures=(failure,)
        )

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

    def rows(self, cases: dict[str, Case], folder: Path, runner: Runner[Case]) -> object:
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


def test_verify_prints_a_table_of_the_problems_named(capsys: Capture) -> None:
    assert main(["verify", "rigid_modes", "bimaterial_bar"]) == 0
    assert "2 checks, none missed" in capsys.readouterr().out
    assert main(["verify", "rigid_modes", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["checks"]
    assert (row["reference"], row["computed"], row["passed"]) == (6.0, 6.0, True)


def test_a_missed_check_is_a_missed_gate(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    miss = near("bar", "stretch", float("nan"), 1.0, 0.01, "nowhere")
    monkeypatch.setitem(verify_verb.PROBLEMS, "bimaterial_bar", lambda: [miss])
    assert main(["verify", "bimaterial_bar"]) == 6
    assert "1 checks, 1 missed" in capsys.readouterr().out
    assert main(["verify", "bimaterial_bar", "--json"]) == 6
    # a number that is none has no place in JSON
    assert json.loads(capsys.readouterr().out)["checks"][0]["computed"] is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["verify", "bimaterial_bra"], "did you mean bimaterial_bar?"),
        (["verify", "--against", "sfepi", "good.yaml"], "did you mean sfepy?"),
        (["verify", "--against", "sfepy"], "--against takes one case file"),
    ],
)
def test_verify_refuses_what_it_does_not_know(words: list[str], told: str, capsys: Capture) -> None:
    assert main(words) == 2
    assert told in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore")  # of the peer
def test_a_case_is_the_same_in_another_engine(capsys: Capture) -> None:
    words = ["verify", "--against", "scikit-fem", "good.yaml", "--json"]
    assert main([*words, "--set", "mesh.scale=2.5", "--set", "screw.length_mm=45"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["agreements"]
    assert row["displacement"] < 1e-9
