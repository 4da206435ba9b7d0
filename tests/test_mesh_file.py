"""Meshes from files: parts, faces, refusals, and the page that shows how to solve on one."""

from pathlib import Path

import meshio
import numpy as np
import pytest
from test_tutorial import blocks

from geometry.blocks import block
from geometry.errors import MeshError
from geometry.mesh import Mesh
from geometry.mesh_file import faces_where, read_mesh

PAGE = Path(__file__).parents[1] / "docs" / "engine.md"


def two_parts() -> Mesh:
    return block(
        (3, 3, 6),
        (1.0, 1.0, 2.0),
        part_of=lambda c: (c[:, 2] > 1.0).astype(np.int64),
        part_names=("low", "high"),
    )


def write(path: Path, mesh: Mesh, *, order: int = 1) -> Path:
    """The block as a file with physical groups: parts and the face z1, as a tool outside would leave it."""
    top = mesh.face("z1")
    corners = mesh.tets[:, :4] if order == 1 else mesh.tets
    cells = [("tetra" if order == 1 else "tetra10", corners), ("triangle", top[:, [1, 0, 2]])]
    tags = [mesh.part + 7, np.full(len(top), 3)]
    data = {"gmsh:physical": tags, "gmsh:geometrical": tags} if path.suffix == ".msh" else {"part": tags}
    names = {"low": np.array([7, 3]), "high": np.array([8, 3]), "top": np.array([3, 2])}
    grid = meshio.Mesh(
        mesh.nodes_mm, cells, cell_data=data, field_data=names if path.suffix == ".msh" else {}
    )
    if path.suffix == ".msh":
        meshio.write(path, grid, file_format="gmsh22")
    else:
        meshio.write(path, grid)
    return path


def test_a_gmsh_file_keeps_its_groups(tmp_path: Path) -> None:
    mesh = read_mesh(write(tmp_path / "block.msh", two_parts()))
    assert mesh.part_names == ("low", "high")
    assert mesh.volumes_mm3().sum() == pytest.approx(2.0)
    assert np.bincount(mesh.part, weights=mesh.volumes_mm3()) == pytest.approx([1.0, 1.0])
    a, b, c = (mesh.nodes_mm[mesh.face("top")[:, k]] for k in range(3))
    # the triangles of the file face inwards
    np.testing.assert_allclose(0.5 * np.cross(b - a, c - a).sum(axis=0), [0.0, 0.0, 1.0], atol=1e-12)


@pytest.mark.parametrize("order", [1, 2])
def test_a_vtu_file_has_numbered_parts_and_any_unit(tmp_path: Path, order: int) -> None:
    mesh = read_mesh(write(tmp_path / "block.vtu", two_parts(), order=order), mm_per_unit=1000.0)
    assert mesh.part_names == ("part 7", "part 8")
    assert mesh.volumes_mm3().sum() == pytest.approx(2e9)
    assert len(mesh.nodes_mm) == len(two_parts().nodes_mm)


def test_a_file_without_tags_is_one_body(tmp_path: Path) -> None:
    plain = two_parts()
    meshio.write(
        tmp_path / "plain.vtu", meshio.Mesh(plain.nodes_mm, [("tetra", plain.tets[:, [1, 0, 2, 3]])])
    )
    mesh = read_mesh(tmp_path / "plain.vtu")
    assert mesh.part_names == ("body",)
    # inside-out elements are turned, mid nodes that nothing used are dropped
    assert mesh.volumes_mm3().min() > 0.0
    assert len(mesh.face("boundary")) == len(plain.face("skin"))


