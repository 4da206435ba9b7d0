"""The front of a flat loss as a plate that a strut can stand on."""

import numpy as np

from geometry.body_loss.void import LossVoid
from geometry.lumbar.level import Endplate
from geometry.rays import outward_normals


def front_plate(void: LossVoid, endplate: Endplate) -> Endplate | None:
    """What is left in place of an endplate, in the middle of the body and square to its axis; none where the
    loss is not flat, or of one side alone, so that no plate fits what is left.

    Args:
        void: the loss.
        endplate: of the same body, where its loss begins.
    """
    loss = void.loss
    if loss.family != "flat" or loss.side != "both":
        return None
    centre = loss.body.axis_mm(min(loss.threshold(void.fraction), 1.0))
    up = outward_normals(loss.level, centre[None])[0]
    up *= np.sign(up @ endplate.axes[2])
    left = endplate.axes[0] - up * (endplate.axes[0] @ up)
    left /= np.linalg.norm(left)
    return Endplate(
        centre_mm=centre,
        axes=np.stack([left, np.cross(up, left), up]),
        half_width_mm=endplate.half_width_mm,
        half_depth_mm=endplate.half_depth_mm,
    )
