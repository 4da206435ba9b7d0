"""Bodies and their surfaces for the tests of imported ones, as another program would have made them."""

import numpy as np
import pyvista

from geometry.arrays import Floats
from geometry.field import Field
from geometry.imported.surface import TriangleSurface


def level_set_surface(field: Field, bounds_mm: Floats, step_mm: float) -> TriangleSurface:
    """The zero level of a field as marching cubes leave it, facing outwards."""
    counts = np.ceil((bounds_mm[1] - bounds_mm[0]) / step_mm).astype(int) + 1
    grid = pyvista.ImageData(
        dimensions=tuple(int(n) for n in counts), spacing=(step_mm,) * 3, origin=tuple(bounds_mm[0])
    )
    grid["level"] = field(np.array(grid.points))
    found = grid.contour([0.0], scalars="level").triangulate()
    # the level set faces inwards
    return TriangleSurface(np.array(found.points), found.faces.reshape(-1, 4)[:, :0:-1])


BOX = np.array([[-60.0, -60.0, -60.0], [60.0, 60.0, 60.0]])


def bone(points_mm: Floats) -> Floats:
    """An ellipsoid as large as a sacrum, 131 cm3."""
    return 25.0 * (np.linalg.norm(points_mm / np.array([50.0, 25.0, 25.0]), axis=1) - 1.0)


def ball(points_mm: Floats) -> Floats:
    return np.linalg.norm(points_mm, axis=1) - 25.0


BONE = level_set_surface(bone, BOX, 3.0)
# A ball of 5 mm across, of few triangles.
SMALL = level_set_surface(lambda p: ball(10.0 * p) / 10.0, BOX / 10.0, 0.5)
