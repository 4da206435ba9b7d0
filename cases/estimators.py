"""The estimators of the force on its head that a screw bears: what each is, and what is known of its bias."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from materials.calibration import CALIBRATIONS, Calibration


@dataclass(frozen=True, kw_only=True)
class Estimator:
    """One way to a force.

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
    "toggle_effective_strain": Estimator(
        label="effective strain",
        about="the linear force square to the axis at which a set share of the bone round the screw exceeds "
        "an effective strain",
        bias="first yield under one push; loosening is of many cycles; the constant from foam is of pulls",
        calibration=CALIBRATIONS["toggle_effective_strain"],
    ),
    "toggle_principal_strain": Estimator(
        label="principal strain",
        about="the same with limits of their own for tension and compression",
        bias="as effective strain; bone behind a bonded screw is pulled on, where a gap would open",
        calibration=CALIBRATIONS["toggle_principal_strain"],
    ),
}


def estimators_json(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """These rows as plain values, for a result file."""
    return {
        name: {"about": row.about, "bias": row.bias, "calibration": str(row.calibration)}
        for name, row in ((name, ESTIMATORS[name]) for name in names)
    }
