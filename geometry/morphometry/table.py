"""The measures of the sacrum, each beside what has been published of it. A new measure is one row."""

from functools import partial

from geometry.morphometry.measure import Measure, Published
from geometry.morphometry.midline import (
    canal_depth_mm,
    canal_width_mm,
    curved_length_mm,
    endplate_depth_mm,
    endplate_width_mm,
    kyphosis_deg,
    promontory_overhang_mm,
    s1_back_height_mm,
    s1_body_volume_mm3,
    s1_front_height_mm,
    s1_lower_depth_mm,
    straight_length_mm,
    table_angle_deg,
    ventral_depth_mm,
)
from geometry.morphometry.openings import (
    dorsal_inner_distance_mm,
    dorsal_offset_mm,
    dorsal_spacing_mm,
    height_mm,
    width_mm,
)
from geometry.morphometry.sides import (
    ala_drop_mm,
    ala_setback_mm,
    auricular_area_mm2,
    auricular_height_mm,
    breadth_mm,
    corridor_height_mm,
    inter_auricular_mm,
    pedicle_depth_mm,
    pedicle_height_mm,
    pedicle_width_mm,
)
from geometry.sacrum.promise import SacrumBody


def _series(mean: float, sd: float | None, source: str) -> Published:
    return Published(mean=mean, sd=sd, source=source)


def _index(sacrum: SacrumBody) -> float:
    return 100.0 * breadth_mm(sacrum) / straight_length_mm(sacrum)


def _opening(face: str, level: int, upright: bool, *series: Published) -> Measure:
    """One row for the height or the width of one foramen; the series do not tell men from women."""
    side = "height" if upright else "width"
    return Measure(
        name=f"S{level + 1} {face} foramen {side}",
        unit="mm",
        how=f"under the {face} face",
        taken=partial(height_mm if upright else width_mm, face=face, level=level),
        male=series,
        female=series,
    )


