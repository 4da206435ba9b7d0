"""A case names the surface of a real sacrum: where it is, which one is meant, what is planned on it."""

from pathlib import Path

import meshio
import numpy as np
import pytest
from level_sets import level_set_surface

from cases.build import plan_case
from cases.faults import CaseError
from cases.load import read_case, read_compare
from cases.schema import Case
from cases.store import case_text
from geometry.imported.sacrum import ImportedSacrum
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import MALE

DRAWN = Sacrum(MALE)
CASE = """\
schema: 1
name: real
screw:
  preset: s1_pedicle
  side: right
anatomy:
  sacrum_surface:
    file: scans/sacrum.stl
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the surface of the mean male sacrum, in centimetres."""
    place = tmp_path_factory.mktemp("patient")
    (place / "scans").mkdir()
    surface = level_set_surface(DRAWN, DRAWN.bounds_mm, 1.5)
    cells = [("triangle", surface.triangles)]
    meshio.write_points_cells(place / "scans/sacrum.stl", surface.vertices_mm / 10.0, cells, binary=True)
    return place


def case_in(folder: Path, text: str) -> Case:
    file = folder / "case.yaml"
    file.write_text(text)
    return read_case(file).value


def endplate() -> str:
    """The landmarks of the drawn sacrum in centimetres."""
    half_width, half_depth = 0.05 * MALE.endplate_width_mm, 0.05 * MALE.endplate_depth_mm
    return f"""\
    units: cm
    landmarks:
      promontory: [0, {-half_depth}, 0]
      endplate_posterior: [0, {half_depth}, 0]
      endplate_left: [{half_width}, 0, 0]
      endplate_right: [{-half_width}, 0, 0]
"""


def test_a_case_is_planned_on_the_surface(folder: Path) -> None:
    plan = plan_case(case_in(folder, CASE + endplate()))
    sacrum = plan.anatomy.sacrum
    assert isinstance(sacrum, ImportedSacrum)
    np.testing.assert_allclose(sacrum.frame.rotation, np.eye(3), atol=1e-6)
    assert sacrum.shape.endplate_width_mm == pytest.approx(MALE.endplate_width_mm, abs=1.0)
    # the same screw again: the bone is not read twice
    assert plan_case(case_in(folder, CASE + endplate())).anatomy is plan.anatomy


def test_a_resolved_case_reads_back_as_itself_from_another_folder(folder: Path, tmp_path: Path) -> None:
    case = case_in(folder, CASE)
    (tmp_path / "resolved.yaml").write_text(case_text(case))
    assert read_case(tmp_path / "resolved.yaml").value == case


def test_what_the_file_holds_decides_the_result_and_not_where_it_stands(folder: Path, tmp_path: Path) -> None:
    case = case_in(folder, CASE)
    copy = tmp_path / "scans"
    copy.mkdir()
    content = (folder / "scans/sacrum.stl").read_bytes()
    (copy / "sacrum.stl").write_bytes(content)
    assert case_in(tmp_path, CASE).content_hash("1") == case.content_hash("1")
    (copy / "sacrum.stl").write_bytes(content + b" ")
    assert case_in(tmp_path, CASE).content_hash("1") != case.content_hash("1")


def test_a_comparison_finds_its_surface_too(folder: Path) -> None:
    file = folder / "compare.yaml"
    inner = "".join(
        f"  {line}\n" for line in CASE.splitlines() if line.startswith(("anatomy", "  sac", "    "))
    )
    screws = "screws: [{preset: s1_pedicle}, {preset: s1_alar_classic}]\n"
    file.write_text(
        f"schema: 1\nname: two\nstudy: compare\n{screws}body_loss_percent: [0, 50]\ncase:\n{inner}"
    )
    surface = read_compare(file).value.case.anatomy.sacrum_surface
    assert surface is not None
    assert Path(surface.file).is_absolute()


FAULTS = {
    "no such file": ("scans/sacrum.stl", "scans/other.stl", "no such file"),
    "a way out": ("scans/sacrum.stl", "../secret.stl", "leads out of the folder of the case"),
    "an absolute path": ("scans/sacrum.stl", "/etc/passwd", "leads out of the folder of the case"),
    "another checksum": ("sacrum.stl", f"sacrum.stl\n    sha256: '{64 * '0'}'", "not the one the case gives"),
    "no checksum": ("sacrum.stl", "sacrum.stl\n    sha256: 12", "sha256"),
    "half an endplate": (
        "sacrum.stl",
        "sacrum.stl\n    landmarks: {promontory: [0, 1, 2]}",
        "missing: the rear edge of the S1 superior endplate",
    ),
    "a slip": ("sacrum.stl", "sacrum.stl\n    landmarks: {promontary: [0, 1, 2]}", "did you mean promontory"),
    "numbers beside it": (
        "scans/sacrum.stl",
        "scans/sacrum.stl\n  sacrum: {length_mm: 110}",
        "numbers for a drawn sacrum beside the surface of a real one",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_at_its_place(fault: str, folder: Path) -> None:
    old, new, message = FAULTS[fault]
    with pytest.raises(CaseError, match=message) as caught:
        case_in(folder, CASE.replace(old, new))
    assert caught.value.faults[0].mark.line is not None
    assert caught.value.faults[0].mark.line >= 6
