"""Implicit bodies become one conforming mesh: topology, volumes, named faces, sizes, determinism.

The trial case is a round rod in a block with sharp edges, both known exactly.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from geometry.arrays import Floats, Ints
from geometry.errors import GeometryError, MeshError
from geometry.mesh import Mesh
from geometry.mesh_quality import part_volumes, quality
from geometry.meshing import (
    Body,
    Cap,
    GradedSize,
    HalfSpace,
    SizedSurface,
    Sizing,
    TetMesh,
    mesh_bodies,
    quadratic_mesh,
)
from geometry.meshing.halved import halved
from geometry.meshing.lattice import LONGEST_OVER_SIZE, graded_lattice
from geometry.meshing.sampled import sample
from geometry.meshing.sizing import thickness_mm
from geometry.meshing.tet_mesh import facets_of, tet_volumes

RADIUS_MM, BLOCK_MM, TOP_MM, ROD_BOTTOM_MM, ROD_TOP_MM = 3.0, 7.0, 8.0, -4.0, 11.0
BOX_MM = np.array([[-9.0, -9.0, -10.0], [9.0, 9.0, 13.0]])


@dataclass(frozen=True)
class Ball:
    """A ball about a point."""

    centre_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    radius_mm: float = 5.0

    def __call__(self, points_mm: Floats) -> Floats:
        return np.linalg.norm(points_mm - np.array(self.centre_mm), axis=1) - self.radius_mm


@dataclass(frozen=True)
class Rod:
    """An endless round rod along z."""

    radius_mm: float = RADIUS_MM

    def __call__(self, points_mm: Floats) -> Floats:
        return np.hypot(points_mm[:, 0], points_mm[:, 1]) - self.radius_mm


def plane(axis: int, sign: float, at_mm: float) -> HalfSpace:
    normal = np.zeros(3)
    normal[axis] = sign
    return HalfSpace(point_mm=at_mm * np.abs(normal), normal=normal)


def rod_and_block(edge_mm: float) -> tuple[Body, Body]:
    rod = Body(
        name="rod",
        field=Rod(),
        surface_size_mm=edge_mm,
        caps=(
            Cap(name="head", field=plane(2, 1.0, ROD_TOP_MM)),
            Cap(name="foot", field=plane(2, -1.0, ROD_BOTTOM_MM)),
        ),
    )
    sides = [("left", 0, -1.0), ("front", 1, 1.0), ("back", 1, -1.0)]
    block = Body(
        name="block",
        field=plane(0, 1.0, BLOCK_MM),
        surface_size_mm=2.5,
        caps=(
            *(Cap(name=name, field=plane(axis, sign, sign * BLOCK_MM)) for name, axis, sign in sides),
            Cap(name="top", field=plane(2, 1.0, TOP_MM)),
            Cap(name="bottom", field=plane(2, -1.0, -TOP_MM)),
        ),
    )
    return rod, block


def trial_mesh(edge_mm: float = 1.0) -> TetMesh:
    bodies = rod_and_block(edge_mm)
    size = GradedSize(
        surfaces=[SizedSurface(distance=bodies[0], edge_mm=edge_mm)], grading=0.5, largest_mm=2.5 * edge_mm
    )
    return mesh_bodies(bodies, size=size, bounds_mm=BOX_MM)


@pytest.fixture(scope="module")
def linear() -> TetMesh:
    return trial_mesh()


@pytest.fixture(scope="module")
def mesh(linear: TetMesh) -> Mesh:
    return quadratic_mesh(linear)


def face_area(nodes_mm: Floats, triangles: Ints) -> Floats:
    a, b, c = (nodes_mm[triangles[:, k]] for k in range(3))
    return 0.5 * np.cross(b - a, c - a).sum(axis=0)


def test_every_inner_face_is_shared_by_two_elements_and_the_boundary_is_closed(linear: TetMesh) -> None:
    facets = facets_of(linear.tets)
    boundary = facets.corners[facets.boundary]
    sides = np.sort(boundary[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    _, count = np.unique(sides, axis=0, return_counts=True)
    assert (count == 2).all()
    # Euler: V - E + F = 2 for the surface of one body without handles
    assert len(np.unique(boundary)) - len(count) + len(boundary) == 2


def test_the_boundary_encloses_the_sum_of_the_elements(linear: TetMesh) -> None:
    facets = facets_of(linear.tets)
    a, b, c = (linear.vertices_mm[facets.corners[facets.boundary][:, k]] for k in range(3))
    enclosed = np.einsum("ij,ij->", a, np.cross(b, c)) / 6.0
    assert enclosed == pytest.approx(linear.volumes_mm3().sum(), rel=1e-12)


def test_volumes_are_those_of_the_bodies(mesh: Mesh) -> None:
    volumes = part_volumes(mesh)
    rod = np.pi * RADIUS_MM**2 * (ROD_TOP_MM - ROD_BOTTOM_MM)
    hole = np.pi * RADIUS_MM**2 * (TOP_MM - ROD_BOTTOM_MM)
    # the goal for every part; inscribed triangles without the chord's lift would lose 2 % of the rod
    assert volumes["rod"] == pytest.approx(rod, rel=0.01)
    assert volumes["block"] == pytest.approx((2.0 * BLOCK_MM) ** 2 * 2.0 * TOP_MM - hole, rel=0.01)


def test_caps_are_flat_named_and_face_outwards(mesh: Mesh) -> None:
    head = mesh.face("head")
    assert np.ptp(mesh.nodes_mm[head][:, :, 2]) < 1e-9
    # a polygon of 20 sides, its corners lifted: 0.5 %
    assert face_area(mesh.nodes_mm, head) == pytest.approx(
        [0.0, 0.0, np.pi * RADIUS_MM**2], rel=0.01, abs=1e-9
    )
    side = face_area(mesh.nodes_mm, mesh.face("left"))
    # sharp edges, so the face keeps its whole area
    assert side == pytest.approx([-4.0 * BLOCK_MM * TOP_MM, 0.0, 0.0], rel=1e-3, abs=1e-6)


def test_a_cap_inside_another_body_has_no_boundary_face(mesh: Mesh) -> None:
    assert len(mesh.face("foot")) == 0


def test_mid_nodes_are_in_the_middle_of_straight_edges(mesh: Mesh) -> None:
    ends = mesh.nodes_mm[mesh.tets[:, [[0, 1], [1, 2], [0, 2], [0, 3], [1, 3], [2, 3]]]]
    assert np.allclose(mesh.nodes_mm[mesh.tets[:, 4:]], ends.mean(axis=2), atol=1e-12)
    head = mesh.face("head")
    corners = mesh.nodes_mm[head[:, [[0, 1], [1, 2], [2, 0]]]]
    assert np.allclose(mesh.nodes_mm[head[:, 3:]], corners.mean(axis=2), atol=1e-12)


def test_elements_are_well_shaped(mesh: Mesh) -> None:
    measured = quality(mesh)
    assert measured.min_volume_mm3 > 0.0
    # well above the gate of 8 and 25 degrees and 0.05, which the mesher itself refuses
    assert measured.min_dihedral_deg >= 14.0
    assert measured.min_radius_ratio >= 0.1
    assert measured.p1_dihedral_deg >= 25.5


def test_the_mirrored_mesh_keeps_volume_and_quality(mesh: Mesh) -> None:
    mirrored = mesh.mirrored()
    assert part_volumes(mirrored) == pytest.approx(part_volumes(mesh), rel=1e-12)
    assert quality(mirrored).min_dihedral_deg == pytest.approx(quality(mesh).min_dihedral_deg, rel=1e-9)
    assert face_area(mirrored.nodes_mm, mirrored.face("head"))[2] > 0.0


def test_the_same_input_gives_the_same_mesh_to_the_last_bit(linear: TetMesh) -> None:
    again = trial_mesh()
    assert np.array_equal(again.vertices_mm, linear.vertices_mm)
    assert np.array_equal(again.tets, linear.tets)
    assert np.array_equal(again.part, linear.part)


def test_shorter_edges_give_a_finer_mesh(linear: TetMesh) -> None:
    coarse = trial_mesh(edge_mm=1.5)
    rod = [np.count_nonzero(each.part == 0) for each in (linear, coarse)]
    # elements go with the edge to the power -3, 3.4; the lattice halves in steps and keeps that roughly
    assert 2.0 < rod[0] / rod[1] < 5.5


def test_a_ball_keeps_its_volume() -> None:
    ball = Body(name="ball", field=Ball(), surface_size_mm=1.5)
    mesh = mesh_bodies(
        [ball], size=GradedSize(surfaces=(), grading=0.5, largest_mm=1.5), bounds_mm=1.2 * BOX_MM
    )
    # chords of 1.5 mm in a radius of 5 mm lose 3 % of the volume; the lift gives it back to second order
    assert mesh.volumes_mm3().sum() == pytest.approx(4.0 / 3.0 * np.pi * 125.0, rel=0.005)


def test_a_void_takes_its_volume_from_the_later_bodies() -> None:
    void = Body(name="void", field=Ball(radius_mm=3.0), surface_size_mm=1.0, solid=False)
    ball = Body(name="ball", field=Ball(radius_mm=7.0), surface_size_mm=1.5)
    size = GradedSize(surfaces=[SizedSurface(distance=void, edge_mm=1.0)], grading=0.4, largest_mm=1.8)
    mesh = mesh_bodies([void, ball], size=size, bounds_mm=BOX_MM)
    assert mesh.part_names == ("ball",)
    radius = np.linalg.norm(mesh.vertices_mm, axis=1)
    free = np.unique(facets_of(mesh.tets).corners[facets_of(mesh.tets).boundary])
    wall = radius[free][radius[free] < 5.0]
    # the wall lies on the void's surface, a little outside so that its flat triangles enclose as much
    assert ((wall > 3.0 - 1e-6) & (wall < 3.1)).all()
    assert mesh.volumes_mm3().sum() == pytest.approx(4.0 / 3.0 * np.pi * (343.0 - 27.0), rel=0.004)


EVEN_SIZE = GradedSize(surfaces=(), grading=0.5, largest_mm=2.0)


def test_bodies_that_do_not_touch_are_refused() -> None:
    bodies = [
        Body(name=name, field=Ball(centre_mm=(x, 0.0, 0.0), radius_mm=3.0), surface_size_mm=2.0)
        for name, x in (("one", -5.0), ("two", 5.0))
    ]
    with pytest.raises(MeshError, match="separate pieces"):
        mesh_bodies(bodies, size=EVEN_SIZE, bounds_mm=BOX_MM)


def test_a_body_that_others_cover_is_refused() -> None:
    bodies = [
        Body(name="big", field=Ball(radius_mm=5.0), surface_size_mm=2.0),
        Body(name="hidden", field=Ball(radius_mm=3.0), surface_size_mm=2.0),
    ]
    with pytest.raises(MeshError, match="'hidden' has no element"):
        mesh_bodies(bodies, size=EVEN_SIZE, bounds_mm=BOX_MM)


def test_the_lattice_conforms_fills_its_box_and_follows_the_size() -> None:
    box = np.array([[-8.0, -8.0, -8.0], [8.0, 8.0, 8.0]])

    def size(points_mm: Floats) -> Floats:
        return 1.0 + 0.5 * np.linalg.norm(points_mm, axis=1)

    vertices, tets = graded_lattice(box, 8.0, lambda p, edge: edge > size(p), lambda p: np.full(len(p), -1.0))
    assert tet_volumes(vertices, tets).sum() == pytest.approx(16.0**3, rel=1e-12)
    facets = facets_of(tets)
    on_box = np.abs(np.abs(vertices[facets.corners[facets.boundary]]) - 8.0).min(axis=2)
    # a hanging node would leave an inner triangle with one owner
    assert on_box.max() < 1e-12
    ends = vertices[tets[:, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]]]
    longest = np.linalg.norm(ends[:, :, 1] - ends[:, :, 0], axis=2).max(axis=1)
    assert (longest <= LONGEST_OVER_SIZE * size(vertices[tets].mean(axis=1)) + 1e-12).all()


def test_samples_are_exact_near_the_surface_and_keep_the_sign_far_away() -> None:
    field = sample(Ball(), 3.0 * BOX_MM, 2.0)
    points = np.random.default_rng(3).uniform(-25.0, 25.0, (500, 3))
    near = np.abs(Ball()(points)) < 2.0
    assert np.allclose(field(points)[near], Ball()(points)[near], atol=1e-12)
    assert (np.sign(field(points)) == np.sign(Ball()(points))).all()


def test_a_wall_is_as_thick_as_it_is() -> None:
    def wall(points_mm: Floats) -> Floats:
        return np.abs(points_mm[:, 0]) - 1.0

    points = np.array([[0.9, 0.0, 0.0], [1.2, 3.0, 0.0], [-0.5, 0.0, 1.0], [0.0, 0.0, 2.0]])
    # depth is probed at three places only: within 20 %
    assert thickness_mm(wall, points, 4.0) == pytest.approx([2.0] * 4, rel=0.2)


def test_scaled_sizes_keep_their_ratios() -> None:
    fine, base = Sizing().refined(), Sizing()
    for name in ("screw_mm", "sacrum_surface_mm", "joint_mm", "ilium_surface_mm", "interior_mm"):
        assert getattr(fine, name) == 0.5 * getattr(base, name)
    assert fine.grading == base.grading


def test_edges_in_joints_do_not_grow_with_the_others() -> None:
    gap_mm = 2.5
    edges = [Sizing().scaled(factor).joint_edge_mm(gap_mm) for factor in (0.5, 1.0, 1.2, 2.0, 2.5)]
    assert edges == pytest.approx([1.3, 2.6, 3.12, 3.125, 3.125])
    # unless they are asked to be long
    assert Sizing(joint_over_gap=2.0).scaled(2.5).joint_edge_mm(gap_mm) == pytest.approx(5.0)


def test_a_size_out_of_range_is_refused() -> None:
    with pytest.raises(GeometryError, match="screw_mm is 0.01 mm, outside 0.2 to 5 mm"):
        Sizing(screw_mm=0.01)


def test_a_halved_mesh_has_the_very_shape_of_the_first(mesh: Mesh) -> None:
    fine = halved(mesh)
    assert (fine.part == np.repeat(mesh.part, 8)).all()
    assert fine.volumes_mm3().reshape(-1, 8).sum(axis=1) == pytest.approx(mesh.volumes_mm3())
    for name, faces in mesh.faces.items():
        assert fine.face(name).shape == (4 * len(faces), 6)
        whole = face_area(mesh.nodes_mm, faces[:, :3])
        assert face_area(fine.nodes_mm, fine.face(name)[:, :3]) == pytest.approx(whole, abs=1e-9)
