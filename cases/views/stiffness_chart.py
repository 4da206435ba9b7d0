"""Stiffness against body loss, one line per screw, with discretisation errors."""

import math
from pathlib import Path

import pyvista as pv

from cases.head_loads import LOADS
from cases.results import CompareResult
from cases.views.canvas import INK, SCREW_COLOURS, off_screen_plotter

_MARKERS = ("o", "s", "d", "x", "+")


def draw_stiffness(comparison: CompareResult, subtitle: str, target: Path) -> None:
    """Write the chart as PNG: stiffness in N/mm over body loss in percent, bands for the error."""
    results = comparison.results
    plotter = off_screen_plotter((1400, 950))
    chart = pv.Chart2D(size=(0.96, 0.94), loc=(0.02, 0.03))
    chart.title = f"{LOADS[comparison.loading].label.capitalize()} stiffness under S1 body loss\n{subtitle}"
    chart.x_label, chart.y_label = "S1 body loss (% of volume)", "Stiffness (N/mm)"
    chart.background_color = "white"
    names = list(dict.fromkeys(result.name for result in results))
    for name, marker in zip(names, _MARKERS * len(names), strict=False):
        ours = sorted((r for r in results if r.name == name), key=lambda r: r.loss_percent)
        colour = SCREW_COLOURS.get(ours[0].kind, INK)
        losses = [r.loss_percent for r in ours]
        band = chart.area(
            losses,
            [r.stiffness().low for r in ours],
            [r.stiffness().high for r in ours],
            color=_faint(colour),
        )
        band.label = ""
        chart.line(losses, [r.stiffness_n_per_mm for r in ours], color=colour, width=4.0, label="")
        chart.scatter(
            losses, [r.stiffness_n_per_mm for r in ours], color=colour, size=16, style=marker, label=name
        )
    highest = max(r.stiffness_n_per_mm for r in results)
    chart.y_range = [0.0, 1.15 * highest]
    chart.x_range = [-2.0, 102.0]
    for crossing in comparison.crossovers:
        if crossing.percent is not None:
            chart.line(
                [crossing.percent] * 2, [0.0, 1.15 * highest], color=INK, width=1.5, style="--", label=""
            )
    for axis in (chart.x_axis, chart.y_axis):
        axis.label_size, axis.tick_label_size = 26, 22
        axis.GetTitleProperties().SetBold(False)
    for axis, ticks in ((chart.x_axis, range(0, 101, 10)), (chart.y_axis, round_ticks(1.15 * highest))):
        axis.tick_locations, axis.tick_labels = list(ticks), [f"{tick:g}" for tick in ticks]
    chart.border_color = "white"
    chart.GetTitleProperties().SetFontSize(30)
    chart.legend_visible = True
    chart.GetLegend().SetLabelSize(24)
    plotter.add_chart(chart)
    plotter.screenshot(target)
    plotter.close()


def round_ticks(highest: float) -> list[float]:
    """About eight round numbers from zero up to the highest value."""
    power = 10.0 ** math.floor(math.log10(highest / 8.0))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if highest / (power * factor) <= 10.0)
    return [step * k for k in range(int(highest / step) + 1)]


def _faint(colour: str) -> tuple[float, float, float, float]:
    """The colour at a fifth of its strength."""
    return (*pv.Color(colour).float_rgb, 0.2)
