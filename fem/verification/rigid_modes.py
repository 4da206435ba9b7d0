"""An element block without support has six motions that cost no energy, and no more."""

import numpy as np

from fem.solvers.direct import stiffness_matrix
from fem.system import system_of
from fem.verification.check import Check, near
from fem.verification.models import pulled
from geometry.blocks import block


def rigid_mode_checks() -> list[Check]:
    """The number of eigenvalues that are zero against the largest."""
    mesh = block((1, 1, 1))
    stiffness = stiffness_matrix(system_of(pulled(mesh))).toarray()
    values = np.linalg.eigvalsh(stiffness)
    free = float(np.count_nonzero(np.abs(values) < 1e-10 * values.max()))
    return [near("rigid motions", "zero eigenvalues", free, 6.0, 0.0, "three shifts, three turns")]
