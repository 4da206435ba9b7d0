"""Compare: the same bone with one screw after another, at one body loss after another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cases.build import ScrewPlan, at_body_loss, case_anatomy, mesh_plan, plan_case, set_up
from cases.case_density import scan_record
from cases.export.table import write_csv
from cases.faults import as_one
from cases.head_loads import LOADS
from cases.progress import Progress, silent
from cases.report.bone import described
from cases.report.table import comparison_json, result_rows, screw_names
from cases.results import CompareResult, Crossover, Failure, PullOutResult
from cases.run import Interrupted, pull_out, write_fields
from cases.schema_study import CompareStudy
from cases.store import provenance, result_folder, write_case, write_json
from cases.studies.crossover import find_crossover
from cases.views.pull_out_chart import draw_pull_out
from cases.views.screws_picture import DrawnScrew, draw_screws
from cases.views.stiffness_chart import draw_stiffness
from geometry.errors import GeometryError, SacrofixError

CHALLENGER, INCUMBENT = "alar", "pedicle"


@dataclass(kw_only=True)
class Gathered:
    """What has been computed so far; grows while the study runs, so that an interrupt keeps it."""

    results: list[PullOutResult] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    errors: list[SacrofixError] = field(default_factory=list)
    drawn: list[DrawnScrew] = field(default_factory=list)


def run_compare(study: CompareStudy, target: Path, report: Progress = silent) -> CompareResult:
    """Compute every screw at every loss and write the result folder.

    An interrupt writes what is finished before it goes on its way.

    Raises:
        GeometryError: a screw that does not fit in the bone; every such screw is named before any work.
        SacrofixError: not a single case gave a result.
    """
    plans = plan_all(study)
    gathered = Gathered()
    interrupt = None
    with result_folder(target) as folder:
        (folder / "fields").mkdir()
        try:
            for name, plan in plans:
                _compute_screw(study, name, plan, folder / "fields", gathered, report)
        except KeyboardInterrupt as stop:
            if not gathered.results:
                raise
            interrupt = stop
        if not gathered.results:
            raise as_one(gathered.errors)
        comparison = _write(study, gathered, folder, report)
    if interrupt is not None:
        raise interrupt
    return comparison


def plan_all(study: CompareStudy) -> list[tuple[str, ScrewPlan]]:
    """The plan of every screw, by its title; refuses all that do not fit at once."""
    plans, faults = [], []
    for index, screw in enumerate(study.screws):
        try:
            plans.append((screw.title(), plan_case(study.case_of(screw, study.body_loss_percent[0]))))
        except GeometryError as error:
            faults.append(GeometryError(error.args[0], where=f"screws.{index}", advice=error.advice))
    if faults:
        raise as_one(faults)
    return plans


def _compute_screw(
    study: CompareStudy, name: str, plan: ScrewPlan, fields: Path, gathered: Gathered, report: Progress
) -> None:
    """Mesh one screw and solve it at every loss, each solve starting from the one before.

    Only bone that is left out of the mesh asks for a mesh of each loss.
    """
    report(f"{name}: meshing")
    try:
        setup = set_up(plan, mesh_plan(plan))
    except SacrofixError as error:
        gathered.errors.append(error)
        gathered.failures += [
            Failure(name=name, loss_percent=loss, reason=str(error)) for loss in study.body_loss_percent
        ]
        return
    report(f"{name}: {len(setup.mesh.tets)} tetrahedra, {3 * len(setup.mesh.nodes_mm)} unknowns")
    start, stop = None, None
    for loss in study.body_loss_percent:
        try:
            at_loss = at_body_loss(plan, loss)
            if at_loss.case.body_loss.removed_percent != setup.plan.case.body_loss.removed_percent:
                report(f"{name}, {loss:g} % lost: meshing")
                setup, start = set_up(at_loss, mesh_plan(at_loss)), None
            computed = pull_out(setup, name, loss, start_mm=start, report=report)
        except Interrupted as interrupt:
            computed, stop = interrupt.computed, interrupt
        except SacrofixError as error:
            gathered.errors.append(error)
            gathered.failures.append(Failure(name=name, loss_percent=loss, reason=str(error)))
            continue
        start = computed.solution.displacement_mm
        target = fields / f"{name}-{loss:g}.vtu"
        write_fields(computed, target)
        gathered.results.append(computed.result)
        if loss == drawn_loss(study.body_loss_percent):
            side = np.array([-1.0 if plan.case.screw.side == "right" else 1.0, 1.0, 1.0])
            gathered.drawn.append(
                DrawnScrew(
                    title=f"{name}, {loss:g} % lost",
                    fields=target,
                    point_mm=side * np.array(plan.screw.trajectory.entry_mm),
                    direction=side * plan.screw.direction,
                )
            )
        if stop is not None:
            raise stop


def drawn_loss(losses: Sequence[float]) -> float:
    """The computed loss that pictures show: the one nearest to the half in question."""
    return min(losses, key=lambda loss: abs(loss - 50.0))


def crossovers(results: Sequence[PullOutResult]) -> Iterator[Crossover]:
    """Every alar screw against every pedicle screw that was computed at the same losses."""
    curves = {name: [r for r in results if r.name == name] for name in screw_names(results)}
    for ours in curves.values():
        for theirs in curves.values():
            same = [r.loss_percent for r in ours] == [r.loss_percent for r in theirs]
            if ours[0].kind == CHALLENGER and theirs[0].kind == INCUMBENT and same and len(ours) > 1:
                yield find_crossover(ours, theirs)


def _write(study: CompareStudy, gathered: Gathered, folder: Path, report: Progress) -> CompareResult:
    """Write table, numbers, pictures and provenance of what was computed."""
    comparison = CompareResult(
        name=study.name,
        loading=study.case.loading.kind,
        results=tuple(gathered.results),
        crossovers=tuple(crossovers(gathered.results)),
        failures=tuple(gathered.failures),
    )
    write_json(folder / "result.json", comparison_json(comparison))
    write_csv(folder / "result.csv", result_rows(comparison.results))
    write_case(folder / "case.yaml", study)
    hashes = list(dict.fromkeys(result.mesh_hash for result in comparison.results))
    scan = scan_record(study.case, case_anatomy(study.case))
    write_json(folder / "provenance.json", provenance(study, mesh_hashes=hashes, scan=scan))
    report("drawing")
    pictures = folder / "pictures"
    pictures.mkdir()
    bone = described(study.case)
    draw_stiffness(comparison, bone, pictures / "stiffness.png")
    draw_pull_out(comparison.results, bone, pictures / "pull_out.png")
    if gathered.drawn:
        loading = study.case.loading
        load = f"{loading.force_n:g} N, {LOADS[loading.kind].label}"
        draw_screws(gathered.drawn, load, pictures / "screws.png")
    return comparison
