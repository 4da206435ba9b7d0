"""What a sweep does with each case: compute it, and keep its numbers or its fields too."""

from pathlib import Path

from cases.build import plan_case, set_up
from cases.case_density import scan_record
from cases.run import pull_out, run_case, write_result
from cases.schema import Case
from cases.store import provenance, write_case, write_json
from cases.studies.shared_mesh import shared_mesh
from cases.studies.sweep_case import Scalar


def numbers_only(case: Case, folder: Path) -> dict[str, Scalar]:
    """The row of a case; the folder gets the case, the result and the provenance."""
    plan = plan_case(case)
    setup = set_up(plan, shared_mesh(plan))
    result = pull_out(setup, case.screw.title(), case.body_loss.percent).result
    write_result(folder / "result.json", result)
    write_case(folder / "case.yaml", case)
    known = provenance(case, mesh_hashes=[result.mesh_hash], scan=scan_record(case, plan.anatomy))
    write_json(folder / "provenance.json", known)
    return result.row()


def with_fields(case: Case, folder: Path) -> dict[str, Scalar]:
    """The row of a case; the folder gets the stress and strain fields as well."""
    return run_case(case, folder).row()
