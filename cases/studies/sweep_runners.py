"""What a sweep does with each case: compute it, and keep its numbers or its fields too."""

from functools import lru_cache
from pathlib import Path

from cases.build import ScrewPlan, mesh_plan, plan_case, set_up
from cases.case_density import scan_record
from cases.run import pull_out, run_case, write_result
from cases.schema import Anatomy, BodyLoss, Case, Meshing, Screw
from cases.store import provenance, write_case, write_json
from cases.studies.sweep_case import Scalar
from geometry.mesh import Mesh


def numbers_only(case: Case, folder: Path) -> dict[str, Scalar]:
    """The row of a case; the folder gets the case, the result and the provenance."""
    plan = plan_case(case)
    setup = set_up(plan, _mesh(case.anatomy, case.screw, case.mesh, _removed(case), _Quiet(plan)))
    result = pull_out(setup, case.screw.title(), case.body_loss.percent).result
    write_result(folder / "result.json", result)
    write_case(folder / "case.yaml", case)
    known = provenance(case, mesh_hashes=[result.mesh_hash], scan=scan_record(case, plan.anatomy))
    write_json(folder / "provenance.json", known)
    return result.row()


def with_fields(case: Case, folder: Path) -> dict[str, Scalar]:
    """The row of a case; the folder gets the stress and strain fields as well."""
    return run_case(case, folder).row()


class _Quiet:
    """A plan that counts as equal to any other, so that the cache looks only at what shapes a mesh."""

    def __init__(self, plan: ScrewPlan) -> None:
        self.plan = plan

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Quiet)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=2)
def _mesh(anatomy: Anatomy, screw: Screw, sizes: Meshing, removed: BodyLoss | None, plan: _Quiet) -> Mesh:
    """The mesh of a plan; neighbours in a grid that differ in bone or loss of material only share it."""
    del anatomy, screw, sizes, removed
    return mesh_plan(plan.plan)


def _removed(case: Case) -> BodyLoss | None:
    """The loss that the mesh of a case leaves out."""
    return case.body_loss if case.body_loss.removed_percent else None
