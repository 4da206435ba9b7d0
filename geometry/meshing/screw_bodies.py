"""A screw as bodies to mesh: the void of its bore, the metal, and the cement round it."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.implicit import capsule
from geometry.meshing.body import Body, Cap, HalfSpace
from geometry.screws.cement import SHELL_MM, Cement
from geometry.screws.screw import Screw

BORE, SCREW, CEMENT, HEAD = "bore", "screw", "cement", "screw_head"
# Chosen: the shank behind the head plane continues what it is this far in front of it.
SHANK_MM = 0.5
# Chosen: the bore goes on this far behind the head plane, to be cut off there.
BEHIND_MM = 4.0
# Chosen: edges round the bore.
BORE_EDGES = 12


@dataclass(frozen=True, kw_only=True)
class Shank:
    """A screw without end and bore: behind its head plane the section just before it goes on for ever."""

    screw: Screw

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance in mm, shape (n,)."""
        along = (points_mm - self.screw.head_centre_mm) @ self.screw.direction
        forward = np.maximum(SHANK_MM - along, 0.0)
        return self.screw.filled(points_mm + forward[:, None] * self.screw.direction)


@dataclass(frozen=True, kw_only=True)
class Bore:
    """The bore of a cannulated screw, out of its head and with a round end in front of its tip.

    A guide wire leaves such a hole; a flat end, in the plane of the tip, would be chamfered by the lattice.
    """

    screw: Screw

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance in mm, shape (n,)."""
        behind = self.screw.head_centre_mm - BEHIND_MM * self.screw.direction
        return capsule(points_mm, behind, self.screw.tip_mm, 0.5 * self.screw.bore_mm)


def screw_bodies(screw: Screw, surface_size_mm: float) -> tuple[Body, ...]:
    """The screw as a body that ends in a flat face named "screw_head", after the void of its bore if any."""
    end = HalfSpace(point_mm=np.asarray(screw.head_centre_mm), normal=-np.asarray(screw.direction))
    solid = Body(
        name=SCREW,
        field=Shank(screw=screw),
        surface_size_mm=surface_size_mm,
        caps=(Cap(name=HEAD, field=end),),
    )
    if not screw.bore_mm > 0.0:
        return (solid,)
    bore_edge_mm = min(surface_size_mm, np.pi * screw.bore_mm / BORE_EDGES)
    return (Body(name=BORE, field=Bore(screw=screw), surface_size_mm=bore_edge_mm, solid=False), solid)


def cement_body(cement: Cement, largest_mm: float) -> Body:
    """The cement round a screw, in edges no longer than its layer or twice the shell that it leaves."""
    layer_mm = cement.radius_mm - 0.5 * cement.screw.diameter_mm
    edge_mm = min(largest_mm, layer_mm, 2.0 * SHELL_MM)
    return Body(name=CEMENT, field=cement.filled, surface_size_mm=edge_mm)
