"""The default sacra, measured as an anatomist would, lie within one standard deviation of published means.

Sources are the rows of evidence.md section 1: Mymensingh Med J 2018 [11], Bangladesh J Anat [12], South
India MRI 2015 [15], Okutan 2003 [20], Saluja 2018 [8], dorsal foramina in 632 CT [26] and [27], Ebraheim
2003 [18]. Where two series disagree the band spans both. A mean without a deviation gets 10 %.
"""

from collections.abc import Callable

import numpy as np
import pytest

from geometry.anatomy import Anatomy, build_anatomy
from geometry.body_loss import BodyLoss, S1Body
from geometry.pelvis.ilium_shape import ILIUM_SHAPES
from geometry.rays import crossings_mm
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import SACRUM_SHAPES

X, Y, Z = np.eye(3)


@pytest.fixture(scope="module")
def anatomies() -> dict[str, Anatomy]:
    return {sex: build_anatomy(SACRUM_SHAPES[sex], ILIUM_SHAPES[sex]) for sex in SACRUM_SHAPES}


def breadth_mm(sacrum: Sacrum) -> float:
    """Greatest distance between the lateral faces."""
    low, high = sacrum.bounds_mm
    ys, zs = np.arange(low[1], high[1], 2.0), np.arange(low[2], high[2], 2.0)
    xs = np.arange(35.0, high[0], 0.25)
    points = np.stack(np.meshgrid(xs, ys, zs, indexing="ij"), axis=-1).reshape(-1, 3)
    return 2.0 * float(points[sacrum(points) < 0.0, 0].max())


def promontory_mm(sacrum: Sacrum) -> np.ndarray:
    """The most anterior midline point of the endplate's rim."""
    start = np.array([0.0, -60.0, -1.0])
    return np.array([0.0, -60.0 + crossings_mm(sacrum, start, Y, 80.0)[0], -1.0])


