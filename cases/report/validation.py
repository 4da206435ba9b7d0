"""The validation as text, as a page and as JSON-ready values."""

from dataclasses import asdict
from typing import Any

from cases.estimators import ESTIMATORS
from cases.studies.validation.run import Validation
from cases.studies.validation.target import Row, tally


def validation_text(study: Validation) -> str:
    """A table for a terminal, the constants, and how many rows pass."""
    named = max((len(row.target.name) for row in study.rows), default=0) + 2
    by = max(11, *(len(_by(row)) for row in study.rows)) + 2
    head = f"{'measured':>10}{'computed':>10}{'ratio':>7}  {'band':<16}verdict"
    lines = [f"{'test':<{named}}{'computed by':<{by}}{head}"]
    last = ""
    for row in study.rows:
        name = row.target.name if row.target.name != last else ""
        last = row.target.name
        values = f"{_value(row, row.target.value):>10}{_value(row, row.computed):>10}{_ratio(row):>7}"
        verdict = f"{row.verdict}: {row.reason}" if row.reason else row.verdict
        lines.append(f"{name:<{named}}{_by(row):<{by}}{values}  {_band(row):<16}{verdict}")
    for name, fit in study.fits.items():
        lines.append(f"\n{ESTIMATORS[name].label}: used {ESTIMATORS[name].calibration}; fitted now {fit}")
    counts = ", ".join(f"{count} {verdict}" for verdict, count in tally(study.rows).items())
    return "\n".join([*lines, "", counts])


def validation_json(study: Validation) -> dict[str, Any]:
    """The same for a machine."""
    rows = [
        {**asdict(row.target), "by": row.by, "computed": row.computed, "ratio": row.ratio}
        | {"verdict": row.verdict, "reason": row.reason}
        for row in study.rows
    ]
    return {
        "rows": rows,
        "tally": dict(tally(study.rows)),
        "fits": {name: asdict(fit) for name, fit in study.fits.items()},
        "foam": {
            name: {
                "grade": pull.grade,
                "forces_n": dict(pull.forces_n),
                "stiffness_n_per_mm": pull.stiffness_n_per_mm,
                "elements": pull.elements,
            }
            for name, pull in study.pulls.items()
        },
        "interrupted": study.interrupted,
    }


def validation_page(study: Validation) -> str:
    """The table of the page in docs/, in Markdown."""
    lines = [
        "| test | measured | computed by | computed | ratio | band | verdict | source |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in study.rows:
        verdict = row.verdict if row.verdict == "pass" else f"**{row.verdict}**"
        lines.append(
            f"| {row.target.name} | {row.target.measured} | {_by(row)} | {_value(row, row.computed)} | "
            f"{_ratio(row)} | {_band(row)} | {verdict} | {row.target.source} |"
        )
    return "\n".join(lines)


def _by(row: Row) -> str:
    return ESTIMATORS[row.by].label if row.by in ESTIMATORS else row.by


def _value(row: Row, value: float | None) -> str:
    if value is None:
        return "-"
    digits = {"N": 0, "N/mm": 0, "mm": 1, "deg": 1}.get(row.target.unit, 2)
    return f"{value:.{digits}f}" + ("" if row.target.unit == "1" else f" {row.target.unit}")


def _ratio(row: Row) -> str:
    return "-" if row.ratio is None else f"{row.ratio:.2f}"


def _band(row: Row) -> str:
    low, high = _value(row, row.target.low), _value(row, row.target.high)
    return f"{low.split()[0]} to {high}"
