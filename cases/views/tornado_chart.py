"""A tornado: how far one number moves with each input moved alone, the widest on top."""

import math
from collections.abc import Sequence
from pathlib import Path

import pyvista as pv

from cases.views.canvas import INK, off_screen_plotter

LOWER, HIGHER = "#0072B2", "#D55E00"
BAR = 22.0

# An input with the values it was given and what came out.
Moved = tuple[str, Sequence[tuple[str, float]]]


def draw_tornado(title: str, axis: str, base: float, inputs: Sequence[Moved], target: Path) -> None:
    """Write the chart as PNG.

    Args:
        title: what is computed.
        axis: its name and unit.
        base: its value with no input moved.
        inputs: widest first.
        target: the file.
    """
    plotter = off_screen_plotter((1500, 220 + 90 * len(inputs)))
    chart = pv.Chart2D(size=(0.97, 0.95), loc=(0.015, 0.02))
    chart.title, chart.x_label, chart.y_label = title, axis, ""
    chart.background_color = "white"
    places = list(range(len(inputs), 0, -1))
    reach = [base]
    for place, (_, moved) in zip(places, inputs, strict=True):
        values = [value for _, value in moved if math.isfinite(value)]
        reach += values
        for end, colour in ((min([base, *values]), LOWER), (max([base, *values]), HIGHER)):
            if end != base:
                chart.line([base, end], [place, place], color=colour, width=BAR, label="")
    margin = 0.06 * (max(reach) - min(reach)) or 0.1 * abs(base) or 1.0
    chart.x_range = [min(reach) - margin, max(reach) + margin]
    chart.y_range = [0.4, len(inputs) + 0.6]
    chart.line([base, base], [0.4, len(inputs) + 0.6], color=INK, width=2.0, label="")
    chart.y_axis.tick_locations = places
    chart.y_axis.tick_labels = [f"{key}: {_values(moved)}" for key, moved in inputs]
    for each in (chart.x_axis, chart.y_axis):
        each.label_size, each.tick_label_size = 24, 20
        each.GetTitleProperties().SetBold(False)
    chart.y_axis.grid = False
    chart.border_color = "white"
    chart.GetTitleProperties().SetFontSize(28)
    chart.legend_visible = False
    plotter.add_chart(chart)
    plotter.screenshot(target)
    plotter.close()


def _values(moved: Sequence[tuple[str, float]]) -> str:
    """The values that an input was given, the one that gives least first."""
    return ", ".join(value for value, _ in sorted(moved, key=lambda pair: pair[1]))
