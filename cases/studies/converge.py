"""Converge: one case on coarser and finer meshes, and what the mesh without end would say."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from cases.build import case_anatomy, mesh_plan, plan_case, set_up
from cases.case_density import scan_record
from cases.export.table import write_csv
from cases.progress import Progress, silent
from cases.run import pull_out
from cases.schema import Case
from cases.store import provenance, result_folder, write_case, write_json
from cases.views.convergence_chart import draw_convergence
from fem.convergence import limit_of

# Chosen: steps of the square root of two, the finest half a step finer than the case asks for.
FACTORS = (1.68, 1.19, 0.84)
# The inner face of the cortex cuts through elements: the strain is wrong by a share of itself in a layer as
# thick as they are, so energy, and with it the stiffness, converges at order one.
FORMAL_ORDER = 1.0


@dataclass(frozen=True, kw_only=True)
class MeshPoint:
    """The case on one mesh.

    Attributes:
        scale: `mesh.scale` of it.
        edge_mm: cube root of the mean element volume.
        elements, unknowns: size of the model.
        stiffness_n_per_mm: computed.
        estimated_error_percent: what the result itself says about its discretisation error.
        extrapolated_percent, clipped_percent: trabecular bone outside the density law's range, at its floor.
        mesh_hash: of nodes and elements.
    """

    scale: float
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
        points: coarse to fine.
        observed_order: in the edge; None if the values show none.
        order: the one used, at most `FORMAL_ORDER`; None likewise.
        extrapolated_n_per_mm: None likewise.
        low_n_per_mm, high_n_per_mm: band that should hold the exact stiffness of this model.
    """

    name: str
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


def run_converge(
    case: Case, target: Path, factors: Sequence[float] = FACTORS, report: Progress = silent
) -> Convergence:
    """Compute the case at its mesh scale times each factor, coarse to fine, and write the result folder.

    Raises:
        SacrofixError: a mesh that cannot be made, or a solve that fails or does not fit.
    """
    points = []
    with result_folder(target) as folder:
        for factor in sorted(factors, reverse=True):
            scale = round(case.mesh.scale * factor, 4)
            points.append(_point(case, scale, report))
        convergence = _summed_up(case.name, points)
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


def _point(case: Case, scale: float, report: Progress) -> MeshPoint:
    """The case on the mesh of one scale."""
    report(f"scale {scale:g}: meshing")
    scaled = case.model_copy(update={"mesh": case.mesh.model_copy(update={"scale": scale})})
    plan = plan_case(scaled)
    setup = set_up(plan, mesh_plan(plan))
    result = pull_out(setup, f"scale {scale:g}", case.body_loss.percent, report=report).result
    return MeshPoint(
        scale=scale,
        edge_mm=float(np.cbrt(setup.mesh.volumes_mm3().mean())),
        elements=result.elements,
        unknowns=result.unknowns,
        stiffness_n_per_mm=result.stiffness_n_per_mm,
        estimated_error_percent=result.stiffness_error_percent,
        extrapolated_percent=result.extrapolated_percent,
        clipped_percent=result.clipped_percent,
        mesh_hash=result.mesh_hash,
    )


def _summed_up(name: str, points: Sequence[MeshPoint]) -> Convergence:
    """The points with their limit."""
    limit = limit_of(
        np.array([point.edge_mm for point in points]),
        np.array([point.stiffness_n_per_mm for point in points]),
        FORMAL_ORDER,
    )
    return Convergence(
        name=name,
        points=tuple(points),
        observed_order=limit.observed_order,
        order=limit.order,
        extrapolated_n_per_mm=limit.value,
        low_n_per_mm=limit.low,
        high_n_per_mm=limit.high,
    )
