"""What an anatomist would measure on the built vertebrae and discs, beside what is published."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.field import Field
from geometry.lumbar.arch import lamina_frame, pedicle_frame
from geometry.lumbar.disc import Disc
from geometry.lumbar.level import Placement
from geometry.lumbar.vertebra import Vertebra
from geometry.rays import crossings_mm

X, Y, Z = np.eye(3)
# Depth below an endplate at which its width and depth are taken, past the rounding of its rim.
RIM_MM = 2.5


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One line of the morphometry table.

    Attributes:
        name: what is measured.
        unit: of value and range.
        value: measured on the built shape.
        low, high: the published range, one standard deviation about the mean where there is one.
        source: where the range is from.
    """

    name: str
    unit: str
    value: float
    low: float
    high: float
    source: str

    @property
    def within(self) -> bool:
        """True if the value lies in the published range."""
        return self.low <= self.value <= self.high


@dataclass(frozen=True, kw_only=True)
class _Band:
    """Published range of a measure by sex."""

    male: tuple[float, float]
    female: tuple[float, float]
    source: str


def _chord_mm(field: Field, placement: Placement, middle_mm: Floats, along: Floats) -> float:
    """Length of bone (or void, of a void's field) through a point of the bone's own frame."""
    reach = 80.0
    start = placement.point_mm(middle_mm - reach * along)
    hits = crossings_mm(field, start, placement.turned(along), 2.0 * reach)
    before, after = hits[hits < reach], hits[hits > reach]
    return float(after[0] - before[-1])


def _endplate_width_mm(bone: Vertebra, end: float) -> float:
    middle = end * (0.5 * bone.shape.height_mm - RIM_MM) * Z
    return _chord_mm(bone.body, bone.placement, middle, X)


def _endplate_depth_mm(bone: Vertebra, end: float) -> float:
    lean = end * np.radians(0.5 * bone.shape.wedge_deg)
    middle = end * (0.5 * bone.shape.height_mm - RIM_MM) * Z
    return _chord_mm(bone.unfaced, bone.placement, middle, np.array([0.0, np.cos(lean), -np.sin(lean)]))


def _height_mm(bone: Vertebra, end: float) -> float:
    """Height of the body 4 mm inside its front (end -1) or back (end 1) wall, led on to the wall."""
    depth = 0.5 * min(bone.shape.upper_depth_mm, bone.shape.lower_depth_mm)
    inside = _chord_mm(bone.body, bone.placement, end * (depth - 4.0) * Y, Z)
    return inside - end * 4.0 * 2.0 * float(np.tan(np.radians(0.5 * bone.shape.wedge_deg)))


def _pedicle_width_mm(bone: Vertebra) -> float:
    return _isthmus_mm(bone, 0)


def _pedicle_height_mm(bone: Vertebra) -> float:
    return _isthmus_mm(bone, 2)


def _isthmus_mm(bone: Vertebra, across: int) -> float:
    """The least chord of the pedicle along one of its axes, between body and processes."""
    middle, axes = pedicle_frame(bone.shape)
    places = (middle + step * axes[1] for step in np.arange(-3.0, 8.0))
    return min(_chord_mm(bone.unfaced, bone.placement, place, axes[across]) for place in places)


def _canal_width_mm(bone: Vertebra) -> float:
    """Between the pedicles, at the level of their middle and just behind the body."""
    middle, _ = pedicle_frame(bone.shape)
    inside = np.array([0.0, middle[1] - 1.0, middle[2]])
    return _chord_mm(_opposite(bone.unfaced), bone.placement, inside, X)


def _canal_depth_mm(bone: Vertebra) -> float:
    """Back wall of the body to the lamina in the midline."""
    middle, _ = pedicle_frame(bone.shape)
    level = lamina_frame(bone.shape)[0][2]
    inside = np.array([0.0, middle[1] + 2.0, level])
    return _chord_mm(_opposite(bone.unfaced), bone.placement, inside, Y)


def _lamina_mm(bone: Vertebra) -> float:
    """Thickness of the left lamina between spinous process and isthmus."""
    middle, axes = lamina_frame(bone.shape)
    middle = middle - 0.1 * bone.shape.canal_width_mm * axes[0]
    return _chord_mm(bone.unfaced, bone.placement, middle, axes[1])


