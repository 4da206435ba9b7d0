"""`sacrofix presets`: every preset in a table, and in a gallery."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cases.commands import presets as presets_verb
from cases.commands.main import main
from cases.planned_presets import PlannedPreset, PresetPlans, planned_presets
from cases.report.presets import angles_text, presets_json, presets_text
from cases.views import presets_gallery
from cases.views.implicit_body import DrawnBody
from geometry.anatomy import Anatomy
from geometry.screws import PRESETS

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def plans(male: Anatomy) -> PresetPlans:
    return planned_presets(male)


@pytest.fixture(scope="module")
def presets(plans: PresetPlans) -> Sequence[PlannedPreset]:
    return plans.planned


def test_every_preset_has_a_row_and_a_source(plans: PresetPlans) -> None:
    rows = presets_json(plans.planned)
    assert [row["preset"] for row in rows] == list(PRESETS)
    text = presets_text(plans, "the mean male anatomy")
    for one in plans.planned:
        assert f"  {one.name}: {one.preset.source}" in text
    assert max(map(len, text.split("Sources")[0].split("is refused")[0].splitlines())) <= 118


def test_what_is_refused_comes_with_the_nearest_that_fits(plans: PresetPlans) -> None:
    refused = [one.name for one in plans.planned if not one.report.acceptable]
    # the paper's screw, its 45 degrees read from the axial plane, leaves the ala in front
    assert refused == ["s1_alar_paper_axial"]
    text = presets_text(plans, "the mean male anatomy")
    assert "s1_alar_paper_axial is refused: it leaves the bone by" in text
    assert "Nearest that fits: lateral" in text


def test_angles_differ_by_the_sacral_slope(presets: Sequence[PlannedPreset]) -> None:
    straight = next(one for one in presets if one.name == "s1_pedicle_parallel")
    assert angles_text(straight.endplate_deg) == "0 / 0"
    assert straight.axial_deg[1] == pytest.approx(39.5)
    assert angles_text((-0.2, 12.6)) == "0 / 13"


def test_the_verb_prints_and_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    asked: list[tuple[int, Path]] = []

    def note(anatomy: Anatomy, presets: Sequence[PlannedPreset], target: Path) -> None:
        asked.append((len(presets), target))

    monkeypatch.setattr(presets_verb, "draw_presets", note)
    target = tmp_path / "gallery.png"
    assert main(["presets", "--sex", "female", "--json", "--quiet", "--out", str(target)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sex"] == "female"
    assert len(document["presets"]) == len(PRESETS)
    assert asked == [(len(PRESETS), target)]


def test_a_case_lends_its_bones(tmp_path: Path, capsys: Capture) -> None:
    case = tmp_path / "narrow.yaml"
    case.write_text("schema: 1\nname: narrow\nscrew: {preset: s1_pedicle, side: right}\n")
    # a dysmorphic and narrow side has no room for all of them
    words = ["--set", "anatomy.sacrum_right.dysmorphism=1", "--set", "anatomy.sacrum_right.breadth_mm=93"]
    assert main(["presets", str(case), *words, "--json", "--quiet"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["bones"].startswith("the bones of narrow, on the right")
    fits = {row["preset"]: row["fits"] for row in document["presets"]}
    assert set(fits) | set(document["unplanned"]) == set(PRESETS)
    assert not all(fits.values())


def test_what_has_no_plan_at_all_is_told(plans: PresetPlans) -> None:
    without = replace(plans, unplanned={"iliac": "the screw's entry misses the bone"})
    text = presets_text(without, "these bones")
    assert "iliac has no plan: the screw's entry misses the bone." in text


@pytest.mark.parametrize("words", [["--set", "anatomy.sex=female"], ["case.yaml", "--sex", "female"]])
def test_a_mean_and_a_case_are_not_mixed(words: list[str], capsys: Capture) -> None:
    assert main(["presets", *words]) == 2
    assert "case" in capsys.readouterr().err


def test_a_picture_that_is_no_png_is_refused(capsys: Capture) -> None:
    assert main(["presets", "--out", "gallery.tiff"]) == 2
    assert "End it with .png" in capsys.readouterr().err


def test_the_gallery_has_a_panel_for_each_preset(
    male: Anatomy, presets: Sequence[PlannedPreset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = presets_gallery.drawn_pelvis

    def coarse(anatomy: Anatomy, lumbar: None) -> list[DrawnBody]:
        return [replace(body, step_mm=3.0) for body in whole(anatomy, lumbar)]

    monkeypatch.setattr(presets_gallery, "drawn_pelvis", coarse)
    chosen = [one for one in presets if one.name in ("s1_pedicle", "s1_alar_paper_axial", "s2ai", "iliac")]
    target = tmp_path / "gallery.png"
    presets_gallery.draw_presets(male, chosen, target)
    with Image.open(target) as picture:
        pixels = np.array(picture.convert("RGB")).astype(int)
    # two rows for four presets; the refused one, second, is red
    assert pixels.shape[0] == 2 * presets_gallery.CUT_SIZE[1]
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 3
    red = (pixels[..., 0] > 150) & (pixels[..., 1] < 60) & (pixels[..., 2] < 70)
    assert red[:height, width : 2 * width].sum() > 500
    assert not red[:height, :width].any()
    assert (pixels[height:, :width] < 250).any()
    assert (pixels[height:, width:] == 255).all()
