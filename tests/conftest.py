"""The mean bones as fixtures, one of each for all tests."""

import pytest
from bones import SEXES, mean_anatomy, mean_sacrum, mean_spine

from geometry.anatomy import Anatomy
from geometry.lumbar.spine import Lumbar
from geometry.sacrum.bone import Sacrum


@pytest.fixture(scope="session", params=SEXES)
def anatomy(request: pytest.FixtureRequest) -> Anatomy:
    """The mean bones of either sex."""
    return mean_anatomy(request.param)


@pytest.fixture(scope="session")
def male() -> Anatomy:
    return mean_anatomy("male")


@pytest.fixture(scope="session")
def sacra() -> dict[str, Sacrum]:
    return {sex: mean_sacrum(sex) for sex in SEXES}


@pytest.fixture(scope="session")
def spines() -> dict[str, Lumbar]:
    """L5 and L4 on the sacra."""
    return {sex: mean_spine(sex) for sex in SEXES}
