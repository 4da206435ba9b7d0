"""The promise every implicit shape keeps: a signed distance, negative inside."""

from typing import Protocol

from geometry.arrays import Floats


class Field(Protocol):
    """An implicit body.

    Values may be a pseudo-distance away from the surface, but the zero level is the surface and the
    gradient near it has a length close to one.
    """

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance in mm, shape (n,), at points of shape (n, 3): negative inside."""
        ...
