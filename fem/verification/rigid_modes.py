"""An element block without support has six motions that cost no energy, and no more."""

import numpy as np

from fem.assembly import element_terms, quadratic_blocks
from fem.discretisation import discretise
from fem.elastic import uniform_elastic
from fem.solvers.direct import stiffness_by_columns
from fem.verification.check import Check, near
from geometry.blocks import block


def rigid_mode_checks() -> list[Check]:
    """The number of eigenvalues that are zero against the largest."""
    mesh = block((1, 1, 1))
    d = discretise(mesh)
    terms = element_terms(d, uniform_elastic(len(mesh.tets), 1.0, 0.3))
    stiffness = stiffness_by_columns(d.pattern, quadratic_blocks(d, terms, np.float64)).toarray()
    values = np.linalg.eigvalsh(stiffness)
    free = float(np.count_nonzero(np.abs(values) < 1e-10 * values.max()))
    return [near("rigid motions", "zero eigenvalues", free, 6.0, 0.0, "three shifts, three turns")]
