"""What a file says that is allowed but hardly meant: a warning with its place, and the case goes on."""

import json
from pathlib import Path

import pytest

from cases.commands import run as run_verb
from cases.commands.main import main
from cases.load import read_case, read_compare, read_sweep
from cases.progress import Progress
from cases.results import PullOutResult
from cases.schema import Case
from tests.test_cli_verbs import RESULT

HEAD = "schema: 1\nname: doubtful\n"
SCREW = "screw: {preset: s1_pedicle}\n"
Capture = pytest.CaptureFixture[str]


def written(folder: Path, text: str) -> Path:
    file = folder / "doubtful.yaml"
    file.write_text(HEAD + text)
    return file


@pytest.mark.parametrize("t_score", [-5, -2, 0, 1])
def test_a_likely_t_score_raises_no_doubt(tmp_path: Path, t_score: float) -> None:
    assert read_case(written(tmp_path, f"bone: {{t_score: {t_score}}}\n{SCREW}")).doubts == ()


def test_a_t_score_as_the_paper_prints_it_is_told_with_its_place(tmp_path: Path) -> None:
    sourced = read_case(written(tmp_path, f"bone:\n  t_score: 1.8\n{SCREW}"))
    (doubt,) = sourced.doubts
    assert (doubt.mark.line, doubt.key, doubt.value) == (4, "bone.t_score", "1.8")
    assert "T-scores without their minus (evidence 0.1)" in doubt.problem
    assert doubt.remedy == "write t_score: -1.8 if that was meant"
    assert sourced.value.bone.t_score == 1.8


def test_an_override_is_doubted_too(tmp_path: Path) -> None:
    (doubt,) = read_case(written(tmp_path, SCREW), ["bone.t_score=1.5"]).doubts
    assert "bone.t_score=1.5" in str(doubt)


def test_a_comparison_is_doubted_once(tmp_path: Path) -> None:
    text = "study: compare\ncase: {bone: {t_score: 2}}\nscrews: [{preset: s1_pedicle}, {preset: s2ai}]\n"
    (doubt,) = read_compare(written(tmp_path, text)).doubts
    assert doubt.key == "case.bone.t_score"


def test_a_sweep_is_doubted_once_for_each_value_of_its_grid(tmp_path: Path) -> None:
    text = (
        f"study: sweep\ncase: {{{SCREW.strip()}}}\n"
        "grid: {bone.t_score: [-2, 1.6, 2], body_loss.percent: [0, 50]}\n"
    )
    doubts = read_sweep(written(tmp_path, text)).doubts
    assert [doubt.value for doubt in doubts] == ["1.6", "2"]
    assert {doubt.mark.line for doubt in doubts} == {5}


def computed(case: Case, target: Path, report: Progress) -> PullOutResult:
    """Stands for the minutes of a solve."""
    target.mkdir(parents=True, exist_ok=True)
    return RESULT


def test_a_doubt_is_a_warning_and_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run_verb, "run_case", computed)
    written(tmp_path, f"bone: {{t_score: 2}}\n{SCREW}")
    assert main(["run", "doubtful.yaml"]) == 0
    assert capsys.readouterr().err.startswith("warning: doubtful.yaml:3:17  bone.t_score = 2\n")
    assert main(["run", "doubtful.yaml", "--json"]) == 0
    shown = capsys.readouterr()
    (warning,) = json.loads(shown.out)["warnings"]
    assert (warning["key"], warning["line"]) == ("bone.t_score", 3)
    assert "warning" not in shown.err
