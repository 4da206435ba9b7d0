"""From bone to elasticity: the material of a mesh as moments of Young's modulus in each element."""

from collections.abc import Callable

import numpy as np

from fem.elastic import GAUSS_4, UNIT_MOMENTS, ElasticField, subdivided_rule, young_moments
from fem.grain import Grain, GrainRatios
from geometry.arrays import Floats, Ints
from materials.anisotropy import Anisotropy, TrabecularGrain
from materials.field import MaterialField

# Elements that the inner face of the cortex or the front of body loss crosses are sampled at 4 x 8^2 = 256
# points: chosen so that a shell of 0.6 mm in an element of 5 mm is still met by several points.
FINE_RULE = subdivided_rule(2)
# Elements sampled at once: bounds the memory of the samples to about 100 MB.
CHUNK = 20_000


def weakened(elastic: ElasticField, share: Floats, young_mpa: float) -> ElasticField:
    """The same bodies with a share of each element, shape (m,), replaced by a solid of that modulus."""
    kept = 1.0 - share[:, None]
    fill = share[:, None] * young_mpa
    return ElasticField(
        moments_mpa=kept * elastic.moments_mpa + fill * UNIT_MOMENTS,
        poisson=elastic.poisson,
        gauss_young_mpa=kept * elastic.gauss_young_mpa + fill,
        grain=None if elastic.grain is None else elastic.grain.scaled(kept),
    )


def elastic_field(material: MaterialField, grain: TrabecularGrain | None) -> ElasticField:
    """The material as moments of Young's modulus, its trabecular part with a grain if there is one."""
    moments, gauss = _sampled(material, material.young_mpa)
    if grain is None:
        return ElasticField(moments_mpa=moments, poisson=material.poisson, gauss_young_mpa=gauss)
    there = np.any(grain.axes != 0.0, axis=1)[:, None]
    its_moments, its_gauss = _sampled(material, material.trabecular_young_mpa)
    return ElasticField(
        moments_mpa=moments,
        poisson=material.poisson,
        gauss_young_mpa=gauss,
        grain=Grain(
            ratios=grain_ratios(grain.anisotropy),
            axes=grain.axes,
            moments_mpa=there * its_moments,
            gauss_young_mpa=there * its_gauss,
        ),
    )


def grain_ratios(anisotropy: Anisotropy) -> GrainRatios:
    """The constants of trabecular bone as the elements know them."""
    return GrainRatios(
        young_x=anisotropy.young_x,
        poisson_xy=anisotropy.poisson_xy,
        poisson_xz=anisotropy.poisson_xz,
        shear_xz=anisotropy.shear_xz,
    )


def _sampled(material: MaterialField, young_mpa: Callable[[Ints, Floats], Floats]) -> tuple[Floats, Floats]:
    """Moments of a modulus, shape (m, 10), and the modulus at GAUSS_4, shape (m, 4), finely sampled where it
    jumps inside elements."""
    everything = np.arange(len(material.poisson))
    gauss = young_mpa(everything, GAUSS_4.barycentric)
    moments = young_moments(GAUSS_4, gauss)
    fine = np.flatnonzero(material.jumps_inside())
    for chunk in np.array_split(fine, max(1, len(fine) // CHUNK)):
        moments[chunk] = young_moments(FINE_RULE, young_mpa(chunk, FINE_RULE.barycentric))
    return moments, gauss
