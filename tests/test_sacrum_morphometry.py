"""The default sacra, measured as an anatomist would, lie within one standard deviation of published means.

The series are the rows of `geometry.morphometry.table`; a mean without a deviation is held to 10 %.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import numpy as np
import pytest

from cases.report.morphometry import sacral_json, sacral_rows
from geometry.arrays import Floats
from geometry.body_loss import BodyLoss, S1Body
from geometry.field import Field
from geometry.morphometry import MEASURES, Measure, Published, morphometry
from geometry.morphometry.measure import Measured
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.promise import SacrumBody
from geometry.sacrum.shape import MALE, SACRUM_SHAPES

BY_NAME: Mapping[str, Measure] = {measure.name: measure for measure in MEASURES}
# Measure, the number that moves it, by how much, and which way.
MOVED_BY = (
    ("straight length", "length_mm", 6.0, 1),
    ("straight length", "kyphosis_deg", 15.0, -1),
    ("curved length", "length_mm", 6.0, 1),
    ("breadth", "breadth_mm", 6.0, 1),
    ("sacral index", "breadth_mm", 6.0, 1),
    ("kyphosis", "kyphosis_deg", 10.0, 1),
    ("ventral depth", "kyphosis_deg", 10.0, 1),
    ("sacral table angle", "table_tilt_deg", 4.0, 1),
    ("promontory overhang", "promontory_mm", 1.0, 1),
    ("S1 endplate depth", "endplate_depth_mm", 3.0, 1),
    ("S1 endplate width", "endplate_width_mm", 4.0, 1),
    ("S1 lower depth", "s1_lower_depth_mm", 3.0, 1),
    ("S1 anterior height", "length_mm", 6.0, 1),
    ("S1 anterior height", "table_tilt_deg", 4.0, 1),
    ("S1 posterior height", "table_tilt_deg", 4.0, -1),
    ("S1 body volume", "endplate_width_mm", 4.0, 1),
    ("S1 body volume", "s1_lower_depth_mm", 3.0, 1),
    ("S1 pedicle height", "ventral_foramen_mm", 2.0, -1),
    ("S1 pedicle height", "ala_drop_mm", 2.0, -1),
    ("S1 pedicle width", "endplate_depth_mm", 3.0, 1),
    ("S1 pedicle-axis depth", "lamina_mm", 1.0, 1),
    ("ala below endplate", "ala_drop_mm", 2.0, 1),
    ("ala below endplate", "ala_pitch_deg", 6.0, 1),
    ("ala behind promontory", "ala_front_mm", 2.0, -1),
    ("S1 trans-sacral corridor", "ala_slope_deg", 8.0, -1),
    ("S1 trans-sacral corridor", "dysmorphism", 1.0, -1),
    ("S2 trans-sacral corridor", "ventral_foramen_mm", 2.0, -1),
    ("auricular height", "auricular_height_mm", 5.0, 1),
    ("auricular area", "auricular_limb_mm", 2.0, 1),
    ("inter-auricular distance", "breadth_mm", 6.0, 1),
    ("S1 canal depth", "canal_depth_mm", 2.0, 1),
    ("S1 canal width", "canal_width_mm", 3.0, 1),
    ("S1 ventral foramen height", "ventral_foramen_mm", 2.0, 1),
    ("S1 ventral foramen width", "ventral_foramen_mm", 2.0, 1),
    ("S2 ventral foramen height", "ventral_foramen_mm", 2.0, 1),
    ("S2 ventral foramen width", "ventral_foramen_mm", 2.0, 1),
    ("S3 ventral foramen height", "ventral_foramen_mm", 2.0, 1),
    ("S1 dorsal foramen height", "dorsal_foramen_mm", 1.5, 1),
    ("S1 dorsal foramen width", "dorsal_foramen_mm", 1.5, 1),
    ("S2 dorsal foramen height", "dorsal_foramen_mm", 1.5, 1),
    ("S2 dorsal foramen width", "dorsal_foramen_mm", 1.5, 1),
    ("first dorsal foramen from midline", "dorsal_foramen_x_mm", 1.5, 1),
    ("dorsal spacing S1-S2", "dorsal_foramen_mm", 1.5, -1),
    ("dorsal spacing S2-S3", "length_mm", 6.0, 1),
    ("dorsal S2 left to right", "dorsal_foramen_x_mm", 1.5, 1),
)


@lru_cache(maxsize=2)
def measured(sex: str) -> tuple[Measured, ...]:
    return morphometry(Sacrum(SACRUM_SHAPES[sex]), sex)


def value(sex: str, name: str) -> float:
    return next(row.value for row in measured(sex) if row.measure.name == name)


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("sex", SACRUM_SHAPES)
def test_default_sacrum_measures_as_published(sex: str, name: str) -> None:
    rows = [row for row in measured(sex) if row.measure.name == name]
    assert rows
    for row in rows:
        assert row.within, f"{name} is {row.value:.2f}, published {row.published}"


@pytest.mark.parametrize(("name", "number", "by", "sign"), MOVED_BY)
def test_a_measure_moves_as_its_number_says(name: str, number: str, by: float, sign: int) -> None:
    moved = Sacrum(replace(MALE, **{number: getattr(MALE, number) + by}))
    change = BY_NAME[name].taken(moved) - value("male", name)
    assert sign * change > 0.0


def test_every_measure_is_moved_by_some_number() -> None:
    assert {name for name, *_ in MOVED_BY} == set(BY_NAME)


def test_an_outlier_is_seen_as_one() -> None:
    # 125.3 mm, the Visible Human man, is more than 3 SD above the mean (evidence 1.1)
    broad = BY_NAME["breadth"].taken(Sacrum(replace(MALE, breadth_mm=127.0)))
    for series in BY_NAME["breadth"].male:
        row = Measured(measure=BY_NAME["breadth"], value=broad, published=series)
        assert not row.within
        assert row.z is not None
        assert row.z > 3.0


def test_a_mean_without_a_deviation_is_held_to_a_tenth() -> None:
    mean = Published(mean=50.0, sd=None, source="[V 8]")
    measure = MEASURES[0]
    assert Measured(measure=measure, value=54.9, published=mean).within
    assert not Measured(measure=measure, value=55.1, published=mean).within
    assert Measured(measure=measure, value=55.1, published=mean).z is None
    assert Measured(measure=measure, value=1e9, published=None).within


def test_the_table_names_each_measure_once_and_each_source() -> None:
    assert len(BY_NAME) == len(MEASURES)
    for measure in MEASURES:
        for series in (*measure.male, *measure.female):
            assert "[" in series.source
            assert series.mean > 0.0


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A drawn sacrum whose bone is another."""

    drawn: Sacrum
    bone: Field

    def __call__(self, points_mm: Floats) -> Floats:
        return self.bone(points_mm)

    def __getattr__(self, name: str) -> object:
        return getattr(self.drawn, name)


