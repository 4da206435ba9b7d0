"""Exact CAD solids: volumes, faces, and a benchmark with a published answer on a mesh that gmsh made."""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from fem.elastic import elastic_by_part, uniform_elastic
from fem.loads import face_pressure, face_traction
from fem.recovery import gauss_fields, nodal_values
from fem.solution import work_stiffness
from fem.solvers import solve
from fem.supports import FixedComponents, FixedNodes
from fem.verification.models import model_of, plane
from fem.verification.plates import INNER, OUTER
from geometry.arrays import Bools, Floats
from geometry.cad import FoamBlock, cad_mesh, foam_block_mesh
from geometry.cad import mesh as cad
from geometry.cad.foam_block import FORMS
from geometry.errors import BadMeshError, GeometryError, MeshError
from geometry.mesh import Mesh
from geometry.mesh_quality import part_volumes, quality

THICKNESS = 0.6


def on_plane(axis: int, at: float) -> object:
    return lambda points: np.isclose(points[:, axis], at, atol=1e-9)


def on_ellipse(axes: Floats) -> object:
    def test(points: Floats) -> Bools:
        return np.isclose((points[:, 0] / axes[0]) ** 2 + (points[:, 1] / axes[1]) ** 2, 1.0, atol=1e-6)

    return test


def elliptic_plate(edge_mm: float, layers: int) -> Mesh:
    numbers = {
        "inner_x_mm": INNER[0],
        "inner_y_mm": INNER[1],
        "outer_x_mm": OUTER[0],
        "outer_y_mm": OUTER[1],
        "thickness_mm": THICKNESS,
        "layers": layers,
    }
    faces = {
        "x0": on_plane(0, 0.0),
        "y0": on_plane(1, 0.0),
        "top": on_plane(2, THICKNESS),
        "outer": on_ellipse(OUTER),
    }
    return cad_mesh("elliptic_plate_quarter", numbers, edge_mm, faces)


def test_a_solid_has_its_volume_and_its_faces() -> None:
    faces = {"x0": on_plane(0, 0.0), "bore": lambda p: np.isclose(np.linalg.norm(p, axis=1), 5.0)}
    mesh = cad_mesh("hollow_ball_octant", {"inner_mm": 5.0, "outer_mm": 10.0}, 1.0, faces)
    # flat faces on curved surfaces: second order in the edge over the radius
    assert mesh.volumes_mm3().sum() == pytest.approx(np.pi / 6.0 * (10.0**3 - 5.0**3), rel=0.005)
    assert quality(mesh).min_volume_mm3 > 0.0
    a, b, c = (mesh.nodes_mm[mesh.face("x0")[:, k]] for k in range(3))
    outward = 0.5 * np.cross(b - a, c - a).sum(axis=0)
    np.testing.assert_allclose(outward, [-np.pi / 4.0 * 75.0, 0.0, 0.0], rtol=0.01, atol=1e-9)
    assert (np.linalg.norm(mesh.nodes_mm[mesh.face("bore")[:, :3]], axis=2) < 5.001).all()


def test_the_thick_plate_of_nafems_has_the_published_stress() -> None:
    # NAFEMS LE10: -5.38 MPa (evidence.md section 9); outer face held in plane, its mid-line across
    mesh = elliptic_plate(0.12, layers=6)
    outer = np.unique(mesh.face("outer"))
    middle = outer[np.isclose(mesh.nodes_mm[outer, 2], THICKNESS / 2.0)]
    held = [
        plane(mesh, "x0"),
        plane(mesh, "y0"),
        FixedComponents(name="outer", nodes=outer, components=(True, True, False)),
        FixedComponents(name="mid-line", nodes=middle, components=(False, False, True)),
    ]
    load = face_pressure(mesh, mesh.face("top"), 1.0, "pressure")
    solution = solve(model_of(mesh, uniform_elastic(len(mesh.tets), 210e3, 0.3), held, [load]))
    stress = nodal_values(mesh, gauss_fields(solution, "pressure").stress_mpa)[0]
    place = np.linalg.norm(mesh.nodes_mm[stress.nodes] - [INNER[0], 0.0, THICKNESS], axis=1)
    assert place.min() < 1e-9
    assert stress.values[place.argmin(), 1] == pytest.approx(-5.38, rel=0.02)


