"""Sensitivity studies: indices of a function with a known answer, strays that stay in bone, the command."""

import json
from pathlib import Path

import numpy as np
import pytest

from cases.build import plan_case
from cases.commands.main import main
from cases.faults import UsageError
from cases.head_loads import PULL_OUT
from cases.schema import Case, Screw
from cases.studies.sensitivity.inputs import UncertainInput, asked_inputs, inputs_of, strayed
from cases.studies.sensitivity.outputs import QUANTITIES, Outcomes
from cases.studies.sensitivity.sample import draw, indices, swings
from geometry.arrays import Floats

PEDICLE = Case(schema=1, name="small", screw=Screw(preset="s1_pedicle"))
THREE = tuple(UncertainInput(key=key, values=(-np.pi, np.pi), source="test") for key in "abc")


def ishigami(x: Floats) -> Floats:
    """Ishigami and Homma 1990 with a = 7, b = 0.1; x of shape (n, 3)."""
    return np.asarray(np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))


def test_the_indices_of_ishigami_are_found() -> None:
    drawn = draw(THREE, 5 * 1024, seed=3)
    assert drawn.count == 1024
    values = ishigami(np.array([list(sample.values()) for sample in drawn.samples]))
    found = indices(values, drawn.count, 3, seed=3)
    assert found is not None
    # closed form: variance 1/2 + 49/8 + b pi^4/5 + b^2 pi^8/18
    variance = 0.5 + 49.0 / 8.0 + 0.1 * np.pi**4 / 5.0 + 0.01 * np.pi**8 / 18.0
    first = np.array([0.5 * (1.0 + 0.1 * np.pi**4 / 5.0) ** 2, 49.0 / 8.0, 0.0]) / variance
    both = 0.01 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0) / variance
    assert found.first == pytest.approx(first, abs=0.03)
    assert found.total == pytest.approx(first + np.array([both, 0.0, both]), abs=0.03)
    for low, value, high in (
        (found.first_low, found.first, found.first_high),
        (found.total_low, found.total, found.total_high),
    ):
        assert (low <= value + 1e-12).all()
        assert (value <= high + 1e-12).all()


def test_an_output_that_never_moves_has_no_indices() -> None:
    assert indices(np.full(5 * 4, 2.0), 4, 3, seed=1) is None


def test_a_small_budget_allows_no_draws() -> None:
    assert draw(THREE, 4 * 5 - 1, seed=1).count == 0
    assert draw(THREE, 4 * 5, seed=1).count == 4
    assert draw(THREE, 8 * 5 - 1, seed=1).count == 4


def test_every_input_swings_to_each_value_but_its_own() -> None:
    inputs = inputs_of(PEDICLE)
    moved = swings(inputs, {"bone.density_law": "crawford2003"})
    assert [s.value for s in moved if s.key == "bone.density_law"] == ["keller1994_vertebra", "morgan2003"]
    assert len(moved) == 2 * len(inputs)


def test_a_stray_turns_the_screw_and_never_leaves_bone() -> None:
    gentle = strayed(PEDICLE, {"screw.lateral_deg": 2.0, "screw.length_mm": -5.0})
    there = plan_case(PEDICLE).screw.trajectory
    here = plan_case(gentle.case).screw.trajectory
    assert not gentle.held_back
    assert here.lateral_deg == pytest.approx(there.lateral_deg + 2.0, abs=1e-6)
    assert here.length_mm == pytest.approx(there.length_mm - 5.0)
    wild = strayed(PEDICLE, {"screw.caudal_deg": 60.0})
    assert wild.held_back
    plan_case(wild.case)


def test_values_reach_the_case() -> None:
    changed = strayed(PEDICLE, {"bone.t_score": -3.0, "bone.cortex.young_mpa": 9_000.0}).case
    assert (changed.bone.t_score, changed.bone.cortex.young_mpa) == (-3.0, 9_000.0)
    assert PEDICLE.bone.t_score == -2.0


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("bone.map", "has no usual range"),
        ("bone.t_score=-3", "makes no range"),
        ("bone.t_score=a:b", "makes no range"),
        ("bone.t_score=-3:-3", "makes no range"),
    ],
)
def test_a_range_that_is_none_is_refused(word: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        asked_inputs(PEDICLE, [word])


def outcomes(alar: Floats, pedicle: Floats) -> Outcomes:
    """Two screws at 0 and 100 % of loss: a row per draw."""
    values = {("alar", 0.0): alar[:, 0], ("alar", 100.0): alar[:, 1]}
    values |= {("pedicle", 0.0): pedicle[:, 0], ("pedicle", 100.0): pedicle[:, 1]}
    return Outcomes(
        quantity=QUANTITIES[PULL_OUT][0],
        values=values,
        n_swings=0,
        draws=2,
        width=1,
        pairs=[("alar", "pedicle")],
        seed=1,
    )


def test_the_draws_tell_when_one_screw_overtakes() -> None:
    # the case, two of A, two of B, two mixtures: ahead, overtaking half way, overtaking at a quarter, behind
    alar = np.array([[1, 1], [2, 2], [1, 3], [1, 7], [1, 1], [9, 9], [9, 9]], dtype=float)
    pedicle = np.array([[2, 2], [1, 1], [2, 2], [3, 1], [2, 2], [1, 1], [1, 1]], dtype=float)
    (found,) = outcomes(alar, pedicle).crossings()
    assert (found.always, found.crossing, found.never) == (0.25, 0.5, 0.25)
    # ratios 1/2 to 3/2, and 1/3 to 7: they pass 1 at a half and at a tenth
    assert found.median_percent == pytest.approx(30.0)


def test_a_draw_that_failed_leaves_no_indices_but_a_band() -> None:
    alar = np.array([[1, 1], [2, 2], [np.nan, 3], [1, 7], [1, 1], [9, 9], [9, 9]], dtype=float)
    first = next(outcomes(alar, np.ones((7, 2))).outputs())
    assert first.indices is None
    assert first.median == 1.0


@pytest.fixture(scope="module")
def case_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sensitivity") / "case.yaml"
    path.write_text(
        "schema: 1\nname: small\nscrew: {preset: s1_pedicle}\nmesh: {scale: 2.5}\n", encoding="utf-8"
    )
    return path


def test_the_command_tells_how_far_the_stiffness_moves_and_goes_on(
    case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ["sensitivity", str(case_file), "--out", str(out), "--workers", "1", "--json"]
    inputs = ["--input", "bone.t_score=-3:-1"]
    assert main([*words, *inputs, "--budget", "3"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {output["quantity"] for output in told["outputs"]} == {one.column for one in QUANTITIES[PULL_OUT]}
    for output in told["outputs"]:
        low, high = output["swings"]
        # denser bone is stiffer and stronger
        assert low < output["base"] < high
    assert (told["draws"], told["needed_for_draws"]) == (0, 1 + 2 + 4 * 3)
    assert (out / "pictures" / "tornado-1.png").stat().st_size > 10_000
    assert {"result.json", "tornado.csv", "provenance.json"} <= {file.name for file in out.iterdir()}
    assert main([*words, *inputs, "--budget", "3"]) == 0
    captured = capsys.readouterr()
    assert "3 of 3 cases are finished already" in captured.err
    assert json.loads(captured.out) == told


def test_a_value_out_of_range_is_told_as_in_a_file(
    case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sensitivity", str(case_file), "--out", str(tmp_path), "--input", "bone.t_score=-9:-1"]) == 3
    assert "bone.t_score" in capsys.readouterr().err
