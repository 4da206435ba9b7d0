"""A sensitivity study as text, rows and JSON-ready values."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cases.studies.sensitivity.inputs import UncertainInput
from cases.studies.sensitivity.outputs import Output
from cases.studies.sensitivity.run import Sensitivity

KEY_WIDTH = 30


def sensitivity_text(study: Sensitivity) -> str:
    """Tables for a terminal of 100 columns, and what they say."""
    lines = _outputs_text(study)
    for crossing in study.crossings:
        place = (
            f"; the first crossing is at {crossing.low_percent:.0f} to {crossing.high_percent:.0f} % of loss "
            f"(median {crossing.median_percent:.0f})"
            if crossing.low_percent is not None
            else ""
        )
        lines += [
            "",
            f"{crossing.challenger} is ahead of {crossing.incumbent} in {crossing.quantity.label} at every "
            f"computed loss in {100 * crossing.always:.0f} % of the draws, at some losses in "
            f"{100 * crossing.crossing:.0f} %, never in {100 * crossing.never:.0f} %{place}",
        ]
    for output in headlines(study.outputs):
        lines += ["", *_tornado_text(study, output)]
        if output.indices is not None:
            lines += ["", *_indices_text(study.inputs, output)]
    lines += ["", *_remarks(study)]
    return "\n".join(lines)


def headlines(outputs: Sequence[Output]) -> list[Output]:
    """What tables and pictures show: the ratios nearest to half the body lost, or every screw there."""
    ratios = [output for output in outputs if output.unit == "1"]
    pool = ratios or list(outputs)
    nearest = min((output.loss_percent for output in pool), key=lambda loss: abs(loss - 50.0), default=0.0)
    return [output for output in pool if output.loss_percent == nearest]


def by_input(study: Sensitivity, output: Output) -> list[tuple[UncertainInput, list[tuple[str, float]]]]:
    """Each input with its values and what they give, the widest swing first."""
    found = []
    for one in study.inputs:
        moved = [
            (value_text(swing.value), value)
            for swing, value in zip(study.swings, output.swings, strict=True)
            if swing.key == one.key
        ]
        found.append((one, moved))
    return sorted(found, key=lambda pair: -_width(output, pair[1]))


def value_text(value: float | str) -> str:
    """A value of an input as short as it can be told."""
    return value if isinstance(value, str) else f"{value:g}"


def sensitivity_rows(study: Sensitivity) -> list[dict[str, Any]]:
    """One flat row per output and input moved alone, for a spreadsheet."""
    return [
        {
            "output": output.name,
            "loading": study.loading,
            "quantity": output.quantity.column,
            "unit": output.unit,
            "base": output.base,
            "input": swing.key,
            "input_value": swing.value,
            "value": _number(value),
        }
        for output in study.outputs
        for swing, value in zip(study.swings, output.swings, strict=True)
    ]


def sensitivity_json(study: Sensitivity) -> dict[str, Any]:
    """The same for a machine; what was not computed is null."""
    outputs = []
    for output in study.outputs:
        found = output.indices
        indices = None if found is None else {key: value.tolist() for key, value in vars(found).items()}
        swings = [_number(value) for value in output.swings]
        told = {"quantity": output.quantity.column, "base": _number(output.base)}
        outputs.append({**asdict(output), **told, "swings": swings, "indices": indices})
    crossings = [{**asdict(one), "quantity": one.quantity.column} for one in study.crossings]
    return {**asdict(study), "outputs": outputs, "crossings": crossings}


def _outputs_text(study: Sensitivity) -> list[str]:
    """What the case gives, and what the draws give."""
    head = f"{'':<40}{'as it is':>12}"
    if study.draws:
        head += f"{'5 %':>12}{'median':>12}{'95 %':>12}{'above 1':>10}"
    lines, told = [head], None
    for output in study.outputs:
        if output.quantity != told:
            told = output.quantity
            lines.append(f"{told.label}:")
        line = f"  {output.name:<38}{_shown(output.base, output.unit):>12}"
        if output.low is not None:
            line += "".join(
                f"{_shown(value, output.unit):>12}" for value in (output.low, output.median, output.high)
            )
            line += "" if output.above_one is None else f"{100 * output.above_one:>8.0f} %"
        lines.append(line)
    return lines


def _tornado_text(study: Sensitivity, output: Output) -> list[str]:
    """Every input moved alone, the widest swing first."""
    lines = [f"{output.title}: {_shown(output.base, output.unit)}; one input moved alone:"]
    for one, moved in by_input(study, output):
        cells = (f"{value} gives {_shown(given, output.unit)}" for value, given in moved)
        lines.append(f"  {one.key:<{KEY_WIDTH}}" + ", ".join(cells))
    return lines


def _indices_text(inputs: Sequence[UncertainInput], output: Output) -> list[str]:
    """Sobol's indices with their bands."""
    found = output.indices
    assert found is not None  # noqa: S101, asked by the caller
    lines = ["  share of the variance           alone (90 % band)        with all it acts with (90 % band)"]
    for k in sorted(range(len(inputs)), key=lambda k: -found.total[k]):
        lines.append(
            f"  {inputs[k].key:<{KEY_WIDTH}}{found.first[k]:>6.2f} ({found.first_low[k]:.2f} to "
            f"{found.first_high[k]:.2f}){found.total[k]:>16.2f} ({found.total_low[k]:.2f} to "
            f"{found.total_high[k]:.2f})"
        )
    return lines


def _remarks(study: Sensitivity) -> list[str]:
    """How it was computed, and what is missing."""
    lines = [f"{study.solves} solves of a budget of {study.budget}"]
    if study.draws:
        lines[0] += f"; {2 * study.draws} independent draws, {len(study.inputs) * study.draws} mixtures"
    else:
        lines.append(f"no draws of all inputs at once: they need --budget {study.needed_for_draws} or more")
    if study.held_back:
        lines.append(f"in {study.held_back} sets a screw strayed less far than drawn, to stay in bone")
    for reason, count in study.failed.items():
        lines.append(f"{count} without a result: {reason}")
    if study.failed and study.draws:
        lines.append("outputs with a draw that failed have no indices")
    return lines


def _width(output: Output, moved: Sequence[tuple[str, float]]) -> float:
    """From the least to the greatest of what an input gives."""
    values = [value for _, value in moved if math.isfinite(value)] + [output.base]
    return max(values) - min(values)


def _shown(value: float | None, unit: str) -> str:
    """A value of an output with its unit; "failed" of what has none."""
    if value is None or not math.isfinite(value):
        return "failed"
    return f"{value:.2f}" if unit == "1" else f"{value:.0f} {unit}"


def _number(value: float) -> float | None:
    """The value, or None of what was not computed."""
    return value if math.isfinite(value) else None
