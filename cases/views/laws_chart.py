"""The density laws on one axis of QCT density: how far they disagree."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyvista as pv

from cases.views.canvas import INK, off_screen_plotter
from materials.conversions import Conversion
from materials.laws import LAWS, STRENGTH_LAWS
from materials.laws.law import PrintedLaw
from materials.laws.measured import CALF_LUMBOSACRAL

LAST_MG_CM3 = 400.0
# Okabe and Ito's palette by paper; readings of one paper differ by the stroke.
STROKES: Mapping[str, tuple[str, str]] = {
    "crawford2003": ("#000000", "-"),
    "kopperdahl2002_line": ("#000000", "-"),
    "morgan2003": ("#D55E00", "-"),
    "kopperdahl2002_qct": ("#999999", "-"),
    "kopperdahl2002_apparent": ("#999999", "--"),
    "keller1994_vertebra": ("#0072B2", "-"),
    "keller1994_pooled": ("#56B4E9", "-"),
    "keller1994_pooled_229": ("#56B4E9", "--"),
    "keller1994_pooled_251": ("#56B4E9", "-"),
    "keller1994_pooled_257": ("#56B4E9", "-."),
    "keyak1998": ("#009E73", "-"),
    "carter_hayes1977": ("#CC79A7", "-"),
    "dalstra1993": ("#E69F00", "-"),
}
IN_RANGE, OUT_OF_RANGE = 5.0, 1.5


def draw_laws(conversion: Conversion, target: Path) -> None:
    """Write the chart as PNG: modulus and strength over density, thick where a law was measured."""
    plotter = off_screen_plotter((1800, 900))
    panels = (
        ("Young's modulus (MPa)", LAWS, CALF_LUMBOSACRAL.young_mpa, (10.0, 5000.0), 0.0),
        ("Strength (MPa)", STRENGTH_LAWS, CALF_LUMBOSACRAL.strength_mpa, (0.3, 60.0), 0.5),
    )
    for title, laws, measured_mpa, (low_mpa, high_mpa), left in panels:
        chart = pv.Chart2D(size=(0.49, 0.96), loc=(left + 0.005, 0.02))
        chart.title = "Thick within the range of each law"
        chart.GetTitleProperties().SetFontSize(22)
        chart.x_label, chart.y_label = "QCT density (mg/cm3)", title
        chart.background_color, chart.border_color = "white", "white"
        for law in laws.values():
            _draw(chart, law.converted(conversion), low_mpa)
        _draw_measured(chart, measured_mpa)
        chart.y_axis.log_scale = True
        chart.x_range, chart.y_range = [0.0, LAST_MG_CM3], [low_mpa, high_mpa]
        for axis in (chart.x_axis, chart.y_axis):
            axis.label_size, axis.tick_label_size = 24, 20
            axis.GetTitleProperties().SetBold(False)
        chart.legend_visible = True
        chart.GetLegend().SetLabelSize(18)
        chart.GetLegend().SetVerticalAlignment(0)
        plotter.add_chart(chart)
    plotter.screenshot(target)
    plotter.close()


def _draw(chart: pv.Chart2D, law: PrintedLaw, low_mpa: float) -> None:
    """One law, thick within its range and thin outside."""
    density = np.linspace(0.0, LAST_MG_CM3, 401)
    values = law.at_mpa(density)
    colour, style = STROKES[law.name]
    low, high = law.valid_mg_cm3
    seen = values > low_mpa
    chart.line(density[seen], values[seen], color=colour, width=OUT_OF_RANGE, style=style, label="")
    inside = seen & (density >= low) & (density <= high)
    chart.line(density[inside], values[inside], color=colour, width=IN_RANGE, style=style, label=law.name)


def _draw_measured(chart: pv.Chart2D, measured_mpa: tuple[float, float]) -> None:
    """The calf bone: mean, and one standard deviation to both sides."""
    mean, sd = measured_mpa
    density, density_sd = CALF_LUMBOSACRAL.qct_mg_cm3
    chart.line([density] * 2, [mean - sd, mean + sd], color=INK, width=2.0, label="")
    chart.line([density - density_sd, density + density_sd], [mean] * 2, color=INK, width=2.0, label="")
    chart.scatter(
        [density], [mean], color=INK, size=14, style="o", label=f"{CALF_LUMBOSACRAL.name}, measured"
    )
