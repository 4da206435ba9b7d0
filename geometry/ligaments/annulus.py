"""The fibres of an annulus: two families of straight lines between its endplates."""

import numpy as np

from geometry.arrays import Floats
from geometry.ligaments.ligament import Ligament, lines
from geometry.lumbar.disc import Disc
from geometry.lumbar.level import Endplate

# Chosen: lines of one family round the disc, in two rings; four times as many change no stiffness by 1 %.
ROUND = 24
# The rings stand at these shares of the way from the nucleus to the wall (chosen: a quarter from either).
RINGS = (0.25, 0.75)


def annulus_fibres(disc: Disc, level: str, parts: tuple[str, str], angle_deg: float) -> Ligament:
    """Fibres that rise at this angle to the endplates, half of them each way round.

    A real fibre winds round the disc; these are its chords, fixed at both endplates and free between.

    Args:
        disc: whose annulus it is.
        level: such as "l5s1".
        parts: of a mesh, the upper bone first.
        angle_deg: to the middle plane of the disc.
    """
    ends = []
    for ring in RINGS:
        inner = np.sqrt(disc.shape.nucleus_share)
        share = inner + ring * (1.0 - inner)
        radius = share * 0.5 * (disc.lower.half_width_mm + disc.lower.half_depth_mm)
        turn = disc.shape.height_mm / np.tan(np.radians(angle_deg)) / radius
        start = 2.0 * np.pi * (np.arange(ROUND) + 0.5) / ROUND
        for way in (-0.5, 0.5):
            ends.append(
                (_ring(disc.upper, start + way * turn, share), _ring(disc.lower, start - way * turn, share))
            )
    upper, lower = (np.concatenate([pair[k] for pair in ends]) for k in (0, 1))
    return Ligament(
        kind="annulus_fibres",
        name=f"annulus_fibres_{level}",
        first=parts[0],
        second=parts[1],
        lines_mm=lines(upper, lower),
    )


def annulus_volume_mm3(disc: Disc) -> float:
    """Volume of the annulus: its share of the cross-section times the height between the endplates."""
    return disc.area_mm2() * (1.0 - disc.shape.nucleus_share) * disc.shape.height_mm


def _ring(plate: Endplate, turn_rad: Floats, share: float) -> Floats:
    """Points on an endplate on an oval of that share of its size, shape (k, 3)."""
    across = share * plate.half_width_mm * np.cos(turn_rad)
    along = share * plate.half_depth_mm * np.sin(turn_rad)
    return np.asarray(plate.centre_mm + across[:, None] * plate.axes[0] + along[:, None] * plate.axes[1])