def test_what_cannot_be_solved_on_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="no mesh file"):
        read_mesh(tmp_path / "nothing.msh")
    (tmp_path / "noise.vtu").write_bytes(b"\x00\x01noise")
    with pytest.raises(MeshError, match="no mesh that can be read"):
        read_mesh(tmp_path / "noise.vtu")
    (tmp_path / "a.txt").write_text("words", encoding="utf-8")
    with pytest.raises(MeshError, match="no mesh that can be read"):
        read_mesh(tmp_path / "a.txt")
    cube = np.indices((2, 2, 2)).reshape(3, -1).T.astype(float)
    meshio.write(tmp_path / "hex.vtu", meshio.Mesh(cube, [("hexahedron", [[0, 4, 6, 2, 1, 5, 7, 3]])]))
    with pytest.raises(MeshError, match="cells of type hexahedron"):
        read_mesh(tmp_path / "hex.vtu")
    meshio.write(tmp_path / "skin.vtu", meshio.Mesh(cube, [("triangle", [[0, 1, 2]])]))
    with pytest.raises(MeshError, match="no tetrahedra"):
        read_mesh(tmp_path / "skin.vtu")
    meshio.write(tmp_path / "flat.vtu", meshio.Mesh(cube, [("tetra", [[0, 1, 2, 3]])]))
    with pytest.raises(MeshError, match="flat"):
        read_mesh(tmp_path / "flat.vtu")


def test_curved_cells_of_a_file_stay_curved(tmp_path: Path) -> None:
    plain = two_parts()
    skin = np.unique(plain.face("skin"))
    ends = np.unique(plain.tets[:, :4])
    nodes = plain.nodes_mm.copy()
    side = np.setdiff1d(skin[nodes[skin, 0] > 1.0 - 1e-9], ends)
    nodes[side, 0] += 0.05
    # vertices of two elements swapped: their mid nodes are found by the edge, not by the place in the list
    tets = plain.tets[:, [0, 2, 1, 3, 6, 5, 4, 7, 9, 8]]
    meshio.write(tmp_path / "bent.vtu", meshio.Mesh(nodes, [("tetra10", tets)]))
    mesh = read_mesh(tmp_path / "bent.vtu")
    assert len(mesh.curved) > 0
    assert mesh.volumes_mm3().sum() > 2.0
    np.testing.assert_allclose(np.unique(mesh.nodes_mm, axis=0), np.unique(nodes, axis=0))
    rough = plain.nodes_mm + np.random.default_rng(0).uniform(-1e-6, 1e-6, plain.nodes_mm.shape)
    meshio.write(tmp_path / "rough.vtu", meshio.Mesh(rough, [("tetra10", plain.tets)]))
    assert len(read_mesh(tmp_path / "rough.vtu").curved) == 0


def test_a_test_that_no_face_passes_is_refused(tmp_path: Path) -> None:
    mesh = read_mesh(write(tmp_path / "block.msh", two_parts()))
    with pytest.raises(MeshError, match="no face"):
        faces_where(mesh, lambda p: p[:, 2] > 5.0)


def test_the_page_solves_a_foreign_mesh_in_under_ten_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "block.msh", two_parts())
    monkeypatch.chdir(tmp_path)
    page = [content for _, content in blocks(PAGE.read_text(encoding="utf-8"))]
    solving, imports, joined, its_imports, touching, more_imports = page
    assert len(solving.splitlines()) < 10
    exec(imports + solving, {})  # noqa: S102, our own page
    stiffness = float(capsys.readouterr().out.split()[0])
    # E A / L of a free bar; the held foot adds a little
    assert stiffness == pytest.approx(110_000.0 / 2.0, rel=0.05)
    exec(imports + its_imports + joined, {})  # noqa: S102, our own page
    turned = float(capsys.readouterr().out.split()[2])
    # M over 50 I of the bed plus M L over E I of the lower block, both with I = 1 / 12; a cube is no beam
    assert turned == pytest.approx(100.0 * 12.0 * (1.0 / 50.0 + 1.0 / 800.0), rel=0.02)
    exec(imports + its_imports + more_imports + touching, {})  # noqa: S102, our own page
    area = float(capsys.readouterr().out.split()[0])
    # 0.2 mm from the edge: 0.6 if the upper block stood on springs; an elastic one below spreads the push
    assert 0.5 < area < 0.9
