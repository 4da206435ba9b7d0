"""Studies: built on a base, every fault of base, screws and grid told at its place before anything runs."""

from pathlib import Path

import pytest

from cases.faults import CaseError
from cases.load import read_compare, read_sweep

GOOD = "schema: 1\nname: good\nscrew:\n  preset: s1_pedicle\n"


def written(folder: Path, text: str, name: str = "case.yaml") -> Path:
    file = folder / name
    file.write_text(text)
    return file


STUDY = """\
schema: 1
name: study
study: compare
base: base.yaml
case:
  bone: {t_score: -1}
screws:
  - preset: s1_pedicle
  - {preset: s2ai, label: long, length_mm: 10 cm}
body_loss_percent: [0, 50 %]
"""


def test_a_comparison_builds_on_its_base_and_shares_side_and_metal(tmp_path: Path) -> None:
    written(tmp_path, GOOD + "  side: right\n  length_mm: 50\nanatomy: {sex: female}\n", "base.yaml")
    study = read_compare(written(tmp_path, STUDY)).value
    assert (study.case.anatomy.sex, study.case.bone.t_score) == ("female", -1)
    pedicle, long = study.screws
    assert (pedicle.side, pedicle.length_mm, pedicle.title()) == ("right", None, "s1_pedicle")
    case = study.case_of(long, 50.0)
    assert (case.screw.length_mm, case.screw.side, case.body_loss.percent) == (100.0, "right", 50.0)
    assert case.name == "study-long-50"


def test_a_fault_in_the_base_of_a_study_names_the_base(tmp_path: Path) -> None:
    written(tmp_path, GOOD + "  sied: right\n", "base.yaml")
    with pytest.raises(CaseError) as caught:
        read_sweep(
            written(
                tmp_path,
                "schema: 1\nname: s\nstudy: sweep\nbase: base.yaml\ngrid: {bone.t_score: [-3, -2, -1]}\n",
            )
        )
    assert len(caught.value.faults) == 1
    assert str(caught.value.faults[0].mark) == f"{tmp_path / 'base.yaml'}:5:3"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[0, 50 %]", "[50, 0]", "the losses do not rise"),
        ("[0, 50 %]", "[0, 150]", "outside 0 to 100 %"),
        ("[0, 50 %]", "[]", "is not a list of numbers; 0 to 100 %"),
        ("label: long, length_mm: 10 cm", "length_mm: 10 cm, lenght: 3", "screws[1].lenght"),
        (
            "preset: s2ai, label: long",
            "preset: s1_pedicle",
            "has the same label as another screw, s1_pedicle",
        ),
        ("case:\n", "case:\n  screw: {length_mm: 50}\n", "not shared by the compared screws"),
        ("base.yaml", "[1]", "is not a path"),
        ("base.yaml", "absent.yaml", "no such file"),
        ("study: compare", "study: sweep", "use sacrofix sweep"),
        ("study: compare\n", "", "missing key: the kind of study"),
        ("screws:", "screw:", "unknown key"),
        ("label: long", "label: a/b", "screws[1].label"),
    ],
)
def test_bad_comparisons_are_told(tmp_path: Path, old: str, new: str, problem: str) -> None:
    written(tmp_path, GOOD, "base.yaml")
    with pytest.raises(CaseError) as caught:
        read_compare(written(tmp_path, STUDY.replace(old, new)))
    assert problem in str(caught.value)


def test_a_study_takes_the_keys_of_its_case_as_overrides(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "base.yaml")
    settings = ["bone.t_score=-3", "failure.region_mm=4", "body_loss_percent=[0, 10]"]
    study = read_compare(written(tmp_path, STUDY), settings).value
    assert (study.case.bone.t_score, study.body_loss_percent) == (-3, (0.0, 10.0))
    assert study.case.failure.region_mm == 4.0


SWEEP = "schema: 1\nname: s\nstudy: sweep\ncase: {screw: {preset: s2ai}}\ngrid:\n"


def test_a_grid_may_be_changed_on_the_command_line(tmp_path: Path) -> None:
    file = written(tmp_path, SWEEP + "  bone.t_score: [-3]\n")
    settings = ["grid.bone.t_score=[-2, -1]", "screw.length_mm=70", "grid.body_loss.percent=[0, 50]"]
    study = read_sweep(file, settings)
    assert len(study.value.points) == 4
    assert {point.case.screw.length_mm for point in study.value.points} == {70.0}
    assert study.value.points[-1].values == {"bone.t_score": -1, "body_loss.percent": 50}


@pytest.mark.parametrize(
    ("grid", "problem"),
    [
        ("  bone.t_score: [-3, -22]\n", "case.yaml:6:22  bone.t_score = -22\n    outside -5 to 2"),
        ("  bone.tscore: [-3]\n", "unknown key"),
        ("  bone.t_score: []\n", "has no value"),
        ("  bone.t_score: -3\n", "is not a list"),
        ("  ../etc: [1]\n", "no dotted key"),
        ("  name: [a, b]\n", "cannot be swept"),
        ("  {}\n", "grid"),
        (
            "".join(
                f"  bone.regions.{name}: [{', '.join(['1'] * 60)}]\n"
                for name in ("s2_body", "s2_ala", "posterior")
            ),
            "216,000 cases, more than 10,000",
        ),
    ],
)
def test_bad_grids_are_told_before_anything_runs(tmp_path: Path, grid: str, problem: str) -> None:
    with pytest.raises(CaseError) as caught:
        read_sweep(written(tmp_path, SWEEP + grid))
    assert problem in str(caught.value).replace(f"{tmp_path}/", "")
