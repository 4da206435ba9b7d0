"""Pull-out forces as text: one block of rows for each estimator, so that screws stand side by side."""

from collections.abc import Iterator, Sequence

from cases.estimators import ESTIMATORS
from cases.results import PullOutCurve, PullOutForces, PullOutResult

# What a reader must know before quoting a force (docs/failure.md).
FORCE_LIMITS = (
    "Forces are estimates with biases of their own (docs/failure.md): compare screws within one estimator,",
    "never across. The first two are first yield, not a peak; of thread shear the shell is the least sure.",
)
SHELL = "of it the shell"
FIRST_COLUMN = 30


def forces_text(results: Sequence[PullOutResult]) -> str:
    """The table of a comparison: estimators and losses down, screws across."""
    names = list(dict.fromkeys(result.name for result in results))
    width = max([12, *(len(name) + 2 for name in names)])
    by_place = {(result.name, result.loss_percent): result.failure for result in results}
    losses = sorted({result.loss_percent for result in results})
    lines = [f"{'Pull-out force in N':<{FIRST_COLUMN}}" + "".join(f"{name:>{width}}" for name in names)]
    for label in _labels(results):
        for loss in losses:
            cells = [_cell(by_place.get((name, loss)), label) for name in names]
            title = label if loss == losses[0] else ""
            head = f"{title:<{FIRST_COLUMN - 8}}{loss:>5g} % "
            lines.append(head + "".join(f"{cell:>{width}}" for cell in cells))
    return "\n".join([*lines, "", *FORCE_LIMITS])


def force_lines(failure: PullOutForces) -> list[tuple[str, str]]:
    """One line for each estimator of one result: its label, and its force with what has calibrated it."""
    lines = []
    for name, force in failure.forces_n.items():
        row = ESTIMATORS[name]
        shell = f", {failure.shell_n:.0f} of it in the shell" if name == "thread_shear" else ""
        at = _where(failure.curve) if name == "curve_peak" and failure.curve else ""
        lines.append((row.label, f"{force:.0f} N{shell}{at} ({row.calibration})"))
    return lines


def _where(curve: PullOutCurve) -> str:
    """At which displacement the highest force of a curve stands, or that it is none."""
    return f" at {curve.peak_mm:.2f} mm" if curve.falls else f", still rising at {curve.peak_mm:.2f} mm"


def _labels(results: Sequence[PullOutResult]) -> Iterator[str]:
    """Labels of the estimators that gave a force; the shell's part stands below thread shear."""
    for name, row in ESTIMATORS.items():
        if any(name in result.failure.forces_n for result in results):
            yield row.label
            if name == "thread_shear":
                yield SHELL


def _cell(failure: PullOutForces | None, label: str) -> str:
    if failure is None:
        return "failed"
    if label == SHELL:
        return f"{failure.shell_n:.0f}"
    name = next(name for name, row in ESTIMATORS.items() if row.label == label)
    if name not in failure.forces_n:
        return ""
    rising = name == "curve_peak" and failure.curve is not None and not failure.curve.falls
    return f"{'> ' if rising else ''}{failure.forces_n[name]:.0f}"
