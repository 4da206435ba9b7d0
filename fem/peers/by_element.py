"""A varying Young's modulus as one constant in each element, for engines that know no more."""

import numpy as np

from fem.elastic import UNIT_MOMENTS, ElasticField, elastic_by_element
from geometry.arrays import Floats

# Chosen: a material each, so few enough to write down; 5 % apart over four orders of magnitude.
MOST_MODULI = 200


def constant_in_elements(elastic: ElasticField, volumes_mm3: Floats) -> ElasticField:
    """A field near the given one with one modulus in each element, out of 200 for each Poisson's ratio.

    A field that is so already comes back with the same moduli. Otherwise the means of the elements are sorted
    into bins of equal ratio, and each bin takes its mean over volume.

    Args:
        elastic: of the elements.
        volumes_mm3: of the elements, shape (m,).
    """
    young = elastic.mean_young_mpa.copy()
    for ratio in np.unique(elastic.poisson):
        alike = elastic.poisson == ratio
        young[alike] = _few(young[alike], volumes_mm3[alike])
    return elastic_by_element(young, elastic.poisson)


def varies_inside(elastic: ElasticField) -> bool:
    """Whether the modulus of any element is more than one number."""
    young = elastic.mean_young_mpa
    off = np.abs(elastic.moments_mpa - young[:, None] * UNIT_MOMENTS).max(axis=1)
    return bool((off > 1e-9 * young).any())


def _few(young_mpa: Floats, volumes_mm3: Floats) -> Floats:
    """The moduli moved to MOST_MODULI values or fewer, shape (k,)."""
    distinct, which = np.unique(ten_digits(young_mpa), return_inverse=True)
    if len(distinct) > MOST_MODULI:
        edges = np.geomspace(distinct[0], distinct[-1], MOST_MODULI + 1)[1:-1]
        which = np.searchsorted(edges, young_mpa)
        held = np.bincount(which, volumes_mm3, MOST_MODULI)
        distinct = np.bincount(which, volumes_mm3 * young_mpa, MOST_MODULI) / np.where(held > 0.0, held, 1.0)
    return np.asarray(distinct[which], dtype=np.float64)


def ten_digits(values: Floats) -> Floats:
    """Positive values to ten digits, same shape: what was one constant before rounding is one again."""
    unit = 10.0 ** (np.floor(np.log10(values)) - 9.0)
    return np.asarray(np.round(values / unit) * unit, dtype=np.float64)
