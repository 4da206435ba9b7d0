"""Stiffness against element edge, down to the mesh without end."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyvista as pv

from cases.head_loads import LOADS
from cases.views.canvas import INK, off_screen_plotter

if TYPE_CHECKING:
    from cases.studies.converge import Convergence

_COMPUTED, _BAND = "#1F6FB4", (0.12, 0.44, 0.71, 0.2)


def draw_convergence(study: "Convergence", target: Path) -> None:
    """Write the chart as PNG: computed values, the fitted curve and the band of the limit."""
    plotter = off_screen_plotter((1400, 950))
    chart = pv.Chart2D(size=(0.96, 0.94), loc=(0.02, 0.03))
    order = "no convergence" if study.order is None else f"order {study.order:.2g}"
    chart.title = f"Mesh study of {study.name}: {order}"
    chart.x_label = "Mean element edge (mm)"
    chart.y_label = f"{LOADS[study.loading].label.capitalize()} stiffness (N/mm)"
    chart.background_color = "white"
    edges = np.array([point.edge_mm for point in study.points])
    values = np.array([point.stiffness_n_per_mm for point in study.points])
    reach = 1.05 * edges.max()
    h = np.linspace(0.0, reach, 100)
    band = chart.area(h, np.full(100, study.low_n_per_mm), np.full(100, study.high_n_per_mm), color=_BAND)
    band.label = "exact stiffness of this model lies here"
    if study.order is not None and study.extrapolated_n_per_mm is not None:
        slope = (values[-1] - study.extrapolated_n_per_mm) / edges[-1] ** study.order
        curve = study.extrapolated_n_per_mm + slope * h**study.order
        chart.line(h, curve, color=_COMPUTED, width=2.0, label="")
    chart.scatter(edges, values, color=_COMPUTED, size=18, style="o", label="computed")
    low, high = min(values.min(), study.low_n_per_mm), max(values.max(), study.high_n_per_mm)
    margin = 0.1 * (high - low) or 1.0
    chart.x_range, chart.y_range = [0.0, reach], [low - margin, high + margin]
    for axis in (chart.x_axis, chart.y_axis):
        axis.label_size, axis.tick_label_size = 26, 22
        axis.GetTitleProperties().SetBold(False)
    chart.border_color = "white"
    chart.GetTitleProperties().SetFontSize(30)
    chart.GetTitleProperties().SetColor(*pv.Color(INK).float_rgb)
    chart.legend_visible = True
    chart.GetLegend().SetLabelSize(24)
    chart.GetLegend().SetHorizontalAlignment(0)
    plotter.add_chart(chart)
    plotter.screenshot(target)
    plotter.close()
