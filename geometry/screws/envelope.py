"""The surface along which a thread shears its hole out as it is pulled."""

from dataclasses import dataclass
from math import ceil, pi

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.screws.designs import WEIDLING_2022
from geometry.screws.screw import Screw

# Chosen: three rows of points in the thinnest shell of bone, 0.6 mm; the tip cone's area is met to 1e-4.
STEP_MM = 0.2
TURNS = 48


def thread_shape_factor(depth_mm: float, pitch_mm: float) -> float:
    """Share of the thread's outer surface that counts as sheared: 0.5 + 0.57735 depth / pitch.

    Chapman 1996 [V 122]; its constants are recalled with high confidence (evidence 7.4).
    """
    return 0.5 + 0.57735 * depth_mm / pitch_mm


# A screw that is drawn smooth has the mean thread of twelve pedicle screws (table 2 of [V 124]): 0.74.
SMOOTH_SHAPE_FACTOR = float(
    np.mean(
        [thread_shape_factor(0.5 * (outer - core), pitch) for outer, core, pitch in WEIDLING_2022.values()]
    )
)


@dataclass(frozen=True, kw_only=True)
class ThreadEnvelope:
    """Points all over the outer surface of a thread, each with the piece that it stands for.

    Attributes:
        points_mm: in the frame of the screw, shape (n, 3).
        areas_mm2: of the pieces, along the axis and not along the cone of the tip, shape (n,).
        shape_factor: share of them that is sheared.
    """

    points_mm: Floats
    areas_mm2: Floats
    shape_factor: float

    def __post_init__(self) -> None:
        for name in ("points_mm", "areas_mm2"):
            object.__setattr__(self, name, frozen_copy(getattr(self, name)))

    def sheared_n(self, strength_mpa: Floats) -> float:
        """The force in N that shears bone of that strength, shape (n,), zero where the thread grips nothing.

        Chapman's formula F = S pi D L TSF, piece by piece: F = TSF integral(S dA).
        """
        return self.shape_factor * float(self.areas_mm2 @ strength_mpa)


def thread_envelope(screw: Screw, shape_factor: float | None = None) -> ThreadEnvelope:
    """The outer surface of the thread of a screw, from where it begins to the tip.

    Args:
        screw: without a design, or without a thread in it, its whole length counts as threaded.
        shape_factor: in place of the one that follows from pitch and mean depth.
    """
    thread = None if screw.design is None else screw.design.thread
    if screw.design is None or thread is None:
        begin, factor = -screw.head_standoff_mm, SMOOTH_SHAPE_FACTOR
    else:
        depth = 0.5 * (screw.diameter_mm - screw.design.mean_core_mm)
        begin, factor = screw.design.shank_mm, thread_shape_factor(depth, thread.pitch_mm)
    length = screw.trajectory.length_mm - begin
    rows = ceil(length / STEP_MM)
    along = begin + length / rows * (np.arange(rows) + 0.5)
    # every second row is turned by half a step, or walls along the axis would be met by rows of points
    turn = 2.0 * pi / TURNS * (np.arange(TURNS) + 0.5 * (np.arange(rows)[:, None] % 2))
    radius = screw.radius_mm(np.asarray(along, dtype=np.float64))
    across, up, ahead = screw.axes
    around = np.cos(turn)[..., None] * across + np.sin(turn)[..., None] * up
    points = np.array(screw.trajectory.entry_mm) + along[:, None, None] * ahead
    points = points + radius[:, None, None] * around
    areas = np.repeat(2.0 * pi * radius * length / rows / TURNS, TURNS)
    return ThreadEnvelope(
        points_mm=points.reshape(-1, 3),
        areas_mm2=areas,
        shape_factor=factor if shape_factor is None else shape_factor,
    )
