"""Case files: what is right becomes a case, what is wrong is told with its line, all of it at once."""

import os
from pathlib import Path

import pytest

from cases.faults import CaseError, UsageError
from cases.load import read_case
from cases.read import LARGEST_BYTES
from cases.schema import Case
from geometry.errors import GeometryError

GOOD = "schema: 1\nname: good\nscrew:\n  preset: s1_pedicle\n"


def written(folder: Path, text: str | bytes, name: str = "case.yaml") -> Path:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def told(folder: Path, text: str | bytes, *overrides: str) -> str:
    """What a user reads about this text, without the folder's name."""
    with pytest.raises(CaseError) as caught:
        read_case(written(folder, text), overrides)
    return str(caught.value).replace(f"{folder}/", "")


def case_of(folder: Path, text: str, *overrides: str) -> Case:
    return read_case(written(folder, text), overrides).value


def test_a_short_case_is_filled_with_defaults(tmp_path: Path) -> None:
    case = case_of(tmp_path, GOOD)
    assert (case.bone.t_score, case.body_loss.percent, case.screw.side) == (-2.0, 0.0, "left")


def test_numbers_may_carry_units(tmp_path: Path) -> None:
    text = GOOD + '  length_mm: "5 cm"\nbody_loss: {percent: 50 %}\nloading: {force_n: 0.1 kN}\n'
    case = case_of(tmp_path, text)
    assert (case.screw.length_mm, case.body_loss.percent, case.loading.force_n) == (50.0, 50.0, 100.0)


def test_every_fault_is_told_at_once_with_its_place_and_remedy(tmp_path: Path) -> None:
    text = """\
schema: 1
name: my case
anatomy:
  sex: femal
  sacral_slope_deg: 40 mm
bone:
  t_scor: -2
  t_score: 25
screw:
  length_mm: 350
  lateral_deg: 30
  caudal_deg: 45
body_loss: [50]
solver: {threads: 1.5}
"""
    assert (
        told(tmp_path, text)
        == """\
case.yaml:2:7  name = "my case"
    not a name: 1 to 80 letters, digits, dots, dashes or underscores, the first a letter or a digit
    remedy: rename it, for example quickstart
case.yaml:4:8  anatomy.sex = "femal"
    not one of male, female
    remedy: did you mean female?
case.yaml:5:21  anatomy.sacral_slope_deg = "40 mm"
    is in mm, not in deg; 10 to 70 deg (angle of the S1 endplate to the horizontal, standing)
    remedy: write 39.5, or "39.5 deg"
case.yaml:7:3  bone.t_scor = -2
    unknown key; the keys here are map, t_score, t_score_map, s1_body_mg_cm3, s1_body_kind, \
ala_to_body_ratio, ala_loss_exponent, alar_void, regions, density_law, ash_over_apparent, \
anisotropy, cortex, ct
    remedy: did you mean t_score?
case.yaml:8:12  bone.t_score = 25
    outside -5 to 2 (a T-score, dimensionless)
    remedy: write -2
case.yaml:9:1  screw.preset
    missing, and no kind is given; the presets are s1_pedicle, s1_pedicle_bicortical, \
s1_pedicle_parallel, s1_pedicle_promontory, s1_pedicle_promontory_bicortical, s2_pedicle, \
s2_pedicle_bicortical, s1_alar_paper_endplate, s1_alar_paper_axial, s1_alar_classic, s1_alar_35_25, \
s1_alar_lateral, s1_alar_mirkovic, s1_alar_asher, s1_alar_harrington, s2ai, iliac
    remedy: add preset: s1_pedicle
case.yaml:10:14  screw.length_mm = 350
    outside 20 to 140 mm (length from entry to tip)
    remedy: write 45, or "45 mm"
case.yaml:11:16  screw.lateral_deg = 30
    given without angle_reference; the two planes differ by the sacral slope
    remedy: add angle_reference: s1_endplate, or angle_reference: global_axial
case.yaml:13:12  body_loss = a list of 1
    not a section with keys of its own; the lost part of the S1 body
    remedy: write keys under it: percent, shape, side, applied_as, fill, fill_young_mpa
case.yaml:14:19  solver.threads = 1.5
    is not a whole number; 1 to 1024 (threads of one solve)
    remedy: write 2"""
    )


