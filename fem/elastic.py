"""Elasticity whose Young's modulus varies inside the element: isotropic, or in part with a grain.

In a straight quadratic tetrahedron the shape gradients are linear in the barycentric coordinates, so the
element stiffness depends on E(x) only through the ten moments M_ij = (1/V) integral(E lambda_i lambda_j
dV). Any number of samples per element, as a thin cortex or a front of bone loss needs, ends in the same
ten numbers. What of E has a grain has ten of its own: isotropic cortex and bone with a grain add, also where
they share an element.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from fem.grain import Grain, GrainRatios
from geometry.arrays import Floats, frozen_copy
from geometry.errors import MaterialError
from geometry.mesh import Mesh
from geometry.tetrahedron import POINTS_4, subdivided_points

# Order of the ten moments: pairs (i, j) of barycentric coordinates with i <= j.
MOMENT_PAIRS = np.array([[0, 0], [0, 1], [0, 2], [0, 3], [1, 1], [1, 2], [1, 3], [2, 2], [2, 3], [3, 3]])
# How often each pair stands in the full symmetric 4 x 4 matrix.
MOMENT_COUNT = np.where(MOMENT_PAIRS[:, 0] == MOMENT_PAIRS[:, 1], 1.0, 2.0)
# Moments of E = 1: integral(lambda_i lambda_j) / V = (1 + delta_ij) / 20.
UNIT_MOMENTS = np.where(MOMENT_PAIRS[:, 0] == MOMENT_PAIRS[:, 1], 0.1, 0.05)


@dataclass(frozen=True, kw_only=True)
class SamplingRule:
    """Where a field is sampled in every tetrahedron.

    Attributes:
        barycentric: shape (ns, 4), each row sums to one.
        weights: shares of the volume, shape (ns,), positive, sum one.
    """

    barycentric: Floats
    weights: Floats

    def __post_init__(self) -> None:
        if self.barycentric.shape != (len(self.weights), 4):
            raise MaterialError(f"barycentric has shape {self.barycentric.shape}, expected (ns, 4)")
        if not np.allclose(self.barycentric.sum(axis=1), 1.0) or not np.isclose(self.weights.sum(), 1.0):
            raise MaterialError("a sampling rule needs barycentric rows and weights that each sum to one")
        object.__setattr__(self, "barycentric", frozen_copy(self.barycentric))
        object.__setattr__(self, "weights", frozen_copy(self.weights))

    def points_mm(self, corners_mm: Floats) -> Floats:
        """The sampling points, shape (k, ns, 3), in tetrahedra with corners of shape (k, 4, 3)."""
        return np.asarray(np.einsum("sc,kcd->ksd", self.barycentric, corners_mm), dtype=np.float64)


GAUSS_4 = SamplingRule(barycentric=POINTS_4, weights=np.full(4, 0.25))


def subdivided_rule(levels: int) -> SamplingRule:
    """The four-point rule in each of 8**levels equal-volume pieces; moments of a constant or linear E are
    exact for a constant and, for a linear E, converge 16-fold per level."""
    if not 0 <= levels <= 4:
        raise MaterialError(f"levels is {levels}, outside 0 to 4")
    points = subdivided_points(levels)
    return SamplingRule(barycentric=points, weights=np.full(len(points), 1.0 / len(points)))


def young_moments(rule: SamplingRule, young_mpa: Floats) -> Floats:
    """The ten moments of each element, shape (k, 10), from samples of shape (k, ns) at the points of the
    rule."""
    if young_mpa.ndim != 2 or young_mpa.shape[1] != len(rule.weights):
        raise MaterialError(f"young_mpa has shape {young_mpa.shape}, expected (k, {len(rule.weights)})")
    first, second = rule.barycentric[:, MOMENT_PAIRS[:, 0]], rule.barycentric[:, MOMENT_PAIRS[:, 1]]
    return np.asarray(young_mpa @ (rule.weights[:, None] * first * second), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class ElasticField:
    """Elasticity of every element of one mesh.

    Attributes:
        moments_mpa: moments of Young's modulus, shape (m, 10), order of MOMENT_PAIRS; a constant E gives
            E (1 + delta_ij) / 20. With a grain: of the modulus along it.
        poisson: of what is isotropic, shape (m,), -1 < nu < 0.5.
        gauss_young_mpa: Young's modulus at the points of GAUSS_4, shape (m, 4), for stress recovery.
        grain: what of those moduli is transversely isotropic; None if nothing.
    """

    moments_mpa: Floats
    poisson: Floats
    gauss_young_mpa: Floats
    grain: Grain | None = None

    def __post_init__(self) -> None:
        count = len(self.poisson)
        if self.moments_mpa.shape != (count, 10) or self.gauss_young_mpa.shape != (count, 4):
            raise MaterialError(
                f"moments {self.moments_mpa.shape}, poisson {self.poisson.shape} and Gauss moduli "
                f"{self.gauss_young_mpa.shape} do not belong to the same elements"
            )
        if not np.all((self.poisson > -1.0) & (self.poisson < 0.5)):
            raise MaterialError("Poisson's ratio must lie between -1 and 0.5 in every element")
        if not np.all(self.gauss_young_mpa >= 0.0):
            raise MaterialError("Young's modulus must be a number, not below zero, at every point")
        if not np.all(self.mean_young_mpa > 0.0):
            raise MaterialError(
                "Young's modulus has an element mean that is not above zero",
                advice="Give void a small positive modulus",
            )
        if self.grain is not None:
            _check_share(self, self.grain)
        for name in ("moments_mpa", "poisson", "gauss_young_mpa"):
            object.__setattr__(self, name, frozen_copy(getattr(self, name)))

    @property
    def mean_young_mpa(self) -> Floats:
        """Mean of E over each element, shape (m,): exactly what linear elements feel."""
        return np.asarray(self.moments_mpa @ MOMENT_COUNT, dtype=np.float64)

    @property
    def isotropic_moments_mpa(self) -> Floats:
        """The moments less those of the grain, shape (m, 10)."""
        return self.moments_mpa if self.grain is None else self.moments_mpa - self.grain.moments_mpa

    def scaled(self, factor: float | Floats) -> "ElasticField":
        """The same field with every modulus multiplied by `factor`, one for all or one an element, (m,)."""
        by_element = np.reshape(factor, (-1, 1))
        return ElasticField(
            moments_mpa=self.moments_mpa * by_element,
            poisson=self.poisson,
            gauss_young_mpa=self.gauss_young_mpa * by_element,
            grain=None if self.grain is None else self.grain.scaled(by_element),
        )


def _check_share(elastic: ElasticField, grain: Grain) -> None:
    """Refuses a grain that is not a part of the modulus."""
    if len(grain.axes) != len(elastic.poisson):
        raise MaterialError(
            f"the grain has {len(grain.axes)} elements, the field {len(elastic.poisson)}", where="grain"
        )
    round_off = 1e-9
    mean, share = elastic.mean_young_mpa, grain.moments_mpa @ MOMENT_COUNT
    inside = np.all((share >= 0.0) & (share <= mean * (1.0 + round_off)))
    most = elastic.gauss_young_mpa * (1.0 + round_off)
    if not (inside and np.all((grain.gauss_young_mpa >= 0.0) & (grain.gauss_young_mpa <= most))):
        raise MaterialError(
            "the modulus along the grain is below zero or above the whole modulus somewhere", where="grain"
        )


def grained(elastic: ElasticField, ratios: GrainRatios, axes: Floats) -> ElasticField:
    """The same moduli, now along a grain, in all elements whose axis, shape (m, 3), is not zero."""
    there = np.any(axes != 0.0, axis=1)[:, None]
    grain = Grain(
        ratios=ratios,
        axes=axes,
        moments_mpa=np.where(there, elastic.moments_mpa, 0.0),
        gauss_young_mpa=np.where(there, elastic.gauss_young_mpa, 0.0),
    )
    return replace(elastic, grain=grain)


def elastic_by_element(young_mpa: Floats, poisson: Floats) -> ElasticField:
    """A field that is constant in each element, from moduli and Poisson's ratios of shape (m,)."""
    return ElasticField(
        moments_mpa=young_mpa[:, None] * UNIT_MOMENTS,
        poisson=poisson,
        gauss_young_mpa=np.repeat(young_mpa[:, None], 4, axis=1),
    )


