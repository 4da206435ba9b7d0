"""How much of the bone its law was not made for: shares by volume, and what a result says of them."""

from dataclasses import replace

import numpy as np
import pytest

from cases.report.density import LARGE_PERCENT, density_shares, density_warnings, sweep_warning
from cases.report.table import comparison_json, comparison_text
from cases.results import CompareResult
from materials.field import MaterialField
from materials.laws import LAWS
from materials.tables import TRABECULAR_FLOOR_MPA
from tests.test_cli_verbs import RESULT

# elements of volume 1, 2, 3 and 4: bone of 150, 20 and 5 mg/cm3, and metal
VOLUMES_MM3 = np.array([1.0, 2.0, 3.0, 4.0])


def field_of(law: str, in_shell: int | None = None) -> MaterialField:
    density = np.array([150.0, 20.0, 5.0, np.nan])
    under_cortex = np.full((4, 10), 1.0)
    if in_shell is not None:
        under_cortex[in_shell] = -1.0
    return MaterialField(
        law=LAWS[law],
        density_mg_cm3=np.repeat(density[:, None], 4, axis=1),
        under_cortex_mm=under_cortex,
        cortex_young_mpa=12_000.0,
        solid_young_mpa=np.array([np.nan, np.nan, np.nan, 110_000.0]),
        poisson=np.full(4, 0.3),
    )


def test_bone_outside_the_range_counts_by_its_volume() -> None:
    # crawford2003 holds from 50 mg/cm3: two of three elements of bone, 5 of 6 mm3, are lighter
    assert field_of("crawford2003").extrapolated_share(VOLUMES_MM3) == pytest.approx(5.0 / 6.0)


def test_bone_at_the_floor_counts_by_its_volume() -> None:
    # -34.7 + 3.23 x 20 = 29.9 MPa is above the floor of 10, -34.7 + 3.23 x 5 is not
    field = field_of("crawford2003")
    assert field.clipped_share(VOLUMES_MM3) == pytest.approx(3.0 / 6.0)
    young = field.young_mpa(np.array([2]), np.full((1, 4), 0.25))
    assert young[0, 0] == TRABECULAR_FLOOR_MPA


def test_the_shell_is_no_bone_of_the_law() -> None:
    field = field_of("crawford2003", in_shell=2)
    assert field.clipped_share(VOLUMES_MM3) == 0.0
    assert field.extrapolated_share(VOLUMES_MM3) == pytest.approx(2.0 / 3.0)


def test_fat_is_softer_than_bone_without_any_density_to_a_law_of_ash() -> None:
    # ash is 1.06 rho + 38.9: none is left at -36.7 mg/cm3, and fat at -80 has none
    young = LAWS["morgan2003"].young_mpa(np.array([0.0, -20.0, -36.8, -80.0]))
    assert young[0] > 3.0 * young[1] > 0.0
    assert (young[2:] == 0.0).all()


def test_a_law_may_leave_its_range_without_falling_to_the_floor() -> None:
    # at no density Keyak's line still sees 38.9 mg/cm3 of ash, which Morgan makes 66 MPa of
    field = field_of("morgan2003")
    assert field.extrapolated_share(VOLUMES_MM3) == pytest.approx(5.0 / 6.0)
    assert field.clipped_share(VOLUMES_MM3) == 0.0


def test_small_shares_are_told_and_large_ones_warned_of() -> None:
    small = replace(RESULT, extrapolated_percent=LARGE_PERCENT, clipped_percent=0.0)
    assert density_warnings([small]) == []
    assert density_shares([small]).endswith("measured on: 10 %; raised to 10 MPa: 0 %.")
    large = replace(RESULT, extrapolated_percent=28.1, clipped_percent=12.0)
    outside, raised = density_warnings([small, large])
    assert outside.startswith("10 to 28 % of the trabecular bone")
    assert "crawford2003 makes 0 to 12 % of the trabecular bone softer than 10 MPa" in raised


def test_a_comparison_carries_its_warnings_in_text_and_json() -> None:
    far = replace(RESULT, extrapolated_percent=40.0)
    comparison = CompareResult(name="x", loading="pull_out", results=(far,), crossovers=(), failures=())
    assert "warning: 40 % of the trabecular bone is denser or lighter" in comparison_text(comparison)
    document = comparison_json(comparison)
    assert document["results"][0]["clipped_percent"] == far.clipped_percent
    assert len(document["density_warnings"]) == 1


def test_a_sweep_counts_its_far_cases() -> None:
    rows = [
        {"extrapolated_percent": 40.0, "clipped_percent": 0.0},
        {"extrapolated_percent": 1.0, "clipped_percent": 30.0},
        {"extrapolated_percent": 1.0, "clipped_percent": 1.0},
        {"status": "failed"},
    ]
    assert sweep_warning(rows).startswith("in 2 of 4 cases more than 10 %")
    assert sweep_warning(rows[2:]) == ""
