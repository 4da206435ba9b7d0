"""The schema agrees with the tables and nouns it stands for, and with what is published about it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cases.decode import section_in
from cases.load import (
    case_kind,
    read_case,
    read_compare,
    read_construct,
    read_construct_study,
    read_sweep,
    study_kind,
)
from cases.schema import Case
from cases.schema_construct import ConstructCase
from cases.schema_json import FILES, json_schema
from cases.schema_screw import KINDS, Screw
from cases.schema_solve import ENGINES, Meshing
from cases.section import Section, extras
from cases.store import case_text
from cases.template import commented_case
from fem.solvers import SOLVERS
from geometry.meshing.sizing import Sizing
from geometry.parameters import number
from geometry.sacrum.shape import SACRUM_SHAPES, SIDED_NUMBERS
from geometry.screws import PRESETS

LIBRARY = sorted(Path(__file__).parents[1].glob("cases/library/*.yaml"))
READERS = {
    ("pull_out", None): read_case,
    ("construct", None): read_construct,
    ("pull_out", "compare"): read_compare,
    ("construct", "compare"): read_construct_study,
    ("pull_out", "sweep"): read_sweep,
}


def quantities(section: type[Section], path: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """Every number of a section and of those below, by dotted key."""
    for name, field in section.model_fields.items():
        below = section_in(field.annotation)
        if below is not None:
            yield from quantities(below, f"{path}{name}.")
        elif "unit" in extras(field) and name != "schema_version":
            yield f"{path}{name}", {**extras(field), "default": field.default, "about": field.description}


QUANTITIES = dict(quantities(Case))
ALL_QUANTITIES = {**QUANTITIES, **dict(quantities(ConstructCase, "construct."))}


def case_with(**sections: object) -> Case:
    return Case.model_validate({"schema": 1, "name": "a", "screw": {"preset": "s1_pedicle"}, **sections})


@pytest.mark.parametrize("key", ALL_QUANTITIES)
def test_every_number_has_a_range_a_source_and_a_default_inside(key: str) -> None:
    extra = ALL_QUANTITIES[key]
    low, high = float(str(extra["low"])), float(str(extra["high"]))
    assert low < high
    assert extra["source"]
    assert extra["about"]
    for value in (extra["default"], extra["example"]):
        for part in value if isinstance(value, tuple) else (value,):
            assert part is None or low <= float(str(part)) <= high


@pytest.mark.parametrize("key", ALL_QUANTITIES)
def test_the_unit_in_the_name_is_the_unit_of_the_key(key: str) -> None:
    name, unit = key.rsplit(".", 1)[-1], ALL_QUANTITIES[key]["unit"]
    endings = {
        "mm": "_mm",
        "ml": "_ml",
        "deg": "_deg",
        "MPa": "_mpa",
        "N": "_n",
        "N*m": "_nm",
        "N/mm": "_n_per_mm",
        "mm2": "_mm2",
        "mg/cm3": "_mg_cm3",
        "%": "percent",
    }
    assert unit == "" or name.endswith(endings[str(unit)])


def test_the_engines_are_those_there_are() -> None:
    assert sorted(ENGINES) == sorted(SOLVERS)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_planned_as_it_is(name: str) -> None:
    assert Screw(preset=name).planned() == PRESETS[name]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_keeps_what_the_case_does_not_change(name: str) -> None:
    longer = Screw(preset=name, length_mm=61.0).planned()
    assert (longer.length_mm, longer.diameter_mm, longer.aim) == (
        61.0,
        PRESETS[name].diameter_mm,
        PRESETS[name].aim,
    )


def test_angles_of_ones_own_are_not_aimed_elsewhere() -> None:
    screw = Screw(preset="s2ai", lateral_deg=35.0, caudal_deg=25.0, angle_reference="s1_endplate").planned()
    assert (screw.lateral_deg, screw.caudal_deg, screw.angle_reference, screw.aim) == (
        35,
        25,
        "s1_endplate",
        "angles",
    )


def test_a_kind_with_all_its_numbers_needs_no_preset() -> None:
    numbers = {"diameter_mm": 7.0, "length_mm": 40.0, "lateral_deg": 30.0, "caudal_deg": 30.0}
    for kind in KINDS:
        entry = next(preset.entry for preset in PRESETS.values() if preset.kind == kind)
        screw = Screw.model_validate(
            {"kind": kind, "entry": entry, "angle_reference": "global_axial", **numbers}
        )
        assert (screw.planned().kind, screw.planned().caudal_deg, screw.title()) == (kind, 30.0, kind)


def test_a_point_takes_the_place_of_the_entry_of_a_preset() -> None:
    screw = Screw.model_validate({"preset": "s1_alar_classic", "entry_mm": ["2.8 cm", 34, -8]}).planned()
    assert (screw.entry, screw.entry_mm) == ("", (28.0, 34.0, -8.0))
    free = {"kind": "alar", "diameter_mm": 7, "length_mm": 40, "angle_reference": "s1_endplate"}
    angles = {"lateral_deg": 30, "caudal_deg": 30}
    assert Screw.model_validate({**free, **angles, "entry_mm": [28, 34, -8]}).planned().entry == ""


def test_faults_of_an_entry_are_told_with_all_others() -> None:
    given = {"kind": "alar", "entry": "asher", "entry_mm": [28, 34, -8], "diameter_mm": 99, "lateral_deg": 3}
    with pytest.raises(ValidationError) as told:
        Screw.model_validate(given)
    text = str(told.value)
    for part in ("given beside entry", "without length_mm, caudal_deg", "without angle_reference", "99"):
        assert part in text
    with pytest.raises(ValidationError, match="on the right of the patient"):
        Screw.model_validate({"preset": "s1_pedicle", "entry_mm": [-28, 34, -8]})


def test_a_measured_density_takes_the_place_of_the_default_t_score() -> None:
    assert case_with(bone={"s1_body_mg_cm3": 200}).bone.t_score is None


def test_a_density_against_hydroxyapatite_is_turned_into_qct() -> None:
    measured = {"s1_body_mg_cm3": 150, "s1_body_kind": "CaHA"}
    # Kaneko 2004 to ash, Keyak 1994 back: (0.839 x 150 + 69.8 - 38.9) / 1.06
    assert case_with(bone=measured).bone.s1_body_qct_mg_cm3() == pytest.approx(147.88, abs=0.01)
    assert case_with(bone={"s1_body_mg_cm3": 150}).bone.s1_body_qct_mg_cm3() == 150.0
    assert case_with().bone.s1_body_qct_mg_cm3() is None


def test_shapes_start_from_the_sex_and_take_the_numbers_of_the_case() -> None:
    anatomy = case_with(anatomy={"sex": "female", "sacrum": {"length_mm": 110}}).anatomy
    shape, _ = anatomy.sacrum_shapes()
    assert (shape.length_mm, shape.breadth_mm) == (110, SACRUM_SHAPES["female"].breadth_mm)
    assert case_with(anatomy={"ilium": {"crest_mm": 11}}).anatomy.ilium_shape().crest_mm == 11


def test_the_mesh_scale_multiplies_every_edge_but_not_the_grading() -> None:
    sizing = Meshing.model_validate({"scale": 2, "screw_mm": 0.8}).sizing()
    assert (sizing.screw_mm, sizing.grading) == (1.6, Sizing().grading)
    assert Meshing().sizing() == Sizing()


def test_a_case_made_in_python_is_checked_like_a_file() -> None:
    with pytest.raises(ValidationError, match="given without angle_reference"):
        Screw(preset="s2ai", lateral_deg=3.0, caudal_deg=3.0)
    with pytest.raises(ValidationError):
        case_with().bone.t_score = 3.0  # type: ignore[misc]


def test_the_hash_knows_what_decides_a_result_and_nothing_else() -> None:
    case = case_with()
    same = [
        case.model_copy(update={"name": "b"}),
        case.model_copy(update={"solver": case.solver.model_copy(update={"threads": 3})}),
    ]
    assert {other.content_hash("1") for other in (case, *same)} == {case.content_hash("1")}
    others = [
        case_with(bone={"t_score": -1}),
        case_with(screw={"preset": "s2ai"}),
        case_with(mesh={"scale": 1.1}),
    ]
    assert len({other.content_hash("1") for other in (case, *others)}) == 4
    assert case.content_hash("2") != case.content_hash("1")


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            key: st.floats(float(str(extra["low"])), float(str(extra["high"])))
            for key, extra in QUANTITIES.items()
            if key.startswith(("anatomy.sacral", "anatomy.sacrum.", "bone.regions", "loading", "mesh"))
            or key in ("body_loss.percent",)
        }
    )
)
def test_a_resolved_case_reads_back_as_itself(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, float]
) -> None:
    tree: dict[str, object] = {"schema": 1, "name": "a", "screw": {"preset": "s2ai", "length_mm": 70}}
    for key, value in values.items():
        level = tree
        *sections, name = key.split(".")
        for section in sections:
            level = level.setdefault(section, {})  # type: ignore[assignment]
        level[name] = value
    case = Case.model_validate(tree)
    file = tmp_path_factory.getbasetemp() / "resolved.yaml"
    file.write_text(case_text(case))
    assert read_case(file).value.content_hash("1") == case.content_hash("1")


def test_a_resolved_comparison_reads_back_as_itself(tmp_path: Path) -> None:
    study = read_compare(next(file for file in LIBRARY if file.stem == "quickstart")).value
    file = tmp_path / "study.yaml"
    file.write_text(case_text(study))
    assert read_compare(file).value.content_hash("1") == study.content_hash("1")


@pytest.mark.parametrize("file", LIBRARY, ids=lambda file: file.name)
def test_the_library_is_valid(file: Path) -> None:
    assert READERS[case_kind(file), study_kind(file)](file).value.name == file.stem


def test_a_new_case_is_valid_and_holds_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "fresh.yaml"
    file.write_text(commented_case("fresh"))
    assert read_case(file).value == case_with(screw={"preset": "s1_pedicle"}).model_copy(
        update={"name": "fresh"}
    )


def test_a_new_case_names_every_key_with_its_range_and_source() -> None:
    words = " ".join(commented_case("fresh").replace("#", " ").split())
    for key, extra in QUANTITIES.items():
        assert f"{key.rsplit('.', 1)[-1]}: " in words
        assert f"{extra['low']:g} to {extra['high']:g} {extra['unit']}".rstrip() in words
        assert str(extra["source"]) in words


def test_a_new_case_says_what_holds_without_a_number_of_the_bones() -> None:
    text = commented_case("fresh")
    left, right = text.split("#sacrum_right:")
    assert "Breadth mm; by default 102.5 male, 107 female." in left
    assert "Ala pitch deg; by default 18. " in left
    words = " ".join(right.split("#sacrum_surface:")[0].replace("#", " ").split())
    assert words.count("by default that of the left side.") == len(SIDED_NUMBERS)
    assert words.count("by default") == len(SIDED_NUMBERS) + 1


def test_a_new_case_with_every_key_active_is_valid_but_for_keys_that_exclude_each_other(
    tmp_path: Path,
) -> None:
    text = re.sub(
        r"^( *)#(?! )(?!kind:|entry_mm:|design:|s1_body_mg_cm3:)",
        r"\1",
        commented_case("fresh"),
        flags=re.MULTILINE,
    )
    # the surface of a real sacrum takes the place of the numbers of a drawn one
    text = re.sub(r"^  sacrum_surface:.*\n(    .*\n)+", "", text, flags=re.MULTILINE)
    # a scan that of the densities
    text = re.sub(r"^  ct:.*\n(    .*\n)+", "", text, flags=re.MULTILINE)
    file = tmp_path / "all.yaml"
    file.write_text(text)
    case = read_case(file).value
    assert case.anatomy.sacrum.given()
    assert case.screw.angle_reference is not None


@pytest.mark.parametrize("kind", FILES)
def test_the_published_schema_is_plain_json_that_knows_ranges_and_choices(kind: str) -> None:
    text = json.dumps(json_schema(kind), allow_nan=False)
    assert json.loads(text)["additionalProperties"] is False
    if kind in ("case", "compare"):
        assert '"enum": ["left", "right"]' in text
    if kind != "sweep":
        assert '{"type": "number", "minimum": -5.0, "maximum": 2.0}' in text


def test_a_schema_key_without_a_unit_in_the_noun_is_a_ratio() -> None:
    field = number(1.0, 0.5, 2.0, "1", "chosen")
    assert field.metadata["unit"] == "1"
    assert QUANTITIES["anatomy.ilium.size"]["unit"] == ""
