"""A refused plan comes with the nearest one that fits; scans of many paths agree with single inspections."""

import dataclasses

import pytest

from geometry.anatomy import Anatomy
from geometry.errors import GeometryError
from geometry.planning.breach import acceptable, inspect
from geometry.planning.nearest import NearestPlan, accepted_screw, nearest_plan
from geometry.screws import PRESETS, ScrewPreset, plan_screw

REFUSED = {
    "too long": dataclasses.replace(PRESETS["s1_pedicle"], length_mm=60.0),
    "in the canal": dataclasses.replace(PRESETS["s1_pedicle"], lateral_deg=-50.0),
    "through the endplate": dataclasses.replace(PRESETS["s1_pedicle"], caudal_deg=-30.0),
    "bicortical in the canal": dataclasses.replace(PRESETS["s1_pedicle_bicortical"], lateral_deg=-38.0),
    "beside the column": dataclasses.replace(
        PRESETS["s2ai"], aim="angles", lateral_deg=55.0, caudal_deg=30.0
    ),
}


@pytest.mark.parametrize("name", ["s1_pedicle", "s1_pedicle_bicortical", "s2ai"])
def test_a_good_plan_is_taken_as_it_is(name: str, male: Anatomy) -> None:
    assert accepted_screw(male, name) == plan_screw(male, name)


@pytest.mark.parametrize("fault", REFUSED)
def test_the_nearest_plan_fits_and_is_named_in_the_refusal(fault: str, male: Anatomy) -> None:
    wanted = REFUSED[fault]
    assert not acceptable(male, plan_screw(male, wanted), wanted.exit)
    found = nearest_plan(male, wanted)
    assert found is not None
    # asking for what the text says gives the screw
    length = float(found.text().split("length ")[1].split(" mm")[0])
    assert plan_screw(male, dataclasses.replace(found.preset, length_mm=length)) == found.screw
    assert inspect(male, found.screw, wanted.exit).acceptable
    with pytest.raises(
        GeometryError, match=f"{wanted.kind} screw .*Nearest that fits: lateral .* length"
    ) as told:
        accepted_screw(male, wanted)
    assert found.text() in str(told.value)


@pytest.mark.parametrize(
    ("exit_kind", "length", "told"),
    [
        ("unicortical", 127.5, "127.5"),
        ("unicortical", 90.0, "90"),
        ("unicortical", 47.29, "47.2"),
        ("bicortical", 49.46, "49.5"),
    ],
)
def test_the_length_told_gives_no_longer_screw(
    exit_kind: str, length: float, told: str, male: Anatomy
) -> None:
    preset = dataclasses.replace(PRESETS["s1_pedicle"], exit=exit_kind)
    screw = plan_screw(male, "s1_pedicle").with_length(length)
    plan = NearestPlan(preset=preset, screw=screw, distance=1.0, moved_mm=(0.0, 0.0))
    assert plan.text().endswith(f"length {told} mm")


def test_where_length_alone_cures_only_length_is_changed(male: Anatomy) -> None:
    preset = PRESETS["s1_alar_paper_axial"]
    longest = inspect(male, plan_screw(male, preset)).longest_inside_mm
    wanted = dataclasses.replace(preset, length_mm=longest + 1.0)
    found = nearest_plan(male, wanted)
    assert found is not None
    assert found.moved_mm == (0.0, 0.0)
    assert (found.preset.lateral_deg, found.preset.caudal_deg) == pytest.approx((30.0, 45.0), abs=0.06)
    assert found.preset.angle_reference == "global_axial"
    assert longest - 1.0 <= found.screw.trajectory.length_mm <= longest


def test_the_nearest_plan_is_the_same_on_every_run(male: Anatomy) -> None:
    first, second = (nearest_plan(male, REFUSED["in the canal"]) for _ in range(2))
    assert first == second


def test_nothing_is_proposed_where_nothing_fits(male: Anatomy) -> None:
    hopeless = dataclasses.replace(
        PRESETS["s1_pedicle"], diameter_mm=11.0, lateral_deg=-60.0, caudal_deg=-40.0
    )
    assert nearest_plan(male, hopeless) is None
    with pytest.raises(GeometryError, match="change its angles or the diameter"):
        accepted_screw(male, hopeless)


def test_a_preset_of_ones_own_needs_no_name(male: Anatomy) -> None:
    free = ScrewPreset(
        kind="alar",
        entry_mm=(28.0, 36.0, -8.0),
        lateral_deg=30.0,
        caudal_deg=35.0,
        angle_reference="s1_endplate",
        source="test",
    )
    assert accepted_screw(male, free).kind == "alar"
