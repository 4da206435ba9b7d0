"""The mesh of a spine on its pelvis with no implants, for what a construct is compared with."""

from collections.abc import Sequence

import numpy as np

from geometry.anatomy import Anatomy
from geometry.lumbar.spine import Lumbar
from geometry.mesh import Mesh
from geometry.mesh_quality import QualityLimits
from geometry.meshing.build import Report, mesh_bodies
from geometry.meshing.construct_mesh import MARGIN_MM, ConstructSizing, spine_bodies
from geometry.meshing.mirror import whole_of
from geometry.meshing.quadratic import quadratic_mesh
from geometry.meshing.round_screws import size_round_screws
from geometry.screws import Screw


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
