"""Running a case: from a plan to a proven result with its fields."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psutil

from cases.build import (
    PullOutSetup,
    achieved_loss_percent,
    lost_share,
    mesh_plan,
    mirrored_vectors,
    model_at,
    plan_case,
    set_up,
)
from cases.case_density import scan_record
from cases.estimators import estimators_json
from cases.export.vtu import write_vtu
from cases.failure import calibrated, pull_out_forces, region_of_effect
from cases.mesh_hash import mesh_hash
from cases.progress import Progress, silent
from cases.pulled_curve import pulled_curve
from cases.report.bone import described
from cases.results import PullOutResult
from cases.schema import Case, Solver
from cases.store import provenance, result_folder, write_case, write_json
from cases.views.pull_out_chart import draw_pull_out
from fem.error_estimate import estimated_error
from fem.memory import predicted_gib, require_memory
from fem.recovery import gauss_fields, volume_percentiles
from fem.solution import Solution, work_stiffness
from fem.solvers import SolverSettings, solve
from geometry.arrays import Floats
from geometry.mesh_quality import part_volumes


@dataclass(frozen=True, kw_only=True)
class Computed:
    """One solved case with all its fields.

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


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in the pull beyond the linear range.

    Attributes:
        computed: with the steps that were finished.
    """

    def __init__(self, computed: Computed) -> None:
        super().__init__()
        self.computed = computed


def run_case(case: Case, target: Path, report: Progress = silent) -> PullOutResult:
    """Compute one case and write its result folder, complete or not at all.

    An interrupt while the screw is pulled step by step writes what is finished before it goes on its way.
    """
    plan = plan_case(case)
    report("meshing")
    setup = set_up(plan, mesh_plan(plan, report))
    stop = None
    try:
        computed = pull_out(setup, case.screw.title(), case.body_loss.percent, report=report)
    except Interrupted as interrupt:
        computed, stop = interrupt.computed, interrupt
    with result_folder(target) as folder:
        write_result(folder / "result.json", computed.result)
        write_fields(computed, folder / "fields" / f"{computed.result.name}.vtu")
        write_case(folder / "case.yaml", case)
        scan = scan_record(case, plan.anatomy)
        known = provenance(case, mesh_hashes=[computed.result.mesh_hash], scan=scan)
        write_json(folder / "provenance.json", known)
        draw_pull_out([computed.result], described(case), folder / "pictures" / "pull_out.png")
    if stop is not None:
        raise stop
    return computed.result


def write_result(target: Path, result: PullOutResult) -> None:
    """Write the numbers of one result as JSON, with what its estimators are."""
    write_json(target, {**result.as_json(), "estimators": estimators_json(result.failure.forces_n)})


def pull_out(
    setup: PullOutSetup,
    name: str,
    loss_percent: float,
    *,
    start_mm: Floats | None = None,
    report: Progress = silent,
) -> Computed:
    """The screw of a setup, loaded as its case says, with that much of the S1 body lost.

    Args:
        setup: mesh, material and supports.
        name: what the screw is called in tables.
        loss_percent: share of the S1 body.
        start_mm: displacements to start from, such as those of less loss, shape (1, n, 3).
        report: is told each stage.

    Raises:
        SolveError: the solver did not reach its tolerance.
        ResourceError: the solve would not fit in memory.
        Interrupted: by Ctrl-C, after a step of the pull beyond the linear range.
    """
    case = setup.plan.case
    require_memory(_needed_gib(setup), psutil.virtual_memory().available / 2**30)
    report(f"{name}, {loss_percent:g} % lost: solving")
    lost = lost_share(setup, loss_percent)
    solution = solve(model_at(setup, lost), settings=solver_settings(case.solver), start=start_mm)
    fields = gauss_fields(solution, case.loading.kind)
    strain = fields.effective_strain
    stiffness = work_stiffness(case.loading.force_n, solution, case.loading.kind)
    error = estimated_error(solution, case.loading.kind).relative_stiffness_error
    region = region_of_effect(setup, lost)
    trajectory = setup.plan.screw.trajectory
    volumes_mm3 = setup.mesh.volumes_mm3()
    result = PullOutResult(
        name=name,
        kind=setup.plan.screw.kind,
        side=case.screw.side,
        loss_percent=loss_percent,
        achieved_loss_percent=achieved_loss_percent(setup, lost),
        loading=case.loading.kind,
        force_n=case.loading.force_n,
        head_displacement_mm=case.loading.force_n / stiffness,
        stiffness_n_per_mm=stiffness,
        stiffness_error_percent=100.0 * error,
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
        failure=pull_out_forces(setup, fields, lost, loss_percent),
    )
    report(f"{name}, {loss_percent:g} % lost: {stiffness:.0f} N/mm after {result.iterations} iterations")
    computed = Computed(
        result=result,
        setup=setup,
        lost=lost,
        solution=solution,
        effective_strain=strain,
        von_mises_mpa=fields.von_mises_mpa,
    )
    return computed if case.failure.progressive.steps is None else _pulled_on(computed, report)


def _pulled_on(computed: Computed, report: Progress) -> Computed:
    """The same with the curve beyond the linear range."""
    setup, result = computed.setup, computed.result
    curve = pulled_curve(
        setup, computed.solution, computed.lost, solver_settings(setup.plan.case.solver), report
    )
    forces = {
        **result.failure.forces_n,
        "curve_peak": calibrated(setup.plan.case.failure, "curve_peak", curve.peak_n),
    }
    failure = replace(result.failure, forces_n=forces, curve=curve)
    pulled = replace(computed, result=replace(result, failure=failure))
    if not curve.complete:
        raise Interrupted(pulled)
    return pulled


def _needed_gib(setup: PullOutSetup) -> float:
    """Memory the solve will need in GiB."""
    grain = setup.elastic.grain is not None
    return predicted_gib(len(setup.mesh.nodes_mm), len(setup.mesh.tets), grain=grain)


def solver_settings(chosen: Solver) -> SolverSettings:
    """How a case wants its equations solved."""
    return SolverSettings(
        kind=chosen.engine,
        relative_tolerance=chosen.relative_tolerance,
        max_iterations=chosen.max_iterations,
        threads=chosen.threads or 0,
    )


def write_fields(computed: Computed, target: Path) -> None:
    """Write mesh, displacement and element fields as VTU; a right screw is mirrored to its side."""
    setup = computed.setup
    mesh = setup.mesh
    displacement = computed.solution.displacement_of(setup.plan.case.loading.kind)
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
