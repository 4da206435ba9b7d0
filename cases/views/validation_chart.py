"""Computed over measured for every test, on a logarithmic scale, with the band that was asked for."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyvista as pv

from cases.views.canvas import INK, off_screen_plotter

COLOURS: Mapping[str, str] = {
    "effective_strain": "#0072B2",
    "principal_strain": "#56B4E9",
    "thread_shear": "#D55E00",
    "moduli ligaments": "#009E73",
    "stiffness ligaments": "#CC79A7",
    "linear ligaments": "#8A8A8A",
    "": INK,
}
BAND = (0.5, 0.5, 0.5, 0.35)
TICKS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
# Ways to compute stand above each other within a row, so that none hides another.
STEP = 0.2


def draw_validation(
    tests: Sequence[tuple[str, float, float]],
    points: Mapping[str, Sequence[tuple[int, float]]],
    labels: Mapping[str, str],
    target: Path,
) -> None:
    """Write the chart as PNG.

    Args:
        tests: name and band of each test as computed over measured, top to bottom.
        points: of each way to compute, the test and the ratio.
        labels: what to call each way.
        target: the file.
    """
    plotter = off_screen_plotter((1500, 200 + 46 * len(tests)))
    chart = pv.Chart2D(size=(0.97, 0.95), loc=(0.015, 0.02))
    chart.title, chart.y_label = "Computed over measured", ""
    chart.x_label = "ratio, logarithmic; grey: the band asked for"
    chart.background_color = "white"
    places = list(range(len(tests), 0, -1))
    for place, (_, low, high) in zip(places, tests, strict=True):
        chart.line(
            np.log10(np.clip([low, high], TICKS[0], TICKS[-1])),
            [place, place],
            color=BAND,
            width=16.0,
            label="",
        )
    chart.line([0.0, 0.0], [0.4, len(tests) + 0.6], color=INK, width=1.5, label="")
    ways = [way for way in COLOURS if way in points]
    for way in ways:
        # three ways in a row at most, forces or ligaments
        shift = STEP * (1.0 - list(COLOURS).index(way) % 3) if way else 0.0
        # what lies beyond the axis is drawn at its end
        x = [float(np.log10(np.clip(ratio, TICKS[0], TICKS[-1]))) for _, ratio in points[way]]
        y = [places[test] + shift for test, _ in points[way]]
        chart.scatter(x, y, color=COLOURS[way], size=15, style="o", label=labels[way])
    chart.x_range = [np.log10(TICKS[0]), np.log10(TICKS[-1])]
    chart.y_range = [0.4, len(tests) + 0.6]
    chart.x_axis.tick_locations = np.log10(TICKS).tolist()
    chart.x_axis.tick_labels = [f"{tick:g}" for tick in TICKS]
    chart.y_axis.tick_locations = [float(place) for place in places]
    chart.y_axis.tick_labels = [name for name, _, _ in tests]
    for axis in (chart.x_axis, chart.y_axis):
        axis.label_size, axis.tick_label_size = 24, 20
        axis.GetTitleProperties().SetBold(False)
    chart.y_axis.grid = False
    chart.border_color = "white"
    chart.GetTitleProperties().SetFontSize(28)
    chart.legend_visible = True
    chart.GetLegend().SetLabelSize(20)
    plotter.add_chart(chart)
    target.parent.mkdir(parents=True, exist_ok=True)
    plotter.screenshot(target)
    plotter.close()
