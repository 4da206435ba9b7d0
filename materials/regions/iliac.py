"""The regions of an ilium: in front of the joint beside S1 and beside S2, and behind it."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.pelvis.ilium import Ilium
from materials.regions.blend import BLEND_MM, step


@dataclass(frozen=True, kw_only=True)
class IliacRegions:
    """An ilium as a `materials.regions.bone.RegionalBone`.

    Attributes:
        field: the ilium; its sacrum gives the coordinates.
    """

    field: Ilium

    @property
    def bounds_mm(self) -> Floats:
        """Lower and upper corner of a box around it, shape (2, 3)."""
        return self.field.bounds_mm

    def density_weights(self, points_mm: Floats) -> dict[str, Floats]:
        """How much each region counts at each point; each weight has shape (n,), they sum to one."""
        sacrum = self.field.sacrum
        # the joint lies beside the S1 body; posterior ilium is what stands behind its back wall
        behind = step(points_mm[:, 1] - float(sacrum.body_half_depth_mm(np.zeros(1))[0]), 4 * BLEND_MM)
        # further in front, level with the sacrum means nothing: there the plane of S1/S2 goes straight on
        below_s1 = step(-points_mm[:, 2] - sacrum.junction_arcs_mm[0], 2 * BLEND_MM)
        return {
            "ilium_anterior": (1.0 - behind) * (1.0 - below_s1),
            "ilium_anterior_s2": (1.0 - behind) * below_s1,
            "ilium_posterior": behind,
        }

    def shell_weights(self, points_mm: Floats) -> dict[str, Floats]:
        """One region of the shell, of weight one at every point, shape (n,)."""
        return {"ilium": np.ones(len(points_mm))}

    def void_share(self, points_mm: Floats) -> Floats:
        """No void: zeros of shape (n,)."""
        return np.zeros(len(points_mm))
