"""From a case to a mechanical model: the one place where shapes, bone and finite elements meet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from cases.case_density import case_scan, scan_summary
from cases.elasticity import FINE_RULE, elastic_field, weakened
from cases.head_loads import LOADS
from cases.progress import Progress, silent
from cases.schema import Case
from cases.schema_anatomy import Anatomy as AnatomySection
from cases.schema_bone import REMOVED, Bone
from fem.discretisation import Discretisation, discretise
from fem.elastic import ElasticField
from fem.loads.traction import face_traction
from fem.model import Model
from fem.supports import FixedNodes
from geometry.anatomy import Anatomy, anatomy_round
from geometry.arrays import Floats, Ints
from geometry.body_loss import BodyLoss, LossVoid, S1Body
from geometry.errors import ModelError
from geometry.imported.sacrum import ImportedSacrum
from geometry.lumbar.spine import Lumbar
from geometry.mesh import Mesh
from geometry.meshing.pull_out import pull_out_mesh
from geometry.mirror import ACROSS
from geometry.planning.nearest import accepted_screw
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.promise import SacrumBody
from geometry.sacrum.shape import SACRUM_SHAPES
from geometry.screws import DESIGNS, Cement, Screw, injected
from materials.anisotropy import ANISOTROPIES, lay_grain
from materials.cortex import thinned_cortex
from materials.ct.scanned import ScannedDensity
from materials.density_map import lay_density
from materials.field import BoneMaterial, MaterialField, map_material
from materials.laws import LAWS
from materials.loss_field import LossField, map_loss
from materials.regions.bone import RegionalBone
from materials.regions.bones import regional_bones
from materials.tables import CORTEX, LOST_BONE, METALS, Solid


@dataclass(frozen=True, kw_only=True)
class ScrewPlan:
    """The anatomy of a case with its screw and the cement round it, before any mesh.

    Everything is planned on the left; a right screw is the mirror image, see `mirrored_vectors`.
    """

    case: Case
    anatomy: Anatomy
    screw: Screw
    cement: Cement | None

    def implant(self, points_mm: Floats) -> Floats:
        """Signed distance to all that displaces bone, shape (n,): the screw with its bore, and the cement."""
        screw = self.screw.filled(points_mm)
        return screw if self.cement is None else np.minimum(screw, self.cement.filled(points_mm))


@dataclass(frozen=True, kw_only=True)
class PullOutSetup:
    """All of a pull-out case that does not depend on how much bone is lost.

    Attributes:
        plan: anatomy and screw.
        mesh: of the screw in its bones.
        discretisation: of that mesh.
        material: of that mesh, nothing lost.
        elastic: the same as moments.
        loss: the family of body loss.
        loss_field: that family on the mesh.
        held: nodes held, shape (k,).
    """

    plan: ScrewPlan
    mesh: Mesh
    discretisation: Discretisation
    material: MaterialField
    elastic: ElasticField
    loss: BodyLoss
    loss_field: LossField
    held: Ints


def plan_case(case: Case) -> ScrewPlan:
    """The anatomy, the screw and the cement of a case.

    Raises:
        GeometryError: a shape that cannot be built, a screw that misses or leaves the bone, or cement that
            finds no room in it.
    """
    anatomy = case_anatomy(case)
    screw = accepted_screw(anatomy, case.screw.planned())
    if case.screw.design is not None:
        design = DESIGNS[case.screw.design]
        # the mirror image of a screw is of the other handedness
        screw = screw.with_design(design if case.screw.side == "left" else design.mirrored())
    section = case.screw.cement
    cement = None if section is None else injected(anatomy, screw, section.dose())
    return ScrewPlan(case=case, anatomy=anatomy, screw=screw, cement=cement)


def case_anatomy(case: Case) -> Anatomy:
    """The bones of a case, as its screw is planned in: a right screw needs the right half on the left.

    Raises:
        GeometryError: a shape that cannot be built, or a surface that is no sacrum's.
    """
    return side_anatomy(case.anatomy, case.screw.side)


@lru_cache(maxsize=4)
def side_anatomy(section: AnatomySection, side: str) -> Anatomy:
    """The bones with that side, "left" or "right", on the left; one and the same where both are alike.

    Several screws of a study share them.

    Raises:
        GeometryError: as `case_anatomy`.
    """
    sacrum = _sacrum(section)
    if side == "right":
        if sacrum.mirrored() is sacrum:
            return side_anatomy(section, "left")
        sacrum = sacrum.mirrored()
    return anatomy_round(sacrum, section.ilium_shape(), section.joint_gap_mm, section.sacral_slope_deg)


@lru_cache(maxsize=2)
def _sacrum(section: AnatomySection) -> SacrumBody:
    """The sacrum of a section; reading a surface takes some 10 s."""
    if section.sacrum_surface is not None:
        return section.sacrum_surface.sacrum(SACRUM_SHAPES[section.sex])
    return Sacrum(*section.sacrum_shapes())


def mesh_plan(plan: ScrewPlan, report: Progress = silent) -> Mesh:
    """The mesh of a plan, at the sizes of its case, without the bone that its case removes.

    It tells first what was made of an imported surface and of a scan, and refuses a scan that cannot be used
    before the minutes of a mesh.
    """
    sacrum = plan.anatomy.sacrum
    surface = sacrum.summary() if isinstance(sacrum, ImportedSacrum) else ()
    for line in (*surface, *scan_summary(plan.case, plan.anatomy)):
        report(line)
    removed = plan.case.body_loss.removed_percent / 100.0
    lost = LossVoid(loss=body_loss(plan), fraction=removed) if removed else None
    return pull_out_mesh(
        plan.anatomy, plan.screw, plan.case.mesh.sizing(), report, cement=plan.cement, lost=lost
    )


def at_body_loss(plan: ScrewPlan, loss_percent: float) -> ScrewPlan:
    """The same plan with another share of the S1 body lost."""
    loss = plan.case.body_loss.model_copy(update={"percent": loss_percent})
    return replace(plan, case=plan.case.model_copy(update={"body_loss": loss}))


def body_loss(plan: ScrewPlan) -> BodyLoss:
    """The family of body loss of a case."""
    return BodyLoss(S1Body(plan.anatomy.sacrum), plan.case.body_loss.shape, _loss_side(plan.case))


def set_up(plan: ScrewPlan, mesh: Mesh) -> PullOutSetup:
    """Material, supports and discretisation on the mesh of a plan."""
    case = plan.case
    loss = body_loss(plan)
    material = map_material(mesh, bone_material(case, plan.anatomy), implant_solids(case))
    anisotropy = ANISOTROPIES[case.bone.anisotropy]
    grain = None if anisotropy is None else lay_grain(mesh, plan.anatomy, anisotropy)
    return PullOutSetup(
        plan=plan,
        mesh=mesh,
        discretisation=discretise(mesh),
        material=material,
        elastic=elastic_field(material, grain),
        loss=loss,
        loss_field=map_loss(mesh, loss),
        held=held_nodes(mesh, plan.screw, loss, case.loading.support_clearance_diameters),
    )


def implant_solids(case: Case) -> dict[str, Solid]:
    """What the implants of a case are made of, by part."""
    solids = {"screw": METALS[case.screw.metal]}
    if case.screw.cement is not None:
        solids["cement"] = case.screw.cement.solid()
    return solids


def bone_material(case: Case, anatomy: Anatomy, lumbar: Lumbar | None = None) -> BoneMaterial:
    """What the bones of a case are made of."""
    return material_of(case.bone, regional_bones(anatomy, lumbar), case_scan(case, anatomy, lumbar))


def material_of(
    bone: Bone, bones: Mapping[str, RegionalBone], scanned: ScannedDensity | None = None
) -> BoneMaterial:
    """What these bones are made of, their density from a scan if there is one."""
    template = lay_density(bones, bone.density()) if scanned is None else scanned.template
    return BoneMaterial(
        bones=bones,
        asked=template.density,
        density=template if scanned is None else scanned,
        law=LAWS[bone.density_law].converted(bone.conversion()),
        cortex_mm=thinned_cortex(bone.cortex.thickness(), template.density.t_score),
        cortex=Solid(young_mpa=bone.cortex.young_mpa, poisson=CORTEX.poisson, source="case"),
    )


def held_nodes(mesh: Mesh, screw: Screw, loss: BodyLoss, clearance_diameters: float) -> Ints:
    """Nodes of the outer bone surface that are held, shape (k,): like the potting of a pull-out test.

    Bone nearer to the screw than the clearance is free (at least five diameters, evidence 8). The S1 body is
    never held: else lost bone would go on supporting the screw.

    Raises:
        ModelError: no bone lies that far away.
    """
    surface = np.unique(mesh.face("bone_surface"))
    points = mesh.nodes_mm[surface]
    far = screw.axis_distance_mm(points) > clearance_diameters * screw.diameter_mm
    held = surface[far & (loss.region(points) > 0.0)]
    if not len(held):
        raise ModelError(
            f"no bone lies more than {clearance_diameters:g} screw diameters away from the screw",
            where="loading.support_clearance_diameters",
            advice="Use a smaller clearance",
        )
    return held


def lost_share(setup: PullOutSetup, loss_percent: float) -> Floats:
    """Share of each element that is lost at that body loss, shape (m,).

    Raises:
        ModelError: bone was left out of the mesh, at another loss.
    """
    case = setup.plan.case.body_loss
    if case.applied_as == REMOVED:
        if loss_percent != case.percent:
            raise ModelError(
                f"the mesh was made for {case.percent:g} % of body loss, not {loss_percent:g} %",
                where="body_loss.applied_as",
                advice="Mesh each loss, or apply it as material",
            )
        return np.zeros(len(setup.mesh.tets))
    return setup.loss_field.lost_share(setup.loss.threshold(loss_percent / 100.0), FINE_RULE.barycentric)


def model_at(setup: PullOutSetup, share: Floats) -> Model:
    """The model of the load on the screw's head, named by its kind, with that share of each element lost."""
    plan = setup.plan
    loading = plan.case.loading
    force_n = LOADS[loading.kind].direction(plan.screw) * loading.force_n
    load = face_traction(setup.mesh, setup.mesh.face("screw_head"), force_n, name=loading.kind)
    return Model(
        discretisation=setup.discretisation,
        elastic=weakened(setup.elastic, share, fill_young_mpa(plan.case)),
        supports=(FixedNodes(name="bone far from the screw", nodes=setup.held),),
        load_cases=(load,),
    )


def fill_young_mpa(case: Case) -> float:
    """Young's modulus of what stands where bone was lost."""
    own = case.body_loss.fill_young_mpa
    return LOST_BONE[case.body_loss.fill].young_mpa if own is None else own


def achieved_loss_percent(setup: PullOutSetup, share: Floats) -> float:
    """Share of the S1 body's bone round the screw that is lost on this mesh, in percent."""
    volumes = setup.mesh.volumes_mm3()
    there_mm3 = float(setup.loss_field.lost_share(np.inf, FINE_RULE.barycentric) @ volumes)
    if not setup.plan.case.body_loss.removed_percent:
        return 100.0 * (float(share @ volumes) / there_mm3)
    return 100.0 * (1.0 - there_mm3 / setup.loss.volume_outside_mm3(setup.plan.implant))


def mirrored_vectors(vectors: Floats) -> Floats:
    """Vectors of shape (n, 3) seen on the other side of the midsagittal plane."""
    return np.asarray(vectors * ACROSS)


def _loss_side(case: Case) -> str:
    """The side of the loss in the frame of the plan, where the screw is on the left."""
    return {"both": "both", "ipsilateral": "left", "contralateral": "right"}[case.body_loss.side]
