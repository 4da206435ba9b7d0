"""Exact CAD solids: volumes, faces, and a benchmark with a published answer on a mesh that gmsh made."""

import sys
from pathlib import Path

import numpy as np
import pytest

from fem.elastic import uniform_elastic
from fem.loads import face_pressure
from fem.recovery import gauss_fields, nodal_values
from fem.solvers import solve
from fem.supports import FixedComponents
from fem.verification.models import model_of, plane
from fem.verification.plates import INNER, OUTER
from geometry.arrays import Bools, Floats
from geometry.cad import cad_mesh
from geometry.cad import mesh as cad
from geometry.errors import MeshError
from geometry.mesh import Mesh
from geometry.mesh_quality import quality

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


def test_a_solid_that_gmsh_cannot_make_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MeshError, match="gmsh made no mesh of 'cube': KeyError: 'cube'"):
        cad_mesh("cube", {}, 1.0, {})
    monkeypatch.setattr(cad, "TIME_LIMIT_S", 1e-3)
    with pytest.raises(MeshError, match="did not end"):
        cad_mesh("cube", {}, 1.0, {})


def test_gmsh_never_comes_into_this_process() -> None:
    paths = list(Path(cad.__file__).parent.glob("*.py"))
    assert len(paths) == 3
    for path in paths:
        assert path.name == "gmsh_process.py" or "import pygmsh" not in path.read_text(encoding="utf-8")
    assert not {"gmsh", "pygmsh"} & set(sys.modules)
