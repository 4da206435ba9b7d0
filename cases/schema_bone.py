"""The bone and body_loss sections of a case: how dense the bone is, and how much of S1 is gone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field, create_model

from cases.schema_cortex import Cortex
from cases.schema_ct import Ct
from cases.section import BrokenRule, Section, choice, quantity
from geometry.body_loss import FAMILIES
from materials.anisotropy import ANISOTROPIES
from materials.conversions import ASH_OVER_APPARENT, CAHA, QCT, Conversion
from materials.density_map import BoneDensity, bone_density
from materials.laws import LAWS
from materials.tables import LOST_BONE
from materials.templates import ALA_LOSS_EXPONENT, REGIONS, S1_BODY, T_SCORE_MAPS, TEMPLATES

# One standard deviation above the young mean: five in six are below.
LIKELY_T_SCORE = 1.0
LOSS_SIDES = ("both", "ipsilateral", "contralateral")
MATERIAL, REMOVED = "material", "geometry"


# What a scan shows for itself.
MEASURED_IN_A_SCAN = (
    "t_score",
    "s1_body_mg_cm3",
    "s1_body_kind",
    "ala_to_body_ratio",
    "alar_void",
    "regions",
)


def _region_ratios() -> Any:
    """A section with one optional ratio per region of the density map; the S1 body itself is 1."""
    made: dict[str, Any] = {}
    for region in dict.fromkeys(name for names in REGIONS.values() for name in names if name != S1_BODY):
        about = f"mean density of {region.replace('_', ' ')} over the S1 body; left out: as the map has it"
        made[region] = (
            float | None,
            quantity(None, 0.0, 3.0, unit="", about=about, source="evidence 3.2", example=1.0),
        )
    return create_model("RegionRatios", __base__=Section, **made)


if TYPE_CHECKING:
    RegionRatios = Section
else:
    RegionRatios = _region_ratios()


class Bone(Section):
    """Density by region, and the law that turns it into stiffness."""

    map: str = choice(
        "clinical_ct",
        TEMPLATES,
        about="regional density template",
        source="clinical_ct: Nakamura 2020, young_qct: Zheng 2000 (evidence 3.2)",
    )
    t_score: float | None = quantity(
        -2.0,
        -5.0,
        2.0,
        unit="",
        about="a T-score, dimensionless; scales the whole map (or give s1_body_mg_cm3)",
        source="cohort of the paper, about -2.0 (evidence 0.1)",
    )
    t_score_map: str = choice(
        "class_boundary",
        T_SCORE_MAPS,
        about="how a T-score scales density",
        source="evidence 3.3, both offered",
    )
    s1_body_mg_cm3: float | None = quantity(
        None,
        20.0,
        500.0,
        unit="mg/cm3",
        about="measured density of the S1 body in a calibrated scan, in place of a T-score",
        source="227 in clinical CT, 382 in young men (evidence 3.2)",
        example=227.0,
    )
    s1_body_kind: str = choice(
        QCT,
        (QCT, CAHA),
        about="phantom behind s1_body_mg_cm3: QCT (K2HPO4-equivalent) or CaHA (hydroxyapatite)",
        source="both to ash by Keyak 1994 and Kaneko 2004 (evidence 4.1)",
    )
    ala_to_body_ratio: float | None = quantity(
        None,
        0.1,
        1.2,
        unit="",
        about="R, mean density of the S1 ala over the S1 body; left out: the map's own, falling with T",
        source="0.37 to 0.78 published, sweep 0.20-0.80 (evidence 3.2)",
        example=0.63,
    )
    ala_loss_exponent: float = quantity(
        ALA_LOSS_EXPONENT,
        1.0,
        3.0,
        unit="",
        about="the ala keeps this power of what the body keeps of its density; nothing where R is given",
        source="assumed: the ala is lost first (evidence 3.3 [A])",
    )
    alar_void: float | None = quantity(
        None,
        0.0,
        1.0,
        unit="",
        about="share of the trabeculae that fat has replaced in the middle of the alar void; "
        "left out: 0 at T -1, 1 at T -2.5",
        source="all gone below 100 HU in L5 (evidence 3.1 [V 58]), between chosen",
        example=0.5,
    )
    regions: RegionRatios = Field(
        default_factory=RegionRatios, description="densities of single regions over the S1 body"
    )
    density_law: str = choice(
        "crawford2003",
        LAWS,
        about="density-modulus law; they differ ten-fold and more, so draw conclusions on ratios",
        source="Crawford 2003 has the density that CT delivers (evidence 4.2); see sacrofix laws",
    )
    ash_over_apparent: str = choice(
        "schileo2008",
        ASH_OVER_APPARENT,
        about="ratio of ash to apparent density, 0.60 or 0.43; moves the laws of apparent density only",
        source="Schileo 2008, recalled; calf lumbosacral bone, derived (evidence 4.1)",
    )
    anisotropy: str = choice(
        "none",
        ANISOTROPIES,
        about="whether trabecular bone of the sacrum is softer across the axis of its bodies than along it",
        source="crawford: Crawford 2003, recalled [R-H]; the law's modulus is that along it (evidence 4.2)",
    )
    cortex: Cortex = Field(default_factory=Cortex, description="the cortical shell")
    ct: Ct | None = Field(
        default=None, description="a calibrated CT scan: the density of the sacrum in place of the map's"
    )

    @property
    def anisotropic(self) -> bool:
        """Whether trabecular bone is softer in one direction than in another."""
        return ANISOTROPIES[self.anisotropy] is not None

    @classmethod
    def completed(cls, given: Mapping[str, object]) -> Mapping[str, object]:
        """A measured density takes the place of the default T-score."""
        measured = given.get("s1_body_mg_cm3") is not None or given.get("ct") is not None
        if measured and "t_score" not in given:
            return {**given, "t_score": None}
        return given

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """Exactly one of T-score, measured density and scan."""
        measured = given.get("s1_body_mg_cm3") is not None
        if given.get("ct") is not None:
            remedy = "delete it, or delete ct to use the map"
            return [
                BrokenRule(path=(key,), problem="given beside ct, in which it is measured", remedy=remedy)
                for key in MEASURED_IN_A_SCAN
                if given.get(key) not in (None, {}, QCT)
            ]
        if measured and given.get("t_score") is not None:
            return [
                BrokenRule(
                    path=("t_score",),
                    problem="given beside s1_body_mg_cm3; one of them sets the density",
                    remedy="delete t_score to use the measured density, or s1_body_mg_cm3 to use the T-score",
                )
            ]
        if not measured and "t_score" in given and given["t_score"] is None:
            return [
                BrokenRule(
                    path=("t_score",),
                    problem="empty, and s1_body_mg_cm3 is not given either",
                    remedy="give one of them, for example t_score: -2.0",
                )
            ]
        if not measured and given.get("s1_body_kind", QCT) != QCT:
            return [
                BrokenRule(
                    path=("s1_body_kind",),
                    problem="given without s1_body_mg_cm3, which it would describe",
                    remedy="delete it, or give s1_body_mg_cm3",
                )
            ]
        return []

    def doubts(self) -> list[BrokenRule]:
        """A T-score well above 0 is more likely one without its sign."""
        if self.t_score is None or self.t_score <= LIKELY_T_SCORE:
            return []
        return [
            BrokenRule(
                path=("t_score",),
                problem="denser than five in six young adults; the paper prints its osteopenic cohort as 1.6 "
                "to 2.4, almost certainly T-scores without their minus (evidence 0.1)",
                remedy=f"write t_score: {-self.t_score:g} if that was meant",
            )
        ]

    def density(self) -> BoneDensity:
        """The densities of the regions that this section asks for."""
        return bone_density(
            self.map,
            T_SCORE_MAPS[self.t_score_map],
            t_score=self.t_score,
            s1_body_mg_cm3=self.s1_body_qct_mg_cm3(),
            ala_to_body=self.ala_to_body_ratio,
            ala_loss_exponent=self.ala_loss_exponent,
            alar_void=self.alar_void,
            region_ratios=self.regions.given(),
        )

    def conversion(self) -> Conversion:
        """From QCT density to the kinds of density that laws were measured on."""
        return Conversion(ash_over_apparent=ASH_OVER_APPARENT[self.ash_over_apparent].ratio)

    def s1_body_qct_mg_cm3(self) -> float | None:
        """The measured density of the S1 body as QCT sees it; None where a T-score is given."""
        if self.s1_body_mg_cm3 is None:
            return None
        return float(self.conversion().to_qct(np.array(self.s1_body_mg_cm3), self.s1_body_kind))


class BodyLoss(Section):
    """The part of the S1 body that infection has taken."""

    percent: float = quantity(
        0.0,
        0.0,
        100.0,
        unit="%",
        about="share of the S1 body volume that is lost",
        source="0: intact; the paper's threshold is 50 (evidence 0.1)",
    )
    shape: str = choice(
        "flat",
        FAMILIES,
        about="where the loss starts and how it grows",
        source="families chosen",
    )
    side: str = choice(
        "both", LOSS_SIDES, about="which half of the body is lost, seen from the screw", source="chosen"
    )
    applied_as: str = choice(
        MATERIAL,
        (MATERIAL, REMOVED),
        about="lost bone gets the modulus of its fill on one mesh for all losses, or is left out of the mesh",
        source="chosen: on one mesh differences are not mesh noise; both agree (docs/method.md)",
    )
    fill: str = choice("void", LOST_BONE, about="what stands where bone was", source="materials.tables")
    fill_young_mpa: float | None = quantity(
        None,
        0.001,
        500.0,
        unit="MPa",
        about="Young's modulus of the fill; left out: that of the table",
        source="materials.tables",
        example=5.0,
    )

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """Only lost bone that stays in the mesh can be filled."""
        if given.get("applied_as") != REMOVED:
            return []
        return [
            BrokenRule(
                path=(key,),
                problem=f"fills lost bone, but applied_as: {REMOVED} leaves it out of the mesh",
                remedy=f"delete {key}, or use applied_as: {MATERIAL}",
            )
            for key, none in (("fill", "void"), ("fill_young_mpa", None))
            if given.get(key, none) != none
        ]

    @property
    def removed_percent(self) -> float:
        """Share of the S1 body that the mesh leaves out."""
        return self.percent if self.applied_as == REMOVED else 0.0
