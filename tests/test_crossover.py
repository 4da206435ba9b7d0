"""Retention, the best screw and the crossover, on stiffness curves whose answer is known."""

from collections.abc import Sequence

import pytest

from cases.results import PullOutForces, PullOutResult
from cases.studies.crossover import best_at, find_crossover, retention

LOSSES = (0.0, 25.0, 50.0, 75.0, 100.0)


def curve(name: str, stiffness: Sequence[float], error_percent: float = 0.0) -> list[PullOutResult]:
    """Results of one screw with these stiffnesses at the five losses."""
    return [
        PullOutResult(
            name=name,
            kind=name,
            side="left",
            loss_percent=loss,
            achieved_loss_percent=loss,
            loading="pull_out",
            force_n=100.0,
            head_displacement_mm=100.0 / value,
            stiffness_n_per_mm=value,
            stiffness_error_percent=error_percent,
            bone_strain_p98=0.0,
            density_law="crawford2003",
            extrapolated_percent=0.0,
            clipped_percent=0.0,
            screw_length_mm=40.0,
            screw_diameter_mm=7.0,
            cement_ml=0.0,
            elements=1,
            unknowns=1,
            iterations=1,
            relative_residual=0.0,
            balance_error=0.0,
            mesh_hash="",
            failure=PullOutForces(forces_n={}, region_mm3=0.0, shell_n=0.0),
        )
        for loss, value in zip(LOSSES, stiffness, strict=True)
    ]


def test_a_crossing_is_interpolated_between_the_computed_losses() -> None:
    pedicle = curve("pedicle", [1000, 800, 600, 400, 200])
    alar = curve("alar", [500] * 5)
    found = find_crossover(alar, pedicle)
    assert found.verdict == "crossing"
    assert found.percent == pytest.approx(62.5)


def test_a_screw_that_never_overtakes_is_told_so() -> None:
    found = find_crossover(curve("alar", [100] * 5), curve("pedicle", [1000, 800, 600, 400, 200]))
    assert found.verdict == "no crossing"
    assert found.percent is None
    assert "never overtakes" in found.sentence()


def test_a_screw_that_is_always_ahead_has_no_crossing() -> None:
    found = find_crossover(curve("alar", [2000] * 5), curve("pedicle", [1000, 800, 600, 400, 200]))
    assert found.verdict == "always ahead"
    assert found.percent is None


def test_a_screw_that_falls_behind_is_overtaken() -> None:
    found = find_crossover(curve("alar", [900, 800, 600, 400, 200]), curve("pedicle", [500] * 5))
    assert (found.challenger, found.verdict) == ("pedicle", "crossing")
    assert found.percent == pytest.approx(62.5)
    assert found.sentence().startswith("pedicle overtakes alar at 62 % body loss")


def test_larger_errors_widen_the_band_in_which_two_screws_are_alike() -> None:
    pedicle = [1000.0, 800.0, 600.0, 400.0, 200.0]
    narrow = find_crossover(curve("alar", [500] * 5, 2.0), curve("pedicle", pedicle, 2.0))
    wide = find_crossover(curve("alar", [500] * 5, 20.0), curve("pedicle", pedicle, 20.0))
    assert wide.low_percent is not None
    assert wide.high_percent is not None
    assert narrow.low_percent is not None
    assert narrow.high_percent is not None
    assert wide.low_percent < narrow.low_percent < 62.5 < narrow.high_percent < wide.high_percent


def test_screws_within_their_errors_share_the_first_place() -> None:
    results = [curve("a", [1000] * 5, 5.0)[0], curve("b", [970] * 5, 5.0)[0], curve("c", [500] * 5, 5.0)[0]]
    assert best_at(results) == ["a", "b"]


def test_retention_is_relative_to_the_least_loss() -> None:
    assert retention(curve("a", [1000, 900, 800, 700, 500])) == pytest.approx([100, 90, 80, 70, 50])
