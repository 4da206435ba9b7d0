"""Surfaces of fields for the tests of imported ones, as another program would have made them."""

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
