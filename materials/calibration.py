"""One constant for each estimator of a force, fitted on foam tests and then frozen."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.errors import MaterialError


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What an estimator's force is multiplied by, and how far that brings it to the tests.

    Attributes:
        factor: measured over predicted.
        largest_miss_percent: of a single test, after the factor.
        tests: how many it was fitted on; none: it is not calibrated, and the factor is one.
        source: of the tests.
    """

    factor: float
    largest_miss_percent: float
    tests: int
    source: str

    def __str__(self) -> str:
        if not self.tests:
            return "not calibrated"
        missed = f"{self.tests} tests, misses up to {self.largest_miss_percent:.2g} %"
        return f"times {self.factor:.3g} ({self.source}; {missed})"


def fitted(predicted_n: Floats, measured_n: Floats, source: str) -> Calibration:
    """The factor with the least squared relative misses of the tests, in closed form.

    Args:
        predicted_n: forces by the estimator with factor one, shape (n,).
        measured_n: mean forces of the tests, shape (n,).
        source: of the tests.

    Raises:
        MaterialError: no test, or a force that is not above zero.
    """
    both = np.concatenate([predicted_n, measured_n])
    if not len(predicted_n) or len(predicted_n) != len(measured_n) or not (both > 0.0).all():
        raise MaterialError("a calibration needs a predicted and a measured force above zero for each test")
    ratio = predicted_n / measured_n
    factor = float(ratio.sum() / (ratio @ ratio))
    misses = np.abs(factor * ratio - 1.0)
    return Calibration(
        factor=factor, largest_miss_percent=100.0 * float(misses.max()), tests=len(ratio), source=source
    )


_NONE = Calibration(factor=1.0, largest_miss_percent=0.0, tests=0, source="")

_SIX_SCREWS = "foam of grade 15, Weidling 2022 (evidence 7.5)"

# Frozen: `sacrofix validate --only foam` fits them again. Never fit them on bone.
CALIBRATIONS: Mapping[str, Calibration] = {
    "effective_strain": Calibration(factor=0.646, largest_miss_percent=8.0, tests=6, source=_SIX_SCREWS),
    "principal_strain": Calibration(factor=0.605, largest_miss_percent=7.7, tests=6, source=_SIX_SCREWS),
    "thread_shear": Calibration(factor=0.907, largest_miss_percent=7.5, tests=6, source=_SIX_SCREWS),
    "curve_peak": _NONE,
    # No test of toggled screws in foam was found; a constant of pulls is none of theirs.
    "toggle_effective_strain": _NONE,
    "toggle_principal_strain": _NONE,
}
