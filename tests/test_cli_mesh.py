"""`sacrofix mesh`: what it prints, and that the file it writes says the same."""

import json
from pathlib import Path

import meshio
import numpy as np
import pytest

from cases.build import ScrewPlan
from cases.commands import mesh as mesh_verb
from cases.commands.main import main
from cases.export.mesh import FORMATS, write_mesh
from cases.progress import Progress
from geometry import blocks
from geometry.mesh import Mesh
from geometry.mesh_file import read_mesh
from geometry.mesh_quality import part_volumes

GOOD = "schema: 1\nname: good\nscrew:\n  preset: s1_pedicle\n"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def block() -> Mesh:
    return blocks.block((4, 3, 2), (4.0, 3.0, 2.0))


@pytest.fixture(autouse=True)
def meshed_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: Mesh) -> None:
    """A block stands for the ten seconds of a mesh."""

    def mesh_plan(plan: ScrewPlan, report: Progress) -> Mesh:
        report("meshing")
        return block

    monkeypatch.setattr(mesh_verb, "mesh_plan", mesh_plan)
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(GOOD)


def test_the_document_has_parts_volumes_quality_and_seconds(capsys: Capture) -> None:
    assert main(["mesh", "good.yaml", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [part["volume_mm3"] for part in document["parts"]] == [pytest.approx(24.0)]
    assert document["parts"][0]["elements"] == document["quality"]["n_elements"]
    assert document["quality"]["min_dihedral_deg"] > 30.0
    assert document["seconds"] >= 0.0
    assert len(document["sha256"]) == 64


def test_a_reader_gets_a_table_on_stdout_and_stages_on_stderr(capsys: Capture) -> None:
    assert main(["mesh", "good.yaml"]) == 0
    said = capsys.readouterr()
    assert "radius ratio" in said.out
    assert "meshing" in said.err


@pytest.mark.parametrize("ending", FORMATS)
def test_a_written_mesh_reads_back_with_its_parts(block: Mesh, ending: str) -> None:
    target = Path("out") / f"block{ending}"
    assert main(["mesh", "good.yaml", "--quiet", "--out", str(target)]) == 0
    back = read_mesh(target)
    assert list(part_volumes(back).values()) == pytest.approx(list(part_volumes(block).values()), rel=1e-6)
    assert not list(target.parent.glob(".*"))


def test_a_gmsh_file_keeps_the_names_of_parts_and_faces(block: Mesh, tmp_path: Path) -> None:
    write_mesh(block, tmp_path / "named.msh")
    back = read_mesh(tmp_path / "named.msh")
    assert back.part_names == block.part_names
    for name, triangles in block.faces.items():
        assert len(back.face(name)) == len(triangles)
    assert np.array_equal(meshio.read(tmp_path / "named.msh").points, block.nodes_mm)


def test_the_mesh_of_a_right_screw_is_that_of_the_right_side(block: Mesh) -> None:
    for side in ("left", "right"):
        words = ["mesh", "good.yaml", "--quiet", "--set", f"screw.side={side}", "--out", f"{side}.msh"]
        assert main(words) == 0
    left, right = (read_mesh(f"{side}.msh").nodes_mm for side in ("left", "right"))
    assert sorted(map(tuple, right.tolist())) == sorted(map(tuple, (left * [-1.0, 1.0, 1.0]).tolist()))


def test_a_place_that_cannot_be_written_is_refused_before_any_work(capsys: Capture) -> None:
    Path("folder.msh").mkdir()
    assert main(["mesh", "absent.yaml", "--out", "folder.msh"]) == 2
    assert "folder.msh is a folder" in capsys.readouterr().err
    assert main(["mesh", "absent.yaml", "--out", "good.yaml/x.msh"]) == 2
    assert "cannot be made" in capsys.readouterr().err


def test_an_unknown_ending_is_refused_before_any_work(capsys: Capture) -> None:
    assert main(["mesh", "absent.yaml", "--out", "mesh.stl"]) != 0
    said = capsys.readouterr().err
    assert "'.stl'" in said
    assert ".msh or .vtu" in said
