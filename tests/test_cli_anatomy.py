"""`sacrofix anatomy`: the table on stdout, the plate beside it."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from cases.commands import anatomy as anatomy_verb
from cases.commands.main import main
from cases.report.morphometry import morphometry_text
from cases.views.anatomy_picture import DrawnBody, PlateView, axial_cut, cut_along, draw_anatomy, surface
from geometry.arrays import Floats
from geometry.morphometry import MEASURES, Measured

GOOD = "schema: 1\nname: good\nscrew:\n  preset: s1_pedicle\n  side: right\n"
Capture = pytest.CaptureFixture[str]


def ball(points_mm: Floats) -> Floats:
    return np.asarray(np.linalg.norm(points_mm, axis=1) - 5.0)


BALL = DrawnBody(name="ball", field=ball, bounds_mm=np.array([[-6.0] * 3, [6.0] * 3]), colour="white")


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Sequence[DrawnBody], Path]]:
    """A folder with a case, where pictures are only noted."""
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(GOOD)
    pictures: list[tuple[Sequence[DrawnBody], Path]] = []

    def note(bodies: Sequence[DrawnBody], views: Sequence[PlateView], target: Path) -> None:
        pictures.append((bodies, target))

    monkeypatch.setattr(anatomy_verb, "draw_anatomy", note)
    return pictures


def test_the_table_names_every_measure(
    drawn: list[tuple[Sequence[DrawnBody], Path]], capsys: Capture
) -> None:
    assert main(["anatomy", "good.yaml", "--quiet", "--no-screw"]) == 0
    shown = capsys.readouterr().out
    assert "S1 pedicle width" in shown
    assert "[V 20]" in shown
    assert [body.name for body in drawn[0][0]] == ["sacrum"]
    assert drawn[0][1] == Path("results/good-anatomy/anatomy.png")


def test_json_holds_a_row_per_series_and_the_screw_is_on_its_side(
    drawn: list[tuple[Sequence[DrawnBody], Path]], capsys: Capture
) -> None:
    # 128 mm is far from every published mean
    words = ["anatomy", "good.yaml", "--json", "--quiet", "--out", "plate"]
    assert main([*words, "--set", "anatomy.sex=female", "--set", "anatomy.sacrum.breadth_mm=128"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sex"] == "female"
    rows = [row for row in document["morphometry"] if row["measure"] == "breadth"]
    assert [row["source"] for row in rows] == ["[V 11]", "[V 12]"]
    assert not any(row["within"] for row in rows)
    screw = drawn[0][0][1]
    assert screw.bounds_mm[1, 0] < 0.0
    assert screw.field(screw.bounds_mm.mean(axis=0)[None])[0] < 0.0


def test_a_value_off_its_series_is_marked() -> None:
    measure = MEASURES[0]
    series = measure.male[0]
    off = Measured(measure=measure, value=series.mean + 1.5 * series.sd, published=series)  # type: ignore[operator]
    on = Measured(measure=measure, value=series.mean, published=series)
    assert "+1.50*" in morphometry_text([off], "male")
    assert "+0.00*" not in morphometry_text([on], "male")


def test_a_surface_lies_on_the_field_and_its_normals_point_outwards() -> None:
    skin = surface(BALL)
    np.testing.assert_allclose(np.linalg.norm(skin.points, axis=1), 5.0, atol=1e-3)
    np.testing.assert_allclose(skin.point_data["Normals"], skin.points / 5.0, atol=1e-2)


def test_the_plate_is_a_picture_with_bone_in_it(tmp_path: Path) -> None:
    target = tmp_path / "plate.png"
    along = cut_along(np.zeros(3), np.array([0.0, -0.7, -0.7]))
    draw_anatomy([BALL], [axial_cut(1.0), along], target)
    assert target.stat().st_size > 5_000
