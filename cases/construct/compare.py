"""Compare: the same spine with one set of sacral screws after another, at one loss of S1 after another."""

from collections.abc import Sequence
from pathlib import Path

from cases.construct.comparison import AtLoss, ConstructComparison
from cases.construct.measure import measured_model
from cases.construct.model import spine_model
from cases.construct.plan import Spine, mesh_spine, plan_spine
from cases.construct.run import ComputedModel, compute_model, require_room, write_fields
from cases.construct.solve import solved_spine
from cases.export.table import write_csv
from cases.faults import as_one
from cases.progress import Progress, silent
from cases.run import solver_settings
from cases.schema_construct import INSTRUMENTED, NONE
from cases.schema_construct_study import ComparedConstruct, ConstructStudy
from cases.store import provenance, result_folder, write_case, write_json
from cases.studies.compare import drawn_loss
from cases.views.construct_chart import draw_directions
from cases.views.construct_picture import draw_construct
from geometry.errors import GeometryError, SacrofixError


def compare_constructs(study: ConstructStudy, target: Path, report: Progress = silent) -> ConstructComparison:
    """Compute every construct at every loss and write the result folder.

    An interrupt writes the constructs that are finished before it goes on its way.

    Raises:
        GeometryError: constructs that cannot be built; all are named before any work.
        SacrofixError: not a single construct gave a result.
    """
    spines = _plan_all(study)
    rows: list[AtLoss] = []
    faults: dict[str, SacrofixError] = {}
    reference, stop = None, None
    with result_folder(target) as folder:
        (folder / "pictures").mkdir()
        try:
            for construct, spine in zip(study.constructs, spines, strict=True):
                try:
                    rows += _over_loss(study, construct, spine, folder, report)
                except SacrofixError as error:
                    faults[construct.label] = error
            if study.case.reference != NONE and rows:
                # of the intact spine nothing is lost; its mesh is fine where that of the first construct is
                sound = study.case_of(study.constructs[0], study.s1_loss_percent[0])
                reference = compute_model(sound, study.case.reference, report).result
        except KeyboardInterrupt as interrupt:
            stop = interrupt
        if not rows:
            raise stop or as_one(list(faults.values()))
        comparison = ConstructComparison(
            name=study.name,
            rows=tuple(rows),
            reference=reference,
            failures={name: str(error) for name, error in faults.items()},
        )
        _write(study, comparison, folder)
    if stop is not None:
        raise stop
    return comparison


def _write(study: ConstructStudy, comparison: ConstructComparison, folder: Path) -> None:
    """Write numbers, provenance and the chart."""
    write_json(folder / "result.json", comparison.as_json())
    write_csv(folder / "result.csv", comparison.flat_rows())
    write_case(folder / "case.yaml", study)
    hashes = list(dict.fromkeys(row.result.mesh_hash for row in comparison.rows))
    write_json(folder / "provenance.json", provenance(study, mesh_hashes=hashes))
    draw_directions(comparison, folder / "pictures" / "stiffness.png")


def _plan_all(study: ConstructStudy) -> Sequence[Spine]:
    """The shapes of every construct; refuses all that cannot be built at once."""
    spines, faults = [], []
    for index, construct in enumerate(study.constructs):
        try:
            spines.append(plan_spine(study.case_of(construct, study.s1_loss_percent[0]), INSTRUMENTED))
        except GeometryError as error:
            faults.append(GeometryError(error.args[0], where=f"constructs.{index}", advice=error.advice))
    if faults:
        raise as_one(faults)
    return spines


def _over_loss(
    study: ConstructStudy, construct: ComparedConstruct, spine: Spine, folder: Path, report: Progress
) -> list[AtLoss]:
    """One construct at every loss on one mesh, each solve starting from the one before; the loss nearest to
    the half in question is drawn. Grafts stand on what is left, so that with them each loss has its mesh."""
    mesh, start = None, None
    rows: list[AtLoss] = []
    for loss in study.s1_loss_percent:
        case = study.case_of(construct, loss)
        if mesh is None or spine.lumbar.grafts:
            report(f"{construct.label}: meshing")
            spine = plan_spine(case, INSTRUMENTED) if rows else spine
            mesh, start = mesh_spine(spine), None
            require_room(study.case, mesh)
        setup = spine_model(spine.of(case), mesh)
        solved = solved_spine(setup, solver_settings(study.case.solver), start)
        report(f"{construct.label}, {loss:g} % of S1 lost: {solved.rounds} linear solves")
        solution = solved.solution
        start, result = solution.displacement_mm, measured_model(setup, solved)
        rows.append(AtLoss(name=construct.label, loss_percent=loss, result=result))
        if loss == drawn_loss(study.s1_loss_percent):
            name = f"{construct.label}-{loss:g}"
            computed = ComputedModel(result=result, setup=setup, solution=solution)
            write_fields(computed, folder / "fields" / f"{name}.vtu")
            draw_construct(
                setup.mesh, setup.lost > 0.5, solution, result, folder / "pictures" / f"{name}.png"
            )
    return rows
