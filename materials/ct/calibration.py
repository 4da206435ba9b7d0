"""The line from Hounsfield units to bone density, given or fitted to a phantom; a poor fit is refused."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geometry.arrays import Floats, frozen_copy
from geometry.errors import MaterialError
from materials.conversions import QCT, Conversion

WHERE = "bone.ct.calibration"
# Chosen: a phantom within its makers' tolerance fits far better; an exchanged rod does not reach this.
LEAST_R2 = 0.99
# Chosen: a quarter of what separates normal (120) from osteoporotic (80 mg/cm3, evidence 3.3).
MOST_RMS_MG_CM3 = 10.0
LEAST_RODS = 3
# Chosen: sacral bone spans 50 to 380 mg/cm3 (evidence 3.1); a line from a narrower step is extrapolated.
LEAST_SPAN_MG_CM3 = 75.0
# 0.81 mg/cm3 per HU at 120 kV [D 61], lower at low voltage; half and double of it (chosen).
SLOPES = (0.4, 1.6)


@dataclass(frozen=True, init=False, eq=False)
class PhantomRods:
    """What a phantom scanned with the patient shows.

    Attributes:
        density_mg_cm3: of each rod by its certificate, shape (n,).
        hu: mean in each rod, shape (n,).
        sd_hu: standard deviation in each rod, shape (n,).
    """

    density_mg_cm3: Floats
    hu: Floats
    sd_hu: Floats

    def __init__(self, density_mg_cm3: Floats, hu: Floats, sd_hu: Floats) -> None:
        columns = [frozen_copy(density_mg_cm3), frozen_copy(hu), frozen_copy(sd_hu)]
        counts = [len(column) for column in columns]
        if len(set(counts)) != 1:
            text = ", ".join(str(count) for count in counts)
            raise MaterialError(
                f"densities, HU and deviations of {text} rods", where=WHERE, advice="Give one of each per rod"
            )
        if counts[0] < LEAST_RODS:
            raise MaterialError(
                f"{counts[0]} rods, where a fit that can be judged takes {LEAST_RODS}", where=WHERE
            )
        if not (columns[2] > 0.0).all():
            raise MaterialError(
                "a rod without noise", where=WHERE, advice="Give the deviation measured in it"
            )
        for name, column in zip(("density_mg_cm3", "hu", "sd_hu"), columns, strict=True):
            object.__setattr__(self, name, column)


@dataclass(frozen=True, kw_only=True)
class PhantomFit:
    """How well a line follows the rods of a phantom.

    Attributes:
        r2: share of the weighted variance that the line explains.
        rms_mg_cm3: root mean square miss of the rods.
        lowest_mg_cm3, highest_mg_cm3: the rods' range; beyond it the line is extrapolated.
    """

    r2: float
    rms_mg_cm3: float
    lowest_mg_cm3: float
    highest_mg_cm3: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """QCT density (K2HPO4) as a line of Hounsfield units.

    Attributes:
        slope_mg_cm3_per_hu, intercept_mg_cm3: the line.
        fit: to a phantom; None for a line that was given, whose error nobody knows.
        source: in words.
    """

    slope_mg_cm3_per_hu: float
    intercept_mg_cm3: float
    source: str
    fit: PhantomFit | None = None

    def __post_init__(self) -> None:
        low, high = SLOPES
        if not low <= self.slope_mg_cm3_per_hu <= high:
            raise MaterialError(
                f"{self.slope_mg_cm3_per_hu:.3g} mg/cm3 per HU, outside {low:g} to {high:g}",
                where=WHERE,
                advice="Check the unit of the rods, and that density and HU are not exchanged",
            )

    def density_mg_cm3(self, hu: NDArray[np.float32]) -> NDArray[np.float32]:
        """QCT density of those Hounsfield units, same shape."""
        return np.asarray(
            np.float32(self.slope_mg_cm3_per_hu) * hu + np.float32(self.intercept_mg_cm3), dtype=np.float32
        )

    def summary(self) -> str:
        """The line and what is known of it, in words."""
        line = f"{self.slope_mg_cm3_per_hu:.4g} mg/cm3 per HU {self.intercept_mg_cm3:+.3g}, {self.source}"
        if self.fit is None:
            return f"{line}; scanner specific, its error is not known without a phantom"
        return f"{line}, R2 {self.fit.r2:.4f}, RMS {self.fit.rms_mg_cm3:.1f} mg/cm3"


def given_line(slope_mg_cm3_per_hu: float, intercept_mg_cm3: float, kind: str = QCT) -> Calibration:
    """The calibration of a line that was given, of densities of a kind of `materials.conversions`."""
    ends = np.array([intercept_mg_cm3, intercept_mg_cm3 + slope_mg_cm3_per_hu])
    at_0, at_1 = Conversion().to_qct(ends, kind).tolist()
    return Calibration(
        slope_mg_cm3_per_hu=at_1 - at_0,
        intercept_mg_cm3=at_0,
        source="given line" if kind == QCT else f"given line of {kind}",
    )


def fitted_line(rods: PhantomRods, kind: str = QCT) -> Calibration:
    """The calibration that follows the rods of a phantom, of a kind of `materials.conversions`.

    HU is fitted to density, weighted by the noise, and turned round: the noise is in HU, not in the rods.

    Raises:
        MaterialError: rods that are too alike, or that no line follows.
    """
    density = Conversion().to_qct(rods.density_mg_cm3, kind)
    span = float(np.ptp(density))
    if not span >= LEAST_SPAN_MG_CM3:
        raise MaterialError(
            f"the rods span {span:.0f} mg/cm3, less than {LEAST_SPAN_MG_CM3:g}",
            where=WHERE,
            advice="Give the densities in mg/cm3, and rods as different as the bone",
        )
    weight = 1.0 / rods.sd_hu**2
    rise, base = np.polyfit(density, rods.hu, 1, w=1.0 / rods.sd_hu)
    if not rise > 0.0:
        raise MaterialError("denser rods have lower HU", where=WHERE, advice="Check the order of the rods")
    miss_hu = rods.hu - (rise * density + base)
    about_mean = rods.hu - np.average(rods.hu, weights=weight)
    fit = PhantomFit(
        r2=1.0 - float((weight * miss_hu**2).sum() / (weight * about_mean**2).sum()),
        rms_mg_cm3=float(np.sqrt((miss_hu**2).mean()) / rise),
        lowest_mg_cm3=float(density.min()),
        highest_mg_cm3=float(density.max()),
    )
    _refuse_poor(fit, miss_hu / rise)
    return Calibration(
        slope_mg_cm3_per_hu=float(1.0 / rise),
        intercept_mg_cm3=float(-base / rise),
        source=f"{len(density)} rods of {kind} density",
        fit=fit,
    )


def _refuse_poor(fit: PhantomFit, miss_mg_cm3: Floats) -> None:
    """Refuse a line that the rods do not lie on; names the rod that lies farthest off."""
    if fit.r2 >= LEAST_R2 and fit.rms_mg_cm3 <= MOST_RMS_MG_CM3:
        return
    worst = int(np.abs(miss_mg_cm3).argmax())
    raise MaterialError(
        f"no line follows the rods: R2 {fit.r2:.4f} (least {LEAST_R2:g}), RMS {fit.rms_mg_cm3:.1f} mg/cm3 "
        f"(most {MOST_RMS_MG_CM3:g}); rod {worst + 1} is {miss_mg_cm3[worst]:+.0f} mg/cm3 off",
        where=WHERE,
        advice="Measure that rod again: are they in the order of the certificate?",
    )
