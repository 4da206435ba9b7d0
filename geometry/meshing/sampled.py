"""A field sampled on a regular grid: cheap far from the surface, where its sign and rough size are enough."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates

from geometry.arrays import Bools, Floats
from geometry.field import Field

# Chosen: coarse samples this many fine spacings apart decide where the fine ones are worth their price.
COARSE_STEP = 4
# A cell of the coarse grid can hold surface only if a corner is nearer than its diagonal; 1.1 forgives
# pseudo-distances that grow a little faster than the true distance.
REACH = 1.1 * float(np.sqrt(3.0))


@dataclass(frozen=True, kw_only=True)
class SampledField:
    """A field with its samples: trilinear far away, exact near the surface.

    Attributes:
        exact: the field itself.
        origin_mm: first sample, shape (3,).
        spacing_mm: distance of the samples.
        samples_mm: field values, shape (i, j, k).
    """

    exact: Field
    origin_mm: Floats
    spacing_mm: float
    samples_mm: Floats

    def rough(self, points_mm: Floats) -> Floats:
        """Trilinear distance in mm, shape (n,); outside the grid the way to the grid is added."""
        place = (points_mm - self.origin_mm) / self.spacing_mm
        last = np.array(self.samples_mm.shape) - 1.0
        outside = np.linalg.norm(np.maximum(np.maximum(-place, place - last), 0.0), axis=1)
        inner = map_coordinates(self.samples_mm, place.T, order=1, mode="nearest")
        distance: Floats = inner + outside * self.spacing_mm
        return distance

    def __call__(self, points_mm: Floats) -> Floats:
        """Distance in mm, shape (n,): exact within two spacings of the surface, trilinear beyond."""
        values = self.rough(points_mm)
        near: Bools = np.abs(values) < 2.0 * self.spacing_mm
        if near.any():
            values[near] = self.exact(points_mm[near])
        return values


def sample(field: Field, bounds_mm: Floats, spacing_mm: float) -> SampledField:
    """The field sampled over a box, shape (2, 3); finely only where a coarse look finds surface."""
    coarse_mm = COARSE_STEP * spacing_mm
    cells = np.maximum(np.ceil((bounds_mm[1] - bounds_mm[0]) / coarse_mm).astype(int), 1)
    corners = np.indices(cells + 1).reshape(3, -1).T
    coarse = field(bounds_mm[0] + coarse_mm * corners).reshape(cells + 1)
    shape = cells * COARSE_STEP + 1
    places = np.indices(shape).reshape(3, -1)
    values = map_coordinates(coarse, places / COARSE_STEP, order=1, mode="nearest").reshape(shape)
    close = np.abs(coarse) < REACH * coarse_mm
    near_cell = np.zeros(cells, dtype=bool)
    for i, j, k in np.ndindex(2, 2, 2):
        near_cell |= close[i : cells[0] + i, j : cells[1] + j, k : cells[2] + k]
    near = np.zeros(shape, dtype=bool)
    block = np.arange(COARSE_STEP + 1)
    for i, j, k in np.argwhere(near_cell) * COARSE_STEP:
        near[np.ix_(i + block, j + block, k + block)] = True
    values[near] = field(bounds_mm[0] + spacing_mm * np.argwhere(near))
    return SampledField(exact=field, origin_mm=bounds_mm[0], spacing_mm=spacing_mm, samples_mm=values)
