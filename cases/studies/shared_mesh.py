"""Meshes that the cases of a study share: what differs in bone or load alone needs no mesh of its own."""

from functools import lru_cache

from cases.build import ScrewPlan, mesh_plan
from cases.schema import Anatomy, BodyLoss, Meshing, Screw
from geometry.mesh import Mesh

# The screws of a comparison, and one more.
KEPT = 4


def shared_mesh(plan: ScrewPlan) -> Mesh:
    """The mesh of a plan; that of an earlier plan in this process if nothing that shapes it differs.

    Raises:
        GeometryError: as `mesh_plan`.
    """
    case = plan.case
    removed = case.body_loss if case.body_loss.removed_percent else None
    return _mesh(case.anatomy, case.screw, case.mesh, removed, _AnyPlan(plan))


class _AnyPlan:
    """A plan that counts as equal to any other, so that the cache looks only at what shapes a mesh."""

    def __init__(self, plan: ScrewPlan) -> None:
        self.plan = plan

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _AnyPlan)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=KEPT)
def _mesh(anatomy: Anatomy, screw: Screw, sizes: Meshing, removed: BodyLoss | None, plan: _AnyPlan) -> Mesh:
    del anatomy, screw, sizes, removed
    return mesh_plan(plan.plan)
