"""The comparison as text, as rows and as JSON-ready values."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from cases.estimators import estimators_json
from cases.head_loads import LOADS
from cases.report.density import density_shares, density_warnings
from cases.report.forces import forces_text
from cases.results import CompareResult, PullOutResult
from cases.studies.crossover import best_at, retention

# Every report says what a linear bonded model can and cannot tell (evidence 7.1).
LIMITS = (
    "Linear, bonded, no thread: stiffness is an upper bound and over-rewards diameter; read ratios and",
    "ranks, not absolute values. R, the density of the ala over the S1 body, is known only to 0.37-0.78:",
    "sweep it.",
)


def result_rows(results: Sequence[PullOutResult]) -> list[dict[str, Any]]:
    """One flat row per result, with its retention in percent of the same screw at its least loss."""
    kept: dict[int, float] = {}
    for name in screw_names(results):
        ours = [result for result in results if result.name == name]
        kept.update(zip(map(id, ours), retention(ours), strict=True))
    return [{**result.row(), "retention_percent": kept[id(result)]} for result in results]


def screw_names(results: Sequence[PullOutResult]) -> list[str]:
    """Names of the screws, in the order they were computed."""
    return list(dict.fromkeys(result.name for result in results))


def losses(results: Sequence[PullOutResult]) -> list[float]:
    """The body losses computed, ascending."""
    return sorted({result.loss_percent for result in results})


def comparison_text(comparison: CompareResult) -> str:
    """The table that answers the question, for a terminal of 100 columns."""
    results = comparison.results
    names = screw_names(results)
    rows = {(row["name"], row["loss_percent"]): row for row in result_rows(results)}
    width = max([24, *(len(name) + 2 for name in names)])
    lines = [
        f"{LOADS[comparison.loading].label.capitalize()} stiffness in N/mm (- discretisation error), and "
        "retention against no loss",
        "",
        f"{'S1 body loss':>12}  " + "".join(f"{name:>{width}}" for name in names) + "   best",
    ]
    for loss in losses(results):
        cells = []
        for name in names:
            row = rows.get((name, loss))
            cells.append(_cell(row) if row else "failed")
        here = [result for result in results if result.loss_percent == loss]
        lines.append(
            f"{loss:>10g} %  "
            + "".join(f"{cell:>{width}}" for cell in cells)
            + "   "
            + " = ".join(best_at(here))
        )
    lines.append("")
    lines.extend(crossover.sentence() for crossover in comparison.crossovers)
    lines.extend(
        f"failed: {failure.name} at {failure.loss_percent:g} %: {failure.reason}"
        for failure in comparison.failures
    )
    if results:
        lines.extend(("", forces_text(results)))
        lines.extend(("", density_shares(results)))
        lines.extend(f"warning: {said}" for said in density_warnings(results))
    lines.extend(("", *LIMITS))
    return "\n".join(lines)


def _cell(row: Mapping[str, Any]) -> str:
    stiffness, error = row["stiffness_n_per_mm"], row["stiffness_error_percent"]
    return f"{stiffness:.0f} -{error:.1f} % {row['retention_percent']:>5.1f} %"


def comparison_json(comparison: CompareResult) -> dict[str, Any]:
    """The whole comparison as plain values: results, best screw at each loss, crossovers, failures."""
    results = comparison.results
    return {
        "study": "compare",
        "name": comparison.name,
        "loading": comparison.loading,
        "results": [
            {**result.as_json(), "retention_percent": row["retention_percent"]}
            for result, row in zip(results, result_rows(results), strict=True)
        ],
        "estimators": estimators_json(
            dict.fromkeys(name for result in results for name in result.failure.forces_n)
        ),
        "best": [
            {"loss_percent": loss, "screws": best_at([r for r in results if r.loss_percent == loss])}
            for loss in losses(results)
        ],
        "crossovers": [{**asdict(c), "sentence": c.sentence()} for c in comparison.crossovers],
        "failures": [asdict(failure) for failure in comparison.failures],
        "density_warnings": density_warnings(results),
        "limits": " ".join((*LIMITS, *LOADS[comparison.loading].limits)),
    }
