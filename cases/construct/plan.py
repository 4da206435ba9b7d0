"""From a construct's case to its shapes: the spine of each model, and the implants."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cases.build import side_anatomy
from cases.construct.directions import CURVE, STANDING, Direction
from cases.construct.grafts import graft_findings, grafted
from cases.progress import Progress, silent
from cases.schema_construct import INSTRUMENTED, INTACT, ConstructCase, ConstructLoss
from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.body_loss import BodyLoss, LossVoid, S1Body, VertebralBody
from geometry.construct import Construct, VertebraScrew, build_construct, refuse_two_sides
from geometry.errors import GeometryError
from geometry.frame import standing_from_anatomical
from geometry.lumbar.level import sacral_endplate
from geometry.lumbar.spine import Lumbar, build_lumbar, mean_lumbar
from geometry.lumbar.vertebra import Vertebra
from geometry.mesh import Mesh
from geometry.meshing.construct_mesh import construct_mesh
from geometry.meshing.spine_mesh import spine_mesh
from geometry.planning.nearest import accepted_screw
from geometry.rods import CrossLinkDesign, RodDesign
from geometry.screws import DESIGNS, Screw
from geometry.touching import require_joined, require_parted

# Parts of a mesh that are bones.
BONES = ("l4", "l5", "sacrum", "ilium_left", "ilium_right")
# Parts that stand clear of them.
CLEAR = ("rod", "head", "cross_link")


@dataclass(frozen=True, kw_only=True, eq=False)
class Spine:
    """One model of a case before any mesh.

    Attributes:
        case: as read.
        model: "instrumented", "destabilised" or "intact".
        anatomy: sacrum, ilium and joint.
        lumbar: what stands on the sacrum.
        screws: the sacral screws by name; round them the mesh is fine in every model.
        construct: the implants; None where there are none.
    """

    case: ConstructCase
    model: str
    anatomy: Anatomy
    lumbar: Lumbar
    screws: Mapping[str, Screw]
    construct: Construct | None

    def of(self, case: ConstructCase) -> "Spine":
        """The same shapes for a case that differs in material or loads alone."""
        return replace(self, case=case)

    @property
    def top(self) -> Vertebra:
        """The vertebra that is loaded."""
        return self.lumbar.l5 if self.lumbar.l4 is None else self.lumbar.l4

    @property
    def top_name(self) -> str:
        """Its part in a mesh."""
        return "l5" if self.lumbar.l4 is None else "l4"

    @property
    def axes(self) -> Floats:
        """Left, back and up of the loads in the anatomical frame, rows of shape (3, 3)."""
        frames = {
            "loaded_vertebra": self.top.upper.axes,
            "s1_endplate": standing_from_anatomical(0.0),
            "standing": standing_from_anatomical(self.anatomy.sacral_slope_deg),
        }
        return frames[self.case.loading.axes]

    def heading(self, direction: Direction) -> Floats:
        """The unit vector of a direction at the loaded endplate, in the anatomical frame, shape (3,)."""
        if direction.told_in == CURVE:
            line = self.curve_mm[1] - self.curve_mm[0]
            return np.asarray(line / np.linalg.norm(line))
        standing = direction.told_in == STANDING
        axes = standing_from_anatomical(self.anatomy.sacral_slope_deg) if standing else self.axes
        return np.asarray(np.array(direction.axis) @ axes)

    @property
    def curve_mm(self) -> Floats:
        """Centres of the upper endplates from the top vertebra down to S1, shape (k, 3)."""
        plates = [self.top.upper, self.lumbar.l5.upper, sacral_endplate(self.anatomy.sacrum)]
        first = 1 if self.lumbar.l4 is None else 0
        return np.array([plate.centre_mm for plate in plates[first:]])

    @property
    def findings(self) -> tuple[str, ...]:
        """What a surgeon should know, in words."""
        if self.construct is None:
            return ()
        losses = lost_bodies(self.case.body_loss, self.anatomy, self.lumbar.l5)
        grafts = graft_findings(self.construct, losses)
        return (*self.construct.findings, *grafts)


def plan_spine(case: ConstructCase, model: str) -> Spine:
    """The shapes of one model of a case.

    Raises:
        GeometryError: a shape that cannot be built, a screw that leaves the bone, or heads without room.
    """
    anatomy = side_anatomy(case.anatomy, "left")
    refuse_two_sides(anatomy.sacrum)
    screws = {one.title(): _planned(case, anatomy, place) for place, one in enumerate(case.screws)}
    lumbar = _lumbar(case, anatomy, model)
    construct = None
    if model == INSTRUMENTED:
        link = case.rods.cross_link
        construct = build_construct(
            anatomy,
            lumbar,
            screws,
            vertebra_screw=VertebraScrew(**case.lumbar_screws.given()),
            rod=RodDesign(**case.rods.given()),
            cross_link=None if link is None else CrossLinkDesign(**link.given()),
        )
    return Spine(case=case, model=model, anatomy=anatomy, lumbar=lumbar, screws=screws, construct=construct)


def mesh_spine(spine: Spine, report: Progress = silent) -> Mesh:
    """The mesh of both sides, at the sizes of its case.

    Raises:
        MeshError: a bad element, implants that came apart, or bones that grew together.
    """
    sizing = spine.case.mesh.sizing()
    if spine.construct is not None:
        mesh = construct_mesh(spine.construct, sizing, report)
        require_joined(mesh, spine.construct)
    else:
        mesh = spine_mesh(spine.anatomy, spine.lumbar, list(spine.screws.values()), sizing, report)
    bones = [part for part in BONES if part in mesh.part_names]
    require_parted(mesh, bones, [part for part in mesh.part_names if part.startswith(CLEAR)])
    return mesh


def body_losses(spine: Spine) -> tuple[tuple[BodyLoss, float], ...]:
    """What is lost of S1 and of L5, as the family of loss and its share; nothing of the intact model."""
    if spine.model == INTACT:
        return ()
    voids = lost_bodies(spine.case.body_loss, spine.anatomy, spine.lumbar.l5)
    return tuple((void.loss, void.fraction) for void in voids)


def lost_bodies(loss: ConstructLoss, anatomy: Anatomy, l5: Vertebra) -> tuple[LossVoid, ...]:
    """What is lost of S1 and of L5, where anything is."""
    bodies = (
        (S1Body(anatomy.sacrum), loss.s1_shape, loss.s1_percent),
        (l5_body(l5), loss.l5_shape, loss.l5_percent),
    )
    return tuple(
        LossVoid(loss=BodyLoss(body, shape, loss.side), fraction=percent / 100.0)
        for body, shape, percent in bodies
        if percent > 0.0
    )


def l5_body(l5: Vertebra) -> VertebralBody:
    """The body of L5 as something that is lost from below, where it faces the disc L5-S1."""
    return VertebralBody(
        part="l5",
        vertebra=l5,
        column=l5.body,
        canal=l5.canal,
        superior_mm=l5.lower.centre_mm,
        inferior_mm=l5.upper.centre_mm,
        superior_normal=-l5.lower.axes[2],
        inferior_normal=l5.upper.axes[2],
        width_mm=2.0 * l5.lower.half_width_mm,
        depth_mm=2.0 * l5.lower.half_depth_mm,
    )


def _planned(case: ConstructCase, anatomy: Anatomy, place: int) -> Screw:
    """One sacral screw; a fault of it names its place in the list."""
    try:
        screw = accepted_screw(anatomy, case.screws[place].planned())
    except GeometryError as error:
        where = error.where.replace("screw", f"screws.{place}", 1)
        raise GeometryError(str(error.args[0]), where=where, advice=error.advice) from None
    design = case.screws[place].design
    return screw if design is None else screw.with_design(DESIGNS[design])


def _lumbar(case: ConstructCase, anatomy: Anatomy, model: str) -> Lumbar:
    """L5, and L4 if there is one, as this model has them."""
    plan = mean_lumbar(case.anatomy.sex)
    if case.levels == "l5":
        plan = replace(plan, l4=None)
    if model == INTACT:
        return build_lumbar(anatomy.sacrum, plan)
    operation = case.operation
    plan = replace(
        plan,
        l5_facets=operation.l5_facets,
        l5_laminectomy=operation.laminectomy != "none",
        l4_laminectomy=operation.laminectomy == "l4_l5",
    )
    lumbar = build_lumbar(anatomy.sacrum, plan)
    if operation.graft is None:
        return lumbar
    losses = lost_bodies(case.body_loss, anatomy, lumbar.l5)
    return grafted(lumbar, anatomy.sacrum, operation.graft, losses)
