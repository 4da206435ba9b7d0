"""`sacrofix laws`: the table says all that the rows say, and the chart is drawn."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cases.commands.main import main
from cases.report.laws import DENSITIES_MG_CM3, WIDTH, laws_json, laws_text
from cases.views.laws_chart import STROKES, draw_laws
from materials.conversions import ASH_OVER_APPARENT, Conversion
from materials.laws import LAWS, STRENGTH_LAWS
from materials.laws.disputes import DISPUTES
from materials.laws.measured import CALF_LUMBOSACRAL
from materials.yield_strains import YIELD_STRAINS

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def text() -> str:
    return laws_text("schileo2008")


def test_every_law_stands_in_the_table_with_its_marks(text: str) -> None:
    lines = text.splitlines()
    for law in (*LAWS.values(), *STRENGTH_LAWS.values()):
        low, high = law.valid_mg_cm3
        assert any(
            line.split()[:1] == [law.name]
            and law.formula_mark in line
            and law.range_mark in line
            and f"{low:.0f} to {high:.0f}" in line
            for line in lines
        )
        assert law.source in text
        assert law.doubt in text
    for name in YIELD_STRAINS:
        assert name in text


def test_the_tables_are_not_cut(text: str) -> None:
    tables = text.split("Strain in %")[0].splitlines()
    assert max(map(len, tables)) <= WIDTH
    assert "…" not in text
    # the last column of the stiffest and of the most compliant law, at 300 mg/cm3 both out of range
    assert "2103*" in text
    assert "261*" in text


def test_every_disagreement_is_shown_with_what_it_does(text: str) -> None:
    for dispute in DISPUTES:
        assert dispute.about in text
        assert set(dispute.laws) <= set(LAWS)
        assert set(dispute.strength_laws) <= set(STRENGTH_LAWS)
    for name, row in ASH_OVER_APPARENT.items():
        assert f"{name}: {row.ratio:g}, {row.source}" in text
    assert "keller1994_pooled_229 257, keller1994_pooled_251 180, keller1994_pooled_257 163 MPa" in text


def test_the_other_ratio_gives_other_values() -> None:
    by_name = {row["name"]: row for row in laws_json("calf_lumbosacral")["modulus_laws"]}
    # 1.06 x 150 + 38.9 = 197.9 ash, over 0.43 is 460 apparent
    assert by_name["morgan2003"]["mpa_at_qct_mg_cm3"]["150"] == pytest.approx(4730.0 * 0.4602**1.56, rel=1e-3)
    assert by_name["crawford2003"]["mpa_at_qct_mg_cm3"]["150"] == pytest.approx(449.8)


def test_the_measured_bone_gives_the_ratio_derived_from_it() -> None:
    ratio = CALF_LUMBOSACRAL.ash_mg_cm3[0] / CALF_LUMBOSACRAL.apparent_mg_cm3[0]
    assert ratio == pytest.approx(ASH_OVER_APPARENT["calf_lumbosacral"].ratio, abs=0.005)


def test_the_verb_speaks_json(capsys: Capture) -> None:
    assert main(["laws", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in document["modulus_laws"]] == list(LAWS)
    assert [row["name"] for row in document["strength_laws"]] == list(STRENGTH_LAWS)
    assert len(document["modulus_laws"][0]["mpa_at_qct_mg_cm3"]) == len(DENSITIES_MG_CM3)


def test_a_picture_that_is_no_png_is_refused(capsys: Capture) -> None:
    assert main(["laws", "--picture", "laws.pdf"]) == 2
    assert "End it with .png" in capsys.readouterr().err


def test_the_chart_draws_every_law(tmp_path: Path) -> None:
    assert set(STROKES) == {*LAWS, *STRENGTH_LAWS}
    target = tmp_path / "laws.png"
    draw_laws(Conversion(), target)
    with Image.open(target) as picture:
        pixels = np.array(picture.convert("RGB")).astype(int)
    left, right = np.split(pixels, 2, axis=1)
    # both panels hold ink, and only the left one the yellow of Dalstra, who gives no strength
    yellow = [(half[..., 0] > 200) & (half[..., 2] < 60) for half in (left, right)]
    assert yellow[0].sum() > 500
    assert not yellow[1].any()
    assert (right < 100).all(axis=2).sum() > 500
