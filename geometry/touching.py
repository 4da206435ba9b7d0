"""What touches in a mesh: bones, and heads with bones, must not; implants of a construct must, as planned.

A coarse lattice can lose the neck of a screw, weld bones across a narrow joint, or a head to the bone below
it, in a mesh whose every element is good.
"""

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np

from geometry.construct import Construct
from geometry.errors import MeshError
from geometry.mesh import Mesh
from geometry.mesh_faces import faces_between

# Of the area planned (chosen: 0.93 and up are met at edges 2.4 times the default; a lost neck has none).
LEAST_SHARE = 0.8
# A rod lies in a head over at least this share of the head's width (chosen: the saddle is open above).
SEATED_SHARE = 0.6


def require_joined(mesh: Mesh, construct: Construct) -> None:
    """Refuse a mesh in which a head does not hold its screw, or the rod.

    Raises:
        MeshError: with the head at fault.
    """
    rod_mm = construct.seated.rod.design.diameter_mm
    for (name, screw), head in zip(construct.screws.items(), construct.seated.tulips, strict=True):
        neck = 0.25 * np.pi * screw.neck_diameter_mm**2
        seat = np.pi * rod_mm * SEATED_SHARE * head.design.diameter_mm
        for part, wanted_mm2 in ((f"screw_{name}_left", neck), ("rod_left", seat)):
            area = _area_mm2(mesh, f"head_{name}_left", part)
            if not area >= LEAST_SHARE * wanted_mm2:
                raise MeshError(
                    f"the head of {name} holds {part.removesuffix('_left')} by {area:.0f} mm2, planned were "
                    f"{wanted_mm2:.0f} mm2",
                    where="mesh.scale",
                    advice="Use a smaller scale",
                )


def require_parted(mesh: Mesh, bones: Sequence[str], metal: Sequence[str] = ()) -> None:
    """Refuse a mesh in which two bones share a node, or a bone shares one with metal that stands clear of it.

    Raises:
        MeshError: with both and the place.
    """
    nodes = {name: np.unique(mesh.tets[mesh.part == mesh.part_index(name)]) for name in (*bones, *metal)}
    for one, other in (*combinations(bones, 2), *product(metal, bones)):
        shared = np.intersect1d(nodes[one], nodes[other])
        if len(shared):
            place = ", ".join(f"{part:.0f}" for part in mesh.nodes_mm[shared].mean(axis=0))
            raise MeshError(
                f"{one} and {other} are welded in {len(shared)} nodes around [{place}] mm",
                where="mesh.scale",
                advice="Use a smaller scale, or shorter edges in the joint",
            )


def _area_mm2(mesh: Mesh, part: str, other: str) -> float:
    """Area that two parts share."""
    corners = mesh.nodes_mm[faces_between(mesh, part, other)[:, :3]]
    spans = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return float(0.5 * np.linalg.norm(spans, axis=1).sum())
