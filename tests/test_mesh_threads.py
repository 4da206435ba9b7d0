"""Threads in the mesh: volumes, elements across a flank, shapes; rings and a helix in a block.

A short screw of Weidling's set, at the edge that its design asks for.
"""

from dataclasses import replace

import numpy as np
import pytest

from geometry.arrays import Floats
from geometry.implicit import cylinder
from geometry.mesh_quality import quality_of
from geometry.meshing import Body, GradedSize, SizedSurface, TetMesh, mesh_bodies
from geometry.meshing.screw_bodies import screw_bodies
from geometry.meshing.tet_mesh import facets_of
from geometry.screws import DESIGNS, Screw, ScrewTrajectory

LENGTH_MM = 15.0
BOX_MM = np.array([[-9.0, -9.0, -21.0], [9.0, 9.0, 5.0]])


def block(points_mm: Floats) -> Floats:
    return cylinder(points_mm, np.array([0.0, 0.0, -19.0]), np.zeros(3), 8.0)


@pytest.fixture(scope="module", params=["ring", "helical"])
def meshed(request: pytest.FixtureRequest) -> tuple[Screw, TetMesh]:
    design = DESIGNS["weidling_st1_6"]
    assert design.thread is not None
    trajectory = ScrewTrajectory(entry_mm=(0.0, 0.0, 0.0), lateral_deg=0.0, caudal_deg=90.0, length_mm=15.0)
    screw = Screw(kind="pedicle", trajectory=trajectory, head_standoff_mm=3.0).with_design(
        replace(design, thread=replace(design.thread, form=request.param))
    )
    (body,) = screw_bodies(screw, screw.wished_edge_mm)
    bodies = [body, Body(name="block", field=block, surface_size_mm=2.0)]
    size = GradedSize(
        surfaces=[SizedSurface(distance=body, edge_mm=screw.wished_edge_mm)], grading=0.5, largest_mm=2.5
    )
    return screw, mesh_bodies(bodies, size=size, bounds_mm=BOX_MM)


def interface_of(mesh: TetMesh) -> Floats:
    """Corners of the triangles between screw and block, shape (k, 3, 3)."""
    facets = facets_of(mesh.tets)
    between = ~facets.boundary & (np.ptp(mesh.part[facets.owners], axis=1) > 0)
    return mesh.vertices_mm[facets.corners[between]]


def test_the_threaded_screw_keeps_its_volume(meshed: tuple[Screw, TetMesh]) -> None:
    screw, mesh = meshed
    assert mesh.volumes_mm3()[mesh.part == 0].sum() == pytest.approx(screw.volume_mm3(), rel=0.01)


def test_two_elements_and_more_stand_across_a_flank(meshed: tuple[Screw, TetMesh]) -> None:
    screw, mesh = meshed
    assert screw.design is not None
    assert screw.design.thread is not None
    triangles = interface_of(mesh)
    centre = triangles.mean(axis=1)
    along, across = screw.along_mm(centre), screw.axis_distance_mm(centre)
    normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    # flanks look along the axis, core and crest across it
    flank = (np.abs(normal @ screw.direction) > 0.6) & (along > 3.0) & (along < 10.0)
    flank &= (across > 0.5 * screw.design.core_entry_mm) & (across < 0.5 * screw.design.diameter_mm)
    sides = np.linalg.norm(triangles[flank] - triangles[flank][:, [1, 2, 0]], axis=2)
    length = screw.design.thread.flank_mm(0.5 * (screw.design.diameter_mm - screw.design.core_entry_mm))
    assert flank.sum() > 100
    assert length / sides.mean() >= 2.0


def test_the_thread_lies_on_its_field(meshed: tuple[Screw, TetMesh]) -> None:
    screw, mesh = meshed
    off = np.abs(screw.field(interface_of(mesh).reshape(-1, 3)))
    # lifted by up to 5 % of an edge of half a millimetre; a few on the rim of tip and crest by more
    assert np.percentile(off, 95.0) < 0.04
    assert off.max() < 0.25


def test_threads_leave_no_bad_element(meshed: tuple[Screw, TetMesh]) -> None:
    _, mesh = meshed
    measured = quality_of(mesh.vertices_mm, mesh.tets)
    # well above the gate of 8 and 25 degrees and 0.05, which the mesher itself refuses
    assert measured.min_dihedral_deg >= 12.0
    assert measured.p1_dihedral_deg >= 26.0
    assert measured.min_radius_ratio >= 0.08
