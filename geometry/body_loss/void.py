"""Lost bone as a body of its own, so that a mesh can leave it out."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.body_loss.loss import BodyLoss

# Levels are shares of the body, not millimetres: their slope is measured over this step.
STEP_MM = 0.1
# No family rises slower than this per mm near a front, but some do at their centre (chosen).
LEAST_SLOPE_PER_MM = 0.005


@dataclass(frozen=True, kw_only=True, eq=False)
class LossVoid:
    """What is lost at one fraction, callable as a `geometry.field.Field` (negative where bone is lost).

    It goes beyond the bone where the body faces free surface.

    Attributes:
        loss: the family of shapes.
        fraction: share of `loss.volume_mm3`, above 0 and up to 1.
    """

    loss: BodyLoss
    fraction: float

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance in mm, shape (n,)."""
        return np.maximum(self.loss.region(points_mm), self.front(points_mm))

    def bone_left(self, points_mm: Floats) -> Floats:
        """Field of the whole bone without what is lost, shape (n,)."""
        return np.maximum(self.loss.body.bone(points_mm), -self(points_mm))

    def front(self, points_mm: Floats) -> Floats:
        """Distance to the front of the loss in mm, shape (n,): the level over its slope, to first order."""
        points = np.asarray(points_mm)
        threshold = self.loss.threshold(self.fraction)
        if not np.isfinite(threshold):
            return np.full(len(points), -np.inf)
        steps = 0.5 * STEP_MM * np.eye(3)
        rises = [self.loss.level(points + step) - self.loss.level(points - step) for step in steps]
        slope = np.linalg.norm(rises, axis=0) / STEP_MM
        return np.asarray((self.loss.level(points) - threshold) / np.maximum(slope, LEAST_SLOPE_PER_MM))
