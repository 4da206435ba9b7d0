"""A sensitivity study from a case or a comparison to its numbers, computed on all cores, resumable."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cases.build import at_body_loss, plan_case, set_up
from cases.case_density import scan_record
from cases.progress import Progress, silent
from cases.run import pull_out
from cases.schema import Case
from cases.schema_study import CompareStudy
from cases.store import provenance, software_version, write_case, write_json
from cases.studies.batch import Row, open_folder, run_batch
from cases.studies.compare import CHALLENGER, INCUMBENT
from cases.studies.sensitivity.inputs import UncertainInput, own_value, strayed
from cases.studies.sensitivity.outputs import QUANTITIES, CrossingShares, Outcomes, Output, Quantity
from cases.studies.sensitivity.sample import (
    FEWEST_DRAWS,
    Sample,
    Swing,
    draw,
    swings,
)
from cases.studies.shared_mesh import shared_mesh
from cases.studies.sweep_case import Scalar
from cases.studies.sweep_pool import Pool
from geometry.arrays import Floats
from geometry.errors import SacrofixError

MARK = "sensitivity.json"
ID_LETTERS = 16


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is looked at: a case, or all screws of a comparison.

    Attributes:
        name: of the study.
        source: the case or the comparison.
        cases: of each screw, by its title, at the first loss.
        losses_percent: computed for each screw.
    """

    name: str
    source: Case | CompareStudy
    cases: Mapping[str, Case]
    losses_percent: tuple[float, ...]

    @property
    def first(self) -> Case:
        """The case of the first screw; the bone is the same in all."""
        return next(iter(self.cases.values()))

    @property
    def solves_per_sample(self) -> int:
        """Solves that one set of values costs."""
        return len(self.cases) * len(self.losses_percent)


@dataclass(frozen=True, kw_only=True)
class AllLosses:
    """A runner of a sweep that computes a case at several losses, and keeps numbers only."""

    losses_percent: tuple[float, ...]

    def __call__(self, case: Case, folder: Path) -> dict[str, Scalar]:
        """All quantities at each loss; raises as `pull_out` does."""
        plan = plan_case(case)
        setup = set_up(plan, shared_mesh(plan))
        row: dict[str, Scalar] = {}
        start, results = None, []
        for loss in self.losses_percent:
            at_loss = at_body_loss(plan, loss)
            if at_loss.case.body_loss.removed_percent != setup.plan.case.body_loss.removed_percent:
                setup, start = set_up(at_loss, shared_mesh(at_loss)), None
            computed = pull_out(setup, case.screw.title(), loss, start_mm=start)
            start = computed.solution.displacement_mm
            results.append(computed.result.as_json())
            numbers = computed.result.row()
            row |= {
                quantity.at(loss): numbers.get(quantity.column) for quantity in QUANTITIES[case.loading.kind]
            }
        write_json(folder / "result.json", results)
        write_case(folder / "case.yaml", case)
        hashes = list(dict.fromkeys(result["mesh_hash"] for result in results))
        scan = scan_record(case, plan.anatomy)
        write_json(folder / "provenance.json", provenance(case, mesh_hashes=hashes, scan=scan))
        return row


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """How far the answer moves.

    Attributes:
        name: of the case or comparison.
        loading: its kind of load.
        inputs: what is uncertain.
        swings: one input at another value each.
        draws: how often all inputs were drawn at once: values of A and B, n of each.
        outputs: by quantity, that of every screw at every loss, then ratios of alar to pedicle screws.
        crossings: by quantity, of every alar over every pedicle screw; none without draws or at one loss.
        failed: why sets of values gave no result, with how many.
        held_back: sets in which a screw strayed less far than drawn, to stay in bone.
        solves: computed, with those of an earlier run.
        budget: solves that were allowed.
        needed_for_draws: the least budget that allows draws.
        interrupted: stopped by the user before its end.
    """

    name: str
    loading: str
    inputs: tuple[UncertainInput, ...]
    swings: tuple[Swing, ...]
    draws: int
    outputs: tuple[Output, ...]
    crossings: tuple[CrossingShares, ...]
    failed: Mapping[str, int]
    held_back: int
    solves: int
    budget: int
    needed_for_draws: int
    interrupted: bool


def subject_of(source: Case | CompareStudy) -> Subject:
    """The screws and losses of a case or comparison."""
    if isinstance(source, Case):
        percent = source.body_loss.percent
        return Subject(
            name=source.name,
            source=source,
            cases={source.screw.title(): source},
            losses_percent=(percent,),
        )
    losses = source.body_loss_percent
    return Subject(
        name=source.name,
        source=source,
        cases={screw.title(): source.case_of(screw, losses[0]) for screw in source.screws},
        losses_percent=losses,
    )


@dataclass(frozen=True, kw_only=True)
class _Jobs:
    """The cases of all samples.

    Attributes:
        cases: by key; samples that make the same case share it.
        keys: of each sample, the key of each screw.
        held_back: samples whose screw strayed less far than drawn.
    """

    cases: Mapping[str, Case]
    keys: Sequence[Mapping[str, str]]
    held_back: int