def lacking(bone: Field) -> list[Measured]:
    changed = Changed(drawn=Sacrum(MALE), bone=bone)
    return [row for row in morphometry(cast(SacrumBody, changed)) if not row.found]


def test_what_an_open_arch_lacks_is_told_and_the_rest_is_measured() -> None:
    drawn = Sacrum(MALE)

    def bifid(points_mm: Floats) -> Floats:
        gap = np.maximum(np.abs(points_mm[:, 0]) - 4.0, 20.0 - drawn.curve_coordinates(points_mm)[1])
        return np.maximum(drawn(points_mm), -gap)

    rows = lacking(bifid)
    assert {row.measure.name for row in rows} == {"S1 canal depth"}
    assert rows[0].z is None
    assert not rows[0].within
    (shown,) = sacral_rows(rows)
    assert (shown.here, shown.off) == ("not found", "")
    assert sacral_json(rows)[0]["value"] is None


def test_foramina_that_are_not_there_are_not_measured() -> None:
    names = {row.measure.name for row in lacking(Sacrum(MALE).filled)}
    assert {name for name in BY_NAME if "foramen height" in name or "foramen width" in name} <= names
    assert "dorsal spacing S1-S2" in names
    assert "S1 canal width" not in names


def test_what_both_sides_share_is_the_same_from_either_side() -> None:
    lopsided = Sacrum(MALE, replace(MALE, breadth_mm=116.0, dorsal_foramen_x_mm=21.0, dysmorphism=0.6))
    for name in (
        "breadth",
        "inter-auricular distance",
        "dorsal S2 left to right",
        "S1 trans-sacral corridor",
    ):
        taken = BY_NAME[name].taken
        assert taken(lopsided) == pytest.approx(taken(lopsided.mirrored()), abs=1e-6), name
        ends = sorted(taken(Sacrum(side)) for side in (lopsided.shape, lopsided.right_shape))
        # the corridor is as high as its narrower half lets it be
        low = 0.0 if "corridor" in name else ends[0] + 1.0
        assert low <= taken(lopsided) <= ends[1] - 1.0, name


def test_a_man_is_longer_and_a_woman_broader() -> None:
    # 95.4 +- 3.1 and 111.3 +- 7.7 [V 11]
    assert value("male", "sacral index") < 100.0 < value("female", "sacral index")


def test_s1_body_volume_is_that_of_its_dimensions() -> None:
    sacrum = Sacrum(MALE)
    upper = value("male", "S1 endplate width") * value("male", "S1 endplate depth")
    half_width = float(sacrum.body_half_width_mm(sacrum.junction_arcs_mm[:1])[0])
    lower = 2.0 * half_width * value("male", "S1 lower depth")
    # a frustum with rounded sections fills about 0.8 of its boxes
    frustum = 0.8 * sacrum.junction_arcs_mm[0] * (upper + lower + np.sqrt(upper * lower)) / 3.0
    assert value("male", "S1 body volume") == pytest.approx(frustum, rel=0.2)
    # what may be lost keeps the wall to the canal
    assert BodyLoss(S1Body(sacrum), "flat").volume_mm3 == pytest.approx(frustum, rel=0.2)
