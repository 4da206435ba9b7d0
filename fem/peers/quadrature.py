"""Our varying Young's modulus as values at the quadrature points of another engine."""

import numpy as np

from fem.elastic import MOMENT_COUNT, MOMENT_PAIRS, ElasticField
from fem.peers.by_element import varies_inside
from geometry.arrays import Floats
from geometry.errors import ModelError


def rule_order(elastic: ElasticField) -> int:
    """The order of the rule a stiffness needs: 2 for squared gradients; 4, of ten points, for ten moments."""
    return 4 if varies_inside(elastic) else 2


def matched_young(moments_mpa: Floats, barycentric: Floats, weights: Floats) -> Floats:
    """E at the points of a rule, in MPa, shape (m, nq), that gives the same stiffness as the moments, shape
    (m, 10).

    The stiffness of a straight quadratic element depends on E through its ten moments alone, and a rule of
    ten points or more in general position can carry any ten: of all values that do, those nearest to the mean
    of the element are taken. Beside a jump they may lie below zero.

    Args:
        moments_mpa: of the elements.
        barycentric: points of the rule, shape (nq, 4).
        weights: shares of the volume, shape (nq,).

    Raises:
        ModelError: the rule cannot carry the moments.
    """
    weighted = weights * (barycentric[:, MOMENT_PAIRS[:, 0]] * barycentric[:, MOMENT_PAIRS[:, 1]]).T
    mean = (moments_mpa @ MOMENT_COUNT)[:, None]
    missing = moments_mpa - mean * weighted.sum(axis=1)
    young = mean + missing @ np.linalg.pinv(weighted).T
    off = np.abs(young @ weighted.T - moments_mpa).max(axis=1)
    if (off > 1e-9 * mean[:, 0]).any():
        raise ModelError(f"a rule of {len(weights)} points cannot carry the moments of the modulus")
    return np.asarray(young, dtype=np.float64)
