"""Density-modulus laws against the values of evidence 4.2, where each law is evaluated on one QCT axis."""

import numpy as np
import pytest

from materials.laws import LAWS
from materials.laws.law import DensityLaw

QCT = np.array([382.0, 297.0, 240.0, 150.0, 100.0, 80.0, 50.0])
# Young's modulus in MPa, rounded to whole numbers in the table
TABLE = {
    "crawford2003": [1199, 924, 740, 450, 288, 224, 127],
    "morgan2003": [2954, 2073, 1549, 838, 515, 403, 253],
    "keller1994": [397, 257, 179, 84, 46, 34, 19],
    "dalstra1993": [960, 549, 347, 132, 61, 41, 20],
}


@pytest.mark.parametrize("name", LAWS)
def test_a_law_gives_the_moduli_of_the_evidence_table(name: str) -> None:
    # the table rounds density to whole mg/cm3 before the power (1.5 % at most) and the modulus to MPa
    assert np.allclose(LAWS[name].young_mpa(QCT), TABLE[name], rtol=0.015, atol=0.5)


@pytest.mark.parametrize("law", LAWS.values(), ids=lambda law: law.name)
def test_denser_bone_is_stiffer(law: DensityLaw) -> None:
    assert (np.diff(law.young_mpa(np.linspace(*law.valid_mg_cm3, 20))) > 0).all()


@pytest.mark.parametrize("law", LAWS.values(), ids=lambda law: law.name)
def test_no_bone_has_no_negative_stiffness(law: DensityLaw) -> None:
    assert (law.young_mpa(np.array([-20.0, 0.0, 5.0])) >= 0.0).all()


@pytest.mark.parametrize("law", LAWS.values(), ids=lambda law: law.name)
def test_a_law_states_its_source_range_and_confidence(law: DensityLaw) -> None:
    low, high = law.valid_mg_cm3
    assert 0.0 < low < high
    assert law.source
    assert law.confidence


def test_the_range_of_morgan_is_that_of_its_apparent_densities() -> None:
    low, high = LAWS["morgan2003"].valid_mg_cm3
    # 0.11 and 0.35 g/cm3 apparent: QCT = (0.6 x apparent - 38.9) / 1.06
    assert low == pytest.approx((0.6 * 110.0 - 38.9) / 1.06, abs=0.1)
    assert high == pytest.approx((0.6 * 350.0 - 38.9) / 1.06, abs=0.1)