def straight_length_mm(sacrum: Sacrum) -> float:
    """Promontory to the far end of S5 in the midline."""
    low, high = sacrum.bounds_mm
    ys, zs = np.arange(low[1], high[1], 0.5), np.arange(low[2], -60.0, 0.5)
    points = np.stack(np.meshgrid([0.0], ys, zs, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = points[sacrum(points) < 0.0]
    return float(np.linalg.norm(inside - promontory_mm(sacrum), axis=1).max())


def endplate_depth_mm(sacrum: Sacrum) -> float:
    hits = crossings_mm(sacrum, np.array([0.0, -60.0, -1.5]), Y, 100.0)
    return float(hits[1] - hits[0])


def endplate_width_mm(sacrum: Sacrum) -> float:
    hits = crossings_mm(sacrum, np.array([-60.0, 0.0, -1.5]), X, 120.0)
    return float(hits[-1] - hits[0])


def s1_lower_depth_mm(sacrum: Sacrum) -> float:
    """Midline depth of the body at the S1/S2 junction, front to canal."""
    arc = sacrum.junction_arcs_mm[0]
    start = sacrum.curve.point_mm(0.0, arc, -60.0)
    back = sacrum.curve.point_mm(0.0, arc, 60.0) - start
    hits = crossings_mm(sacrum, start, back / np.linalg.norm(back), 100.0)
    return float(hits[1] - hits[0])


def s1_front_height_mm(sacrum: Sacrum) -> float:
    """Promontory to the first transverse ridge."""
    arc = sacrum.junction_arcs_mm[0]
    start = sacrum.curve.point_mm(0.0, arc, -60.0)
    back = sacrum.curve.point_mm(0.0, arc, 0.0) - start
    back /= np.linalg.norm(back)
    ridge = start + crossings_mm(sacrum, start, back, 80.0)[0] * back
    return float(np.linalg.norm(ridge - promontory_mm(sacrum)))


def pedicle_height_mm(sacrum: Sacrum) -> float:
    """Top of the bone beside the body down to the roof of the first ventral foramen."""
    axis = sacrum.foramina_shape.ventral[0]
    middle = 0.5 * (axis[:3] + axis[3:6])
    up = crossings_mm(sacrum, middle, Z, 60.0)
    return float(up[1] - up[0])


def dorsal_foramen_x_mm(sacrum: Sacrum) -> float:
    return float(sacrum.foramina_shape.dorsal_openings_mm[0, 0])


def dorsal_spacing_mm(sacrum: Sacrum) -> float:
    """Bone between the first and second dorsal foramen."""
    upper, lower = sacrum.foramina_shape.dorsal_openings_mm[:2]
    radii = sacrum.foramina_shape.dorsal[:2, 7]
    return float(np.linalg.norm(upper - lower) - radii.sum())


def canal_depth_mm(sacrum: Sacrum) -> float:
    start = sacrum.curve.point_mm(0.0, 4.0, 0.0)
    hits = crossings_mm(sacrum.canal, start, Y, 60.0)
    return float(hits[1] - hits[0])


# measure: (male low, male high), (female low, female high), source
BANDS: dict[Callable[[Sacrum], float], tuple[tuple[float, float], tuple[float, float], str]] = {
    straight_length_mm: (
        (98.5, 116.4),
        (85.2, 100.6),
        "104.3 +- 5.8, 107.6 +- 8.9 / 92.8 +- 7.6, 93.6 +- 6.9 [11, 12]",
    ),
    breadth_mm: (
        (93.7, 108.3),
        (96.3, 111.2),
        "99.5 +- 5.8, 101.5 +- 6.8 / 103.0 +- 6.7, 106.2 +- 5.1 [11, 12]",
    ),
    endplate_depth_mm: ((29.6, 34.2), (28.6, 31.8), "31.92 +- 2.28 / 30.22 +- 1.57 [15]"),
    endplate_width_mm: ((45.0, 56.0), (40.0, 50.0), "45-56 / 40-50 plausible [R-M]"),
    s1_lower_depth_mm: ((16.8, 23.4), (14.4, 21.0), "20.10 +- 3.34 / 17.70 +- 3.27 [15]"),
    s1_front_height_mm: ((26.1, 30.2), (25.6, 32.2), "28.16 +- 2.05 / 28.90 +- 3.28 [15]"),
    pedicle_height_mm: ((13.0, 22.0), (13.0, 22.0), "13.6 [20] to 20.7 [8], by definition of its ends"),
    dorsal_foramen_x_mm: ((20.7, 26.3), (20.1, 25.7), "24.1 / 22.9, SD 2.8 [26]"),
    dorsal_spacing_mm: ((11.5, 16.9), (11.5, 16.9), "14.2 +- 2.7 [27]"),
    canal_depth_mm: ((14.0, 17.6), (14.0, 17.6), "14-16 [R-L], with 10 % for the rounding of the roof"),
}


@pytest.mark.parametrize("measure", BANDS, ids=lambda measure: measure.__name__)
@pytest.mark.parametrize("sex", SACRUM_SHAPES)
def test_default_sacrum_measures_as_published(
    measure: Callable[[Sacrum], float], sex: str, anatomies: dict[str, Anatomy]
) -> None:
    low, high = BANDS[measure][0 if sex == "male" else 1]
    assert low <= measure(anatomies[sex].sacrum) <= high


@pytest.mark.parametrize(("sex", "published"), [("male", 1138.3), ("female", 992.5)])
def test_auricular_area_is_as_published(sex: str, published: float, anatomies: dict[str, Anatomy]) -> None:
    # means of 30 ilia without a deviation [18]: 10 %
    assert anatomies[sex].joint.area_mm2() == pytest.approx(published, rel=0.10)


def test_a_man_is_longer_and_a_woman_broader(anatomies: dict[str, Anatomy]) -> None:
    index = {sex: breadth_mm(a.sacrum) / straight_length_mm(a.sacrum) for sex, a in anatomies.items()}
    # 95.4 +- 3.1 and 111.3 +- 7.7 [11]
    assert index["male"] < 1.0 < index["female"]


def test_s1_body_volume_is_that_of_its_dimensions(anatomies: dict[str, Anatomy]) -> None:
    sacrum = anatomies["male"].sacrum
    upper = endplate_width_mm(sacrum) * endplate_depth_mm(sacrum)
    lower = 2.0 * float(sacrum.body_half_width_mm(sacrum.junction_arcs_mm[:1])[0]) * s1_lower_depth_mm(sacrum)
    # a frustum with rounded sections fills about 0.8 of its boxes; the canal wall is kept
    frustum = 0.8 * sacrum.junction_arcs_mm[0] * (upper + lower + np.sqrt(upper * lower)) / 3.0
    assert BodyLoss(S1Body(sacrum), "flat").volume_mm3 == pytest.approx(frustum, rel=0.2)
