"""What the stiffness of every element is made of, in inner order: the input of compiled kernels."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fem.discretisation import Discretisation
from fem.elastic import ElasticField, SamplingRule, linear_young
from geometry.arrays import Bools, Floats, Ints
from geometry.tetrahedron import POINTS_14, WEIGHTS_14


class GrainTerms(NamedTuple):
    """What a grain adds to the stiffness of inner elements.

    Attributes:
        moments: V M_ij of the modulus along the grain, N mm, shape (m, 10); the first is zero without one.
        axes: unit vectors, shape (m, 3).
        stiffness: of `GrainRatios`, shape (5,).
    """

    moments: Floats
    axes: Floats
    stiffness: Floats


@dataclass(frozen=True, kw_only=True)
class ElementTerms:
    """What the stiffness of each inner element is made of.

    Attributes:
        moments: V M_ij of what is isotropic, N mm, shape (m, 10).
        lame_first, lame_second: Lame's parameters for E = 1, shape (m,).
        grain: what is not; None without any.
        curved: of elements with curved sides, whose other terms are those of straight ones; None without any.
    """

    moments: Floats
    lame_first: Floats
    lame_second: Floats
    grain: GrainTerms | None = None
    curved: "CurvedTerms | None" = None


@dataclass(frozen=True, kw_only=True)
class CurvedTerms:
    """What the stiffness of curved elements is integrated from, at 14 points in each.

    Attributes:
        straight_moments: `ElementTerms.moments` with zeros in curved elements, shape (m, 10).
        nodes_mm: shape (k, 10, 3).
        young_mpa: the linear field nearest to Young's modulus at the points, shape (k, 14).
        chunk_start: first curved element of each chunk of elements, shape (chunks + 1,).
    """

    straight_moments: Floats
    nodes_mm: Floats
    young_mpa: Floats
    chunk_start: Ints


def element_terms(discretisation: Discretisation, elastic: ElasticField, shear_only: Bools) -> ElementTerms:
    """The terms of a material on a mesh, in inner order; without Lame's first parameter in the elements of
    `shear_only`, shape (m,)."""
    order = discretisation.element_order
    poisson = elastic.poisson[order]
    first = poisson / ((1.0 + poisson) * (1.0 - 2.0 * poisson))
    return ElementTerms(
        moments=elastic.isotropic_moments_mpa[order] * discretisation.volumes_mm3[:, None],
        lame_first=np.where(shear_only[order], 0.0, first),
        lame_second=0.5 / (1.0 + poisson),
        grain=_grain_terms(discretisation, elastic),
        curved=_curved_terms(discretisation, elastic),
    )


def _grain_terms(discretisation: Discretisation, elastic: ElasticField) -> GrainTerms | None:
    """The terms of a grain; None without one."""
    grain, order = elastic.grain, discretisation.element_order
    if grain is None:
        return None
    moments = grain.moments_mpa[order] * discretisation.volumes_mm3[:, None]
    return GrainTerms(moments=moments, axes=grain.axes[order], stiffness=grain.ratios.stiffness)


def _curved_terms(discretisation: Discretisation, elastic: ElasticField) -> CurvedTerms | None:
    """The terms of curved elements; None without any."""
    curved, order = discretisation.curved, discretisation.element_order
    if not len(curved):
        return None
    mesh = discretisation.mesh
    moments = elastic.isotropic_moments_mpa[order] * discretisation.volumes_mm3[:, None]
    moments[curved] = 0.0
    rule = SamplingRule(barycentric=POINTS_14, weights=WEIGHTS_14)
    return CurvedTerms(
        straight_moments=moments,
        nodes_mm=mesh.nodes_mm[mesh.tets[order[curved]]],
        young_mpa=linear_young(elastic.moments_mpa, rule)[order[curved]],
        chunk_start=np.searchsorted(curved, discretisation.element_colours.chunk_start),
    )