MEASURES: tuple[Measure, ...] = (
    Measure(
        name="straight length",
        unit="mm",
        how="promontory to apex",
        taken=straight_length_mm,
        male=(_series(104.27, 5.76, "[V 11]"), _series(107.55, 8.89, "[V 12]")),
        female=(
            _series(92.82, 7.59, "[V 11]"),
            _series(93.64, 6.93, "[V 12]"),
            _series(98.0, 9.2, "[V 13]"),
        ),
    ),
    Measure(
        name="curved length",
        unit="mm",
        how="ventral midline over the ridges",
        taken=curved_length_mm,
        male=(_series(113.40, 7.91, "[V 12]"),),
        female=(_series(103.87, 9.60, "[V 12]"),),
    ),
    Measure(
        name="breadth",
        unit="mm",
        how="between the lateral faces",
        taken=breadth_mm,
        male=(_series(99.51, 5.80, "[V 11]"), _series(101.52, 6.81, "[V 12]")),
        female=(_series(102.98, 6.69, "[V 11]"), _series(106.15, 5.07, "[V 12]")),
    ),
    Measure(
        name="inter-auricular distance",
        unit="mm",
        how="between the ears, greatest",
        taken=inter_auricular_mm,
        female=(_series(108.7, 11.0, "[V 13]"),),
    ),
    Measure(
        name="sacral index",
        unit="%",
        how="breadth over straight length",
        taken=_index,
        male=(_series(95.4, 3.1, "[V 11]"),),
        female=(_series(111.3, 7.7, "[V 11]"),),
    ),
    Measure(
        name="ventral depth",
        unit="mm",
        how="behind the line promontory-apex",
        taken=ventral_depth_mm,
    ),
    Measure(name="kyphosis", unit="deg", how="ventral chords of S1 and S5", taken=kyphosis_deg),
    Measure(
        name="sacral table angle",
        unit="deg",
        how="endplate to S1 posterior wall",
        taken=table_angle_deg,
        male=(_series(92.0, None, "[D 30]"),),
        female=(_series(92.0, None, "[D 30]"),),
    ),
    Measure(
        name="promontory overhang",
        unit="mm",
        how="behind the line to first ridge",
        taken=promontory_overhang_mm,
    ),
    Measure(
        name="S1 endplate depth",
        unit="mm",
        how="promontory to posterior rim",
        taken=endplate_depth_mm,
        male=(_series(31.92, 2.28, "[V 15]"),),
        female=(_series(30.22, 1.57, "[V 15]"),),
    ),
    Measure(
        name="S1 endplate width",
        unit="mm",
        how="side to side",
        taken=endplate_width_mm,
        male=(_series(50.5, None, "45-56 [R-M]"),),
        female=(_series(45.0, None, "40-50 [R-M]"),),
    ),
    Measure(
        name="S1 lower depth",
        unit="mm",
        how="first ridge to canal",
        taken=s1_lower_depth_mm,
        male=(_series(20.10, 3.34, "[V 15]"),),
        female=(_series(17.70, 3.27, "[V 15]"),),
    ),
    Measure(
        name="S1 anterior height",
        unit="mm",
        how="promontory to first ridge",
        taken=s1_front_height_mm,
        male=(_series(28.16, 2.05, "[V 15]"),),
        female=(_series(28.90, 3.28, "[V 15]"),),
    ),
    Measure(
        name="S1 posterior height",
        unit="mm",
        how="posterior rim to canal",
        taken=s1_back_height_mm,
        male=(_series(21.99, 2.60, "[V 15]"),),
        female=(_series(20.87, 2.59, "[V 15]"),),
    ),
    Measure(name="S1 body volume", unit="mm3", how="bone, endplate to S1/S2", taken=s1_body_volume_mm3),
    Measure(
        name="S1 pedicle height",
        unit="mm",
        how="over the first ventral foramen",
        taken=pedicle_height_mm,
        male=(_series(13.6, 2.7, "[V 20]"),),
        female=(_series(13.6, 2.3, "[V 20]"),),
    ),
    Measure(
        name="S1 pedicle width",
        unit="mm",
        how="sagittal, to the canal's front",
        taken=pedicle_width_mm,
        male=(_series(22.2, 2.8, "[V 20]"),),
        female=(_series(22.5, 2.6, "[V 20]"),),
    ),
    Measure(
        name="S1 pedicle-axis depth",
        unit="mm",
        how="42 medial, 19 cephalad, deg",
        taken=pedicle_depth_mm,
        male=(_series(51.8, 3.5, "[V 20]"),),
        female=(_series(50.7, 3.7, "[V 20]"),),
    ),
    Measure(
        name="ala below endplate",
        unit="mm",
        how="its front edge beside the body",
        taken=ala_drop_mm,
        male=(_series(11.0, None, "[V 22]"),),
        female=(_series(11.0, None, "[V 22]"),),
    ),
    Measure(
        name="ala behind promontory",
        unit="mm",
        how="its front beside the body",
        taken=ala_setback_mm,
        male=(_series(12.0, None, "[V 22]"),),
        female=(_series(12.0, None, "[V 22]"),),
    ),
    Measure(
        name="S1 trans-sacral corridor",
        unit="mm",
        how="its cephalad-caudad height",
        taken=partial(corridor_height_mm, level=0),
        male=(_series(13.1, 5.0, "[V 25]"),),
        female=(_series(13.1, 5.0, "[V 25]"),),
    ),
    Measure(
        name="S2 trans-sacral corridor",
        unit="mm",
        how="its cephalad-caudad height",
        taken=partial(corridor_height_mm, level=1),
        male=(_series(13.8, 2.4, "[V 25]"),),
        female=(_series(13.8, 2.4, "[V 25]"),),
    ),
    Measure(
        name="auricular height",
        unit="mm",
        how="greatest length of the ear",
        taken=auricular_height_mm,
        female=(_series(56.2, 4.6, "[V 13]"),),
    ),
    Measure(
        name="auricular area",
        unit="mm2",
        how="within the rim of the ear",
        taken=auricular_area_mm2,
        male=(_series(1138.3, None, "[V 18]"),),
        female=(_series(992.5, None, "[V 18]"),),
    ),
    Measure(
        name="S1 canal depth",
        unit="mm",
        how="body to lamina",
        taken=canal_depth_mm,
        male=(_series(15.0, None, "14-16 [R-L]"),),
        female=(_series(15.0, None, "14-16 [R-L]"),),
    ),
    Measure(
        name="S1 canal width",
        unit="mm",
        how="side to side",
        taken=canal_width_mm,
        male=(_series(30.0, None, "28-32 [R-L]"),),
        female=(_series(30.0, None, "28-32 [R-L]"),),
    ),
    _opening("ventral", 0, True, _series(12.97, None, "[V 8]")),
    _opening("ventral", 0, False, _series(12.23, None, "[V 8]")),
    _opening("ventral", 1, True, _series(12.85, None, "[V 8]")),
    _opening("ventral", 1, False, _series(13.13, None, "[V 8]")),
    _opening("ventral", 2, True, _series(10.0, None, "[V 22]")),
    _opening("dorsal", 0, True, _series(10.36, None, "[V 8]")),
    _opening("dorsal", 0, False, _series(8.5, 1.6, "[V 26]"), _series(7.66, None, "[V 8]")),
    _opening("dorsal", 1, True, _series(7.05, None, "[V 8]")),
    _opening("dorsal", 1, False, _series(7.5, 1.8, "[V 27]"), _series(7.30, None, "[V 8]")),
    Measure(
        name="first dorsal foramen from midline",
        unit="mm",
        how="to its centre",
        taken=dorsal_offset_mm,
        male=(_series(24.1, 2.8, "[V 26]"),),
        female=(_series(22.9, 2.8, "[V 26]"),),
    ),
    Measure(
        name="dorsal spacing S1-S2",
        unit="mm",
        how="bone between the foramina",
        taken=partial(dorsal_spacing_mm, level=0),
        male=(_series(14.2, 2.7, "[V 27]"),),
        female=(_series(14.2, 2.7, "[V 27]"),),
    ),
    Measure(
        name="dorsal spacing S2-S3",
        unit="mm",
        how="bone between the foramina",
        taken=partial(dorsal_spacing_mm, level=1),
        male=(_series(12.8, 1.5, "[V 27]"),),
        female=(_series(12.8, 1.5, "[V 27]"),),
    ),
    Measure(
        name="dorsal S2 left to right",
        unit="mm",
        how="between inner edges",
        taken=dorsal_inner_distance_mm,
        male=(_series(29.8, 2.7, "[V 27]"),),
        female=(_series(29.8, 2.7, "[V 27]"),),
    ),
)
