"""A surface of triangles, and the figures that say what kind of thing it encloses."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats, Ints, frozen_copy
from geometry.errors import GeometryError
from geometry.mirror import ACROSS


@dataclass(frozen=True, init=False, eq=False)
class TriangleSurface:
    """Triangles that share vertices; a closed one runs counter-clockwise seen from outside.

    Attributes:
        vertices_mm: shape (n, 3).
        triangles: rows of three vertex numbers, shape (m, 3).
    """

    vertices_mm: Floats
    triangles: Ints

    def __init__(self, vertices_mm: Floats, triangles: Ints) -> None:
        places, corners = frozen_copy(vertices_mm), np.array(triangles, dtype=np.int64, order="C")
        if places.ndim != 2 or places.shape[1] != 3 or corners.ndim != 2 or corners.shape[1] != 3:
            raise GeometryError(f"a surface of vertices {places.shape} and triangles {corners.shape}")
        if len(corners) and not 0 <= corners.min() <= corners.max() < len(places):
            raise GeometryError("a triangle names a vertex that is not there")
        corners.flags.writeable = False
        object.__setattr__(self, "vertices_mm", places)
        object.__setattr__(self, "triangles", corners)

    @property
    def corners_mm(self) -> Floats:
        """The three corners of every triangle, shape (m, 3, 3)."""
        return np.asarray(self.vertices_mm[self.triangles])

    @property
    def extent_mm(self) -> Floats:
        """Edges of the box around it, shape (3,)."""
        return np.asarray(np.ptp(self.vertices_mm, axis=0))

    def area_vectors_mm2(self) -> Floats:
        """Normal of every triangle, as long as its area, shape (m, 3)."""
        a, b, c = np.swapaxes(self.corners_mm, 0, 1)
        return np.asarray(0.5 * np.cross(b - a, c - a))

    def volume_mm3(self) -> float:
        """The enclosed volume by Gauss's theorem; negative if the triangles face inwards."""
        middle = 0.5 * (self.vertices_mm.min(axis=0) + self.vertices_mm.max(axis=0))
        centres = self.corners_mm.mean(axis=1) - middle
        return float((centres * self.area_vectors_mm2()).sum() / 3.0)

    def centroid_mm(self) -> Floats:
        """The centre of the enclosed volume, shape (3,)."""
        middle = 0.5 * (self.vertices_mm.min(axis=0) + self.vertices_mm.max(axis=0))
        corners = self.corners_mm - middle
        cones = (corners.mean(axis=1) * self.area_vectors_mm2()).sum(axis=1) / 3.0
        # a cone from `middle` over a triangle has its centre at a quarter of the sum of its corners
        return np.asarray(middle + cones @ (0.25 * corners.sum(axis=1)) / cones.sum())

    def moved(self, rotation: Floats, origin_mm: Floats) -> "TriangleSurface":
        """The surface in a frame with that origin whose axes are the rows of `rotation`, shape (3, 3)."""
        return TriangleSurface((self.vertices_mm - origin_mm) @ rotation.T, self.triangles)

    def mirrored(self) -> "TriangleSurface":
        """The surface with left and right exchanged, still facing outwards."""
        return TriangleSurface(self.vertices_mm * ACROSS, self.triangles[:, ::-1])

    def spread_points_mm(self, count: int) -> Floats:
        """Points spread evenly over the surface by area, shape (count, 3): the same ones every time."""
        area = np.cumsum(np.linalg.norm(self.area_vectors_mm2(), axis=1))
        steps = np.arange(count)
        chosen = np.searchsorted(area, (steps + 0.5) / count * area[-1])
        # a plane sequence without clusters (Roberts' R2), folded into the triangle
        u, v = (0.7548776662466927 * steps) % 1.0, (0.5698402909980532 * steps) % 1.0
        fold = u + v > 1.0
        u, v = np.where(fold, 1.0 - u, u), np.where(fold, 1.0 - v, v)
        a, b, c = np.swapaxes(self.corners_mm[chosen], 0, 1)
        return np.asarray(a + u[:, None] * (b - a) + v[:, None] * (c - a))
