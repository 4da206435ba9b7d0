"""The estimators of the pull-out force: what each is, and what is known of its bias."""

from collections.abc import Mapping
from dataclasses import dataclass

from materials.calibration import CALIBRATIONS, Calibration


@dataclass(frozen=True, kw_only=True)
class Estimator:
    """One way to a pull-out force.

    Attributes:
        label: in tables, short.
        about: what is computed.
        bias: what is known to be wrong with it.
        calibration: what its force has been multiplied by.
    """

    label: str
    about: str
    bias: str
    calibration: Calibration


ESTIMATORS: Mapping[str, Estimator] = {
    "effective_strain": Estimator(
        label="effective strain",
        about="the linear force at which a set share of the bone round the screw exceeds an effective strain",
        bias="first yield round a bonded screw, no peak; share and limit are those of wrists, and depend on "
        "the region; strain beside the screw grows as the mesh is refined",
        calibration=CALIBRATIONS["effective_strain"],
    ),
    "principal_strain": Estimator(
        label="principal strain",
        about="the same with limits of their own for tension and compression",
        bias="as effective strain; bone yields in tension first, which a bonded screw pulls on and a real "
        "thread does not",
        calibration=CALIBRATIONS["principal_strain"],
    ),
    "thread_shear": Estimator(
        label="thread shear",
        about="Chapman's formula piece by piece: shear strength of the bone along the thread, no mesh",
        bias="all threads fail at once, the shell at its full strength, no insertion damage; foam within "
        "8 %, tapered cores measured 32 % off; strength laws differ 3-fold",
        calibration=CALIBRATIONS["thread_shear"],
    ),
    "curve_peak": Estimator(
        label="curve peak",
        about="the highest force of a pull step by step with growing damage",
        bias="bonded, so it over-predicts; insertion damage and softening are assumed, and scale it",
        calibration=CALIBRATIONS["curve_peak"],
    ),
}

# Those that one linear solution gives.
LINEAR_ESTIMATORS = ("effective_strain", "principal_strain", "thread_shear")


def estimators_json() -> dict[str, dict[str, str]]:
    """The table as plain values, for a result file."""
    return {
        name: {"about": row.about, "bias": row.bias, "calibration": str(row.calibration)}
        for name, row in ESTIMATORS.items()
    }
