"""The other side of the body."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from geometry.arrays import Floats
from geometry.field import Field

# The median plane is x = 0: left and right change places.
ACROSS = np.array([-1.0, 1.0, 1.0])


class BoundedField(Field, Protocol):
    """An implicit body that says which box it lies in."""

    @property
    def bounds_mm(self) -> Floats:
        """Lower and upper corner of a box around it, shape (2, 3)."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Mirrored:
    """A body of the left side as it stands on the right, callable as a `geometry.field.Field`.

    Attributes:
        left: the body drawn on the left.
    """

    left: BoundedField

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance, shape (n,), at points of shape (n, 3): negative inside."""
        return self.left(np.asarray(points_mm) * ACROSS)

    @property
    def bounds_mm(self) -> Floats:
        """Lower and upper corner of a box around it, shape (2, 3)."""
        return np.sort(self.left.bounds_mm * ACROSS, axis=0)
