"""The force at which a screw fails: estimates from its linear solution, and from its thread alone."""

from collections.abc import Mapping

import numpy as np

from cases.build import PullOutSetup, bone_material
from cases.estimators import ESTIMATORS
from cases.head_loads import LOADS
from cases.results import PullOutForces
from cases.schema import Failure
from fem.elastic import GAUSS_4
from fem.failure import Criterion, EffectiveStrain, PrincipalStrain, load_factor
from fem.recovery import GaussFields
from geometry.arrays import Bools, Floats
from geometry.screws.envelope import thread_envelope
from materials.laws import STRENGTH_LAWS
from materials.shear_strength import ShearStrength, bone_shear
from materials.yield_strains import YIELD_STRAINS


def pull_out_forces(
    setup: PullOutSetup, fields: GaussFields, lost: Floats, loss_percent: float
) -> PullOutForces:
    """Every estimate that one linear solution allows; thread shear of a pulled screw without cement only.

    Args:
        setup: what was solved.
        fields: of the case's load.
        lost: share of each element that is lost, shape (m,).
        loss_percent: the same as a share of the S1 body.
    """
    case = setup.plan.case
    load = LOADS[case.loading.kind]
    region = region_of_effect(setup, lost)
    volumes = fields.points_volume_mm3
    share = case.failure.exceeded_percent
    uncalibrated = {
        load.by_strain[name]: case.loading.force_n
        * load_factor(criterion.demand(fields), volumes, region, share)
        for name, criterion in strain_criteria(case.failure).items()
    }
    shell_n = None
    if load.pulls and setup.plan.cement is None:
        # cement shears bone along a surface of its own, for which no such formula is known
        uncalibrated["thread_shear"], shell = thread_shear_n(setup, loss_percent)
        shell_n = calibrated(case.failure, "thread_shear", shell)
    return PullOutForces(
        forces_n={name: calibrated(case.failure, name, force) for name, force in uncalibrated.items()},
        region_mm3=float(volumes[region].sum()),
        shell_n=shell_n,
    )


def calibrated(failure: Failure, estimator: str, force_n: float) -> float:
    """The force in N times the constant of its estimator; without a constant there is none to scale."""
    constant = ESTIMATORS[estimator].calibration
    return force_n * failure.foam_constant_scale * constant.factor if constant.tests else force_n


def strain_criteria(failure: Failure) -> Mapping[str, Criterion]:
    """The criteria on strain, by name."""
    strains = YIELD_STRAINS[failure.yield_strain]
    return {
        "effective_strain": EffectiveStrain(limit=failure.effective_strain),
        "principal_strain": PrincipalStrain(
            tension=failure.tension_strain or strains.tension,
            compression=failure.compression_strain or strains.compression,
        ),
    }


def region_of_effect(setup: PullOutSetup, lost: Floats) -> Bools:
    """Gauss points near the wall of the screw in bone that is mostly left, shape (m, 4).

    The region is the same at every loss; what is left in it is not.
    """
    screw = setup.plan.screw
    points = GAUSS_4.points_mm(setup.mesh.corner_points_mm()).reshape(-1, 3)
    reach = 0.5 * screw.diameter_mm + setup.plan.case.failure.region_mm
    near = screw.axis_distance_mm(points) < reach
    left = setup.material.is_bone() & (lost < 0.5)
    return np.asarray(near.reshape(-1, 4) & left[:, None])


def thread_shear_n(setup: PullOutSetup, loss_percent: float) -> tuple[float, float]:
    """The force in N that shears all bone along the thread, and the part of it that the shell bears.

    Lost bone bears nothing, whatever fills its place. No mesh is asked: the exact shapes are.
    """
    plan, failure = setup.plan, setup.plan.case.failure
    envelope = thread_envelope(plan.screw, failure.thread_shape_factor)
    shear = ShearStrength(
        law=STRENGTH_LAWS[failure.strength_law].converted(plan.case.bone.conversion()),
        shear_to_compressive=failure.shear_to_compressive,
        cortical_mpa=failure.cortical_shear_mpa,
    )
    points = envelope.points_mm
    gone = setup.loss.level(points) < setup.loss.threshold(loss_percent / 100.0)
    gone &= setup.loss.region(points) < 0.0
    bone = bone_shear(bone_material(plan.case, plan.anatomy), shear, points).without(gone)
    return envelope.sheared_n(bone.strength_mpa), envelope.sheared_n(bone.strength_mpa * bone.in_shell)
