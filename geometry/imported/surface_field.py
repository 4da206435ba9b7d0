"""The signed distance of a closed surface, sampled once on a grid and read by cubic splines."""

from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter, spline_filter
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geometry.arrays import Bools, Floats, Ints, frozen_copy
from geometry.compiled import compiled
from geometry.errors import GeometryError
from geometry.imported.reading import WHERE
from geometry.imported.surface import TriangleSurface
from geometry.imported.triangle_distance import nearest_triangles, signed_distances

# Chosen: splines on 0.75 mm keep the zero level of a bone within 0.05 mm, and its grid below 50 MB.
SPACING_MM = 0.75
# Chosen: the ilium looks for the sacrum within 8 mm of itself; beyond the grid the distance to it is added.
MARGIN_MM = 12.0
# A spline at the surface reads samples up to 2 spacings away along each axis.
BAND = 2.2
MOST_SAMPLES = 60_000_000
# Votes for one sign less those for the other, at least this share of all (chosen: 3 to 1).
LEAST_VOTE = 0.5


@dataclass(frozen=True, init=False, eq=False)
class SurfaceField:
    """A closed surface as a `geometry.field.Field` (negative inside, mm), twice differentiable.

    Distances to triangles are exact at grid points near the surface, and with the sign of angle-weighted
    normals (Baerentzen and Aanaes 2005); farther points take the triangle of their nearest neighbour near the
    surface. A cubic spline runs through the samples. Features thinner than two spacings are lost.

    Attributes:
        bounds_mm: lower and upper corner of the surface's own box, shape (2, 3).
        spacing_mm: of the grid.
        smoothing_mm: standard deviation of the Gauss filter over the samples; 0 leaves them as they are.
    """

    bounds_mm: Floats
    spacing_mm: float
    smoothing_mm: float
    _origin_mm: Floats = field(repr=False)
    _coefficients: Floats = field(repr=False)

    def __init__(
        self, surface: TriangleSurface, spacing_mm: float = SPACING_MM, smoothing_mm: float = 0.0
    ) -> None:
        low, high = surface.vertices_mm.min(axis=0), surface.vertices_mm.max(axis=0)
        origin = low - MARGIN_MM
        shape = np.ceil((high + MARGIN_MM - origin) / spacing_mm).astype(np.int64) + 1
        if shape.prod() > MOST_SAMPLES:
            raise GeometryError(
                f"a grid of {shape.prod():,} samples round the surface is too large",
                advice="Use a coarser spacing",
            )
        samples = sampled_distances_mm(surface, origin, spacing_mm, shape)
        if smoothing_mm > 0.0:
            samples = gaussian_filter(samples, smoothing_mm / spacing_mm, mode="nearest")
        for name, value in (
            ("bounds_mm", frozen_copy([low, high])),
            ("spacing_mm", spacing_mm),
            ("smoothing_mm", smoothing_mm),
            ("_origin_mm", origin),
            ("_coefficients", np.ascontiguousarray(spline_filter(samples, order=3, mode="mirror"))),
        ):
            object.__setattr__(self, name, value)

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the surface, shape (n,), at points of shape (n, 3): negative inside."""
        points = np.require(points_mm, np.float64, ["C", "W"]).reshape(-1, 3)
        return _spline_values(points, self._coefficients, self._origin_mm, self.spacing_mm)


def sampled_distances_mm(
    surface: TriangleSurface, origin_mm: Floats, spacing_mm: float, shape: Ints
) -> Floats:
    """Signed distances at the points of a grid, of that shape: exact near the surface, close to it beyond."""
    corners = surface.corners_mm.reshape(-1, 9)
    band_mm = BAND * spacing_mm
    nearest = nearest_triangles(corners, origin_mm, spacing_mm, shape, band_mm).reshape(tuple(shape))
    near: Bools = nearest >= 0
    places = distance_transform_edt(~near, return_distances=False, return_indices=True)
    nearest = nearest[places[0], places[1], places[2]]
    normals = pseudo_normals(surface)
    own = signed_distances(corners, normals, nearest, origin_mm, spacing_mm)
    own[near] = voted_signs(own, near, spacing_mm) * np.abs(own[near])
    # far from the surface the sign is that of the neighbour near it: no surface lies between the two
    sign = np.where(near, np.sign(own), 0.0)[places[0], places[1], places[2]]
    return np.asarray(np.where(near, own, sign * np.abs(own)))


def voted_signs(samples_mm: Floats, near: Bools, spacing_mm: float) -> Floats:
    """The sign of each sample near the surface, in their order: that of all it shares a side with.

    Two neighbours that are together farther from the surface than from each other lie on the same side of it.
    Those joined in this way vote, each with its distance, so that a fold of the surface upsets nobody.

    Raises:
        GeometryError: a side is not agreed on.
    """
    count = int(near.sum())
    number = np.full(near.shape, -1)
    number[near] = np.arange(count)
    away = np.abs(samples_mm)
    links = []
    for axis in range(3):
        ahead, behind = [slice(None)] * 3, [slice(None)] * 3
        ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
        one, other = tuple(ahead), tuple(behind)
        joined = near[one] & near[other] & (away[one] + away[other] > spacing_mm)
        links.append(np.stack([number[one][joined], number[other][joined]]))
    rows, columns = np.concatenate(links, axis=1)
    graph = coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(count, count))
    _, side = connected_components(graph, directed=False)
    vote = np.bincount(side, samples_mm[near])
    turnout = np.bincount(side, away[near])
    # a sample that nobody else shares a side with is trusted: it lies within half a spacing of the surface
    split = np.abs(vote) < LEAST_VOTE * turnout
    if split.any():
        raise GeometryError(
            "inside and outside of the surface cannot be told apart",
            where=WHERE,
            advice="Remesh it in the program that made it",
        )
    return np.asarray(np.where(vote < 0.0, -1.0, 1.0)[side])


def pseudo_normals(surface: TriangleSurface) -> Floats:
    """Of each triangle the normals of its face, its three corners and its three edges, shape (m, 7, 3).

    At a corner the normals of the faces round it count by their angle there, at an edge both alike: the sign
    of the distance along them is right everywhere (Baerentzen and Aanaes 2005).
    """
    triangles, corners = surface.triangles, surface.corners_mm
    normal = surface.area_vectors_mm2()
    normal = normal / np.maximum(np.linalg.norm(normal, axis=1), 1e-300)[:, None]
    along = np.roll(corners, -1, axis=1) - corners
    along = along / np.maximum(np.linalg.norm(along, axis=2), 1e-300)[:, :, None]
    cosine = -(along * np.roll(along, 1, axis=1)).sum(axis=2)
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    at_vertex = np.zeros_like(surface.vertices_mm)
    for k in range(3):
        np.add.at(at_vertex, triangles[:, k], angle[:, k, None] * normal)
    ends = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    keys = ends[:, 0] * (int(triangles.max()) + 1) + ends[:, 1]
    _, edge = np.unique(keys, return_inverse=True)
    at_edge = np.zeros((int(edge.max()) + 1, 3))
    np.add.at(at_edge, edge.reshape(-1), np.repeat(normal, 3, axis=0))
    return np.concatenate([normal[:, None], at_vertex[triangles], at_edge[edge.reshape(-1, 3)]], axis=1)


@compiled
def _spline_values(points: Floats, coefficients: Floats, origin: Floats, spacing: float) -> Floats:
    """The cubic spline at points (n, 3), shape (n,); outside the grid the way to the grid is added."""
    values = np.empty(len(points))
    weights = np.empty((3, 4))
    first = np.empty(3, dtype=np.int64)
    for n in range(len(points)):
        outside = 0.0
        for axis in range(3):
            place = (points[n, axis] - origin[axis]) / spacing
            held = min(max(place, 1.0), coefficients.shape[axis] - 2.000001)
            outside += (place - held) ** 2
            k = int(held)
            t = held - k
            s = 1.0 - t
            first[axis] = k - 1
            weights[axis, 0] = s * s * s / 6.0
            weights[axis, 1] = (4.0 - 6.0 * t * t + 3.0 * t * t * t) / 6.0
            weights[axis, 2] = (4.0 - 6.0 * s * s + 3.0 * s * s * s) / 6.0
            weights[axis, 3] = t * t * t / 6.0
        total = 0.0
        for i in range(4):
            for j in range(4):
                row = 0.0
                for k in range(4):
                    row += weights[2, k] * coefficients[first[0] + i, first[1] + j, first[2] + k]
                total += weights[0, i] * weights[1, j] * row
        values[n] = total + spacing * np.sqrt(outside)
    return values
