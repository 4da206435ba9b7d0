"""Running a case: from a plan to a proven result with its fields."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import psutil

from cases.build import (
    LOAD,
    PullOutSetup,
    achieved_loss_percent,
    lost_share,
    mesh_hash,
    mesh_plan,
    mirrored_vectors,
    model_at,
    plan_case,
    set_up,
)
from cases.case_density import scan_record
from cases.export.vtu import write_vtu
from cases.progress import Progress, silent
from cases.results import PullOutResult
from cases.schema import Case
from cases.store import provenance, result_folder, write_case, write_json
from fem.elastic import GAUSS_4
from fem.error_estimate import estimated_error
from fem.memory import predicted_gib, require_memory
from fem.recovery import gauss_fields, volume_percentiles
from fem.solution import Solution, work_stiffness
from fem.solvers import SolverSettings, solve
from geometry.arrays import Bools, Floats
from geometry.mesh_quality import part_volumes

# Bone whose strain a pulled screw changes: 4.7 to 5.4 mm beyond its wall (Liu 2014, evidence 7.1).
REGION_OF_EFFECT_MM = 5.0


@dataclass(frozen=True, kw_only=True)
class Computed:
    """One solved pull-out with all its fields.

    Attributes:
        result: the numbers.
        setup: what it was computed on.
        lost: share of each element that is lost, shape (m,).
        solution: displacements, proven.
        effective_strain, von_mises_mpa: at the Gauss points, shape (m, 4).
    """

    result: PullOutResult
    setup: PullOutSetup
    lost: Floats
    solution: Solution
    effective_strain: Floats
    von_mises_mpa: Floats


def run_case(case: Case, target: Path, report: Progress = silent) -> PullOutResult:
    """Compute one case and write its result folder, complete or not at all."""
    plan = plan_case(case)
    report("meshing")
    setup = set_up(plan, mesh_plan(plan, report))
    computed = pull_out(setup, case.screw.title(), case.body_loss.percent, report=report)
    with result_folder(target) as folder:
        write_json(folder / "result.json", asdict(computed.result))
        write_fields(computed, folder / "fields" / f"{computed.result.name}.vtu")
        write_case(folder / "case.yaml", case)
        scan = scan_record(case, plan.anatomy)
        known = provenance(case, mesh_hashes=[computed.result.mesh_hash], scan=scan)
        write_json(folder / "provenance.json", known)
    return computed.result


def pull_out(
    setup: PullOutSetup,
    name: str,
    loss_percent: float,
    *,
    start_mm: Floats | None = None,
    report: Progress = silent,
) -> Computed:
    """The screw of a setup, pulled with that much of the S1 body lost.

    Args:
        setup: mesh, material and supports.
        name: what the screw is called in tables.
        loss_percent: share of the S1 body.
        start_mm: displacements to start from, such as those of less loss, shape (1, n, 3).
        report: is told each stage.

    Raises:
        SolveError: the solver did not reach its tolerance.
        ResourceError: the solve would not fit in memory.
    """
    case = setup.plan.case
    require_memory(_needed_gib(setup), psutil.virtual_memory().available / 2**30)
    report(f"{name}, {loss_percent:g} % lost: solving")
    lost = lost_share(setup, loss_percent)
    solution = solve(model_at(setup, lost), settings=solver_settings(case), start=start_mm)
    fields = gauss_fields(solution, LOAD)
    strain = fields.effective_strain
    stiffness = work_stiffness(case.loading.force_n, solution, LOAD)
    region = region_of_effect(setup, lost)
    trajectory = setup.plan.screw.trajectory
    volumes_mm3 = setup.mesh.volumes_mm3()
    result = PullOutResult(
        name=name,
        kind=setup.plan.screw.kind,
        side=case.screw.side,
        loss_percent=loss_percent,
        achieved_loss_percent=achieved_loss_percent(setup, lost),
        force_n=case.loading.force_n,
        head_displacement_mm=case.loading.force_n / stiffness,
        stiffness_n_per_mm=stiffness,
        stiffness_error_percent=100.0 * estimated_error(solution, LOAD).relative_stiffness_error,
        bone_strain_p98=float(
            volume_percentiles(strain, fields.points_volume_mm3, region, np.array([98.0]))[0]
        ),
        density_law=case.bone.density_law,
        extrapolated_percent=100.0 * setup.material.extrapolated_share(volumes_mm3),
        clipped_percent=100.0 * setup.material.clipped_share(volumes_mm3),
        screw_length_mm=trajectory.length_mm,
        screw_diameter_mm=setup.plan.screw.diameter_mm,
        cement_ml=part_volumes(setup.mesh).get("cement", 0.0) / 1e3,
        elements=len(setup.mesh.tets),
        unknowns=3 * (len(setup.mesh.nodes_mm) - len(setup.held)),
        iterations=int(solution.iterations[0]),
        relative_residual=float(solution.relative_residual[0]),
        balance_error=float(solution.imbalance()[0]),
        mesh_hash=mesh_hash(setup.mesh),
    )
    report(f"{name}, {loss_percent:g} % lost: {stiffness:.0f} N/mm after {result.iterations} iterations")
    return Computed(
        result=result,
        setup=setup,
        lost=lost,
        solution=solution,
        effective_strain=strain,
        von_mises_mpa=fields.von_mises_mpa,
    )


def _needed_gib(setup: PullOutSetup) -> float:
    """Memory the solve will need in GiB."""
    grain = setup.elastic.grain is not None
    return predicted_gib(len(setup.mesh.nodes_mm), len(setup.mesh.tets), grain=grain)


def solver_settings(case: Case) -> SolverSettings:
    """How the case wants its equations solved."""
    chosen = case.solver
    return SolverSettings(
        kind=chosen.engine,
        relative_tolerance=chosen.relative_tolerance,
        max_iterations=chosen.max_iterations,
        threads=chosen.threads or 0,
    )


def region_of_effect(setup: PullOutSetup, lost: Floats) -> Bools:
    """Gauss points within 5 mm of the screw's wall in bone that is mostly left, shape (m, 4)."""
    screw = setup.plan.screw
    points = GAUSS_4.points_mm(setup.mesh.corner_points_mm()).reshape(-1, 3)
    near = screw.axis_distance_mm(points) < 0.5 * screw.diameter_mm + REGION_OF_EFFECT_MM
    left = setup.material.is_bone() & (lost < 0.5)
    return np.asarray(near.reshape(-1, 4) & left[:, None])


def write_fields(computed: Computed, target: Path) -> None:
    """Write mesh, displacement and element fields as VTU; a right screw is mirrored to its side."""
    setup = computed.setup
    mesh, displacement = setup.mesh, computed.solution.displacement_of(LOAD)
    density = setup.material.density_mg_cm3.mean(axis=1)
    grain = computed.solution.model.elastic.grain
    axes = {} if grain is None else {"grain": grain.axes}
    if setup.plan.case.screw.side == "right":
        mesh, displacement = mesh.mirrored(), mirrored_vectors(displacement)
        axes = {name: mirrored_vectors(vectors) for name, vectors in axes.items()}
    target.parent.mkdir(exist_ok=True)
    write_vtu(
        mesh,
        target,
        point_fields={"displacement_mm": displacement},
        cell_fields={
            "density_mg_cm3": np.nan_to_num(density),
            "lost": computed.lost,
            "young_mpa": computed.solution.model.elastic.mean_young_mpa,
            "effective_strain": computed.effective_strain.mean(axis=1),
            "von_mises_mpa": computed.von_mises_mpa.mean(axis=1),
            **axes,
        },
    )
