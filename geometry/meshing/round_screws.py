"""Element sizes round screws: fine at them and on the bone they load, coarse far away."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.meshing.body import Body
from geometry.meshing.sampled import sample
from geometry.meshing.sizing import GradedSize, SizedSurface, Sizing
from geometry.screws.screw import Screw

# Chosen: the default supports begin here, and beyond them lay next to none of the estimated error.
FOCUS_DIAMETERS = 5.0
# Chosen: samples of the bodies that decide element sizes.
SIZE_SAMPLE_MM = 4.0
# Chosen: places along a screw that tell which bones it pierces.
AXIS_POINTS = 50


@dataclass(frozen=True, kw_only=True)
class Focus:
    """Where screws load the bone: within so many diameters of the axis of one of them."""

    screws: Sequence[Screw]

    def __call__(self, points_mm: Floats) -> Floats:
        """How far outside in mm, shape (n,); negative inside."""
        outside = [s.axis_distance_mm(points_mm) - FOCUS_DIAMETERS * s.diameter_mm for s in self.screws]
        return np.asarray(np.min(outside, axis=0))


def size_round_screws(
    bodies: Sequence[Body],
    screws: Sequence[Screw],
    sizing: Sizing,
    bounds_mm: Floats,
    *,
    bones: Container[str],
    exact: Container[str] = (),
) -> GradedSize:
    """The wished edges round these screws.

    Args:
        bodies: all that is meshed.
        screws: round them, bones that they pierce have short edges.
        sizing: growth, largest edge and the share of a bone's edge near a screw.
        bounds_mm: a box that holds all bodies, shape (2, 3).
        bones: names of the bodies whose walls and hollows are minded.
        exact: names of the bodies whose distance is not read from samples.
    """
    axis_mm = np.concatenate([np.linspace(s.head_centre_mm, s.tip_mm, AXIS_POINTS) for s in screws])
    surfaces = []
    for body in bodies:
        is_bone = body.name in bones
        pierced = is_bone and bool((body.field(axis_mm) < 0.0).any())
        surfaces.append(
            SizedSurface(
                distance=body if body.name in exact else sample(body.field, bounds_mm, SIZE_SAMPLE_MM).rough,
                edge_mm=body.surface_size_mm,
                near_edge_mm=sizing.near_share * body.surface_size_mm if pierced else None,
                wall=body.field if is_bone else None,
            )
        )
    return GradedSize(
        surfaces=surfaces,
        grading=sizing.grading,
        largest_mm=sizing.interior_mm,
        focus=Focus(screws=screws),
    )
