"""Forces as text: one block of rows for each estimator, so that screws stand side by side."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from cases.estimators import ESTIMATORS
from cases.head_loads import LOADS
from cases.results import PullOutCurve, PullOutForces, PullOutResult

FIRST_COLUMN = 30

# What a row of the table says of one result.
Cell: TypeAlias = Callable[[PullOutForces], str]


def forces_text(results: Sequence[PullOutResult]) -> str:
    """The table of a comparison: estimators and losses down, screws across."""
    names = list(dict.fromkeys(result.name for result in results))
    losses = sorted({result.loss_percent for result in results})
    found = {(result.name, result.loss_percent): result.failure for result in results}
    width = max([12, *(len(name) + 2 for name in names)])
    load = LOADS[results[0].loading]
    corner = f"{load.force.capitalize()} in N"
    lines = [f"{corner:<{FIRST_COLUMN}}" + "".join(f"{name:>{width}}" for name in names)]
    for title, cell in _blocks(results):
        for loss in losses:
            told = [cell(found[name, loss]) if (name, loss) in found else "failed" for name in names]
            head = f"{title if loss == losses[0] else '':<{FIRST_COLUMN - 8}}{loss:>5g} % "
            lines.append(head + "".join(f"{text:>{width}}" for text in told))
    return "\n".join([*lines, "", *load.limits])


def force_lines(failure: PullOutForces) -> list[tuple[str, str]]:
    """One line for each estimator of one result: its label, and its force with what has calibrated it."""
    lines = []
    for name, force in failure.forces_n.items():
        row = ESTIMATORS[name]
        shell = f", {_shell(failure)} of it in the shell" if name == "thread_shear" else ""
        at = _where(failure.curve) if name == "curve_peak" and failure.curve else ""
        lines.append((row.label, f"{force:.0f} N{shell}{at} ({row.calibration})"))
    return lines


def _where(curve: PullOutCurve) -> str:
    """At which displacement the highest force of a curve stands, or that it is none."""
    return f" at {curve.peak_mm:.2f} mm" if curve.falls else f", still rising at {curve.peak_mm:.2f} mm"


def _blocks(results: Sequence[PullOutResult]) -> Iterator[tuple[str, Cell]]:
    """Titles and cells of the estimators that gave a force; the shell's part stands below thread shear."""
    for name, row in ESTIMATORS.items():
        if any(name in result.failure.forces_n for result in results):
            yield row.label, partial(_force, name)
            if name == "thread_shear":
                yield "of it the shell", _shell


def _shell(failure: PullOutForces) -> str:
    """The part of the thread shear that the shell bears; empty without any."""
    return "" if failure.shell_n is None else f"{failure.shell_n:.0f}"


def _force(estimator: str, failure: PullOutForces) -> str:
    """A force; of a curve that still rises it is the least that the peak can be."""
    if estimator not in failure.forces_n:
        return ""
    rising = estimator == "curve_peak" and failure.curve is not None and not failure.curve.falls
    return f"{'> ' if rising else ''}{failure.forces_n[estimator]:.0f}"
