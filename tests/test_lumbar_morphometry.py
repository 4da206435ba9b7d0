"""Vertebrae and discs, measured as an anatomist would, lie in published ranges and follow their numbers."""

import dataclasses

import numpy as np
import pytest
from bones import SEXES, plan_of

from geometry.lumbar.measures import Measure, disc_measures, vertebra_measures
from geometry.lumbar.shape import L5_SHAPES
from geometry.lumbar.spine import Lumbar, build_lumbar
from geometry.sacrum.bone import Sacrum


def published(spines: dict[str, Lumbar], sex: str) -> list[Measure]:
    spine = spines[sex]
    assert spine.l4 is not None
    assert spine.l5s1 is not None
    assert spine.l4l5 is not None
    return [
        *vertebra_measures(spine.l5, "l5", sex),
        *vertebra_measures(spine.l4, "l4", sex),
        *disc_measures(spine.l5s1, "l5s1", sex),
        *disc_measures(spine.l4l5, "l4l5", sex),
    ]


@pytest.mark.parametrize("sex", SEXES)
def test_default_vertebrae_and_discs_measure_as_published(spines: dict[str, Lumbar], sex: str) -> None:
    # sources: the rows' own, geometry/lumbar/measures.py
    outside = [row for row in published(spines, sex) if not row.within]
    assert not outside


def test_a_measure_out_of_its_range_is_seen(sacra: dict[str, Sacrum]) -> None:
    shape = dataclasses.replace(L5_SHAPES["male"], pedicle_width_mm=11.0, transverse_base_mm=5.0)
    spine = build_lumbar(sacra["male"], plan_of("male", l5=shape, l4=None))
    rows = {row.name: row for row in vertebra_measures(spine.l5, "l5", "male")}
    assert not rows["pedicle width"].within
    assert rows["canal depth"].within


@pytest.mark.parametrize(
    ("parameter", "change", "measure"),
    [
        ("anterior_height_mm", 2.0, "anterior body height"),
        ("lower_width_mm", 3.0, "lower endplate width"),
        ("lower_depth_mm", 3.0, "lower endplate depth"),
        ("pedicle_width_mm", 2.0, "pedicle width"),
        ("pedicle_height_mm", 2.0, "pedicle height"),
        ("canal_width_mm", 3.0, "canal width"),
        ("canal_depth_mm", 3.0, "canal depth"),
        ("transverse_span_mm", 6.0, "transverse process span"),
        ("lamina_mm", 1.5, "lamina thickness"),
    ],
)
def test_the_bone_follows_its_numbers(
    sacra: dict[str, Sacrum], spines: dict[str, Lumbar], parameter: str, change: float, measure: str
) -> None:
    before = spines["male"].l5
    shape = dataclasses.replace(before.shape, **{parameter: getattr(before.shape, parameter) + change})
    after = build_lumbar(sacra["male"], plan_of("male", l5=shape, l4=None)).l5
    values = [
        next(row.value for row in vertebra_measures(bone, "l5", "male") if row.name == measure)
        for bone in (before, after)
    ]
    # fillets take a part of a change, never most of it
    assert values[1] - values[0] == pytest.approx(change, rel=0.35)


def test_levels_stack_with_the_planned_wedges(spines: dict[str, Lumbar]) -> None:
    spine = spines["male"]
    assert spine.l4 is not None
    plates = [
        np.eye(3)[2],
        spine.l5.lower.axes[2],
        spine.l5.upper.axes[2],
        spine.l4.lower.axes[2],
    ]
    leans = np.degrees([np.arctan2(normal[1], normal[2]) for normal in plates])
    wedges = (spine.plan.l5s1.wedge_deg, spine.l5.shape.wedge_deg, spine.plan.l4l5.wedge_deg)
    np.testing.assert_allclose(np.diff(leans), wedges, atol=1e-9)
    # in a standing patient of slope 39.5 the upper endplate of L5 leans forward still, by 10 to 30 deg
    assert 10.0 < 39.5 - leans[2] < 30.0
