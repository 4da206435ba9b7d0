"""The mesh of a construct: its left half with screws, heads and rod in their bones, mirrored to the whole."""

from dataclasses import dataclass

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.construct import Construct
from geometry.errors import MeshError
from geometry.field import Field
from geometry.lumbar.spine import Lumbar
from geometry.mesh import Mesh
from geometry.mesh_quality import QualityLimits
from geometry.meshing.body import Body, Cap, HalfSpace
from geometry.meshing.build import Report, mesh_bodies
from geometry.meshing.mirror import whole_of
from geometry.meshing.quadratic import quadratic_mesh
from geometry.meshing.round_screws import size_round_screws
from geometry.meshing.sizing import Sizing
from geometry.mirror import BoundedField
from geometry.parameters import check_ranges, number
from geometry.rods import Rod

# Chosen: room around bones whose fields reach a little further than their stated box.
MARGIN_MM = 4.0
SIDES = ("_left", "_right")
# Chosen: `scaled` lets edges in facet joints grow up to this, under the layer of 2 mm.
MOST_FACET_MM = 1.92
# Chosen: and on grafts up to this, since edges of 4 mm cut a tenth off the edges of a block.
MOST_GRAFT_MM = 2.0


@dataclass(frozen=True, kw_only=True)
class ConstructSizing:
    """Wished element edges of a construct in mm: those of the pull-out test, and of what it adds."""

    bone: Sizing = Sizing()  # noqa: RUF009, frozen
    rod_mm: float = number(1.3, 0.3, 5.0, "mm", "chosen: thirteen edges round a 5.5 mm rod")
    lumbar_surface_mm: float = number(4.0, 0.5, 15.0, "mm", "chosen: as the sacrum's")
    facet_mm: float = number(1.6, 0.5, 15.0, "mm", "chosen: a layer of 2 mm splits with 2.2 mm")
    disc_mm: float = number(4.0, 0.5, 15.0, "mm", "chosen: three elements over the height")
    graft_mm: float = number(2.0, 0.5, 15.0, "mm", "chosen: keeps 96 to 98 % of a block")

    def __post_init__(self) -> None:
        check_ranges(self, "mesh.sizing")

    def scaled(self, factor: float) -> "ConstructSizing":
        """All edges times the factor; those in joints grow less, or they would weld bones; on grafts too."""
        return ConstructSizing(
            bone=self.bone.scaled(factor),
            rod_mm=self.rod_mm * factor,
            lumbar_surface_mm=self.lumbar_surface_mm * factor,
            facet_mm=min(self.facet_mm * factor, max(self.facet_mm, MOST_FACET_MM)),
            disc_mm=self.disc_mm * factor,
            graft_mm=min(self.graft_mm * factor, max(self.graft_mm, MOST_GRAFT_MM)),
        )


@dataclass(frozen=True, kw_only=True)
class PlacedBody:
    """A body with the box that holds it, shape (2, 3), and whether its thin walls ask for short edges."""

    body: Body
    bounds_mm: Floats
    is_bone: bool = False


def construct_bodies(construct: Construct, sizing: ConstructSizing) -> tuple[PlacedBody, ...]:
    """The left half's bodies in order of priority: rod, heads, screws, then those of the spine."""
    placed: list[PlacedBody] = []

    def add(name: str, field: Field, size_mm: float, bounds_mm: Floats) -> None:
        body = Body(name=name, field=field, surface_size_mm=size_mm)
        placed.append(PlacedBody(body=body, bounds_mm=bounds_mm))

    rod, bone = construct.seated.rod, sizing.bone
    placed.append(_rod_body(rod, sizing.rod_mm))
    if construct.cross_link is not None:
        link = construct.cross_link
        ends = np.concatenate([link.ends_mm, link.middle_mm[None]])
        add(
            "cross_link",
            link,
            sizing.rod_mm,
            _box(ends, link.design.clamp_length_mm + rod.design.diameter_mm),
        )
    for name, head in zip(construct.screws, construct.seated.tulips, strict=True):
        points = np.stack([head.ball_mm, head.saddle_mm + head.design.above_mm * head.axis])
        add(f"head_{name}", head, sizing.rod_mm, _box(points, head.design.diameter_mm))
    for name, screw in construct.screws.items():
        if screw.bore_mm > 0.0:
            raise MeshError(
                f"the {name} screw is bored, and a construct would fill the bore with bone",
                where="screw.design",
                advice="Choose a solid design",
            )
        ends = np.stack([screw.head_centre_mm, screw.tip_mm])
        add(
            f"screw_{name}",
            screw.field,
            min(bone.screw_mm, screw.wished_edge_mm),
            _box(ends, screw.diameter_mm),
        )
    return (*placed, *spine_bodies(construct.anatomy, construct.lumbar, sizing))


