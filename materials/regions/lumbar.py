"""The regions of a lumbar vertebra, drawn in its own frame: body, pedicles and what stands behind them."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.lumbar.arch import canal_back_mm
from geometry.lumbar.vertebra import Vertebra
from materials.regions.blend import step

# The pedicles end at this share of the canal's depth (chosen: where the superior processes begin).
PEDICLE_SHARE = 0.5
# The arch begins this far outside the body, so that the body keeps its density and its shell up to its wall,
# and is reached over this length (chosen).
OUTSIDE_MM, BLEND_MM = 3.0, 1.5
# The endplate's shell reaches this deep below its rim, and the regions of the shell change over this length
# (chosen).
RIM_MM, SHELL_BLEND_MM = 2.0, 1.0


@dataclass(frozen=True, kw_only=True)
class LumbarRegions:
    """A lumbar vertebra as a `materials.regions.bone.RegionalBone`.

    Attributes:
        level: "l5" or "l4".
        field: the vertebra.
    """

    level: str
    field: Vertebra

    @property
    def bounds_mm(self) -> Floats:
        """Lower and upper corner of a box around it, shape (2, 3)."""
        return self.field.bounds_mm

    def density_weights(self, points_mm: Floats) -> dict[str, Floats]:
        """How much each region counts at each point; each weight has shape (n,), they sum to one."""
        shape = self.field.shape
        back = self.field.placement.own_mm(points_mm)[:, 1] - canal_back_mm(shape)
        body = 1.0 - self._outside(points_mm)
        behind = (1.0 - body) * step(back - PEDICLE_SHARE * shape.canal_depth_mm)
        return {f"{self.level}_body": body, "lumbar_pedicle": 1.0 - body - behind, "lumbar_posterior": behind}

    def shell_weights(self, points_mm: Floats) -> dict[str, Floats]:
        """How much each region of the shell counts at each point: shape (n,) each, together one."""
        vertebra = self.field
        arch = self._outside(points_mm)
        above, below = (
            (points_mm - plate.centre_mm) @ plate.axes[2] for plate in (vertebra.upper, vertebra.lower)
        )
        plates = (1.0 - arch) * _turn(np.maximum(above, -below) + RIM_MM)
        return {"dorsal": arch, "lumbar_endplate": plates, "lumbar_shell": 1.0 - arch - plates}

    def _outside(self, points_mm: Floats) -> Floats:
        """0 in the body and 1 in the arch, shape (n,)."""
        return step(self.field.body(points_mm) - OUTSIDE_MM, BLEND_MM)

    def void_share(self, points_mm: Floats) -> Floats:
        """No void: zeros of shape (n,)."""
        return np.zeros(len(points_mm))


def _turn(distance_mm: Floats) -> Floats:
    return step(distance_mm, SHELL_BLEND_MM)
