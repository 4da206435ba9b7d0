"""`sacrofix bone`: density and cortex by region, printed, as JSON and as a picture."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cases.commands.main import main
from materials.templates import REGIONS

GOOD = """\
schema: 1
name: good
bone:
  t_score: -2.5
  ala_to_body_ratio: 0.5
  regions: {s2_body: 0.8}
  cortex: {dorsal_mm: 2.0}
screw:
  preset: s1_pedicle
  side: right
"""
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("good.yaml").write_text(GOOD)
    return "good.yaml"


def test_the_tables_name_every_region_and_where_it_is_from(case: str, capsys: Capture) -> None:
    assert main(["bone", case, "--quiet"]) == 0
    shown = capsys.readouterr().out
    assert all(region in shown for names in REGIONS.values() for region in names)
    assert "T -2.5 is read as 80 mg/cm3 in lumbar bodies, 54 % of what the map has at T 0" in shown
    assert "R, ala over S1 body: asked 0.500 (as the case has it), measured 0.500" in shown
    # on this grid, the one that densities are laid with, the fifth of the ala that is void holds fat alone
    assert "100 % of its bone replaced by fat of -80 mg/cm3" in shown


def test_the_document_has_what_the_case_set_and_what_was_measured(case: str, capsys: Capture) -> None:
    assert main(["bone", case, "--quiet", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    regions = {(row["part"], row["region"]): row for row in found["regions"]}
    cortex = {(row["part"], row["region"]): row for row in found["cortex"]}
    assert found["ala_to_body_measured"] == pytest.approx(0.5, abs=1e-6)
    body = regions["sacrum", "s1_body"]
    # 227 mg/cm3 times 80 / 146.7 at T -2.5; crawford2003 takes -34.7 + 3.23 rho (evidence 4.2)
    assert body["mean_mg_cm3"] == pytest.approx(227.0 * 80.0 / 146.7, rel=0.002)
    assert body["young_mpa"] == pytest.approx(-34.7 + 3.23 * body["mean_mg_cm3"], rel=1e-6)
    assert regions["sacrum", "s2_body"]["source"] == "case"
    assert regions["sacrum", "s2_body"]["mean_mg_cm3"] == pytest.approx(0.8 * body["mean_mg_cm3"], rel=1e-3)
    # 2.0 mm thinned to 80 %
    assert cortex["sacrum", "dorsal"]["thickness_mm"] == pytest.approx(1.6)
    assert cortex["sacrum", "dorsal"]["source"] == "case"
    for part in REGIONS:
        for rows in (regions, cortex):
            assert sum(row["share"] for (own, _), row in rows.items() if own == part) == pytest.approx(1.0)


def test_a_measured_density_says_which_t_score_it_stands_for(case: str, capsys: Capture) -> None:
    Path(case).write_text(GOOD.replace("t_score: -2.5", "s1_body_mg_cm3: 227"))
    assert main(["bone", case, "--quiet"]) == 0
    shown = capsys.readouterr().out
    assert "S1 body 227 mg/cm3 as measured, 100 % of what the map has at T 0: as at T 0.0" in shown
    assert "Alar void" not in shown


def test_the_picture_shows_bone_cortex_and_fat(case: str, capsys: Capture) -> None:
    assert main(["bone", case, "--quiet", "--picture", "density.png"]) == 0
    assert "wrote density.png" in capsys.readouterr().out
    assert Path("density.png").stat().st_size < 300_000
    pixels = np.asarray(Image.open("density.png").convert("RGB"), dtype=int)

    def share(colour: tuple[int, int, int]) -> float:
        return float((np.abs(pixels - colour).max(axis=2) < 12).mean())

    # most is paper; the void is a few square centimetres of the half square metre of pixels
    assert share((255, 255, 255)) > 0.5
    assert 0.001 < share((0xD9, 0x82, 0x6B)) < 0.05
    assert share((0x33, 0x30, 0x2C)) > 0.005


def test_a_picture_that_is_no_png_is_refused(case: str, capsys: Capture) -> None:
    assert main(["bone", case, "--quiet", "--picture", "density.jpg"]) == 2
    assert "End it with .png" in capsys.readouterr().err


def test_a_thickness_out_of_range_is_told_with_its_place(case: str, capsys: Capture) -> None:
    Path(case).write_text(GOOD.replace("dorsal_mm: 2.0", "endplate_mm: 5"))
    assert main(["bone", case, "--quiet"]) == 3
    shown = capsys.readouterr().err
    assert "bone.cortex.endplate_mm = 5" in shown
    assert "outside 0.35 to 1 mm" in shown
