"""The comparison of constructs: its file, and what overtakes what in its table."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cases.construct.comparison import AtLoss, ConstructComparison
from cases.construct.directions import directions_of
from cases.construct.results import DirectionResult, ModelResult
from cases.export.table import write_csv
from cases.faults import CaseError
from cases.load import read_compare, read_construct_study
from cases.report.construct import constructs_text
from cases.store import case_text

LIBRARY = Path(__file__).parents[1] / "cases" / "library" / "construct_loss.yaml"
NAMES = tuple(directions_of(read_construct_study(LIBRARY).value.case))


def row(direction: str, stiffness: float) -> DirectionResult:
    return DirectionResult(
        carried={},
        graft_share_percent=0.0,
        interfaces={},
        direction=direction,
        load=10.0,
        load_unit="N m",
        stiffness=stiffness,
        stiffness_unit="N m/deg",
        stiffness_error_percent=5.0,
        motions={"l5_on_sacrum": 1.0 / stiffness},
        nutation_deg=0.1,
        motion_unit="deg",
        von_mises_mpa={"rod_left": {"p95": 20.0}},
        bone_strain_p98={"screw_l5_left": 1e-3},
        iterations=1,
        relative_residual=0.0,
        balance_error=0.0,
    )


def model(stiffness: float) -> ModelResult:
    return ModelResult(
        model="instrumented",
        linear=False,
        directions=tuple(row(name, stiffness) for name in NAMES),
        findings=("a head leans",) if stiffness in (30.0, 20.0, 10.0) else (),
        elements=1,
        unknowns=1,
        extrapolated_percent=0.0,
        clipped_percent=0.0,
        mesh_hash="",
    )


def comparison() -> ConstructComparison:
    curves = {"s1": (30.0, 20.0, 10.0), "s2ai": (22.0, 21.0, 20.0), "both": (40.0, 39.0, 38.0)}
    return ConstructComparison(
        name="a",
        rows=tuple(
            AtLoss(name=name, loss_percent=loss, result=model(stiffness))
            for name, curve in curves.items()
            for loss, stiffness in zip((0.0, 50.0, 100.0), curve, strict=True)
        ),
        reference=None,
        failures={"alar": "no room"},
    )


def test_the_table_tells_what_overtakes_what_in_each_direction() -> None:
    text = constructs_text(comparison())
    # 30 to 20 against 22 to 21: alike at 8 / 9 of the way to 50 %
    assert text.count("s2ai overtakes s1 at 44 % body loss") == len(NAMES)
    assert text.count("both is ahead of s1 at every computed loss") == len(NAMES)
    assert "note: s1: a head leans" in text
    assert "failed: alar: no room" in text
    assert max(map(len, text.splitlines())) <= 120


def test_the_numbers_are_plain_json_and_one_row_each() -> None:
    found = comparison()
    values = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert values["crossovers"]["rotation_left"][0]["percent"] == pytest.approx(44.4, abs=0.1)
    rows = found.flat_rows()
    assert len(rows) == 9 * len(NAMES)
    assert (rows[0]["l5_on_sacrum"], rows[0]["motion_unit"]) == (pytest.approx(1.0 / 30.0), "deg")
    assert rows[0]["von_mises_p95_rod_left"] == 20.0


def test_constructs_of_different_screws_share_the_columns_of_one_table(tmp_path: Path) -> None:
    found = comparison()
    first = found.rows[0].result
    other = replace(
        first,
        directions=tuple(
            replace(one, von_mises_mpa={"head_s2ai_left": {"p95": 3.0}}) for one in first.directions
        ),
    )
    mixed = replace(found, rows=(*found.rows, AtLoss(name="other", loss_percent=0.0, result=other)))
    write_csv(tmp_path / "a.csv", mixed.flat_rows())
    assert mixed.flat_rows()[-1]["von_mises_p95_rod_left"] == ""
    assert mixed.flat_rows()[0]["von_mises_p95_head_s2ai_left"] == ""


def test_a_study_of_constructs_gives_each_its_screws_and_its_loss() -> None:
    study = read_construct_study(LIBRARY).value
    case = study.case_of(study.constructs[2], 75.0)
    assert [screw.preset for screw in case.screws] == ["s2ai"]
    assert (case.body_loss.s1_percent, case.name) == (75.0, "construct_loss-s2ai-75")
    with pytest.raises(CaseError, match="not a pull-out"):
        read_compare(LIBRARY)


def test_a_resolved_study_of_constructs_reads_back_as_itself(tmp_path: Path) -> None:
    study = read_construct_study(LIBRARY, ["loading.moment_nm=7.5 N*m"]).value
    assert study.case.loading.moment_nm == 7.5
    file = tmp_path / "study.yaml"
    file.write_text(case_text(study))
    assert read_construct_study(file).value.content_hash("1") == study.content_hash("1")


def test_faults_of_a_study_of_constructs_are_told_at_their_place(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(
        "schema: 1\nname: a\nstudy: compare\nkind: construct\ncase: {reference: none}\n"
        "constructs:\n  - {label: a, screws: []}\n  - {label: a, screws: [{preset: s2ai, length_mm: 200}]}\n"
        "s1_loss_percent: [50, 0]\n"
    )
    with pytest.raises(CaseError) as caught:
        read_construct_study(file)
    told = {fault.key: fault.mark.line for fault in caught.value.faults}
    assert told == {
        "constructs[0].screws": 7,
        "constructs[1]": 8,
        "constructs[1].screws[0].length_mm": 8,
        "s1_loss_percent": 9,
    }
    file.write_text(LIBRARY.read_text().replace("case:\n", "case:\n  screws: [{preset: s2ai}]\n"))
    with pytest.raises(CaseError, match="screws that every construct replaces"):
        read_construct_study(file)


def test_a_model_without_a_change_in_one_direction_is_not_told_as_a_crossing() -> None:
    found = comparison()
    same = [replace(at, name="twin") for at in found.rows if at.name == "s1"]
    twins = replace(found, rows=(*[at for at in found.rows if at.name == "s1"], *same))
    (one,) = twins.crossovers("stance")
    assert one.verdict == "no crossing"
