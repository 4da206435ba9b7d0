"""Validation: targets that can be missed, ratios that are what they say, Chapman in closed form."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cases.commands.main import main
from cases.head_loads import LOADS, PULL_OUT
from cases.schema_construct import NONE
from cases.studies.validation.cadaver import RATIO_TARGETS, cadaver_cases, cadaver_rows
from cases.studies.validation.foam import FoamPull, block_of, chapman_n, foam_rows, pull
from cases.studies.validation.run import fade_mm, fitted_now
from cases.studies.validation.spine import SAGITTAL, SPINE_TARGETS, WAYS, spine_cases, spine_rows
from cases.studies.validation.target import FAILED, MISS, PASS, Row, Target, tally
from geometry.cad import foam_block_mesh
from materials.foam import FOAMS, WEIDLING_2022_TESTS

TARGET = Target(name="t", measured="2", value=2.0, low=1.0, high=3.0, unit="1", source="test")


@pytest.mark.parametrize(
    ("computed", "verdict"), [(1.0, PASS), (3.0, PASS), (3.01, MISS), (float("nan"), MISS), (None, FAILED)]
)
def test_a_value_outside_its_band_is_a_miss(computed: float | None, verdict: str) -> None:
    row = Row(target=TARGET, by="", computed=computed)
    assert row.verdict == verdict
    assert tally((row,))[verdict] == 1


def test_chapmans_forces_are_those_of_the_evidence() -> None:
    # table 7.5 of the evidence, computed there with S = 2.8 MPa and 25 mm
    printed = {"st1_6": 958, "st2_6": 931, "st3_6.2": 1044, "st4_6.5": 957, "st5_6.5": 1052, "st6_6.5": 1017}
    for screw, force_n in printed.items():
        assert chapman_n(block_of(screw), FOAMS[15].shear_strength_mpa) == pytest.approx(force_n, abs=1.0)


@pytest.fixture(scope="module")
def pulled() -> Mapping[int, FoamPull]:
    block = block_of("st4_6.5")
    mesh = foam_block_mesh(block, edges_per_flank=1.5)
    return {grade: pull(block, mesh, grade) for grade in (10, 15)}


def test_forces_by_strain_follow_the_strength_of_the_foam(pulled: Mapping[int, FoamPull]) -> None:
    # titanium is stiff beside any foam: the strain field is the same, so the force goes as E times its limit
    asked = FOAMS[15].strength_mpa / FOAMS[10].strength_mpa
    for name in ("effective_strain", "principal_strain"):
        assert pulled[15].forces_n[name] / pulled[10].forces_n[name] == pytest.approx(asked, rel=0.02)
    stiffer = FOAMS[15].young_mpa / FOAMS[10].young_mpa
    assert pulled[15].stiffness_n_per_mm / pulled[10].stiffness_n_per_mm == pytest.approx(stiffer, rel=0.05)


def test_a_wrong_constant_would_be_seen(pulled: Mapping[int, FoamPull]) -> None:
    same = dict.fromkeys(WEIDLING_2022_TESTS, pulled[15])
    found = {**same, "st5_6.5 in grade 5": pulled[10], "st5_6.5 in grade 10": pulled[10]}
    # on a mesh coarser than the one that the constants were fitted on
    right = [row for row in foam_rows(found) if row.target.name == "foam, st4_6.5"]
    assert [row.verdict for row in right] == [PASS] * len(LOADS[PULL_OUT].estimators)
    wrong = [replace(row, computed=1.3 * (row.computed or 0.0)) for row in right]
    assert [row.verdict for row in wrong] == [MISS] * len(LOADS[PULL_OUT].estimators)
    assert set(fitted_now(found)) == set(LOADS[PULL_OUT].estimators)


def test_every_ratio_has_its_cases_and_its_band() -> None:
    names = set(cadaver_cases())
    for one in RATIO_TARGETS:
        assert {one.above, one.below} <= names
        assert one.target.low <= one.target.value <= one.target.high


def test_ratios_are_taken_within_one_estimator() -> None:
    forces = {"status": "ok", "failure_thread_shear_n": 2.0, "effect_mm": 5.0}
    rows = dict.fromkeys(cadaver_cases(), forces) | {"bicortical": {**forces, "failure_thread_shear_n": 3.0}}
    found = list(cadaver_rows(rows, ("thread_shear",)))
    assert found[0].computed == 1.5
    assert found[-1].computed == 5.0
    broken = rows | {"unicortical": {"status": "failed", "reason": "no mesh"}}
    assert next(cadaver_rows(broken, ("thread_shear",))).reason == "unicortical: no mesh"


def test_the_strain_fades_where_it_is_a_tenth() -> None:
    depth = np.linspace(0.0, 10.0, 101)
    assert fade_mm(depth, np.exp(-depth)) == pytest.approx(np.log(10.0), abs=0.01)
    assert fade_mm(depth, np.ones(101)) == 10.0


def test_a_scale_out_of_range_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--scale", "9", "--out", str(tmp_path)]) == 2
    assert "--scale 9 is outside 0.3 to 4" in capsys.readouterr().err


def test_the_command_prints_one_row_for_each_test(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    pulled: Mapping[int, FoamPull],
) -> None:
    names = {**dict.fromkeys(WEIDLING_2022_TESTS, pulled[15]), "st5_6.5 in grade 5": pulled[10]}
    names["st5_6.5 in grade 10"] = pulled[10]
    monkeypatch.setattr("cases.studies.validation.run.pulls", lambda *_, **__: names.items())
    words = ["validate", "--only", "foam", "--json", "--out", str(tmp_path / "v")]
    assert main([*words, "--picture", str(tmp_path / "v.png")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["rows"]) == 8 * len(LOADS[PULL_OUT].estimators)
    assert (tmp_path / "v.png").stat().st_size > 10_000
    assert (tmp_path / "v" / "table.md").read_text().count("\n") == 2 + len(told["rows"])


def test_every_spine_target_has_its_model_and_its_band() -> None:
    models = spine_cases()
    assert {case.reference for case in models.values()} == {NONE}
    for one in SPINE_TARGETS:
        assert {one.model, one.over[0] if one.over else one.model} <= set(models)
        assert one.target.low <= one.target.value <= one.target.high
    # coarser ones weld bones and lose the necks of screws
    assert {case.mesh.scale for case in spine_cases(4.0).values()} == {2.0}


def test_a_spine_is_held_against_its_own_targets() -> None:
    motions = {f"{way} l5_on_sacrum": 4.0 for way in (*WAYS, SAGITTAL)}
    rows = {"segment, moduli": {"status": "ok", **motions}, "S2AI": {"status": "ok", **motions}}
    rows["intact"] = {"status": "ok", "stance nutation": 1.4, **{name: 20.0 for name in motions}}
    found = {row.target.name: row for row in spine_rows(rows) if row.by in ("", "moduli ligaments")}
    assert found["intact L5-S1, bending to one side"].verdict == PASS
    assert found["intact L5-S1, flexion"].verdict == MISS
    assert found["nutation of the sacrum, 600 N"].verdict == PASS
    # a fifth is left
    assert found["left by S2AI and L5 screws, flexion and extension"].computed == pytest.approx(0.2)
    assert found["left by S2AI and L5 screws, rotation"].verdict == MISS
    lacking = found["rod stress by adding S2AI, flexion"]
    assert (lacking.verdict, lacking.reason) == (FAILED, "S1 and S2AI: not reached")
