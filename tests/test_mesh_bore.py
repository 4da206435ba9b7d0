"""The bore of a cannulated screw in the mesh: open at both ends, a wall of several elements, no bone in it.

A short screw in a block, at the edge that its design asks for.
"""

import numpy as np
import pytest

from cases.build import plan_case
from cases.schema import Case
from geometry.arrays import Floats
from geometry.implicit import cylinder
from geometry.mesh_quality import quality_of
from geometry.meshing import Body, GradedSize, SizedSurface, Sizing, TetMesh, mesh_bodies
from geometry.meshing.pull_out import pull_out_bodies
from geometry.meshing.screw_bodies import screw_bodies
from geometry.meshing.tet_mesh import facets_of
from geometry.screws import DESIGNS, Screw, ScrewTrajectory

NAME = "pedicle_7.0_cannulated"
LENGTH_MM, STANDOFF_MM, BORE_MM = 10.0, 1.0, 1.8
BOX_MM = np.array([[-8.0, -8.0, -15.0], [8.0, 8.0, 3.0]])


def block(points_mm: Floats) -> Floats:
    return cylinder(points_mm, np.array([0.0, 0.0, -13.0]), np.zeros(3), 7.0)


@pytest.fixture(scope="module")
def meshed() -> tuple[Screw, TetMesh]:
    trajectory = ScrewTrajectory(
        entry_mm=(0.0, 0.0, 0.0), lateral_deg=0.0, caudal_deg=90.0, length_mm=LENGTH_MM
    )
    screw = Screw(kind="pedicle", trajectory=trajectory, head_standoff_mm=STANDOFF_MM)
    screw = screw.with_design(DESIGNS[NAME])
    fine = screw_bodies(screw, screw.wished_edge_mm)
    size = GradedSize(
        surfaces=[SizedSurface(distance=body, edge_mm=body.surface_size_mm) for body in fine],
        grading=0.5,
        largest_mm=2.5,
    )
    bodies = [*fine, Body(name="block", field=block, surface_size_mm=2.0)]
    return screw, mesh_bodies(bodies, size=size, bounds_mm=BOX_MM)


def free_triangles(mesh: TetMesh, part: int) -> Floats:
    """Corners of the free triangles of a part, shape (k, 3, 3)."""
    facets = facets_of(mesh.tets)
    return mesh.vertices_mm[facets.corners[facets.boundary & (mesh.part[facets.owners[:, 0]] == part)]]


def areas_mm2(triangles: Floats) -> Floats:
    sides = triangles[:, 1:] - triangles[:, :1]
    return 0.5 * np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1)


def test_the_bored_screw_keeps_its_volume(meshed: tuple[Screw, TetMesh]) -> None:
    screw, mesh = meshed
    assert mesh.part_names == ("screw", "block")
    solid = screw.with_design(DESIGNS["pedicle_7.0"]).volume_mm3()
    # the bore is a tenth of the screw and more: a filled one would be seen
    assert screw.volume_mm3() < 0.92 * solid
    assert mesh.volumes_mm3()[mesh.part == 0].sum() == pytest.approx(screw.volume_mm3(), rel=0.01)


def test_the_bore_is_a_free_wall_from_the_head_to_the_tip(meshed: tuple[Screw, TetMesh]) -> None:
    _, mesh = meshed
    triangles = free_triangles(mesh, 0)
    across = np.linalg.norm(triangles[:, :, :2], axis=2)
    wall = (across < 0.5 * BORE_MM + 0.05).all(axis=1)
    bore = np.pi * BORE_MM * (LENGTH_MM + STANDOFF_MM)
    # chords lifted to hold the volume enclose a little more than the circle's length
    assert areas_mm2(triangles[wall]).sum() == pytest.approx(bore, rel=0.03)
    assert triangles[wall][:, :, 2].min() == pytest.approx(-LENGTH_MM, abs=0.05)
    assert triangles[wall][:, :, 2].max() == pytest.approx(STANDOFF_MM, abs=1e-6)


def test_the_head_is_a_ring_and_the_tip_opens_onto_bone(meshed: tuple[Screw, TetMesh]) -> None:
    screw, mesh = meshed
    ring = areas_mm2(mesh.vertices_mm[mesh.faces["screw_head"]]).sum()
    assert ring == pytest.approx(np.pi / 4.0 * (screw.neck_diameter_mm**2 - BORE_MM**2), rel=0.02)
    triangles = free_triangles(mesh, 1)
    off_tip = np.linalg.norm(triangles - screw.tip_mm, axis=2)
    end = triangles[(off_tip < 0.5 * BORE_MM + 0.1).all(axis=1)]
    # half a ball in front of the tip, in flat triangles
    assert areas_mm2(end).sum() == pytest.approx(0.5 * np.pi * BORE_MM**2, rel=0.05)
    assert end[:, :, 2].max() < -LENGTH_MM + 0.1


def test_nothing_stands_in_the_bore(meshed: tuple[Screw, TetMesh]) -> None:
    _, mesh = meshed
    centres = mesh.vertices_mm[mesh.tets].mean(axis=1)
    in_bore = (np.linalg.norm(centres[:, :2], axis=1) < 0.48 * BORE_MM) & (centres[:, 2] > -LENGTH_MM)
    assert not in_bore.any()


def test_several_elements_stand_across_the_wall_of_a_bored_screw(meshed: tuple[Screw, TetMesh]) -> None:
    screw, mesh = meshed
    assert screw.design is not None
    corners = mesh.vertices_mm[mesh.tets[mesh.part == 0]]
    edges = np.linalg.norm(corners - corners[:, [1, 2, 3, 0]], axis=2).mean(axis=1)
    depth = LENGTH_MM + corners[:, :, 2].mean(axis=1)
    at_core = (depth > 5.0) & (depth < 8.0)
    core_wall = 0.5 * (screw.design.core_tip_mm - BORE_MM)
    assert core_wall / edges[at_core].mean() > 3.0
    # at the blunt end the wall is half a millimetre
    tip_wall = screw.design.tip_radius_mm - 0.5 * BORE_MM
    assert tip_wall / edges[depth < 0.5].mean() > 1.2


def test_a_bore_leaves_no_bad_element(meshed: tuple[Screw, TetMesh]) -> None:
    _, mesh = meshed
    measured = quality_of(mesh.vertices_mm, mesh.tets)
    # well above the gate of 8 and 25 degrees and 0.05, which the mesher itself refuses
    assert measured.min_dihedral_deg >= 12.0
    assert measured.p1_dihedral_deg >= 26.0
    assert measured.min_radius_ratio >= 0.08


@pytest.mark.parametrize("name", DESIGNS)
def test_a_case_takes_every_design_and_a_bore_goes_before_its_screw(name: str) -> None:
    screw = {"preset": "s1_pedicle", "design": name}
    plan = plan_case(Case.model_validate({"schema": 1, "name": "designed", "screw": screw}))
    bodies = pull_out_bodies(plan.anatomy, plan.screw, Sizing())
    voids = [body.name for body in bodies if not body.solid]
    assert voids == (["bore"] if DESIGNS[name].bore_mm else [])
    assert [body.name for body in bodies if body.solid] == ["screw", "sacrum", "ilium", "cartilage"]
    assert bodies[len(voids)].name == "screw"
