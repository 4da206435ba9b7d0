"""Running a construct: its model and its reference, each meshed, solved in all directions and measured."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from cases.construct.measure import measured_model
from cases.construct.memory import needed_gib
from cases.construct.model import SpineModel, spine_model
from cases.construct.plan import mesh_spine, plan_spine
from cases.construct.results import ConstructResult, ModelResult
from cases.construct.solve import solved_spine
from cases.export.vtu import PARTS, part_order, write_vtu
from cases.progress import Progress, silent
from cases.run import solver_settings
from cases.schema_construct import NONE, ConstructCase
from cases.store import provenance, result_folder, write_case, write_json
from cases.views.construct_picture import draw_construct
from fem.memory import require_memory
from fem.recovery import gauss_fields
from fem.solution import Solution
from geometry.mesh import Mesh


@dataclass(frozen=True, kw_only=True, eq=False)
class ComputedModel:
    """One solved model with its fields.

    Attributes:
        result: the numbers.
        setup: what it was computed on.
        solution: proven, a load case per direction.
    """

    result: ModelResult
    setup: SpineModel
    solution: Solution


def run_construct(case: ConstructCase, target: Path, report: Progress = silent) -> ConstructResult:
    """Compute one case and write its result folder, complete or not at all."""
    computed = compute_model(case, case.model, report)
    reference = None if case.reference == NONE else compute_model(case, case.reference, report)
    result = ConstructResult(
        name=case.name,
        computed=computed.result,
        reference=None if reference is None else reference.result,
    )
    models = [one for one in (computed, reference) if one is not None]
    with result_folder(target) as folder:
        write_json(folder / "result.json", result.as_json())
        write_case(folder / "case.yaml", case)
        hashes = [one.result.mesh_hash for one in models]
        write_json(folder / "provenance.json", provenance(case, mesh_hashes=hashes))
        for one in models:
            write_fields(one, folder / "fields" / f"{one.result.model}.vtu")
        report("drawing")
        picture = folder / "pictures" / "construct.png"
        setup = computed.setup
        draw_construct(setup.mesh, setup.lost > 0.5, computed.solution, computed.result, picture)
    return result


def compute_model(case: ConstructCase, model: str, report: Progress = silent) -> ComputedModel:
    """One model of a case, solved.

    Raises:
        SacrofixError: shapes that cannot be built or meshed, too little memory, or no solution.
    """
    report(f"{model}: planning and meshing")
    spine = plan_spine(case, model)
    mesh = mesh_spine(spine)
    require_room(case, mesh)
    setup = spine_model(spine, mesh)
    directions = len(setup.model.load_cases)
    report(f"{model}: solving {3 * len(setup.mesh.nodes_mm):,} unknowns in {directions} directions")
    solved = solved_spine(setup, solver_settings(case.solver))
    report(f"{model}: measuring, after {solved.rounds} linear solves")
    return ComputedModel(result=measured_model(setup, solved), setup=setup, solution=solved.solution)


def require_room(case: ConstructCase, mesh: Mesh) -> None:
    """Refuse a solve that would not fit in memory."""
    needed = needed_gib(case, len(mesh.nodes_mm), len(mesh.tets))
    require_memory(needed, psutil.virtual_memory().available / 2**30)


def write_fields(computed: ComputedModel, target: Path) -> None:
    """Write the mesh, displacements of all directions and element fields as VTU, and what its parts are."""
    setup, solution = computed.setup, computed.solution
    names = [case.name for case in solution.model.load_cases]
    target.parent.mkdir(exist_ok=True)
    stresses = {
        f"von_mises_mpa_{name}": gauss_fields(solution, name).von_mises_mpa.mean(axis=1) for name in names
    }
    write_json(target.with_suffix(PARTS), part_order(setup.mesh))
    write_vtu(
        setup.mesh,
        target,
        point_fields={f"displacement_mm_{name}": solution.displacement_of(name) for name in names},
        cell_fields={
            "density_mg_cm3": np.nan_to_num(setup.material.density_mg_cm3.mean(axis=1)),
            "lost": setup.lost,
            "young_mpa": setup.model.elastic.mean_young_mpa,
            **stresses,
        },
    )