def _transverse_span_mm(bone: Vertebra) -> float:
    middle, _ = pedicle_frame(bone.shape)
    across = np.arange(20.0, 0.5 * bone.shape.transverse_span_mm + 2.0, 0.25)
    grid = np.meshgrid(
        across, middle[1] + np.arange(0.0, 18.0), middle[2] + np.arange(-6.0, 12.0), indexing="ij"
    )
    own = np.stack(grid, axis=-1).reshape(-1, 3)
    inside = own[bone.unfaced(bone.placement.point_mm(own)) < 0.0]
    return 2.0 * float(inside[:, 0].max())


def _opposite(field: Field) -> Field:
    """The void around a body as a field of its own."""

    def void(points_mm: Floats) -> Floats:
        return -field(points_mm)

    return void


# Each: how it is measured, and its published range at L5 and L4 (none where nothing was found).
_MEASURES: Mapping[str, tuple[Callable[[Vertebra], float], _Band, _Band]] = {
    "anterior body height": (
        lambda bone: _height_mm(bone, -1.0),
        _Band(male=(28.8, 32.6), female=(27.8, 31.4), source="30.7 +- 1.9 / 29.6 +- 1.8 [CT L5]"),
        _Band(male=(26.0, 32.6), female=(25.0, 31.4), source="26 to L5's [R-M]"),
    ),
    "posterior body height": (
        lambda bone: _height_mm(bone, 1.0),
        _Band(male=(24.9, 28.7), female=(23.9, 27.1), source="26.8 +- 1.9 / 25.5 +- 1.6 [CT L5]"),
        _Band(male=(25.0, 30.0), female=(24.0, 29.0), source="1 to 3 mm above L5's [R-M]"),
    ),
    "upper endplate width": (
        lambda bone: _endplate_width_mm(bone, 1.0),
        _Band(male=(45.0, 55.0), female=(42.0, 50.0), source="47.4, both sexes [L5 dry]; [R-M]"),
        _Band(male=(44.0, 54.0), female=(41.0, 49.0), source="[R-M]"),
    ),
    "upper endplate depth": (
        lambda bone: _endplate_depth_mm(bone, 1.0),
        _Band(male=(33.9, 40.3), female=(30.7, 35.9), source="37.1 +- 3.2 / 33.3 +- 2.6 [CT L5]"),
        _Band(male=(33.0, 39.0), female=(30.0, 35.5), source="[R-M]"),
    ),
    "lower endplate width": (
        lambda bone: _endplate_width_mm(bone, -1.0),
        _Band(male=(48.0, 56.0), female=(44.0, 52.0), source="53.7 [M 17]; [R-M]"),
        _Band(male=(47.0, 55.0), female=(43.0, 50.0), source="[R-M]"),
    ),
    "lower endplate depth": (
        lambda bone: _endplate_depth_mm(bone, -1.0),
        _Band(
            male=(33.5, 39.9), female=(29.8, 35.8), source="36.7 +- 3.2 / 32.8 +- 3.0 [CT L5]; 34.0 [M 17]"
        ),
        _Band(male=(33.0, 39.5), female=(30.0, 36.0), source="[R-M]"),
    ),
    "pedicle width": (
        _pedicle_width_mm,
        _Band(male=(14.3, 18.9), female=(13.3, 16.9), source="16.6 +- 2.3 / 15.1 +- 1.8 [CT L5]"),
        _Band(male=(10.5, 15.5), female=(9.5, 14.0), source="12 to 14 [R-M]"),
    ),
    "pedicle height": (
        _pedicle_height_mm,
        _Band(male=(11.7, 14.5), female=(11.5, 13.5), source="13.1 +- 1.4 / 12.5 +- 1.0 [CT L5]"),
        _Band(male=(13.0, 17.0), female=(12.5, 16.0), source="14 to 15.5 [R-M]"),
    ),
    "canal width": (
        _canal_width_mm,
        _Band(male=(25.3, 31.7), female=(24.7, 30.5), source="28.5 +- 3.2 / 27.6 +- 2.9 [CT L5]"),
        _Band(male=(22.0, 28.0), female=(21.0, 27.0), source="25 [R-M]"),
    ),
    "canal depth": (
        _canal_depth_mm,
        _Band(male=(13.7, 18.1), female=(13.2, 17.0), source="15.9 +- 2.2 / 15.1 +- 1.9 [CT L5]"),
        _Band(male=(14.0, 19.0), female=(13.5, 18.0), source="16 to 18 [R-M]"),
    ),
    "lamina thickness": (
        _lamina_mm,
        _Band(male=(5.0, 8.0), female=(4.5, 7.5), source="6 to 7 [R-M]"),
        _Band(male=(5.0, 8.0), female=(4.5, 7.5), source="6 to 7 [R-M]"),
    ),
    "transverse process span": (
        _transverse_span_mm,
        _Band(male=(88.0, 100.0), female=(82.0, 94.0), source="90 to 95 [R-M]"),
        _Band(male=(78.0, 94.0), female=(73.0, 88.0), source="80 to 90 [R-M]"),
    ),
}
_DISC_BANDS: Mapping[str, tuple[_Band, _Band]] = {
    "anterior disc height": (
        _Band(male=(13.5, 16.8), female=(14.4, 17.7), source="15.2 +- 1.7 / 16.0 +- 1.6 [DISC]"),
        _Band(male=(11.0, 13.6), female=(11.7, 14.3), source="12.3 +- 1.3 / 13.0 +- 1.3 [DISC]"),
    ),
    "central disc height": (
        _Band(male=(9.6, 13.0), female=(10.5, 14.1), source="11.3 +- 1.7 / 12.3 +- 1.8 [DISC]; 11.9 [M 17]"),
        _Band(male=(9.8, 11.9), female=(10.6, 13.1), source="10.8 +- 1.0 / 11.9 +- 1.2 [DISC]"),
    ),
    "posterior disc height": (
        _Band(male=(6.0, 7.6), female=(5.1, 7.0), source="6.8 +- 0.8 / 6.1 +- 0.9 [DISC]"),
        _Band(male=(6.2, 7.7), female=(5.5, 7.4), source="7.0 +- 0.8 / 6.4 +- 1.0 [DISC]"),
    ),
}