# Outer diameter, mean core and pitch in mm (Weidling 2022, evidence.md 7.5).
WEIDLING = {
    "ST1_6": (6.0, 3.65, 3.00),
    "ST2_6": (6.0, 3.86, 3.00),
    "ST3_6.2": (6.2, 4.36, 2.00),
    "ST4_6.5": (6.5, 4.15, 4.00),
    "ST5_6.5": (6.5, 4.25, 2.75),
    "ST6_6.5": (6.5, 4.45, 2.80),
}


@cache
def short_mesh(name: str, form: str) -> Mesh:
    """The mesh of that block, made once."""
    return foam_block_mesh(short_block(name, form), largest_edge_mm=4.0)


def short_block(name: str, form: str) -> FoamBlock:
    """One of these screws, about two turns deep in a small block, to be quick."""
    outer, core, pitch = WEIDLING[name]
    return FoamBlock(
        outer_diameter_mm=outer,
        core_diameter_mm=core,
        pitch_mm=pitch,
        length_mm=2.6 * pitch,
        shank_mm=2.0,
        width_mm=22.0,
        height_mm=18.0,
        form=form,
    )


@pytest.mark.parametrize(
    ("name", "form"), [*((name, "helical") for name in WEIDLING), ("ST5_6.5", "ring"), ("ST4_6.5", "ring")]
)
def test_a_threaded_screw_in_foam_is_meshed_well(name: str, form: str) -> None:
    block = short_block(name, form)
    mesh = short_mesh(name, form)
    assert mesh.part_names == ("foam", "screw")
    volume = part_volumes(mesh)
    # chords of 32 edges round a circle take 0.6 % of its area
    assert volume["screw"] == pytest.approx(block.screw_volume_mm3, rel=0.01)
    assert volume["screw"] < block.screw_volume_mm3
    measured = quality(mesh)
    assert measured.min_dihedral_deg > 8.0
    assert measured.p1_dihedral_deg > 25.0
    assert measured.min_radius_ratio > 0.05
    # nothing is lost or counted twice: the foam with the screw in it fills the block
    corners = mesh.corner_points_mm()
    shank = (mesh.part == 1) & (corners[:, :, 2].mean(axis=1) > 0.0)
    filled = mesh.volumes_mm3()[~shank].sum()
    assert filled == pytest.approx(block.width_mm**2 * block.height_mm, rel=1e-9)


@pytest.mark.parametrize("form", FORMS)
def test_the_faces_of_a_foam_block_close_it(form: str) -> None:
    block, mesh = short_block("ST5_6.5", form), short_mesh("ST5_6.5", form)
    area = {}
    for name, triangles in mesh.faces.items():
        a, b, c = (mesh.nodes_mm[triangles[:, k]] for k in range(3))
        area[name] = 0.5 * np.cross(b - a, c - a)
    square = block.width_mm**2
    core = np.pi / 4.0 * block.core_diameter_mm**2
    np.testing.assert_allclose(area["screw_head"].sum(axis=0), [0.0, 0.0, core], rtol=0.01, atol=1e-9)
    np.testing.assert_allclose(area["block_bottom"].sum(axis=0), [0.0, 0.0, -square], atol=1e-9 * square)
    np.testing.assert_allclose(area["block_top"].sum(axis=0), [0.0, 0.0, square - core], rtol=1e-3, atol=1e-6)
    sides = np.linalg.norm(area["block_sides"], axis=1).sum()
    assert sides == pytest.approx(4.0 * block.width_mm * block.height_mm)
    # the interface is open at the top of the block only: its vectors add to the hole, downwards
    open_end = area["interface_screw"].sum(axis=0) + area["block_top"].sum(axis=0)
    np.testing.assert_allclose(open_end[2], square - 2.0 * core, rtol=1e-3)
    vertices = mesh.nodes_mm[np.unique(mesh.face("interface_screw")[:, :3])]
    radius = np.linalg.norm(vertices[:, :2], axis=1)
    assert radius.max() == pytest.approx(0.5 * block.outer_diameter_mm, rel=1e-3)
    assert vertices[:, 2].max() < 1e-9
    assert vertices[:, 2].min() == pytest.approx(-block.length_mm)


