"""Where pictures are drawn: one look for all of them, on screen or off."""

from collections.abc import Mapping

import pyvista as pv

# Okabe and Ito's palette: told apart by readers with any colour vision.
SCREW_COLOURS: Mapping[str, str] = {
    "pedicle": "#0072B2",
    "alar": "#D55E00",
    "s2ai": "#009E73",
}
INK = "#222222"
BONE = "#E9DFC8"
METAL = "#8A929B"


def off_screen_plotter(size: tuple[int, int], shape: tuple[int, int] = (1, 1)) -> pv.Plotter:
    """An empty white picture of that many pixels, divided into rows and columns."""
    plotter = pv.Plotter(off_screen=True, window_size=list(size), shape=shape, border=False)
    plotter.set_background("white")
    return plotter
