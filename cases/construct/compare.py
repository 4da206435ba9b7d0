"""Compare: the same spine with one set of sacral screws after another, at one loss of S1 after another."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from cases.construct.comparison import AtLoss, ConstructComparison
from cases.construct.measure import measured_model
from cases.construct.model import spine_model
from cases.construct.plan import Spine, mesh_spine, plan_spine
from cases.construct.run import ComputedModel, compute_model, require_room, write_fields
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
from fem.solvers import solve
from geometry.errors import GeometryError


def compare_constructs(study: ConstructStudy, target: Path, report: Progress = silent) -> ConstructComparison:
    """Compute every construct at every loss and write the result folder.

    Raises:
        GeometryError: constructs that cannot be built; all are named before any work.
    """
    spines = _plan_all(study)
    rows: list[AtLoss] = []
    with result_folder(target) as folder:
        pictures = folder / "pictures"
        pictures.mkdir()
        for construct, spine in zip(study.constructs, spines, strict=True):
            for loss, computed in _over_loss(study, construct, spine, report):
                rows.append(AtLoss(name=construct.label, loss_percent=loss, result=computed.result))
                if loss == drawn_loss(study.s1_loss_percent):
                    name = f"{construct.label}-{loss:g}"
                    write_fields(computed, folder / "fields" / f"{name}.vtu")
                    draw_construct(
                        computed.setup.mesh, computed.solution, computed.result, pictures / f"{name}.png"
                    )
        reference = None
        if study.case.reference != NONE:
            # of the intact spine nothing is lost, and its mesh is fine where that of the first construct is
            sound = study.case_of(study.constructs[0], study.s1_loss_percent[0])
            reference = compute_model(sound, study.case.reference, report).result
        comparison = ConstructComparison(name=study.name, rows=tuple(rows), reference=reference)
        write_json(folder / "result.json", comparison.as_json())
        write_csv(folder / "result.csv", comparison.flat_rows())
        write_case(folder / "case.yaml", study)
        hashes = list(dict.fromkeys(row.result.mesh_hash for row in rows))
        write_json(folder / "provenance.json", provenance(study, mesh_hashes=hashes))
        draw_directions(comparison, pictures / "stiffness.png")
    return comparison


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
    study: ConstructStudy, construct: ComparedConstruct, spine: Spine, report: Progress
) -> Iterator[tuple[float, ComputedModel]]:
    """One construct at every loss on one mesh, each solve starting from the one before."""
    report(f"{construct.label}: meshing")
    mesh = mesh_spine(spine)
    require_room(study.case, mesh)
    start = None
    for loss in study.s1_loss_percent:
        setup = spine_model(spine.of(study.case_of(construct, loss)), mesh)
        solution = solve(setup.model, settings=solver_settings(study.case.solver), start=start)
        report(
            f"{construct.label}, {loss:g} % of S1 lost: solved, {int(solution.iterations.max())} iterations"
        )
        start = solution.displacement_mm
        yield loss, ComputedModel(result=measured_model(setup, solution), setup=setup, solution=solution)
