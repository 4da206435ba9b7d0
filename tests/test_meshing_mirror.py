"""The left half of a symmetric body, and the whole made of it."""

import numpy as np
import pytest

from geometry.arrays import Floats
from geometry.errors import MeshError
from geometry.mesh_quality import quality_of
from geometry.meshing import Body, Cap, GradedSize, HalfSpace, SizedSurface, TetMesh, mesh_bodies, whole_of
from geometry.meshing.tet_mesh import facets_of

BOX_MM = np.array([[-14.0, -12.0, -12.0], [14.0, 12.0, 12.0]])


def ball(points_mm: Floats) -> Floats:
    return np.asarray(np.linalg.norm(points_mm, axis=1) - 10.0)


def pin(points_mm: Floats) -> Floats:
    """A cylinder along y through the left of the ball."""
    return np.asarray(np.hypot(points_mm[:, 0] - 5.0, points_mm[:, 2]) - 2.0)


@pytest.fixture(scope="module")
def half() -> TetMesh:
    end = Cap(
        name="pin_head", field=HalfSpace(point_mm=np.array([0.0, 2.0, 0.0]), normal=np.array([0, 1.0, 0]))
    )
    inner = Cap(
        name="pin_tip", field=HalfSpace(point_mm=np.array([0, -7.0, 0.0]), normal=np.array([0, -1.0, 0]))
    )
    bodies = [
        Body(name="pin", field=pin, surface_size_mm=1.0, caps=(end, inner)),
        Body(name="ball", field=ball, surface_size_mm=2.0),
    ]
    size = GradedSize(surfaces=[SizedSurface(distance=pin, edge_mm=0.8)], grading=0.3, largest_mm=2.0)
    return mesh_bodies(bodies, size=size, bounds_mm=BOX_MM, halved=True)


def test_a_half_ends_exactly_in_the_midplane(half: TetMesh) -> None:
    assert half.vertices_mm[:, 0].min() == 0.0
    flat = half.faces["midplane"]
    assert (half.vertices_mm[flat][:, :, 0] == 0.0).all()
    corners = half.vertices_mm[flat]
    area = 0.5 * np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    assert area.sum() == pytest.approx(np.pi * 100.0, rel=0.01)
    assert half.volumes_mm3().sum() == pytest.approx(2.0 / 3.0 * np.pi * 1000.0, rel=0.01)


def test_the_whole_is_symmetric_to_the_bit_and_conforms(half: TetMesh) -> None:
    whole = whole_of(half)
    mirrored = whole.vertices_mm * [-1.0, 1.0, 1.0]
    assert {tuple(p) for p in mirrored.tolist()} == {tuple(p) for p in whole.vertices_mm.tolist()}
    assert whole.volumes_mm3().min() > 0.0
    facets = facets_of(whole.tets)
    outside = whole.vertices_mm[facets.corners[facets.boundary]]
    # nothing of the midplane is left as a surface
    assert not (outside[:, :, 0] == 0.0).all(axis=1).any()
    assert quality_of(whole.vertices_mm, whole.tets).min_dihedral_deg == pytest.approx(
        quality_of(half.vertices_mm, half.tets).min_dihedral_deg
    )


def test_parts_beside_the_midplane_come_as_a_left_and_a_right_one(half: TetMesh) -> None:
    whole = whole_of(half)
    assert whole.part_names == ("pin_left", "pin_right", "ball")
    volumes = np.bincount(whole.part, whole.volumes_mm3())
    assert volumes[0] == pytest.approx(volumes[1], rel=1e-12)
    assert set(whole.faces) == {
        f"{name}_{side}" for name in ("pin_head", "pin_tip") for side in ("left", "right")
    }
    for name, triangles in whole.faces.items():
        x = whole.vertices_mm[triangles][:, :, 0]
        assert (x > 0.0).all() if name.endswith("left") else (x < 0.0).all()


@pytest.mark.parametrize("side", ["left", "right"])
def test_faces_look_outwards_on_both_sides(half: TetMesh, side: str) -> None:
    whole = whole_of(half)
    a, b, c = (whole.vertices_mm[whole.faces[f"pin_head_{side}"][:, k]] for k in range(3))
    assert (np.cross(b - a, c - a)[:, 1] > 0.0).all()


def test_a_mesh_without_a_midplane_has_no_other_half(half: TetMesh) -> None:
    lone = TetMesh(
        vertices_mm=half.vertices_mm.copy(),
        tets=half.tets.copy(),
        part=half.part.copy(),
        part_names=half.part_names,
        faces={},
    )
    with pytest.raises(MeshError, match="midplane"):
        whole_of(lone)
