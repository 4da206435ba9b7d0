"""The density and the cortex of a case, measured on its bones as a CT reader would."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from cases.build import bone_material, case_anatomy
from cases.patient import fitting_lumbar
from cases.schema import Case
from geometry.anatomy import Anatomy
from materials.cortex import CortexThickness
from materials.density_field import SACRUM
from materials.field import BoneMaterial
from materials.regions.of_interest import sampled_bone, where_most
from materials.tables import TRABECULAR_FLOOR_MPA
from materials.templates import ALA_REGIONS, S1_BODY, TEMPLATES

CASE, SCAN = "case", "scan"


@dataclass(frozen=True, kw_only=True)
class RegionMeasure:
    """One region of one bone.

    Attributes:
        part, region: where.
        asked_mg_cm3: mean that the map or the case asks for; None inside the S1 ala, whose mean is R, and
            where a scan says it.
        mean_mg_cm3: mean of the region of interest: its core, inside the shell.
        low_mg_cm3, high_mg_cm3: extremes of all of it inside the shell.
        sd_mg_cm3: published deviation between people at T-score 0, None where there is none.
        share: of the bone's volume inside the shell.
        young_mpa: modulus of bone of that mean by the law of the case.
        source: where the mean is from, or `CASE`, or `SCAN`.
    """

    part: str
    region: str
    asked_mg_cm3: float | None
    mean_mg_cm3: float
    low_mg_cm3: float
    high_mg_cm3: float
    sd_mg_cm3: float | None
    share: float
    young_mpa: float
    source: str


@dataclass(frozen=True, kw_only=True)
class ShellMeasure:
    """The cortex of one region of one bone.

    Attributes:
        part, region: where.
        thickness_mm: in the middle of the region, thinned by the T-score.
        mean_mm: mean over the region, with its blends.
        share: of the bone's surface.
        range_mm: range of the default.
        source: where the thickness is from, or `CASE`.
    """

    part: str
    region: str
    thickness_mm: float
    mean_mm: float
    share: float
    range_mm: tuple[float, float]
    source: str


@dataclass(frozen=True, kw_only=True)
class MeasuredBone:
    """What a case's bones are made of.

    Attributes:
        anatomy: as the screw is planned in.
        material: density, law and cortex, with L5 and L4 where they fit.
        scanned: the density of the sacrum is a scan's.
        misfit: why L5 and L4 do not; "" where they do.
        regions: the sacrum's first.
        shells: the same.
        ala_to_body: R as measured; `material.asked` has it as asked.
        void_of_ala: share of the S1 ala that the alar void takes, full or empty.
        below_zero: share of the sacrum inside the shell where fat outweighs bone.
    """

    anatomy: Anatomy
    material: BoneMaterial
    scanned: bool
    misfit: str
    regions: tuple[RegionMeasure, ...]
    shells: tuple[ShellMeasure, ...]
    ala_to_body: float
    void_of_ala: float
    below_zero: float


def measured_bone(case: Case) -> MeasuredBone:
    """The bones of a case, measured region by region.

    Raises:
        GeometryError: a sacrum or an ilium that cannot be built.
    """
    anatomy = case_anatomy(case)
    lumbar, misfit = fitting_lumbar(anatomy, case.anatomy.sex)
    material = bone_material(case, anatomy, lumbar)
    sacrum = sampled_bone(material.bones[SACRUM])
    values = material.density.mg_cm3(SACRUM, sacrum.points_mm)
    ala, body = sacrum.core(ALA_REGIONS), sacrum.core((S1_BODY,))
    return MeasuredBone(
        anatomy=anatomy,
        material=material,
        scanned=case.bone.ct is not None,
        misfit=misfit,
        regions=tuple(row for part in material.bones for row in _regions(case, material, part)),
        shells=tuple(row for part in material.bones for row in _shells(case, material, part)),
        ala_to_body=float(values[ala].mean() / values[body].mean()),
        void_of_ala=float(sacrum.void[ala].mean()),
        below_zero=float((values < 0.0).mean()),
    )


def _regions(case: Case, material: BoneMaterial, part: str) -> Iterable[RegionMeasure]:
    """The regions of one bone."""
    own, template = case.bone.regions.given(), TEMPLATES[case.bone.map].regions
    scanned = part == SACRUM and case.bone.ct is not None
    sampled = sampled_bone(material.bones[part])
    values = material.density.mg_cm3(part, sampled.points_mm)
    for region, there in where_most(sampled.weights).items():
        mean = float(values[sampled.core((region,))].mean())
        young = np.maximum(material.law.young_mpa(np.array([mean])), TRABECULAR_FLOOR_MPA)
        source = CASE if region in own else template[region].source
        yield RegionMeasure(
            part=part,
            region=region,
            asked_mg_cm3=None if scanned or region in ALA_REGIONS else material.asked.mean_mg_cm3(region),
            mean_mg_cm3=mean,
            low_mg_cm3=float(values[there].min()),
            high_mg_cm3=float(values[there].max()),
            sd_mg_cm3=template[region].sd_mg_cm3,
            share=float(there.mean()),
            young_mpa=float(young[0]),
            source=SCAN if scanned else source,
        )


def _shells(case: Case, material: BoneMaterial, part: str) -> Iterable[ShellMeasure]:
    """The cortex of one bone."""
    bone, own = material.bones[part], case.bone.cortex.given()
    rim = sampled_bone(bone).rim_mm
    thickness = material.cortex_mm.at_mm(bone, rim)
    numbers = {entry.name: entry.metadata for entry in fields(CortexThickness)}
    for region, there in where_most(bone.shell_weights(rim)).items():
        key = f"{region}_mm"
        yield ShellMeasure(
            part=part,
            region=region,
            thickness_mm=getattr(material.cortex_mm, key),
            mean_mm=float(thickness[there].mean()),
            share=float(there.mean()),
            range_mm=(numbers[key]["low"], numbers[key]["high"]),
            source=CASE if key in own else numbers[key]["source"],
        )
