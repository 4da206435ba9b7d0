"""Mesh studies: the fit on made-up values, its band on a problem with a known answer, the command."""

import json
from pathlib import Path

import numpy as np
import pytest

from cases.commands.main import main
from cases.studies import converge
from fem.convergence import limit_of
from geometry.errors import ModelError

EDGES = np.array([2.0, 1.5, 1.0])


@pytest.mark.parametrize("order", [0.5, 1.0, 2.0, 4.0])
def test_a_power_law_gives_its_order_and_its_limit(order: float) -> None:
    limit = limit_of(EDGES, 100.0 + 3.0 * EDGES**order, formal_order=4.0)
    assert limit.observed_order == pytest.approx(order, abs=0.02)
    assert limit.value == pytest.approx(100.0, abs=0.05)
    assert limit.low < 100.0 < limit.high == 103.0


def test_no_more_order_is_used_than_theory_allows() -> None:
    limit = limit_of(EDGES, 100.0 + EDGES**3, formal_order=1.0)
    assert (limit.observed_order, limit.order) == (pytest.approx(3.0, abs=0.02), 1.0)
    # the last step of 2.375 at half the edge to go
    assert limit.value == pytest.approx(101.0 - 2.0 * 2.375)


def test_values_that_go_up_and_down_show_no_order() -> None:
    limit = limit_of(EDGES, np.array([10.0, 9.0, 9.5]), formal_order=4.0)
    assert (limit.order, limit.value, limit.low, limit.high) == (None, None, 6.5, 12.5)


def test_equal_values_are_their_own_limit() -> None:
    limit = limit_of(EDGES, np.full(3, 7.0), formal_order=4.0)
    assert (limit.low, limit.value, limit.high) == (7.0, 7.0, 7.0)


def test_two_meshes_take_the_order_of_theory_on_trust() -> None:
    limit = limit_of(EDGES[::2], np.array([103.0, 101.0]), formal_order=1.0)
    assert (limit.observed_order, limit.order, limit.value) == (None, 1.0, 99.0)
    # three times the step that is left
    assert (limit.low, limit.high) == (95.0, 101.0)


def test_values_that_rise_where_they_cannot_show_no_order() -> None:
    rising = np.array([101.0, 103.0])
    assert limit_of(EDGES[::2], rising, formal_order=1.0).value == 105.0
    limit = limit_of(EDGES[::2], rising, formal_order=1.0, falls=True)
    assert (limit.order, limit.value, limit.low, limit.high) == (None, None, 97.0, 109.0)


def test_meshes_must_be_two_and_run_to_fine() -> None:
    with pytest.raises(ModelError, match="two at least"):
        limit_of(EDGES[:1], np.ones(1), 4.0)
    with pytest.raises(ModelError, match="coarse to fine"):
        limit_of(EDGES[::-1], np.ones(3), 4.0)


@pytest.fixture(scope="module")
def case_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("converge") / "case.yaml"
    path.write_text(
        "schema: 1\nname: small\nbone: {t_score: -2}\nscrew: {preset: s1_pedicle}\nmesh: {scale: 2.5}\n",
        encoding="utf-8",
    )
    return path


def test_the_command_leaves_a_whole_result(
    case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["converge", str(case_file), "--out", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    coarse, fine = said["points"]
    assert fine["elements"] == 8 * coarse["elements"]
    assert fine["edge_mm"] == pytest.approx(0.5 * coarse["edge_mm"])
    # nested spaces: stiffness falls but for what the bone, sampled at finer points, adds
    assert fine["stiffness_n_per_mm"] < coarse["stiffness_n_per_mm"]
    assert fine["estimated_error_percent"] < coarse["estimated_error_percent"]
    assert said["low_n_per_mm"] < said["extrapolated_n_per_mm"] < fine["stiffness_n_per_mm"]
    assert said["high_n_per_mm"] == fine["stiffness_n_per_mm"]
    assert {path.name for path in out.iterdir()} == {
        "case.yaml",
        "pictures",
        "provenance.json",
        "result.csv",
        "result.json",
    }
    assert (out / "pictures" / "convergence.png").stat().st_size > 10_000


@pytest.mark.parametrize("halvings", ["0", "3"])
def test_halvings_that_make_no_study_are_refused(
    halvings: str, case_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["converge", str(case_file), "--halvings", halvings]) == 2
    assert "makes no mesh study" in capsys.readouterr().err


def test_meshes_that_do_not_converge_miss_the_gate(
    case_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = iter([9.0, 9.5])

    def point(plan: object, mesh: object, halvings: int, report: object) -> converge.MeshPoint:
        return converge.MeshPoint(
            halvings=halvings, edge_mm=2.0**-halvings, elements=1, unknowns=1,
            stiffness_n_per_mm=next(values), estimated_error_percent=1.0, extrapolated_percent=0.0,
            clipped_percent=0.0, mesh_hash="0",
        )  # fmt: skip

    monkeypatch.setattr(converge, "_point", point)
    assert main(["converge", str(case_file), "--out", str(tmp_path / "out")]) == 6
