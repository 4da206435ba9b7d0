"""The mesh of a spine on its pelvis with no implants, for what a construct is compared with."""

from collections.abc import Sequence

import numpy as np

from geometry.anatomy import Anatomy
from geometry.lumbar.spine import Lumbar
from geometry.mesh import Mesh
from geometry.mesh_quality import QualityLimits
from geometry.meshing.body import Body
from geometry.meshing.build import Report, mesh_bodies
from geometry.meshing.construct_mesh import MARGIN_MM, SIDES, ConstructSizing, PlacedBody
from geometry.meshing.mirror import whole_of
from geometry.meshing.quadratic import quadratic_mesh
from geometry.meshing.round_screws import size_round_screws
from geometry.mirror import BoundedField
from geometry.screws import Screw


def spine_bodies(anatomy: Anatomy, lumbar: Lumbar, sizing: ConstructSizing) -> tuple[PlacedBody, ...]:
    """The left half's bodies in order of priority: bones, grafts, joint cartilages, discs."""
    bone = sizing.bone
    placed = [
        _placed("sacrum", anatomy.sacrum, bone.sacrum_surface_mm, is_bone=True),
        _placed("ilium", anatomy.ilium, bone.ilium_surface_mm, is_bone=True),
    ]
    for piece in lumbar.pieces():
        if piece.name.endswith(SIDES[1]):
            continue
        name = piece.name.removesuffix(SIDES[0])
        is_bone = name in ("l4", "l5")
        size = sizing.lumbar_surface_mm if is_bone else sizing.disc_mm
        size = sizing.facet_mm if name.startswith("facet") else size
        body = Body(name=name, field=piece.field, surface_size_mm=size)
        placed.append(PlacedBody(body=body, bounds_mm=piece.bounds_mm, is_bone=is_bone))
    joint = Body(
        name="cartilage",
        field=anatomy.joint,
        surface_size_mm=bone.joint_edge_mm(anatomy.joint.gap_mm),
        whole=False,
    )
    return (*placed, PlacedBody(body=joint, bounds_mm=anatomy.ilium.bounds_mm))


def spine_mesh(
    anatomy: Anatomy,
    lumbar: Lumbar,
    screws: Sequence[Screw],
    sizing: ConstructSizing,
    report: Report | None = None,
) -> Mesh:
    """The mesh of both sides, alike to the bit, with elements as fine as round these screws, which are not
    there.

    Raises:
        MeshError: a bad element, or a part that falls apart.
    """
    placed = spine_bodies(anatomy, lumbar, sizing)
    corners = np.concatenate([one.bounds_mm for one in placed])
    bounds = np.stack([corners.min(axis=0) - MARGIN_MM, corners.max(axis=0) + MARGIN_MM])
    bodies = [one.body for one in placed]
    bones = [one.body.name for one in placed if one.is_bone]
    size = size_round_screws(bodies, screws, sizing.bone, bounds, bones=bones)
    half = mesh_bodies(
        bodies, size=size, bounds_mm=bounds, halved=True, limits=QualityLimits(), report=report
    )
    return quadratic_mesh(whole_of(half))


def _placed(name: str, field: BoundedField, size_mm: float, *, is_bone: bool) -> PlacedBody:
    body = Body(name=name, field=field, surface_size_mm=size_mm)
    return PlacedBody(body=body, bounds_mm=field.bounds_mm, is_bone=is_bone)
