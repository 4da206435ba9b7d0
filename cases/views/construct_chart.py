"""Stiffness of several constructs against loss of the S1 body, a panel for each direction."""

from pathlib import Path

import pyvista as pv

from cases.construct.comparison import ConstructComparison
from cases.construct.directions import DIRECTIONS
from cases.views.canvas import INK, off_screen_plotter
from cases.views.stiffness_chart import round_ticks

# Okabe and Ito's palette, as everywhere; markers tell them apart without colours.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "d", "x", "+")
COLUMNS, PANEL = 4, (520, 480)


def draw_directions(comparison: ConstructComparison, target: Path) -> None:
    """Write the chart as PNG: stiffness over body loss in percent, a line for each construct."""
    rows = -(-len(comparison.directions) // COLUMNS)
    plotter = off_screen_plotter((COLUMNS * PANEL[0], rows * PANEL[1]), shape=(rows, COLUMNS))
    for place, name in enumerate(comparison.directions):
        plotter.subplot(*divmod(place, COLUMNS))
        direction = DIRECTIONS[name]
        chart = pv.Chart2D(size=(0.96, 0.96), loc=(0.02, 0.02))
        unit = comparison.rows[0].result.direction(name).stiffness_unit
        chart.title = f"{direction.title}, {unit}"
        chart.x_label, chart.y_label = "S1 body loss (%)", ""
        chart.background_color, chart.border_color = "white", "white"
        highest = 0.0
        for index, label in enumerate(comparison.names):
            curve = comparison.curve(label, name)
            losses = [point.loss_percent for point in curve]
            values = [point.high for point in curve]
            highest = max(highest, *values)
            colour = COLOURS[index % len(COLOURS)]
            chart.line(losses, values, color=colour, width=3.0, label="")
            marker = MARKERS[index % len(MARKERS)]
            chart.scatter(losses, values, color=colour, size=12, style=marker, label=label)
        chart.x_range, chart.y_range = [-2.0, 102.0], [0.0, 1.2 * highest]
        for axis, ticks in ((chart.x_axis, range(0, 101, 25)), (chart.y_axis, round_ticks(1.2 * highest))):
            axis.tick_locations, axis.tick_labels = list(ticks), [f"{tick:g}" for tick in ticks]
            axis.label_size, axis.tick_label_size = 18, 16
            axis.GetTitleProperties().SetBold(False)
        chart.GetTitleProperties().SetFontSize(20)
        chart.GetTitleProperties().SetColor(pv.Color(INK).float_rgb)
        # one legend tells all panels
        chart.legend_visible = place == 0
        chart.GetLegend().SetLabelSize(15)
        plotter.add_chart(chart)
    plotter.screenshot(target)
    plotter.close()
