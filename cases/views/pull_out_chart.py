"""Force against displacement beyond the linear range, one line per screw and loss."""

from collections.abc import Sequence
from pathlib import Path

import pyvista as pv

from cases.results import PullOutResult
from cases.views.canvas import INK, SCREW_COLOURS, off_screen_plotter
from cases.views.stiffness_chart import round_ticks

# Lines of less loss are fuller.
_STYLES = ("-", "--", "-.", ":")


def draw_pull_out(results: Sequence[PullOutResult], subtitle: str, target: Path) -> None:
    """Write the chart as PNG, its peaks marked; nothing if no result has a curve."""
    drawn = [result for result in results if result.failure.curve is not None]
    if not drawn:
        return
    target.parent.mkdir(exist_ok=True)
    plotter = off_screen_plotter((1400, 950))
    chart = pv.Chart2D(size=(0.96, 0.94), loc=(0.02, 0.03))
    chart.title = f"Pull beyond the linear range, not calibrated\n{subtitle}"
    chart.x_label, chart.y_label = "Displacement of the head (mm)", "Force (N)"
    chart.background_color = "white"
    losses = sorted({result.loss_percent for result in drawn})
    for result in drawn:
        curve = result.failure.curve
        assert curve is not None  # noqa: S101  # the others were left out
        colour = SCREW_COLOURS.get(result.kind, INK)
        chart.line(
            [0.0, *curve.displacement_mm],
            [0.0, *curve.force_n],
            color=colour,
            width=4.0,
            style=_STYLES[losses.index(result.loss_percent) % len(_STYLES)],
            label=f"{result.name}, {result.loss_percent:g} % lost",
        )
        if curve.falls:
            chart.scatter([curve.peak_mm], [curve.peak_n], color=colour, size=16, style="o", label="")
    widest = max(result.failure.curve.displacement_mm[-1] for result in drawn if result.failure.curve)
    highest = 1.15 * max(result.failure.curve.peak_n for result in drawn if result.failure.curve)
    chart.x_range, chart.y_range = [0.0, widest], [0.0, highest]
    for axis, end in ((chart.x_axis, widest), (chart.y_axis, highest)):
        axis.label_size, axis.tick_label_size = 26, 22
        axis.GetTitleProperties().SetBold(False)
        ticks = round_ticks(end)
        axis.tick_locations, axis.tick_labels = ticks, [f"{tick:g}" for tick in ticks]
    chart.border_color = "white"
    chart.GetTitleProperties().SetFontSize(30)
    chart.legend_visible = True
    chart.GetLegend().SetLabelSize(24)
    chart.GetLegend().SetHorizontalAlignment(0)
    plotter.add_chart(chart)
    plotter.screenshot(target)
    plotter.close()
