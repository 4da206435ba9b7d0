"""Colour bars can be read: the title stands off the numbers."""

import numpy as np
import pyvista as pv

from cases.views.canvas import INK, bar_title, off_screen_plotter


def inked_bands(title: str) -> int:
    """How many bands of ink a colour bar of that title has, from top to bottom."""
    plotter = off_screen_plotter((700, 740))
    place = {"vertical": False, "width": 0.62, "height": 0.1, "position_x": 0.19, "position_y": 0.03}
    text = {"title_font_size": 22, "label_font_size": 20, "color": INK, "fmt": "%.3g"}
    ball = pv.Sphere()
    ball["density"] = ball.points[:, 2]
    plotter.add_mesh(
        ball, scalars="density", cmap="viridis", scalar_bar_args={"title": title, **place, **text}
    )
    # far away: nothing but the bar
    plotter.camera_position = [(1e6, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    pixels = np.asarray(plotter.screenshot(return_img=True))[500:]
    plotter.close()
    inked = (pixels < 128).any(axis=(1, 2)).astype(int)
    return int((np.diff(inked, prepend=0) == 1).sum())


def test_the_title_of_a_colour_bar_stands_off_its_numbers() -> None:
    # title, numbers, bar; a plain title runs into the numbers
    assert inked_bands(bar_title("Density (mg/cm3)")) == 3
    assert inked_bands("Density (mg/cm3)") == 2
