"""All measures taken on one sacrum."""

from math import nan

from geometry.errors import GeometryError
from geometry.morphometry.measure import Measure, Measured, Published
from geometry.morphometry.table import MEASURES
from geometry.sacrum.promise import SacrumBody


def morphometry(sacrum: SacrumBody, sex: str = "male") -> tuple[Measured, ...]:
    """Every measure of a built sacrum beside every series of that sex, in the order of `MEASURES`.

    Args:
        sacrum: the bone; what one side has is measured on the left, mirror the bone for the right.
        sex: "male" or "female": whose series to stand beside.
    """
    rows: list[Measured] = []
    for measure in MEASURES:
        value = _taken(measure, sacrum)
        series: tuple[Published | None, ...] = measure.published(sex) or (None,)
        rows.extend(Measured(measure=measure, value=value, published=one) for one in series)
    return tuple(rows)


def _taken(measure: Measure, sacrum: SacrumBody) -> float:
    """The value, NaN on a bone that lacks the place, such as a canal that is open behind S1."""
    try:
        return measure.taken(sacrum)
    except GeometryError:
        return nan