def run_sensitivity(
    subject: Subject,
    inputs: Sequence[UncertainInput],
    out: Path,
    budget: int,
    seed: int,
    pool: Pool,
    report: Progress = silent,
) -> Sensitivity:
    """Compute what the budget allows and is not finished yet, and say how far the answer moves.

    Args:
        subject: a case or a comparison.
        inputs: what is uncertain.
        out: folder of the study, new or of an earlier run.
        budget: solves allowed; a set of values costs one for each screw at each loss.
        seed: of the draws.
        pool: where the cases run.
        report: hears of every case that ends.

    Raises:
        UsageError: `out` holds something else.
        SacrofixError: the case itself gives no result.
    """
    moved = swings(inputs, {one.key: own_value(subject.first, one.key) for one in inputs})
    left = budget // subject.solves_per_sample - 1 - len(moved)
    drawn = draw(inputs, left, seed)
    samples: list[Sample] = [{}, *({swing.key: swing.value} for swing in moved), *drawn.samples]
    report(f"{len(samples)} sets of values, {len(samples) * subject.solves_per_sample} solves")
    open_folder(out, MARK, {"study": "sensitivity", "name": subject.name, "version": software_version()})
    jobs = _jobs(subject, samples)
    runner = AllLosses(losses_percent=subject.losses_percent)
    batch = run_batch(jobs.cases, out, runner, pool, report)
    base = {key: batch.rows.get(key) for key in jobs.keys[0].values()}
    for row in base.values():
        if row is not None and row["status"] != "ok":
            raise SacrofixError(f"the case itself gives no result: {row['reason']}", where=subject.name)
    loading = subject.first.loading.kind
    outcomes = [
        Outcomes(
            quantity=quantity,
            values=values,
            n_swings=len(moved),
            draws=drawn.count,
            width=len(inputs),
            pairs=_pairs(subject),
            seed=seed,
        )
        for quantity in QUANTITIES[loading]
        if (values := _values(subject, quantity, jobs, batch.rows))
    ]
    return Sensitivity(
        name=subject.name,
        loading=loading,
        inputs=tuple(inputs),
        swings=tuple(moved),
        draws=drawn.count,
        outputs=tuple(output for one in outcomes for output in one.outputs()),
        crossings=tuple(crossing for one in outcomes for crossing in one.crossings()),
        failed=_failures(batch.rows.values()),
        held_back=jobs.held_back,
        solves=len(batch.rows) * len(subject.losses_percent),
        budget=budget,
        needed_for_draws=subject.solves_per_sample * (1 + len(moved) + FEWEST_DRAWS * (len(inputs) + 2)),
        interrupted=batch.interrupted,
    )


def _jobs(subject: Subject, samples: Sequence[Sample]) -> _Jobs:
    """The case of every screw at every sample."""
    cases: dict[str, Case] = {}
    keys, held_back = [], 0
    for sample in samples:
        mine, short = {}, False
        for title, case in subject.cases.items():
            changed = strayed(case, sample)
            short |= changed.held_back
            key = _key(changed.case, subject.losses_percent)
            cases[key] = changed.case
            mine[title] = key
        keys.append(mine)
        held_back += short
    return _Jobs(cases=cases, keys=keys, held_back=held_back)


def _key(case: Case, losses_percent: Sequence[float]) -> str:
    """What a case at these losses is known by."""
    text = f"{case.content_hash(software_version())} {list(losses_percent)}"
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LETTERS]


def _failures(rows: Iterable[Row]) -> dict[str, int]:
    """How many cases failed for each reason."""
    found: dict[str, int] = {}
    for row in rows:
        if row["status"] != "ok":
            reason = str(row["reason"])
            found[reason] = found.get(reason, 0) + 1
    return found


def _values(
    subject: Subject, quantity: Quantity, jobs: _Jobs, rows: Mapping[str, Row]
) -> dict[tuple[str, float], Floats]:
    """One quantity of every screw at every loss, at every sample; NaN where nothing was computed.

    A screw whose case has none of it is left out: round cement there is no thread shear.
    """
    found = {
        (title, loss): np.array(
            [rows.get(keys[title], {}).get(quantity.at(loss)) for keys in jobs.keys], dtype=np.float64
        )
        for title in subject.cases
        for loss in subject.losses_percent
    }
    return {place: values for place, values in found.items() if np.isfinite(values[0])}


def _pairs(subject: Subject) -> list[tuple[str, str]]:
    """Titles of every alar screw with every pedicle screw."""
    kinds = {title: case.screw.planned().kind for title, case in subject.cases.items()}
    return [
        (ours, theirs)
        for ours in kinds
        for theirs in kinds
        if kinds[ours] == CHALLENGER and kinds[theirs] == INCUMBENT
    ]
