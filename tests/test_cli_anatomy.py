"""`sacrofix anatomy`: tables on stdout, plates beside them."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cases import fixation, patient
from cases.commands import anatomy as anatomy_verb
from cases.commands.main import main
from cases.report.morphometry import (
    lumbar_rows,
    morphometry_text,
    pelvic_json,
    pelvic_rows,
    sacral_json,
    sacral_rows,
)
from cases.views.anatomy_picture import PlateView, draw_anatomy
from cases.views.implicit_body import DrawnBody, surface
from cases.views.plate_views import ABOVE, FRONT, axial_cut, cut_along, standing
from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.lumbar.measures import Measure
from geometry.morphometry import MEASURES, Measured
from geometry.pelvis.pelvic_measures import PUBLISHED, PelvicMeasure

GOOD = "schema: 1\nname: good\nscrew:\n  preset: s1_pedicle\n  side: right\n"
Capture = pytest.CaptureFixture[str]
Drawn = dict[str, Sequence[DrawnBody]]


def ball(points_mm: Floats) -> Floats:
    return np.asarray(np.linalg.norm(points_mm, axis=1) - 5.0)


def ball_on_the_left(points_mm: Floats) -> Floats:
    return ball(points_mm - [20.0, 0.0, 0.0])


BALL = DrawnBody(name="ball", field=ball, bounds_mm=np.array([[-6.0] * 3, [6.0] * 3]), colour="white")
PAIR = replace(
    BALL, field=ball_on_the_left, bounds_mm=BALL.bounds_mm + np.array([20.0, 0.0, 0.0]), paired=True
)


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drawn:
    """A folder with a case, where pictures are only noted, by name."""
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(GOOD)
    pictures: Drawn = {}

    def note(bodies: Sequence[DrawnBody], views: Sequence[PlateView], target: Path) -> None:
        pictures[str(target)] = bodies

    monkeypatch.setattr(anatomy_verb, "draw_anatomy", note)
    return pictures


def test_the_tables_name_every_part(drawn: Drawn, capsys: Capture) -> None:
    assert main(["anatomy", "good.yaml", "--quiet", "--no-screw"]) == 0
    shown = capsys.readouterr().out
    for words in ("S1 pedicle width", "[V 20]", "S2AI corridor", "disc L5-S1", "pedicle height", "L4 "):
        assert words in shown
    folder = "results/good-anatomy"
    assert list(drawn) == [f"{folder}/anatomy.png", f"{folder}/pelvis_and_spine.png"]
    assert [body.name for body in drawn[f"{folder}/anatomy.png"]] == ["sacrum"]
    names = {body.name for body in drawn[f"{folder}/pelvis_and_spine.png"]}
    assert names >= {"sacrum", "ilium", "cartilage", "l5", "l4", "disc_l5s1_annulus", "disc_l4l5_nucleus"}
    assert "screw" not in names


def test_json_holds_a_row_per_series_and_the_screw_is_on_its_side(drawn: Drawn, capsys: Capture) -> None:
    # 128 mm is far from every published mean
    words = ["anatomy", "good.yaml", "--json", "--quiet", "--out", "plate"]
    assert main([*words, "--set", "anatomy.sex=female", "--set", "anatomy.sacrum.breadth_mm=128"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sex"] == "female"
    assert {row["side"] for row in document["morphometry"]} == {"both"}
    rows = [row for row in document["morphometry"] if row["measure"] == "breadth"]
    assert [row["source"] for row in rows] == ["[V 11]", "[V 12]"]
    assert not any(row["within"] for row in rows)
    assert [row["name"] for row in document["pelvis"]] == list(PUBLISHED)
    assert {row["part"] for row in document["lumbar"]} == {"disc L5-S1", "L5", "disc L4-L5", "L4"}
    for bodies in drawn.values():
        screw = bodies[-1]
        assert screw.bounds_mm[1, 0] < 0.0
        assert screw.field(screw.bounds_mm.mean(axis=0)[None])[0] < 0.0


def test_sides_that_differ_are_both_measured_and_drawn(drawn: Drawn, capsys: Capture) -> None:
    words = ["anatomy", "good.yaml", "--quiet", "--out", "plate", "--no-screw"]
    assert main([*words, "--set", "anatomy.sacrum_right.breadth_mm=118"]) == 0
    shown = capsys.readouterr().out
    # the broader ala makes the path to the joint longer
    left, right = (float(found) for found in re.findall(r"entry to the joint +([\d.]+) mm", shown))
    assert right > left + 3.0
    # what both share is told once
    assert shown.count("promontory to apex") == 1
    sacrum, *bodies = drawn["plate/pelvis_and_spine.png"]
    ilia = [body for body in bodies if body.name == "ilium"]
    assert [body.paired for body in ilia] == [False, False]
    points = np.random.default_rng(0).uniform(*sacrum.bounds_mm, (20_000, 3))
    for ilium in ilia:
        # neither cuts the bone nor leaves it: the gap is 2.5 mm, and near edges the field falls short of it
        assert 1.5 < sacrum.field(points[ilium.field(points) < 0.0]).min() < 3.0


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sacrum is measured: that takes seconds."""

    def nothing(sacrum: object, sex: str) -> tuple[Measured, ...]:
        return ()

    monkeypatch.setattr(patient, "morphometry", nothing)


