"""The mesh of the pull-out test: one screw in sacrum, joint cartilage and ilium."""

from collections.abc import Mapping

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Bools, Floats, Ints
from geometry.errors import MeshError
from geometry.field import Field
from geometry.mesh import Mesh
from geometry.mesh_quality import QualityLimits
from geometry.meshing.body import Body
from geometry.meshing.build import Report, mesh_bodies
from geometry.meshing.quadratic import quadratic_mesh
from geometry.meshing.round_screws import size_round_screws
from geometry.meshing.screw_bodies import BORE, CEMENT, HEAD, SCREW, cement_body, screw_bodies
from geometry.meshing.sizing import GradedSize, Sizing
from geometry.meshing.tet_mesh import TetMesh, facets_of
from geometry.screws.cement import Cement
from geometry.screws.kind import bone
from geometry.screws.screw import Screw
from geometry.touching import require_parted

SACRUM, ILIUM, CARTILAGE, LOST = "sacrum", "ilium", "cartilage", "lost_bone"
BONE_SURFACE, INTERFACE = "bone_surface", "interface_screw"
# What bone's free surface is called where it is the wall of a void.
WALLS: Mapping[str, str] = {BORE: "bore_end", LOST: "loss_wall"}
# Chosen: room around bones whose fields reach a little further than their stated box.
MARGIN_MM = 4.0


def pull_out_bodies(
    anatomy: Anatomy,
    screw: Screw,
    sizing: Sizing,
    *,
    cement: Cement | None = None,
    lost: Field | None = None,
) -> tuple[Body, ...]:
    """All bodies in order of priority: bore, screw, cement, lost bone, sacrum, ilium, cartilage.

    Cement stays where bone is lost around it.
    """
    bodies = list(screw_bodies(screw, min(sizing.screw_mm, screw.wished_edge_mm)))
    if cement is not None:
        bodies.append(cement_body(cement, sizing.screw_mm))
    if lost is not None:
        # its wall is as fine as bone near the screw: a front is often there
        wall_mm = sizing.near_share * sizing.sacrum_surface_mm
        bodies.append(Body(name=LOST, field=lost, surface_size_mm=wall_mm, solid=False))
    joint_mm = sizing.joint_edge_mm(anatomy.joint.gap_mm)
    return (
        *bodies,
        Body(name=SACRUM, field=anatomy.sacrum, surface_size_mm=sizing.sacrum_surface_mm),
        Body(name=ILIUM, field=anatomy.ilium, surface_size_mm=sizing.ilium_surface_mm),
        Body(name=CARTILAGE, field=anatomy.joint, surface_size_mm=joint_mm, whole=False),
    )


def pull_out_bounds_mm(anatomy: Anatomy, screw: Screw) -> Floats:
    """Corners of a box around all bodies of the pull-out test, shape (2, 3)."""
    ends = np.stack([screw.head_centre_mm, screw.tip_mm])
    radius = screw.diameter_mm
    corners = [anatomy.sacrum.bounds_mm, anatomy.ilium.bounds_mm, ends - radius, ends + radius]
    points = np.concatenate([np.asarray(corner) for corner in corners])
    return np.stack([points.min(axis=0) - MARGIN_MM, points.max(axis=0) + MARGIN_MM])


def pull_out_size(bodies: tuple[Body, ...], screw: Screw, sizing: Sizing, bounds_mm: Floats) -> GradedSize:
    """The wished edges: exact at the screw, from samples at the anatomy."""
    return size_round_screws(
        bodies, [screw], sizing, bounds_mm, bones=(SACRUM, ILIUM), exact=(BORE, SCREW, CEMENT)
    )


def pull_out_mesh(
    anatomy: Anatomy,
    screw: Screw,
    sizing: Sizing,
    report: Report | None = None,
    *,
    cement: Cement | None = None,
    lost: Field | None = None,
) -> Mesh:
    """The mesh of one screw in the left half pelvis, past its quality gate.

    Parts: screw, cement if there is any, sacrum, ilium, cartilage. Faces: "screw_head", the flat end, a ring
    if the screw is bored; "bone_surface", the free surface of sacrum and ilium; "interface_screw", the
    screw's surface in bone and cement, out of the screw; where bone is left out, "loss_wall", the free
    surface that its removal makes; "bore_end", the bone that a bore opens onto.

    Args:
        anatomy: the bones, in their frame.
        screw: the screw, placed.
        sizing: element edges.
        report: is told each stage as it ends.
        cement: round the screw.
        lost: bone that is left out, such as a `geometry.body_loss.LossVoid`.

    Raises:
        MeshError: a bad element, a missing face, parts that fall apart, or bones that are welded.
    """
    bodies = pull_out_bodies(anatomy, screw, sizing, cement=cement, lost=lost)
    bounds = pull_out_bounds_mm(anatomy, screw)
    size = pull_out_size(bodies, screw, sizing, bounds)
    linear = mesh_bodies(bodies, size=size, bounds_mm=bounds, limits=QualityLimits(), report=report)
    faces = _bone_faces(linear)
    for body in bodies:
        if not body.solid:
            free = faces[BONE_SURFACE]
            wall = _on_void(body.field, anatomy, linear.vertices_mm[free].mean(axis=1))
            if wall.any():
                faces = {**faces, BONE_SURFACE: free[~wall], WALLS[body.name]: free[wall]}
    mesh = quadratic_mesh(linear, {**linear.faces, **faces})
    for name in (HEAD, BONE_SURFACE, INTERFACE):
        if not len(mesh.face(name)):
            raise MeshError(f"the mesh has no face {name!r}", where="screw", advice="Check the screw's place")
    require_parted(mesh, (SACRUM, ILIUM))
    return mesh


def _bone_faces(mesh: TetMesh) -> dict[str, Ints]:
    """The free surface of the bones, and the screw's surface that touches another part; shape (k, 3) each."""
    facets = facets_of(mesh.tets)
    number = {name: mesh.part_names.index(name) for name in mesh.part_names}
    first = mesh.part[facets.owners[:, 0]]
    second = np.where(facets.boundary, -1, mesh.part[facets.owners[:, 1]])
    free_bone = facets.boundary & np.isin(first, [number[SACRUM], number[ILIUM]])
    out = (first == number[SCREW]) & (second > number[SCREW])
    back = (second == number[SCREW]) & (first > number[SCREW])
    interface = np.concatenate([facets.corners[out], facets.corners[back][:, ::-1]])
    return {BONE_SURFACE: facets.corners[free_bone], INTERFACE: interface}


def _on_void(void: Field, anatomy: Anatomy, points_mm: Floats) -> Bools:
    """True for points of the free surface that lie on the wall of a void, not of bone, shape (n,)."""
    return np.asarray(np.abs(void(points_mm)) < np.abs(bone(anatomy, points_mm)))
