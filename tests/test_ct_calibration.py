"""Hounsfield units become density along a line that is given, or that a phantom proves."""

import numpy as np
import pytest

from geometry.errors import MaterialError
from materials.ct.calibration import (
    LEAST_R2,
    MOST_RMS_MG_CM3,
    Calibration,
    PhantomRods,
    fitted_line,
    given_line,
)

DENSITY = np.array([-50.0, 0.0, 60.0, 160.0, 375.0])
NOISE = np.array([9.0, 9.0, 10.0, 10.0, 12.0])


def rods(density_mg_cm3: np.ndarray, hu: np.ndarray, sd_hu: np.ndarray = NOISE) -> PhantomRods:
    return PhantomRods(density_mg_cm3, hu, sd_hu)


def test_rods_on_a_line_give_that_line_back() -> None:
    line = fitted_line(rods(DENSITY, (DENSITY - 0.84) / 0.81))
    assert line.slope_mg_cm3_per_hu == pytest.approx(0.81)
    assert line.intercept_mg_cm3 == pytest.approx(0.84)
    assert line.fit is not None
    assert line.fit.r2 == pytest.approx(1.0)
    assert (line.fit.lowest_mg_cm3, line.fit.highest_mg_cm3) == (-50.0, 375.0)


def test_three_published_pairs_lie_on_the_line_of_the_evidence() -> None:
    # Andresen 2025 as in evidence 3.1 [V 61] [D 61]: 44.84 -> 37.16, 105.66 -> 86.42, 97.73 -> 80 mg/cm3
    hu, density = np.array([44.84, 105.66, 97.73]), np.array([37.16, 86.42, 80.0])
    line = given_line(0.810, 0.84)
    # printed to two digits of the slope: a tenth of a mg/cm3
    np.testing.assert_allclose(line.density_mg_cm3(hu.astype(np.float32)), density, atol=0.1)


def test_a_noisy_rod_counts_less() -> None:
    off = np.array([0.0, 0.0, 0.0, 0.0, 9.0])
    hu = (DENSITY - 0.84) / 0.81 + off
    trusted = fitted_line(rods(DENSITY, hu))
    doubted = fitted_line(rods(DENSITY, hu, np.array([9.0, 9.0, 10.0, 10.0, 200.0])))
    assert abs(doubted.slope_mg_cm3_per_hu - 0.81) < 0.1 * abs(trusted.slope_mg_cm3_per_hu - 0.81)


def test_hydroxyapatite_is_less_on_the_scale_of_the_templates() -> None:
    line = given_line(0.81, 0.0, "CaHA")
    # evidence 4.1 [V 65]: 0.839 x 200 + 69.8 = 237.6 mg/cm3 of ash; (237.6 - 38.9) / 1.06 = 187.5
    assert float(line.density_mg_cm3(np.float32(200.0 / 0.81))) == pytest.approx(187.5, abs=0.1)


def test_the_words_say_whether_a_phantom_stands_behind_the_line() -> None:
    assert "its error is not known without a phantom" in given_line(0.81, 0.84).summary()
    assert "R2 1.0000" in fitted_line(rods(DENSITY, DENSITY / 0.8)).summary()


def test_an_exchanged_rod_is_refused_and_named() -> None:
    hu = DENSITY / 0.81
    with pytest.raises(MaterialError, match=r"no line follows the rods.*rod [345] is [+-]\d+ mg/cm3 off"):
        fitted_line(rods(DENSITY, hu[[0, 1, 2, 4, 3]]))


def test_the_gate_on_the_miss_refuses_what_the_one_on_r2_lets_pass() -> None:
    # rods of 0 to 1500 mg/cm3: a miss of 25 hides behind their span
    density = np.array([0.0, 300.0, 600.0, 1500.0])
    with pytest.raises(MaterialError, match="RMS") as caught:
        fitted_line(rods(density, (density + np.array([25.0, -25.0, -25.0, 25.0])) / 0.81, NOISE[:4]))
    said = str(caught.value).replace(",", "").split()
    assert float(said[said.index("R2") + 1]) > LEAST_R2
    assert float(said[said.index("RMS") + 1]) > MOST_RMS_MG_CM3


REFUSED = {
    "2 rods": (DENSITY[:2], DENSITY[:2], NOISE[:2]),
    "of 5, 4, 5 rods": (DENSITY, DENSITY[:4], NOISE),
    "a rod without noise": (DENSITY, DENSITY, np.zeros(5)),
    "denser rods have lower HU": (DENSITY, -DENSITY, NOISE),
    "the rods span 4 mg/cm3": (DENSITY / 100.0, DENSITY, NOISE),
    "mg/cm3 per HU, outside": (DENSITY, DENSITY / 3.0, NOISE),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_rods_that_cannot_be_a_phantom_are_refused(reason: str) -> None:
    with pytest.raises(MaterialError, match=reason):
        fitted_line(rods(*REFUSED[reason]))


def test_a_line_that_no_scanner_has_is_refused() -> None:
    with pytest.raises(MaterialError, match="3 mg/cm3 per HU, outside 0.4 to 1.6"):
        Calibration(slope_mg_cm3_per_hu=3.0, intercept_mg_cm3=0.0, source="")