def vertebra_measures(bone: Vertebra, level: str, sex: str) -> tuple[Measure, ...]:
    """The morphometry of a vertebra beside the ranges of its level, "l5" or "l4", and sex."""
    rows = []
    for name, (measured, *bands) in _MEASURES.items():
        band = bands[("l5", "l4").index(level)]
        rows.append(_row(name, measured(bone), band, sex))
    return tuple(rows)


def disc_measures(disc: Disc, level: str, sex: str) -> tuple[Measure, ...]:
    """Heights of a disc between the rims of its endplates, at "l5s1" or "l4l5", beside published ranges."""
    values = dict(zip(_DISC_BANDS, disc_heights_mm(disc), strict=True))
    return tuple(
        _row(name, values[name], bands[("l5s1", "l4l5").index(level)], sex)
        for name, bands in _DISC_BANDS.items()
    )


def disc_heights_mm(disc: Disc) -> tuple[float, float, float]:
    """Front, central and back height: between the endplates' rims, and between the bones at the centre."""
    heights = []
    for place in (-1.0, 1.0):
        ends = [
            end.centre_mm + place * (end.half_depth_mm - 1.0) * end.axes[1]
            for end in (disc.lower, disc.upper)
        ]
        heights.append(float(np.linalg.norm(ends[1] - ends[0])))
    centre = 0.5 * (disc.lower.centre_mm + disc.upper.centre_mm)
    up = disc.lower.axes[2] + disc.upper.axes[2]
    up /= np.linalg.norm(up)
    lower, upper = disc.bones
    space = crossings_mm(lower, centre, -up, 30.0)[0] + crossings_mm(upper, centre, up, 30.0)[0]
    return heights[0], float(space), heights[1]


def _row(name: str, value: float, band: _Band, sex: str) -> Measure:
    low, high = band.male if sex == "male" else band.female
    return Measure(name=name, unit="mm", value=value, low=low, high=high, source=band.source)
