"""The mesh of the pull-out test: one screw in sacrum, joint cartilage and ilium."""

from dataclasses import dataclass

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Bools, Floats, Ints
from geometry.errors import MeshError
from geometry.field import Field
from geometry.mesh import Mesh
from geometry.mesh_quality import QualityLimits
from geometry.meshing.body import Body, Cap, HalfSpace
from geometry.meshing.build import Report, mesh_bodies
from geometry.meshing.quadratic import quadratic_mesh
from geometry.meshing.round_screws import size_round_screws
from geometry.meshing.sizing import GradedSize, Sizing
from geometry.meshing.tet_mesh import TetMesh, facets_of
from geometry.screws.screw import Screw

SCREW, SACRUM, ILIUM, CARTILAGE, LOST = "screw", "sacrum", "ilium", "cartilage", "lost_bone"
HEAD, BONE_SURFACE, INTERFACE, LOSS_WALL = "screw_head", "bone_surface", "interface_screw", "loss_wall"
# Chosen: the shank behind the head plane continues what it is this far in front of it.
SHANK_MM = 0.5
# Chosen: room around bones whose fields reach a little further than their stated box.
MARGIN_MM = 4.0


@dataclass(frozen=True, kw_only=True)
class Shank:
    """A screw without end: behind its head plane the section just in front of the plane goes on for ever."""

    screw: Screw

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance in mm, shape (n,)."""
        along = (points_mm - self.screw.head_centre_mm) @ self.screw.direction
        forward = np.maximum(SHANK_MM - along, 0.0)
        return self.screw.field(points_mm + forward[:, None] * self.screw.direction)


def screw_body(screw: Screw, surface_size_mm: float) -> Body:
    """The screw as a body that ends in a flat face named "screw_head"."""
    end = HalfSpace(point_mm=np.asarray(screw.head_centre_mm), normal=-np.asarray(screw.direction))
    return Body(
        name=SCREW,
        field=Shank(screw=screw),
        surface_size_mm=surface_size_mm,
        caps=(Cap(name=HEAD, field=end),),
    )


def pull_out_bodies(
    anatomy: Anatomy, screw: Screw, sizing: Sizing, lost: Field | None = None
) -> tuple[Body, ...]:
    """Screw, sacrum, ilium and cartilage in order of priority; lost bone is a void round the screw."""
    # its wall is as fine as bone near the screw: a front is often there
    wall_mm = sizing.near_share * sizing.sacrum_surface_mm
    void = () if lost is None else (Body(name=LOST, field=lost, surface_size_mm=wall_mm, solid=False),)
    return (
        screw_body(screw, min(sizing.screw_mm, screw.wished_edge_mm)),
        *void,
        Body(name=SACRUM, field=anatomy.sacrum, surface_size_mm=sizing.sacrum_surface_mm),
        Body(name=ILIUM, field=anatomy.ilium, surface_size_mm=sizing.ilium_surface_mm),
        Body(name=CARTILAGE, field=anatomy.joint, surface_size_mm=sizing.joint_edge_mm(anatomy.joint.gap_mm)),
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
    return size_round_screws(bodies, [screw], sizing, bounds_mm, bones=(SACRUM, ILIUM), exact=(SCREW,))


def pull_out_mesh(
    anatomy: Anatomy,
    screw: Screw,
    sizing: Sizing,
    report: Report | None = None,
    *,
    lost: Field | None = None,
) -> Mesh:
    """The mesh of one screw in the left half pelvis, past its quality gate.

    Parts: screw, sacrum, ilium, cartilage. Faces: "screw_head", the flat end; "bone_surface", the free
    surface of sacrum and ilium; "interface_screw", the screw's surface in bone, out of the screw; where bone
    is left out, "loss_wall", the free surface that its removal makes.

    Args:
        anatomy: the bones, in their frame.
        screw: the screw, placed.
        sizing: element edges.
        report: is told each stage as it ends.
        lost: bone that is left out, such as a `geometry.body_loss.LossVoid`.

    Raises:
        MeshError: a bad element, a missing face, or parts that fall apart.
    """
    bodies = pull_out_bodies(anatomy, screw, sizing, lost)
    bounds = pull_out_bounds_mm(anatomy, screw)
    size = pull_out_size(bodies, screw, sizing, bounds)
    linear = mesh_bodies(bodies, size=size, bounds_mm=bounds, limits=QualityLimits(), report=report)
    faces = _bone_faces(linear)
    if lost is not None:
        wall = _nearer(lost, anatomy.sacrum, linear.vertices_mm[faces[BONE_SURFACE]].mean(axis=1))
        faces = {**faces, BONE_SURFACE: faces[BONE_SURFACE][~wall], LOSS_WALL: faces[BONE_SURFACE][wall]}
    mesh = quadratic_mesh(linear, {**linear.faces, **faces})
    for name in (HEAD, BONE_SURFACE, INTERFACE):
        if not len(mesh.face(name)):
            raise MeshError(f"the mesh has no face {name!r}", where="screw", advice="Check the screw's place")
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


def _nearer(first: Field, second: Field, points_mm: Floats) -> Bools:
    """True where the surface of the first body is nearer than that of the second, shape (n,)."""
    return np.asarray(np.abs(first(points_mm)) < np.abs(second(points_mm)))
