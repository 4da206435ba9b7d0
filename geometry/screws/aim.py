"""Where a screw is aimed: its own angles, or a landmark of the anatomy."""

from collections.abc import Callable, Mapping

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.frame import angles_deg, axial_angles_deg, direction, endplate_angles_deg
from geometry.screws.kind import passable
from geometry.screws.preset import ScrewPreset

Aim = Callable[[Anatomy, ScrewPreset, Floats], tuple[float, float]]

# Directions tried round the line from entry to AIIS, to either side (chosen: published SDs are 2 to 9).
SEARCH_DEG = np.arange(-10.0, 10.1, 2.0)
REFINE_DEG = np.arange(-1.0, 1.1, 0.5)
# Lateral and caudal angles to the axial plane, within two SD of [V 50] and [V 51] together; the line itself
# may lie outside. No spread was found for iliac screws.
PUBLISHED_DEG: Mapping[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "s2ai": ((28.0, 52.0), (12.0, 51.0)),
}
# Wall sampled every so far, at so many places round; nearer to the entry the cortex is close on any path.
STATION_MM, TURNS, FROM_MM = 2.0, 12, 12.0
# A degree away from the line must buy this much bone over the wall (chosen: less is lost in a drill's play).
WORTH_MM_PER_DEG = 0.05


def own_angles_deg(anatomy: Anatomy, preset: ScrewPreset, entry_mm: Floats) -> tuple[float, float]:
    """The preset's angles, as lateral and caudal angle to the endplate."""
    del entry_mm
    return endplate_angles_deg(
        preset.lateral_deg,
        preset.caudal_deg,
        angle_reference=preset.angle_reference,
        sacral_slope_deg=anatomy.sacral_slope_deg,
    )


def promontory_angles_deg(anatomy: Anatomy, preset: ScrewPreset, entry_mm: Floats) -> tuple[float, float]:
    """The preset's lateral angle, rising to just below the front edge of the endplate."""
    lateral, _ = own_angles_deg(anatomy, preset, entry_mm)
    front = -0.5 * anatomy.sacrum.shape.endplate_depth_mm
    run = (entry_mm[1] - front) / np.cos(np.radians(lateral))
    rise = -(entry_mm[2] + 0.5 * preset.diameter_mm + 1.5)
    return lateral, float(-np.degrees(np.arctan2(rise, run)))


def aiis_angles_deg(anatomy: Anatomy, preset: ScrewPreset, entry_mm: Floats) -> tuple[float, float]:
    """Towards the AIIS, turned to where most bone covers the wall, within the published spread.

    The line from the entry to the AIIS leaves thin bone in some pelves; a surgeon looks for the wide path
    on the image. Sought on a grid of directions round the line, then on a finer one round the best.
    """
    line = np.array(angles_deg(anatomy.ilium.landmarks["s2ai_target"] - entry_mm))
    best = _widest(anatomy, preset, entry_mm, line, line, SEARCH_DEG)
    best = _widest(anatomy, preset, entry_mm, line, best, REFINE_DEG)
    return float(best[0]), float(best[1])


AIM_AT: Mapping[str, Aim] = {
    "angles": own_angles_deg,
    "promontory": promontory_angles_deg,
    "aiis": aiis_angles_deg,
}


def _widest(
    anatomy: Anatomy, preset: ScrewPreset, entry_mm: Floats, line: Floats, centre: Floats, steps: Floats
) -> Floats:
    """The direction (lateral, caudal) near `centre` whose path has most bone over its wall, shape (2,)."""
    tried = centre + np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    axial = [axial_angles_deg(*pair, sacral_slope_deg=anatomy.sacral_slope_deg) for pair in tried]
    away = np.linalg.norm(tried - line, axis=1)
    kept = np.ones(len(tried), dtype=bool)
    for angle, (low, high) in zip(np.array(axial).T, PUBLISHED_DEG.get(preset.kind, ()), strict=False):
        kept &= (angle >= low) & (angle <= high)
    kept |= away == 0.0
    tried, away = tried[kept], away[kept]
    if not len(tried):
        return centre
    worth = _wall_margin_mm(anatomy, preset, entry_mm, tried) - WORTH_MM_PER_DEG * away
    return np.asarray(tried[worth.argmax()])


def _wall_margin_mm(anatomy: Anatomy, preset: ScrewPreset, entry_mm: Floats, tried: Floats) -> Floats:
    """Least bone over the wall beyond the entry for each direction (n, 2), shape (n,)."""
    along = np.arange(FROM_MM, preset.length_mm + 0.5 * STATION_MM, STATION_MM)
    headings = np.array([direction(*pair) for pair in tried])
    first = np.cross(headings, [0.0, 0.0, 1.0])
    first /= np.linalg.norm(first, axis=1)[:, None]
    second = np.cross(headings, first)
    turns = np.linspace(0.0, 2.0 * np.pi, TURNS, endpoint=False)[:, None]
    rim = np.cos(turns) * first[:, None] + np.sin(turns) * second[:, None]
    axis = entry_mm + along[:, None] * headings[:, None]
    wall = axis[:, :, None] + 0.5 * preset.diameter_mm * rim[:, None]
    covered = -passable(anatomy, preset.kind, wall.reshape(-1, 3))
    return np.asarray(covered.reshape(len(tried), -1).min(axis=1))