def uniform_elastic(n_elements: int, young_mpa: float, poisson: float) -> ElasticField:
    """The same E and nu in all elements."""
    return elastic_by_element(np.full(n_elements, young_mpa), np.full(n_elements, poisson))


def elastic_by_part(mesh: Mesh, materials: Mapping[str, tuple[float, float]]) -> ElasticField:
    """One (E in MPa, nu) for each part of the mesh; a part without a material is refused."""
    missing = [name for name in mesh.part_names if name not in materials]
    if missing:
        raise MaterialError(f"no modulus for part {', '.join(missing)}")
    table = np.array([materials[name] for name in mesh.part_names])
    return elastic_by_element(table[mesh.part, 0], table[mesh.part, 1])


def linear_young(moments_mpa: Floats, rule: SamplingRule) -> Floats:
    """E at the points of a rule, shape (m, ns): the linear field with these moments, shape (m, 10), never
    below zero."""
    mean = (moments_mpa @ MOMENT_COUNT)[:, None]
    values = np.maximum(corner_young(moments_mpa) @ rule.barycentric.T, 0.0)
    whole = (values @ rule.weights)[:, None]
    # of a grain that an element does not have there is nothing
    return values * np.divide(mean, whole, where=whole > 0.0, out=np.zeros_like(mean))


def corner_young(moments_mpa: Floats) -> Floats:
    """Corner values, shape (m, 4), of the linear field that fits E of these moments, shape (m, 10), best in
    each element; below zero beside a jump."""
    first = np.zeros((len(moments_mpa), 4))
    for index, (i, j) in enumerate(MOMENT_PAIRS):
        first[:, i] += moments_mpa[:, index]
        if i != j:
            first[:, j] += moments_mpa[:, index]
    # integral(lambda_i lambda_j) / V is (1 + delta_ij) / 20, whose inverse is 20 I - 4
    return np.asarray(20.0 * first - 4.0 * first.sum(axis=1, keepdims=True), dtype=np.float64)