def test_rings_hold_as_much_as_a_helix() -> None:
    stiffness = {}
    for form in FORMS:
        mesh = short_mesh("ST5_6.5", form)
        # foam of 240 kg/m3 and titanium (evidence.md 7.1)
        elastic = elastic_by_part(mesh, {"foam": (123.0, 0.3), "screw": (110e3, 0.34)})
        sides = FixedNodes(name="sides", nodes=np.unique(mesh.face("block_sides")))
        pull = face_traction(mesh, mesh.face("screw_head"), np.array([0.0, 0.0, 100.0]), name="pull")
        stiffness[form] = work_stiffness(100.0, solve(model_of(mesh, elastic, [sides], [pull])), "pull")
    # two rings against 1.9 turns; bonded threads hold by their envelope, which is the same
    assert stiffness["ring"] == pytest.approx(stiffness["helical"], rel=0.05)


def test_a_flank_has_two_elements() -> None:
    block, mesh = short_block("ST4_6.5", "ring"), short_mesh("ST4_6.5", "ring")
    triangles = mesh.nodes_mm[mesh.face("interface_screw")[:, :3]]
    radius = np.linalg.norm(triangles[:, :, :2], axis=2)
    core, outer = 0.5 * block.core_diameter_mm, 0.5 * block.outer_diameter_mm
    on_flank = (radius.max(axis=1) > core + 0.05) & (radius.min(axis=1) < outer - 0.05)
    # neither end of some triangle's radii at both core and crest: there is a row of vertices between
    spans = np.isclose(radius[on_flank].min(axis=1), core, rtol=0.02) & np.isclose(
        radius[on_flank].max(axis=1), outer, rtol=0.02
    )
    assert spans.mean() < 0.05
    with pytest.raises(BadMeshError, match="dihedral angle is"):
        foam_block_mesh(block, largest_edge_mm=4.0, edges_per_flank=1.0)


def test_a_thread_that_fits_no_screw_is_refused() -> None:
    with pytest.raises(GeometryError, match=r"form is 'wavy'.*; the thread is 3\.\d+ mm wide, too much"):
        FoamBlock(form="wavy", crest_mm=2.0, leading_flank_deg=45.0)
    with pytest.raises(GeometryError, match=r"less than a screw diameter of foam is under the tip"):
        FoamBlock(height_mm=30.0)
    with pytest.raises(GeometryError, match="core_diameter_mm leaves the thread -0"):
        FoamBlock(core_diameter_mm=7.0)


def test_the_same_solid_has_the_same_mesh() -> None:
    first, second = (
        cad_mesh("hollow_ball_octant", {"inner_mm": 5.0, "outer_mm": 10.0}, 2.0, {}) for _ in range(2)
    )
    assert np.array_equal(first.nodes_mm, second.nodes_mm)
    assert np.array_equal(first.tets, second.tets)


@pytest.mark.parametrize(
    ("raised", "cure"),
    [
        (
            "ModuleNotFoundError(\"No module named 'gmsh'\")",
            r"Install the extra with `pip install -e .\[cad\]`",
        ),
        (
            "OSError('libGLU.so.1: cannot open shared object file: No such file or directory')",
            r"libGLU.so.1: .*Install what gmsh needs of the system with `sh .ci/system-packages`",
        ),
    ],
)
def test_what_gmsh_lacks_is_told_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: str, cure: str
) -> None:
    # stands for the wheel where it or a library of the system is missing
    (tmp_path / "gmsh.py").write_text(f"raise {raised}\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(MeshError, match=cure):
        cad_mesh("hollow_ball_octant", {"inner_mm": 5.0, "outer_mm": 10.0}, 1.0, {})


def test_a_solid_that_gmsh_cannot_make_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MeshError, match=r"gmsh made no mesh of 'cube': KeyError: 'cube'\. Check the numbers"):
        cad_mesh("cube", {}, 1.0, {})
    monkeypatch.setattr(cad, "TIME_LIMIT_S", 1e-3)
    with pytest.raises(MeshError, match="did not end"):
        cad_mesh("cube", {}, 1.0, {})


def test_gmsh_never_comes_into_this_process() -> None:
    paths = list(Path(cad.__file__).parent.glob("*.py"))
    assert len(paths) == 4
    for path in paths:
        assert path.name == "gmsh_process.py" or "import gmsh" not in path.read_text(encoding="utf-8")
    assert not {"gmsh", "pygmsh"} & set(sys.modules)
