"""Where pictures are drawn: one look for all of them, on screen or off."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyvista as pv
from PIL import Image
from scipy.spatial import KDTree

from geometry.arrays import Ints

# Okabe and Ito's palette: told apart by readers with any colour vision.
SCREW_COLOURS: Mapping[str, str] = {
    "pedicle": "#0072B2",
    "alar": "#D55E00",
    "s2ai": "#009E73",
    "iliac": "#CC79A7",
}
INK = "#222222"
REFUSED = "#B00020"
BONE = "#E9DFC8"
CUT_BONE = "#F6EEDD"
METAL = "#8A929B"
# Pink stands in none of the colour maps.
CEMENT = "#F4B6D2"
# Of each channel of a pixel.
LEVELS = (256, 256, 256)


def off_screen_plotter(
    size: tuple[int, int],
    shape: tuple[int, int] = (1, 1),
    column_weights: Sequence[float] | None = None,
    row_weights: Sequence[float] | None = None,
) -> pv.Plotter:
    """An empty white picture of that many pixels, divided into rows and columns."""
    plotter = pv.Plotter(
        off_screen=True,
        window_size=list(size),
        shape=shape,
        border=False,
        col_weights=column_weights,
        row_weights=row_weights,
    )
    plotter.set_background("white")
    return plotter


def bar_title(title: str) -> str:
    """The title of a colour bar; the empty line below keeps it off the numbers."""
    return f"{title}\n"


def save_small(plotter: pv.Plotter, target: Path) -> None:
    """Write a picture as PNG with 256 colours of its own, a third of the size; the plotter is closed."""
    plotter.enable_anti_aliasing("ssaa")
    pixels = np.asarray(plotter.screenshot(return_img=True))
    plotter.close()
    channels = tuple(np.moveaxis(pixels.astype(np.int64), -1, 0))
    packed, inverse, areas = np.unique(
        np.ravel_multi_index(channels, LEVELS), return_inverse=True, return_counts=True
    )
    tints = np.stack(np.unravel_index(packed, LEVELS), axis=1)
    palette = _palette(tints, areas)
    nearest = KDTree(palette).query(tints)[1].astype(np.uint8)
    drawn = Image.fromarray(nearest[inverse].reshape(pixels.shape[:2]))
    drawn.putpalette(palette.astype(np.uint8).tobytes())
    target.parent.mkdir(parents=True, exist_ok=True)
    drawn.save(target, format="PNG", optimize=True)


def _palette(tints: Ints, areas: Ints) -> Ints:
    """At most 256 colours, shape (k, 3), for tints of shape (n, 3); the first is the white of the paper.

    A tint counts by the root of its area, or bone would get nearly all, and discs and screws none.
    """
    weighed = np.repeat(tints, np.ceil(areas**0.5).astype(int), axis=0)
    row = Image.fromarray(weighed.astype(np.uint8)[None])
    chosen = np.array(row.quantize(255, kmeans=1).getpalette(), dtype=np.int64).reshape(-1, 3)
    return np.vstack([[255, 255, 255], chosen[:255]])
