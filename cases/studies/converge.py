"""Converge: one case on its mesh and on that with its edges halved, and what the mesh without end says.

Meshes made anew differ by a per cent or two for no other reason than their nodes, as much as finer edges
change; cut elements have the very shape of those that they are cut from.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from cases.build import ScrewPlan, case_anatomy, mesh_plan, plan_case, set_up
from cases.case_density import scan_record
from cases.export.table import write_csv
from cases.progress import Progress, silent
from cases.run import pull_out
from cases.schema import Case
from cases.store import provenance, result_folder, write_case, write_json
from cases.views.convergence_chart import draw_convergence
from fem.convergence import limit_of
from geometry.mesh import Mesh
from geometry.meshing.halved import halved

# The inner face of the cortex cuts through elements: the strain is wrong by a share of itself in a layer as
# thick as they are, so energy, and with it the stiffness, converges at order one.
FORMAL_ORDER = 1.0


@dataclass(frozen=True, kw_only=True)
class MeshPoint:
    """The case on one mesh.

    Attributes:
        halvings: how often the edges of the case's mesh were halved.
        edge_mm: cube root of the mean element volume.
        elements, unknowns: size of the model.
        stiffness_n_per_mm: computed.
        estimated_error_percent: what the result itself says about its discretisation error.
        extrapolated_percent, clipped_percent: trabecular bone outside the density law's range, at its floor.
        mesh_hash: of nodes and elements.
    """

    halvings: int
    edge_mm: float
    elements: int
    unknowns: int
    stiffness_n_per_mm: float
    estimated_error_percent: float
    extrapolated_percent: float
    clipped_percent: float
    mesh_hash: str


@dataclass(frozen=True, kw_only=True)
class Convergence:
    """A mesh study.

    Attributes:
        name: of the case.
        loading: its kind of load.
        points: coarse to fine.
        observed_order: in the edge; None if the values show none.
        order: the one used, at most `FORMAL_ORDER`; None likewise.
        extrapolated_n_per_mm: None likewise.
        low_n_per_mm, high_n_per_mm: band that should hold the exact stiffness of this model.
    """

    name: str
    loading: str
    points: tuple[MeshPoint, ...]
    observed_order: float | None
    order: float | None
    extrapolated_n_per_mm: float | None
    low_n_per_mm: float
    high_n_per_mm: float

    def true_error_percent(self, point: MeshPoint) -> float | None:
        """Error of a point against the extrapolated value, in percent of the computed one."""
        if self.extrapolated_n_per_mm is None:
            return None
        return 100.0 * (1.0 - self.extrapolated_n_per_mm / point.stiffness_n_per_mm)


def run_converge(case: Case, target: Path, halvings: int = 1, report: Progress = silent) -> Convergence:
    """Compute the case on its mesh and on finer ones, and write the result folder.

    Args:
        case: to be computed.
        target: folder of the result.
        halvings: of the edges, 1 or more; each takes eight times the elements.
        report: progress.

    Raises:
        SacrofixError: a mesh that cannot be made, or a solve that fails or does not fit.
    """
    with result_folder(target) as folder:
        points = _points(case, halvings, report)
        convergence = _summed_up(case, points)
        write_json(folder / "result.json", asdict(convergence))
        write_csv(folder / "result.csv", [asdict(point) for point in points])
        write_case(folder / "case.yaml", case)
        hashes = [point.mesh_hash for point in points]
        scan = scan_record(case, case_anatomy(case))
        write_json(folder / "provenance.json", provenance(case, mesh_hashes=hashes, scan=scan))
        report("drawing")
        (folder / "pictures").mkdir()
        draw_convergence(convergence, folder / "pictures" / "convergence.png")
    return convergence


def _points(case: Case, halvings: int, report: Progress) -> list[MeshPoint]:
    """The case on every mesh, coarse to fine."""
    plan = plan_case(case)
    report("meshing")
    mesh = mesh_plan(plan)
    points = [_point(plan, mesh, 0, report)]
    for cut in range(1, halvings + 1):
        mesh = halved(mesh)
        points.append(_point(plan, mesh, cut, report))
    return points


def _point(plan: ScrewPlan, mesh: Mesh, halvings: int, report: Progress) -> MeshPoint:
    """The case on one mesh."""
    report(f"{len(mesh.tets):,} elements")
    result = pull_out(
        set_up(plan, mesh), f"{halvings} halvings", plan.case.body_loss.percent, report=report
    ).result
    return MeshPoint(
        halvings=halvings,
        edge_mm=float(np.cbrt(mesh.volumes_mm3().mean())),
        elements=result.elements,
        unknowns=result.unknowns,
        stiffness_n_per_mm=result.stiffness_n_per_mm,
        estimated_error_percent=result.stiffness_error_percent,
        extrapolated_percent=result.extrapolated_percent,
        clipped_percent=result.clipped_percent,
        mesh_hash=result.mesh_hash,
    )


def _summed_up(case: Case, points: Sequence[MeshPoint]) -> Convergence:
    """The points with their limit."""
    limit = limit_of(
        np.array([point.edge_mm for point in points]),
        np.array([point.stiffness_n_per_mm for point in points]),
        FORMAL_ORDER,
        falls=True,
    )
    return Convergence(
        name=case.name,
        loading=case.loading.kind,
        points=tuple(points),
        observed_order=limit.observed_order,
        order=limit.order,
        extrapolated_n_per_mm=limit.value,
        low_n_per_mm=limit.low,
        high_n_per_mm=limit.high,
    )
