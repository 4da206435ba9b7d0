"""The validation: foam, cadaver and construct tests, computed, resumable, held against what was measured."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from cases.build import plan_case, set_up
from cases.head_loads import LOADS, PULL_OUT
from cases.progress import Progress, silent
from cases.run import Computed, pull_out
from cases.schema import Case
from cases.store import provenance, software_version, write_case, write_json
from cases.studies.batch import open_folder, run_batch
from cases.studies.shared_mesh import shared_mesh
from cases.studies.sweep import case_id
from cases.studies.sweep_case import CaseT, Runner, Scalar
from cases.studies.sweep_pool import Pool
from cases.studies.validation.cadaver import EFFECT, cadaver_cases, cadaver_rows
from cases.studies.validation.foam import FoamPull, foam_rows, pulls
from cases.studies.validation.spine import spine_cases, spine_numbers, spine_rows
from cases.studies.validation.target import Row
from fem.elastic import GAUSS_4
from geometry.arrays import Floats
from materials.calibration import Calibration, fitted
from materials.foam import WEIDLING_2022_TESTS

MARK = "validation.json"
FOAM, CADAVER, SPINE = "foam", "cadaver", "construct"
GROUPS = (FOAM, CADAVER, SPINE)
# Layers round the screw in which the mean strain is taken, and the share of the first that ends the effect.
LAYER_MM, FARTHEST_MM, FADED = 0.5, 30.0, 0.1


@dataclass(frozen=True, kw_only=True)
class Validation:
    """Everything that was held against a test.

    Attributes:
        rows: one per target and estimator.
        fits: of each estimator, the constant that fits the six foam tests best; empty without foam.
        pulls: the screws in foam, by name.
        interrupted: stopped by the user before its end.
    """

    rows: tuple[Row, ...]
    fits: Mapping[str, Calibration]
    pulls: Mapping[str, FoamPull]
    interrupted: bool


def run_validation(
    out: Path,
    pool: Pool,
    *,
    groups: Collection[str] = GROUPS,
    scale: float = 1.0,
    report: Progress = silent,
) -> Validation:
    """Compute what is not finished yet, foam first, and hold it against the tests.

    Args:
        out: folder of the cadaver cases, new or of an earlier run.
        pool: where they run.
        groups: of `GROUPS`.
        scale: all element edges, times this.
        report: hears of every stage.

    Raises:
        UsageError: `out` holds something else.
        SacrofixError: a foam block that cannot be meshed or solved.
    """
    open_folder(out, MARK, {"study": "validation", "version": software_version(), "scale": scale})
    rows: list[Row] = []
    found: dict[str, FoamPull] = {}
    fits: dict[str, Calibration] = {}
    if FOAM in groups:
        found = dict(pulls(report, coarser=scale))
        fits = fitted_now(found)
        rows += foam_rows(found)
    interrupted = False
    if CADAVER in groups:
        ended, interrupted = _computed(cadaver_cases(scale), out, numbers_and_effect, pool, report)
        rows += cadaver_rows(ended, LOADS[PULL_OUT].estimators)
    if SPINE in groups and not interrupted:
        ended, interrupted = _computed(spine_cases(scale), out, spine_numbers, pool, report)
        rows += spine_rows(ended)
    return Validation(rows=tuple(rows), fits=fits, pulls=found, interrupted=interrupted)


def _computed(
    cases: Mapping[str, CaseT], out: Path, runner: Runner[CaseT], pool: Pool, report: Progress
) -> tuple[dict[str, Mapping[str, Scalar]], bool]:
    """The rows by name, and whether the user stopped them."""
    # two names may share one case
    keys = {name: case_id(case) for name, case in cases.items()}
    batch = run_batch({keys[name]: case for name, case in cases.items()}, out, runner, pool, report)
    ended = {name: batch.rows[key] for name, key in keys.items() if key in batch.rows}
    return ended, batch.interrupted


def fitted_now(found: Mapping[str, FoamPull]) -> dict[str, Calibration]:
    """The constant of each estimator that fits the six screws best, with what it leaves."""
    measured = np.array([test.force_n for test in WEIDLING_2022_TESTS.values()])
    return {
        name: fitted(
            np.array([found[screw].forces_n[name] for screw in WEIDLING_2022_TESTS]),
            measured,
            "foam of grade 15, Weidling 2022 (evidence 7.5)",
        )
        for name in LOADS[PULL_OUT].estimators
    }


def numbers_and_effect(case: Case, folder: Path) -> dict[str, Scalar]:
    """The row of a case with the reach of the strain round its screw."""
    plan = plan_case(case)
    computed = pull_out(set_up(plan, shared_mesh(plan)), case.screw.title(), case.body_loss.percent)
    result = computed.result
    write_json(folder / "result.json", asdict(result))
    write_case(folder / "case.yaml", case)
    write_json(folder / "provenance.json", provenance(case, mesh_hashes=[result.mesh_hash]))
    return {**result.row(), EFFECT: effect_mm(computed)}


def effect_mm(computed: Computed) -> float:
    """How far from the wall of the screw the mean effective strain of bone falls to a tenth, in mm.

    Means over layers of half a millimetre along the threaded length in bone; linear between their middles.
    """
    setup, screw = computed.setup, computed.setup.plan.screw
    points = GAUSS_4.points_mm(setup.mesh.corner_points_mm()).reshape(-1, 3)
    along = (points - np.array(screw.trajectory.entry_mm)) @ screw.direction
    depth = screw.axis_distance_mm(points) - 0.5 * screw.diameter_mm
    beside = (along > 0.0) & (along < screw.trajectory.length_mm)
    bone = np.repeat(setup.material.is_bone() & (computed.lost < 0.5), 4) & beside
    weight = np.repeat(setup.mesh.volumes_mm3() / 4.0, 4)
    edges = np.arange(0.0, FARTHEST_MM + LAYER_MM, LAYER_MM)
    chosen = bone & (depth > 0.0) & (depth < edges[-1])
    volume = np.histogram(depth[chosen], edges, weights=weight[chosen])[0]
    strain = np.histogram(
        depth[chosen], edges, weights=(weight * computed.effective_strain.reshape(-1))[chosen]
    )[0]
    return fade_mm(0.5 * (edges[1:] + edges[:-1])[volume > 0], (strain[volume > 0] / volume[volume > 0]))


def fade_mm(depth_mm: Floats, strain: Floats) -> float:
    """Where a falling strain, shape (n,), first is a tenth of its first value; the last depth if never."""
    share = strain / strain[0]
    below = np.flatnonzero(share <= FADED)
    if not len(below):
        return float(depth_mm[-1])
    k = int(below[0])
    step = (share[k - 1] - FADED) / (share[k - 1] - share[k])
    return float(depth_mm[k - 1] + step * (depth_mm[k] - depth_mm[k - 1]))
