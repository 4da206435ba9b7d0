"""Does the answer depend on how the cortex is brought into the elements? One line per mesh and rule.

    python -m benchmarks.cortex                    the S1 pedicle screw of the quickstart, three element sizes
    python -m benchmarks.cortex s1_alar_45 1.5     another preset, one size

Rules: `sampled` is what every command does, the others are what it replaces. `smeared` gives each element the
mean modulus of its samples, `centroid` that of its centroid, `touched` makes cortex of every element with a
vertex in the shell. Beside the stiffness stands the volume of the sacrum's shell over that of the shell
itself, counted on a grid of a million points.
"""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from cases.build import (
    PullOutSetup,
    bone_material,
    lost_share,
    mesh_plan,
    model_at,
    plan_case,
    set_up,
)
from cases.elasticity import FINE_RULE
from cases.head_loads import PULL_OUT
from cases.load import read_case
from cases.run import solver_settings
from cases.schema import Case
from fem.elastic import UNIT_MOMENTS, ElasticField
from fem.error_estimate import estimated_error
from fem.solution import work_stiffness
from fem.solvers import solve
from geometry.arrays import Floats
from geometry.tetrahedron import halves_at
from materials.field import BoneMaterial, depth_mm

QUICKSTART = Path("cases/library/case.yaml")
CENTROID = np.full((1, 4), 0.25)
SHELL_POINTS = 1_000_000


def main() -> None:
    """Print a table as Markdown."""
    preset = sys.argv[1] if len(sys.argv) > 1 else "s1_pedicle"
    scales = [float(word) for word in sys.argv[2:]] or [1.5, 1.0, 0.7]
    print("| edges times | elements | rule | stiffness, N/mm | error | shell of the sacrum |")
    print("|---|---|---|---|---|---|")
    for scale in scales:
        case = _case(preset, scale)
        setup = set_up(plan_case(case), mesh_plan(plan_case(case)))
        true_mm3 = shell_volume_mm3(bone_material(case, setup.plan.anatomy))
        for rule, shares in shell_shares(setup).items():
            elastic = setup.elastic if rule == "sampled" else in_each_element(setup, shares, rule)
            solution = solve(
                model_at(replace(setup, elastic=elastic), lost_share(setup, 0.0)),
                settings=solver_settings(case.solver),
            )
            stiffness = work_stiffness(case.loading.force_n, solution, PULL_OUT)
            error = estimated_error(solution, PULL_OUT).relative_stiffness_error
            sacrum = setup.mesh.part == setup.mesh.part_index("sacrum")
            volume = float(shares[sacrum] @ setup.mesh.volumes_mm3()[sacrum])
            print(
                f"| {scale:g} | {len(setup.mesh.tets)} | {rule} | {stiffness:.0f} | {100 * error:.1f} % "
                f"| {100 * volume / true_mm3:.1f} % |",
                flush=True,
            )


def _case(preset: str, scale: float) -> Case:
    """The case of the quickstart's study with that screw, nothing lost."""
    overrides = [f"screw.preset={preset}", f"mesh.scale={scale}", "screw.side=left", "body_loss.percent=0"]
    if preset != "s1_pedicle":
        overrides.append("screw.length_mm=null")
    return read_case(QUICKSTART, overrides).value


def shell_shares(setup: PullOutSetup) -> Mapping[str, Floats]:
    """Share of each element that each rule makes cortex, shape (m,)."""
    # metal has no depth below a shell: as far as can be
    under = np.minimum(setup.material.under_cortex_mm, 1e3)
    sampled = (under @ halves_at(FINE_RULE.barycentric).T < 0.0).mean(axis=1)
    return {
        "sampled": sampled,
        "smeared": sampled,
        "centroid": (under @ halves_at(CENTROID).T < 0.0)[:, 0].astype(float),
        "touched": (under[:, :4] < 0.0).any(axis=1).astype(float),
    }


def in_each_element(setup: PullOutSetup, shares: Floats, rule: str) -> ElasticField:
    """One modulus in each element: the mean of the sampled one, or cortex by that share, else trabecular."""
    material = setup.material
    young = setup.elastic.mean_young_mpa
    if rule != "smeared":
        everything = np.arange(len(material.poisson))
        bare = replace(material, under_cortex_mm=np.ones_like(material.under_cortex_mm))
        trabecular = bare.young_mpa(everything, CENTROID)[:, 0]
        young = np.where(shares > 0.0, material.cortex_young_mpa, trabecular)
    return ElasticField(
        moments_mpa=young[:, None] * UNIT_MOMENTS,
        poisson=material.poisson,
        gauss_young_mpa=np.repeat(young[:, None], 4, axis=1),
    )


def shell_volume_mm3(bone: BoneMaterial) -> float:
    """Volume of the shell of the sacrum, counted on a grid."""
    sacrum = bone.bones["sacrum"]
    low, high = sacrum.bounds_mm
    step_mm = float(np.prod(high - low) / SHELL_POINTS) ** (1.0 / 3.0)
    axes = [np.arange(low[k], high[k], step_mm) for k in range(3)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    points = points[sacrum.field(points) < 0.0]
    shell = depth_mm(sacrum.field, points) < bone.cortex_mm.at_mm(sacrum, points)
    return float(shell.sum() * step_mm**3)


if __name__ == "__main__":
    main()
