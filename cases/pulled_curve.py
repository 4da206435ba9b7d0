"""A screw pulled beyond the linear range: its curve of force over displacement."""

import numpy as np

from cases.build import PullOutSetup
from cases.failure import strain_criteria
from cases.head_loads import PULL_OUT
from cases.progress import Progress
from cases.results import PullOutCurve
from fem.elastic import subdivided_rule
from fem.failure import DAMAGE_RULES, DamageLaw, PulledStep, pulled_steps
from fem.solution import Solution
from fem.solvers import SolverSettings
from geometry.arrays import Floats

# 32 points an element: the zone of insertion damage is thinner than the elements beside a smooth screw.
ZONE_RULE = subdivided_rule(1)
# Bone counts as damaged below this share of its stiffness (chosen).
DAMAGED = 0.5


def pulled_curve(
    setup: PullOutSetup, linear: Solution, lost: Floats, settings: SolverSettings, report: Progress
) -> PullOutCurve:
    """The curve of a case with `failure.progressive.steps`; an interrupt ends it, and keeps what is finished.

    Args:
        setup: mesh and material.
        linear: the pull at some body loss.
        lost: share of each element that is lost, shape (m,).
        settings: of each solve.
        report: is told each step.
    """
    chosen = setup.plan.case.failure.progressive
    count = chosen.steps or 0
    law = damage_law(setup, lost)
    steps: list[tuple[float, float, float]] = []
    ends = [chosen.displacement_mm * step / count for step in range(1, count + 1)]
    volumes = setup.mesh.volumes_mm3()
    try:
        for step in pulled_steps(
            linear.model, PULL_OUT, law, ends, settings=settings, start=linear.displacement_mm
        ):
            steps.append((step.displacement_mm, step.force_n, _damaged_mm3(step, law, volumes)))
            report(f"step {len(steps)} of {count}: {step.force_n:.0f} N at {step.displacement_mm:.3g} mm")
    except KeyboardInterrupt:
        if not steps:
            raise
        report(f"interrupted: {len(steps)} of {count} steps are kept")
    displacement, force, damaged = zip(*steps, strict=True)
    return PullOutCurve(
        displacement_mm=displacement, force_n=force, damaged_mm3=damaged, complete=len(steps) == count
    )


def damage_law(setup: PullOutSetup, lost: Floats) -> DamageLaw:
    """How the bone of a case is damaged; metal, cartilage and elements that are mostly lost are not."""
    failure = setup.plan.case.failure
    return DamageLaw(
        criterion=strain_criteria(failure)["principal_strain"],
        rule=DAMAGE_RULES[failure.progressive.rule],
        softening_mm=failure.progressive.softening_mm,
        may_fail=setup.material.is_bone() & (lost < 0.5),
        kept_at_start=1.0 - failure.progressive.insertion_loss * inserted_share(setup),
    )


def inserted_share(setup: PullOutSetup) -> Floats:
    """Share of each element of bone that the screw damaged as it went in, shape (m,)."""
    zone_mm = setup.plan.case.failure.progressive.insertion_zone_mm
    screw = setup.plan.screw
    share = np.zeros(len(setup.mesh.tets))
    if not zone_mm > 0.0:
        return share
    corners = setup.mesh.corner_points_mm()
    reach = 0.5 * screw.diameter_mm + zone_mm
    near = screw.axis_distance_mm(corners.reshape(-1, 3)).reshape(-1, 4).min(axis=1)
    size = np.linalg.norm(corners.max(axis=1) - corners.min(axis=1), axis=1)
    touched = np.flatnonzero(setup.material.is_bone() & (near < reach + size))
    points = ZONE_RULE.points_mm(corners[touched])
    within = screw.field(points.reshape(-1, 3)) < zone_mm
    share[touched] = within.reshape(len(touched), -1).mean(axis=1)
    return share


def _damaged_mm3(step: PulledStep, law: DamageLaw, volumes_mm3: Floats) -> float:
    return float(volumes_mm3[step.kept < DAMAGED * law.kept_at_start].sum())