@pytest.mark.usefixtures("unmeasured")
def test_a_sacrum_that_no_mean_l5_fits_is_shown_all_the_same(
    drawn: Drawn, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def refuse(sacrum: object, plan: object) -> None:
        raise GeometryError(
            "the bone below would cut it off", where="anatomy.lumbar", advice="Raise the disc"
        )

    monkeypatch.setattr(patient, "build_lumbar", refuse)
    assert main(["anatomy", "good.yaml", "--quiet"]) == 0
    assert "L5 and L4 are left out: the bone below would cut it off" in capsys.readouterr().out
    assert len(drawn) == 2


@pytest.mark.usefixtures("unmeasured")
def test_a_construct_is_drawn_on_both_sides(drawn: Drawn, capsys: Capture) -> None:
    words = ["anatomy", "good.yaml", "--json", "--quiet", "--construct", "--out", "plate"]
    assert main([*words, "--set", "screw.preset=s2ai"]) == 0
    assert json.loads(capsys.readouterr().out)["construct_findings"] == []
    metal = {body.name for body in drawn["plate/construct.png"] if body.metal and body.paired}
    assert metal == {"screw l5", "screw s2ai", "rod", "head"}


@pytest.mark.usefixtures("unmeasured")
def test_without_a_construct_the_other_plates_are_drawn(
    drawn: Drawn, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def refuse(*bones: object, **designs: object) -> None:
        raise GeometryError("the rod cuts into bone", where="construct.rod", advice="Move the entry")

    monkeypatch.setattr(fixation, "build_construct", refuse)
    assert main(["anatomy", "good.yaml", "--quiet", "--construct", "--out", "plate"]) == 4
    assert "the rod cuts into bone" in capsys.readouterr().err
    assert list(drawn) == ["plate/anatomy.png", "plate/pelvis_and_spine.png"]


def test_a_construct_needs_its_screw(drawn: Drawn) -> None:
    assert main(["anatomy", "good.yaml", "--construct", "--no-screw"]) == 2
    assert not drawn


def test_a_value_off_its_series_is_marked() -> None:
    measure = MEASURES[0]
    series = measure.male[0]
    off = Measured(measure=measure, value=series.mean + 1.5 * series.sd, published=series)  # type: ignore[operator]
    on = Measured(measure=measure, value=series.mean, published=series)
    assert "+1.50*" in morphometry_text({"sacrum": sacral_rows([off])}, "male")
    assert [row["side"] for row in (*sacral_json([on]), *sacral_json([off], "right"))] == ["both", "right"]
    assert "+0.00*" not in morphometry_text({"sacrum": sacral_rows([on])}, "male")


def test_a_pelvis_off_its_series_is_marked() -> None:
    path = PelvicMeasure(name="psis_path", unit="mm", value=134.0, mean=118.0, sd=13.0, source="[V 50]")
    area = PelvicMeasure(name="joint_area", unit="mm2", value=1100.0, mean=1138.3, sd=None, source="[V 18]")
    assert [row.off for row in pelvic_rows([path, area])] == ["+1.23*", "-3% "]
    assert [row["within"] for row in pelvic_json([path, area])] == [False, True]


def test_a_vertebra_out_of_range_is_marked() -> None:
    inside = Measure(name="canal width", unit="mm", value=25.0, low=22.0, high=28.0, source="[R-M]")
    rows = lumbar_rows([inside, replace(inside, value=30.0)])
    assert [row.off for row in rows] == [" ", "*"]
    assert rows[0].published == "22 to 28"


def test_a_surface_lies_on_the_field_and_its_normals_point_outwards() -> None:
    skin = surface(BALL)
    np.testing.assert_allclose(np.linalg.norm(skin.points, axis=1), 5.0, atol=1e-3)
    np.testing.assert_allclose(skin.point_data["Normals"], skin.points / 5.0, atol=1e-2)


def test_a_pair_is_alike_on_both_sides() -> None:
    skin = surface(PAIR)
    middles = skin.points * [[1.0, 1.0, 1.0]] - np.sign(skin.points[:, :1]) * [20.0, 0.0, 0.0]
    np.testing.assert_allclose(np.linalg.norm(middles, axis=1), 5.0, atol=1e-3)
    np.testing.assert_allclose(skin.point_data["Normals"], middles / 5.0, atol=1e-2)
    assert np.ptp(skin.points[:, 0]) == pytest.approx(50.0, abs=0.1)
    # triangles face the way their normals point
    assert skin.volume == pytest.approx(2.0 * 4.0 / 3.0 * np.pi * 125.0, rel=0.02)


def test_a_mirrored_body_changes_sides() -> None:
    right = replace(PAIR, paired=False).mirrored()
    assert right.bounds_mm[:, 0].tolist() == [-26.0, -14.0]
    assert right.field(np.array([[-20.0, 0.0, 0.0]]))[0] == pytest.approx(-5.0)
    assert PAIR.mirrored() is PAIR


def test_a_standing_patient_looks_forward_and_down_the_endplate() -> None:
    up, back = standing(39.5)
    assert up @ [0.0, 0.0, 1.0] == pytest.approx(np.cos(np.radians(39.5)))
    # the endplate's normal leans forward
    assert back @ [0.0, 0.0, 1.0] < 0.0


def test_the_plate_is_a_picture_of_few_colours_on_white_paper(tmp_path: Path) -> None:
    target = tmp_path / "folder" / "plate.png"
    along = cut_along(np.zeros(3), np.array([0.0, -0.7, -0.7]))
    glass = PlateView(title="glass", towards=ABOVE, up=FRONT, glass=True)
    draw_anatomy([BALL, PAIR], [axial_cut(1.0), along, glass], target)
    assert target.stat().st_size > 5_000
    with Image.open(target) as picture:
        assert picture.mode == "P"
        pixels = np.array(picture.convert("RGB"))
    assert (pixels[0, 0] == 255).all()
    # bone is drawn in every panel
    width = pixels.shape[1] // 3
    for panel in range(3):
        assert (pixels[:, panel * width : (panel + 1) * width] < 250).any(axis=2).mean() > 0.01
