"""The failure section of a case: what the estimators of the pull-out force assume."""

from pydantic import Field

from cases.section import Section, choice, quantity
from fem.failure import DAMAGE_RULES
from materials.laws import STRENGTH_LAWS
from materials.shear_strength import CORTICAL_SHEAR_MPA, SHEAR_TO_COMPRESSIVE
from materials.yield_strains import YIELD_STRAINS


class Progressive(Section):
    """A pull beyond the linear range: damage grows with the displacement."""

    steps: int | None = quantity(
        None,
        5,
        400,
        unit="",
        about="steps of displacement, each up to one more solve; left out: no such pull",
        source="chosen; halve them to see how much they matter (docs/failure.md)",
        whole=True,
        example=25,
    )
    displacement_mm: float = quantity(
        1.0,
        0.05,
        10.0,
        unit="mm",
        about="displacement of the screw head at the last step",
        source="lumbar screws failed at 0.95 +- 0.49 mm (evidence 7.1 [V 153])",
    )
    rule: str = choice(
        "softening",
        DAMAGE_RULES,
        about="how stress goes on behind yield: it falls with the opening, or stays as it is",
        source="fem/failure/damage.py",
    )
    softening_mm: float = quantity(
        0.2,
        0.02,
        5.0,
        unit="mm",
        about="opening over which a band of softening bone loses all hold",
        source="chosen: no measurement was found (docs/failure.md)",
    )
    insertion_zone_mm: float = quantity(
        0.9,
        0.0,
        5.0,
        unit="mm",
        about="how far from its wall the screw damaged bone as it went in",
        source="0.9 mm round a thread 0.6 mm deep, most of it within 0.3 (evidence 7.1 [V 152])",
    )
    insertion_loss: float = quantity(
        0.5,
        0.0,
        0.95,
        unit="",
        about="share of stiffness and strength that this bone lost",
        source="chosen: published amounts are ambiguous (evidence 7.1 [V 10])",
    )


class Failure(Section):
    """How the pull-out force is estimated; every estimator has a bias of its own (docs/failure.md)."""

    region_mm: float = quantity(
        5.0,
        1.0,
        20.0,
        unit="mm",
        about="bone this near to the wall of the screw is counted by the strain criteria",
        source="bone is affected to 4.7-5.4 mm, Liu 2014 (evidence 7.1)",
    )
    exceeded_percent: float = quantity(
        2.0,
        0.1,
        50.0,
        unit="%",
        about="share of that bone beyond its limit at failure",
        source="2 in Pistoia 2002, 7 in a tool of today (evidence 4.3)",
    )
    effective_strain: float = quantity(
        0.007,
        0.001,
        0.05,
        unit="",
        about="limit of the effective strain",
        source="7000 microstrain in Pistoia 2002, 0.011 in a tool of today (evidence 4.3)",
    )
    yield_strain: str = choice(
        "morgan2001_vertebra",
        YIELD_STRAINS,
        about="limits of the principal strains in tension and compression",
        source="Morgan and Keaveny 2001 (evidence 4.3)",
    )
    tension_strain: float | None = quantity(
        None,
        0.001,
        0.05,
        unit="",
        about="limit in tension; left out: that of yield_strain",
        source="evidence 4.3",
        example=0.007,
    )
    compression_strain: float | None = quantity(
        None,
        0.001,
        0.05,
        unit="",
        about="limit in compression, positive; left out: that of yield_strain",
        source="evidence 4.3",
        example=0.0077,
    )
    strength_law: str = choice(
        "kopperdahl2002_qct",
        STRENGTH_LAWS,
        about="compressive strength of trabecular bone from its density; they differ 3-fold",
        source="partner of the default density_law (evidence 4.2)",
    )
    shear_to_compressive: float = quantity(
        SHEAR_TO_COMPRESSIVE,
        0.1,
        1.5,
        unit="",
        about="strength of trabecular bone in shear over that in compression",
        source="0.44 +- 0.16, Sanyal 2012 (evidence 4.3 [V 150])",
    )
    cortical_shear_mpa: float = quantity(
        CORTICAL_SHEAR_MPA,
        5.0,
        100.0,
        unit="MPa",
        about="shear strength of the cortical shell",
        source="51.6 along a long bone, Turner 2001 (evidence 4.3 [V 151]); of the sacrum assumed",
    )
    thread_shape_factor: float | None = quantity(
        None,
        0.3,
        1.5,
        unit="",
        about="share of the thread's outer surface that is sheared; left out: from depth and pitch of the "
        "design, 0.74 without one",
        source="Chapman 1996 (evidence 7.4); 0.74: mean of twelve screws [V 124]",
        example=0.74,
    )
    foam_constant_scale: float = quantity(
        1.0,
        0.5,
        2.0,
        unit="",
        about="times the constant of each estimator, which is fitted on foam and frozen",
        source="1: as fitted (docs/failure.md); moved by `sacrofix sensitivity` only",
    )
    progressive: Progressive = Field(
        default_factory=Progressive, description="a pull beyond the linear range, if steps are given"
    )
