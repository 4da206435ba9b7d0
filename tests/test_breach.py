"""What a breach report counts: openings, voids, the way through the joint, nerves and vessels, the grade.

Courses and depths of nerves and vessels are checked against the published means (evidence.md 2.2).
"""

import dataclasses

import numpy as np
import pytest

from geometry.anatomy import Anatomy
from geometry.frame import direction
from geometry.planning.breach import BreachReport, acceptable, inspect
from geometry.planning.grade import breach_grade
from geometry.planning.hazards import Hazard, hazards
from geometry.screws import ENTRIES, PRESETS, plan_screw
from geometry.screws.kind import bone


def turned(anatomy: Anatomy, name: str, lateral_deg: float, caudal_deg: float) -> BreachReport:
    """The report of a preset with other angles to the endplate."""
    preset = dataclasses.replace(
        PRESETS[name],
        lateral_deg=lateral_deg,
        caudal_deg=caudal_deg,
        angle_reference="s1_endplate",
        aim="angles",
    )
    return inspect(anatomy, plan_screw(anatomy, preset))


def tube(anatomy: Anatomy, name: str) -> Hazard:
    return next(one for one in hazards(anatomy) if one.name == name)


@pytest.mark.parametrize(
    ("breach_mm", "grade"),
    [(0.0, "A"), (0.1, "B"), (2.0, "B"), (3.0, "C"), (4.1, "D"), (6.0, "D"), (9.0, "E")],
)
def test_grades_are_those_of_gertzbein_and_robbins(breach_mm: float, grade: str) -> None:
    assert breach_grade(breach_mm) == grade


def test_the_grade_follows_the_wall_out_of_bone(male: Anatomy) -> None:
    reports = [turned(male, "s1_alar_classic", 30.0, caudal) for caudal in (30.0, 15.0, 5.0, -10.0)]
    assert [report.grade for report in reports] == sorted(report.grade for report in reports)
    assert reports[0].grade == "A"
    assert reports[-1].grade in "DE"
    for report in reports:
        assert report.grade == breach_grade(report.breach_mm)


def test_an_oblique_entry_is_no_breach_but_a_wall_along_the_surface_is(male: Anatomy) -> None:
    # 45 caudal: the wall shows where it enters
    assert acceptable(male, plan_screw(male, "s1_alar_paper_endplate"))
    # nearly along the dorsal surface the wall goes on showing
    along_the_surface = turned(male, "s1_alar_harrington", 60.0, 0.0)
    first = next(fault for fault in along_the_surface.breaches if "leaves the bone" in fault)
    assert float(first.split("first ")[1].split(" mm")[0]) < 20.0


def test_a_wall_in_the_canal_counts_from_the_entry_on(male: Anatomy) -> None:
    # straight through the lamina, some 5 mm thick
    through = dataclasses.replace(
        PRESETS["s1_pedicle"], entry="", entry_mm=(8.0, 45.0, -25.0), lateral_deg=0.0, length_mm=20.0
    )
    faults = inspect(male, plan_screw(male, through)).breaches
    canal = next(fault for fault in faults if "enters the sacral canal" in fault)
    assert float(canal.split("first ")[1].split(" mm")[0]) < 12.0


def test_s2ai_below_the_notch_is_told(anatomy: Anatomy) -> None:
    low = turned(anatomy, "s2ai", 38.0, 45.0)
    assert not low.acceptable
    assert low.notch_mm < 0.0
    assert "passes through or below the greater sciatic notch" in low.breaches
    assert inspect(anatomy, plan_screw(anatomy, "s2ai")).notch_mm > 5.0


def test_s2ai_that_misses_the_ilium_is_told(anatomy: Anatomy) -> None:
    straight = turned(anatomy, "s2ai", 0.0, 0.0)
    assert "does not cross the sacroiliac joint into the ilium" in straight.breaches


def test_a_screw_beside_the_joint_knows_its_distance(male: Anatomy) -> None:
    pedicle, alar = (inspect(male, plan_screw(male, name)) for name in ("s1_pedicle", "s1_alar_classic"))
    # the alar screw runs towards the joint; the pedicle screw's entry is some 20 mm from it
    assert pedicle.joint_mm > 8.0 > alar.joint_mm >= 0.0
    assert inspect(male, plan_screw(male, "s2ai")).joint_mm == 0.0


def test_nerves_and_vessels_lie_in_front_of_the_bone(anatomy: Anatomy) -> None:
    for one in hazards(anatomy):
        path = np.linspace(one.centreline_mm[:-1], one.centreline_mm[1:], 5).reshape(-1, 3)
        # chords between the laid points may dip a little under a convex surface
        assert bone(anatomy, path).min() > one.radius_mm - 1.0, one.name
        assert one.source


def test_the_l5_root_runs_at_the_published_angles_and_depth(anatomy: Anatomy) -> None:
    root = tube(anatomy, "L5 root")
    # 21 +- 8 deg lateral and 38 +- 4 mm deep from the alar entry [V 46]
    met = ENTRIES["facet_lower_lateral"](anatomy) + 38.0 * direction(21.0, 0.0)
    assert abs(root.distance_mm(met[None])[0] + root.radius_mm) < 4.0
    runs = np.diff(root.centreline_mm, axis=0)
    to_midline = np.degrees(np.arctan2(runs[:, 0], -runs[:, 2]))
    # 13.8-14.7 deg to the inflection, then 19.7-20.6 [V 47]; the step across the inflection is between
    assert 13.8 <= to_midline[0] <= 14.7
    assert 19.7 <= to_midline[-1] <= 20.6
    assert (np.diff(to_midline) > -1e-9).all()


def test_trunk_and_vein_keep_their_published_distances(anatomy: Anatomy) -> None:
    trunk, vein = tube(anatomy, "lumbosacral trunk"), tube(anatomy, "common iliac vein")
    # on the bone; 10 mm from the joint [V 48]
    laid = trunk.centreline_mm[1:]
    assert (anatomy.sacrum.filled(laid) - trunk.radius_mm).max() < 1.0
    edge = anatomy.sacrum.ala_half_width_mm(-laid[:, 2])
    np.testing.assert_allclose(edge - laid[:, 0] - trunk.radius_mm, 10.0, atol=0.1)
    # 5.0 +- 3.0 mm to the anterior wall of S1 [V 49]
    assert 2.0 <= float(anatomy.sacrum.s1_body(vein.centreline_mm).min()) - vein.radius_mm <= 8.0


def test_hazards_are_the_same_on_both_sides(male: Anatomy) -> None:
    root = tube(male, "L5 root")
    points = np.random.default_rng(0).uniform([-60.0, -40.0, -50.0], [60.0, 20.0, 10.0], (200, 3))
    np.testing.assert_array_equal(root.distance_mm(points), root.distance_mm(points * [-1.0, 1.0, 1.0]))
    middle = 0.5 * (root.centreline_mm[2] + root.centreline_mm[3])
    assert root.distance_mm(middle[None])[0] == pytest.approx(-root.radius_mm)


def test_a_screw_through_the_ala_into_l5_is_a_breach(male: Anatomy) -> None:
    screw = plan_screw(male, "s1_alar_paper_axial").with_length(46.0)
    assert any("touches the L5 root" in fault for fault in inspect(male, screw).breaches)


def test_the_findings_say_what_is_near(male: Anatomy) -> None:
    findings = inspect(male, plan_screw(male, "s2ai")).findings
    assert "joint iliac side at" in findings[0]
    assert "usual place of the" in findings[-1]