def test_the_faults_are_counted(tmp_path: Path) -> None:
    with pytest.raises(CaseError) as caught:
        read_case(written(tmp_path, "schema: 1\nname: a\nfoo: 1\nscrew: {preset: s2}\n"))
    assert caught.value.summary() == f"2 faults in {tmp_path / 'case.yaml'}; nothing was run"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "case.yaml:1:1\n    the file is empty"),
        ("# nothing but a comment\n", "case.yaml:1:1\n    the file is empty"),
        ("- schema: 1\n", "case.yaml:1:1\n    a list at the top, where a mapping of keys belongs"),
        ("just text\n", "case.yaml:1:1\n    a single value at the top, where a mapping of keys belongs"),
        (b"\x00\x01\xfe\xff", "case.yaml:1:3\n    byte 0xfe is no UTF-8 text"),
        (b"name: a\nb: \x07\n", "case.yaml:2:4\n    U+0007 cannot stand in YAML"),
        (GOOD + "\tside: left\n", "remedy: indent with spaces, not with tabs"),
        (GOOD + "  preset: s2ai\n", "case.yaml:5:3  screw.preset\n    given twice, first on line 4"),
        (GOOD + "solver: !!python/object:os.system {}\n", "case.yaml:5:9  solver\n    the tag"),
        (GOOD + "? [1, 2]\n: 3\n", "a list or a mapping as a key"),
        (GOOD + "---\nschema: 1\n", "remedy: keep one case to a file"),
        (GOOD + "anatomy: {sex: male\n", "not YAML: "),
        (GOOD + "bone: {t_score: .nan}\n", "bone.t_score = NaN\n    outside -5 to 2"),
        (GOOD + "bone: {t_score: -.inf}\n", "bone.t_score = -Infinity\n    outside -5 to 2"),
        (GOOD + "bone: {t_score: true}\n", "bone.t_score = true\n    is not a number; -5 to 2"),
        (GOOD + "bone: {t_score: low}\n", 'bone.t_score = "low"\n    is not a number; -5 to 2'),
        (GOOD + "bone: {t_score: [1]}\n", "bone.t_score = a list of 1\n    is not a number; -5 to 2"),
        (GOOD + "bone:\n", "bone = null\n    not a section with keys of its own"),
        (GOOD + "study: sweep\n", 'study = "sweep"\n    a study, not a case\n    remedy: use sacrofix sweep'),
        (GOOD.replace("schema: 1", "schema: 2"), "schema = 2\n    outside 1 (version of this format)"),
        (GOOD.replace("schema: 1\n", ""), "schema\n    missing key: version of this format"),
        (GOOD.replace("good", "../../etc/passwd"), "not a name"),
        (GOOD.replace("good", "123"), "name = 123\n    is not text"),
        (GOOD + "<<: {side: right}\n", "unknown key"),
        ("schema: 1\nname: a\nscrew: {preset: s2ai, kind: s2ai}\n", "given beside preset"),
        (
            "schema: 1\nname: a\nscrew: {kind: alar}\n",
            "given without entry, diameter_mm, length_mm, lateral_deg",
        ),
        (GOOD + "  lateral_deg: 3\n  angle_reference: s1_endplate\n", "given without the other angle"),
        (
            GOOD + "  angle_reference: s1_endplate\n",
            "given without an angle; a preset states its own reference",
        ),
        (GOOD + "bone: {t_score: -1, s1_body_mg_cm3: 200}\n", "given beside s1_body_mg_cm3"),
        (GOOD + "bone: {s1_body_kind: CaHA}\n", "given without s1_body_mg_cm3, which it would describe"),
        (GOOD + "bone: {t_score: null}\n", "empty, and s1_body_mg_cm3 is not given either"),
        (GOOD + "anatomy: {sacrum: {length_mm: 1 m}}\n", "outside 95 to 130 mm"),
    ],
)
def test_bad_input_is_told(tmp_path: Path, text: str | bytes, problem: str) -> None:
    assert problem in told(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000,
        "{a: " * 20_000,
        "- " * 50_000,
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
            for old, new in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "a: &a [*a]\n",
        "a: &a {b: *a}\n",
        "\n".join(f"k{i}: {i}" for i in range(8_000)),
    ],
    ids=["brackets", "braces", "dashes", "aliases", "a list in itself", "a mapping in itself", "many keys"],
)
def test_a_file_made_to_exhaust_the_reader_is_refused(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    assert f"more than the {LARGEST_BYTES:,} of any case file" in told(tmp_path, "#" * (LARGEST_BYTES + 1))


def test_a_missing_file_a_folder_and_a_pipe_are_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, problem in (
        ("absent.yaml", "no such file"),
        (".", "is a directory"),
        ("pipe", "is no regular file"),
    ):
        with pytest.raises(CaseError, match=problem):
            read_case(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    file.chmod(0)
    with pytest.raises(CaseError, match="may not be read"):
        read_case(file)


def test_a_name_with_a_nul_is_told() -> None:
    with pytest.raises(CaseError, match="cannot be read"):
        read_case(Path("a\0b"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("0o17", "0o17"),
        ("no", "no"),
        ("012", 12.0),
        ("1_000", "1_000"),
        ("2001-01-01", "2001-01-01"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(tmp_path: Path, text: str, value: object) -> None:
    tree = read_case(written(tmp_path, GOOD)).tree
    assert tree.values["name"] == "good"
    file = written(tmp_path, f"schema: 1\nname: a\nscrew: {{preset: s2ai}}\nbone: {{map: {text}}}\n")
    with pytest.raises(CaseError) as caught:
        read_case(file)
    assert caught.value.faults[0].value == (f'"{value}"' if isinstance(value, str) else f"{value:g}")


def test_an_anchor_used_twice_is_no_warning(tmp_path: Path) -> None:
    case = case_of(tmp_path, GOOD + "  side: &a right\nanatomy: {sex: &a female}\n")
    assert (case.screw.side, case.anatomy.sex) == ("right", "female")


def test_a_mark_of_byte_order_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert read_case(written(tmp_path, text)).value.name == "good"


def test_overrides_are_laid_over_the_file_in_order(tmp_path: Path) -> None:
    case = case_of(
        tmp_path, GOOD, "screw.length_mm=5 cm", "screw.side=left", "screw.side=right", "bone.map=young_qct"
    )
    assert (case.screw.length_mm, case.screw.side, case.bone.map) == (50.0, "right", "young_qct")


def test_a_fault_in_an_override_names_the_override(tmp_path: Path) -> None:
    text = told(tmp_path, GOOD, "bone.t_score=25", "bone.tscore=1")
    assert "--set bone.t_score=25  bone.t_score = 25\n    outside -5 to 2" in text
    assert "--set bone.tscore=1  bone.tscore = 1\n    unknown key" in text


@pytest.mark.parametrize(
    "setting", ["bone.t_score", "=3", "bone..t=3", "bone t=3", "bone.t_score=[1", "a=b: c"]
)
def test_an_override_that_is_no_setting_is_a_usage_error(tmp_path: Path, setting: str) -> None:
    with pytest.raises(UsageError):
        read_case(written(tmp_path, GOOD), [setting])


def test_an_override_replaces_a_whole_value(tmp_path: Path) -> None:
    case = case_of(tmp_path, GOOD, "screw={preset: s2ai, side: right}")
    assert (case.screw.preset, case.screw.side) == ("s2ai", "right")


def test_a_later_error_finds_its_key_in_the_file(tmp_path: Path) -> None:
    tree = read_case(written(tmp_path, GOOD + "  length_mm: 60\n")).tree
    fault = tree.located(
        GeometryError("the screw leaves the bone", where="screw.length_mm", advice="Shorten it")
    )
    assert str(fault).replace(f"{tmp_path}/", "") == (
        "case.yaml:5:14  screw.length_mm = 60\n    the screw leaves the bone\n    remedy: Shorten it"
    )
    whole = tree.located(GeometryError("it does not fit", where="screw"))
    assert str(whole).replace(f"{tmp_path}/", "") == "case.yaml:3:1  screw\n    it does not fit"
    assert tree.located(GeometryError("no element", where="mesh.sizing")) is None