def spine_bodies(anatomy: Anatomy, lumbar: Lumbar, sizing: ConstructSizing) -> tuple[PlacedBody, ...]:
    """The left half's bodies in order of priority: grafts in bone, bones, joint cartilages, discs, grafts
    between bones."""
    bone = sizing.bone
    sizes = {"disc": sizing.disc_mm, "facet": sizing.facet_mm, "graft": sizing.graft_mm}
    sizes |= dict.fromkeys(("l4", "l5"), sizing.lumbar_surface_mm)
    through: list[PlacedBody] = []
    placed = [
        _placed("sacrum", anatomy.sacrum, bone.sacrum_surface_mm, is_bone=True),
        _placed("ilium", anatomy.ilium, bone.ilium_surface_mm, is_bone=True),
    ]
    for piece in lumbar.pieces():
        if piece.name.endswith(SIDES[1]):
            continue
        name = piece.name.removesuffix(SIDES[0])
        body = Body(name=name, field=piece.field, surface_size_mm=sizes[name.split("_")[0]])
        own = PlacedBody(body=body, bounds_mm=piece.bounds_mm, is_bone=name in ("l4", "l5"))
        (through if piece.through_bone else placed).append(own)
    joint = Body(
        name="cartilage",
        field=anatomy.joint,
        surface_size_mm=bone.joint_edge_mm(anatomy.joint.gap_mm),
        whole=False,
    )
    return (*through, *placed, PlacedBody(body=joint, bounds_mm=anatomy.ilium.bounds_mm))


def construct_mesh(
    construct: Construct,
    sizing: ConstructSizing = ConstructSizing(),
    report: Report | None = None,
) -> Mesh:
    """The mesh of the whole construct, alike on both sides to the bit, past its quality gate.

    Parts: sacrum, l5, l4 and the discs; and, with "_left" and "_right" after their names, rod, heads, screws,
    ilium, cartilage and facet cartilages.

    Raises:
        MeshError: a bad element, a part that falls apart, or a bored screw.
    """
    placed = construct_bodies(construct, sizing)
    corners = np.concatenate([one.bounds_mm for one in placed])
    bounds = np.stack([corners.min(axis=0) - MARGIN_MM, corners.max(axis=0) + MARGIN_MM])
    bodies = [one.body for one in placed]
    size = size_round_screws(
        bodies,
        list(construct.screws.values()),
        sizing.bone,
        bounds,
        bones=[one.body.name for one in placed if one.is_bone],
    )
    half = mesh_bodies(
        bodies,
        size=size,
        bounds_mm=bounds,
        halved=True,
        limits=QualityLimits(),
        report=report,
    )
    return quadratic_mesh(whole_of(half))


def _placed(name: str, field: BoundedField, size_mm: float, *, is_bone: bool) -> PlacedBody:
    body = Body(name=name, field=field, surface_size_mm=size_mm)
    return PlacedBody(body=body, bounds_mm=field.bounds_mm, is_bone=is_bone)


def _rod_body(rod: Rod, size_mm: float) -> PlacedBody:
    """The rod between its two flat ends, which stay sharp."""
    names = ("rod_cranial_end", "rod_caudal_end")
    caps = tuple(
        Cap(name=name, field=HalfSpace(point_mm=point, normal=outwards))
        for name, point, outwards in zip(names, rod.ends_mm, rod.outwards, strict=True)
    )
    body = Body(name="rod", field=rod.barrel, surface_size_mm=size_mm, caps=caps)
    return PlacedBody(body=body, bounds_mm=_box(rod.centreline_mm, rod.design.diameter_mm))


def _box(points_mm: Floats, reach_mm: float) -> Floats:
    """Corners of a box that goes that far beyond the points, shape (2, 3)."""
    return np.stack([points_mm.min(axis=0) - reach_mm, points_mm.max(axis=0) + reach_mm])
