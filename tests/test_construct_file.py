"""The file of a construct: its kind, its defaults, and its faults, each told at its place."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from cases.commands.main import main
from cases.construct.plan import plan_spine
from cases.faults import CaseError
from cases.load import case_kind, read_case, read_construct
from cases.schema_construct import DESTABILISED, INSTRUMENTED, ConstructCase
from cases.store import case_text
from cases.template import commented_case

LIBRARY = Path(__file__).parents[1] / "cases" / "library" / "construct_s2ai.yaml"
PAIR = LIBRARY.with_name("construct_pair.yaml")


def case_of(**keys: object) -> ConstructCase:
    plain = {"schema": 1, "name": "a", "kind": "construct", "screws": [{"preset": "s2ai"}]}
    return ConstructCase.model_validate({**plain, **keys})


def test_a_file_says_its_kind_and_a_pull_out_need_not(tmp_path: Path) -> None:
    assert case_kind(LIBRARY) == "construct"
    with pytest.raises(CaseError, match="not a pull-out"):
        read_case(LIBRARY)
    file = tmp_path / "pull.yaml"
    file.write_text("schema: 1\nname: a\nkind: pull_out\nscrew: {preset: s2ai}\n")
    assert read_case(file).value.screw.preset == "s2ai"
    file.write_text("schema: 1\nname: a\nkind: constrct\n")
    with pytest.raises(CaseError, match="did you mean construct"):
        case_kind(file)


def test_a_new_construct_is_valid_and_holds_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(commented_case("a", "construct"))
    assert read_construct(file).value == case_of()
    file.write_text(case_text(case_of()))
    assert read_construct(file).value.content_hash("1") == case_of().content_hash("1")


def test_what_does_not_go_together_is_told_all_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(
        "schema: 1\nname: a\nkind: construct\nmodel: intact\nscrews: [{preset: s2ai}, {preset: s2ai}]\n"
        "operation: {laminectomy: l4_l5, graft: {}}\nreference: intact\nloading: {moment_nm: 99}\n"
        "anatomy: {sacrum_right: {breadth_mm: 100}}\nsoft_tissue: {disc: {fibre_share: 2}}\n"
    )
    assert main(["run", str(file)]) == 3
    told = capsys.readouterr().err
    for part in ("same as its reference", "given twice", "no L4", "0.1 to 50 N*m", "mirrored", "fibre_share"):
        assert part in told
    assert "6 faults" in told


def test_a_graft_takes_the_disc_that_a_destabilised_spine_would_rest_on() -> None:
    with pytest.raises(ValidationError, match="neither disc nor graft"):
        case_of(operation={"graft": {}}, reference=DESTABILISED)
    assert case_of(operation={"graft": {}}).operation.graft is not None


def test_a_graft_that_is_not_there_cannot_be_unfused() -> None:
    with pytest.raises(ValidationError, match="no graft to part from bone"):
        case_of(interfaces={"grafts": "unfused"})
    assert case_of(operation={"graft": {}}, interfaces={"grafts": "unfused"}).interfaces.grafts == "unfused"


def test_a_screw_that_leaves_the_bone_is_told_at_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "long.yaml"
    file.write_text(
        "schema: 1\nname: a\nkind: construct\nscrews:\n  - preset: s2ai\n  - preset: s1_pedicle\n"
        "    length_mm: 120\n"
    )
    assert main(["check", str(file)]) == 4
    assert "long.yaml:6" in capsys.readouterr().err


def test_the_pair_of_the_library_shares_a_rod_with_room_for_both_heads() -> None:
    spine = plan_spine(read_construct(PAIR).value, INSTRUMENTED)
    assert spine.construct is not None
    assert list(spine.construct.screws) == ["l5", "s1_pedicle", "s1_alar_classic"]
    first, second = (head.saddle_mm for head in spine.construct.seated.tulips[1:])
    assert np.linalg.norm(first - second) > 13.0
    assert not spine.findings
