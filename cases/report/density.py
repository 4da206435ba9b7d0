"""How far the bone of a result leaves the densities its law was measured on, in sentences."""

from collections.abc import Mapping, Sequence

from cases.results import PullOutResult
from materials.tables import TRABECULAR_FLOOR_MPA

# Chosen: a tenth of the bone can move a stiffness by more than its discretisation error.
LARGE_PERCENT = 10.0


def density_shares(results: Sequence[PullOutResult]) -> str:
    """Both shares in one sentence, whether large or not."""
    return (
        f"Trabecular bone outside the densities {_laws(results)} was measured on: {_outside(results)}; "
        f"raised to {TRABECULAR_FLOOR_MPA:g} MPa: {_raised(results)}."
    )


def density_warnings(results: Sequence[PullOutResult]) -> list[str]:
    """A sentence for each share that is large in any of the results."""
    said = []
    if any(result.extrapolated_percent > LARGE_PERCENT for result in results):
        said.append(
            f"{_outside(results)} of the trabecular bone is denser or lighter than the bone that "
            f"{_laws(results)} was measured on: its stiffness is extrapolated (ranges: sacrofix laws)"
        )
    if any(result.clipped_percent > LARGE_PERCENT for result in results):
        said.append(
            f"{_laws(results)} makes {_raised(results)} of the trabecular bone softer than "
            f"{TRABECULAR_FLOOR_MPA:g} MPa: it was raised to that, and is stiffer than the law says"
        )
    return said


def sweep_warning(rows: Sequence[Mapping[str, object]]) -> str:
    """A sentence that counts the rows of a sweep where either share is large; empty if none is."""
    columns = ("extrapolated_percent", "clipped_percent")
    far = [row for row in rows if any(_number(row.get(column)) > LARGE_PERCENT for column in columns)]
    if not far:
        return ""
    return (
        f"in {len(far)} of {len(rows)} cases more than {LARGE_PERCENT:g} % of the trabecular bone "
        f"lies outside the densities of its law or was raised to {TRABECULAR_FLOOR_MPA:g} MPa "
        f"(columns {' and '.join(columns)})"
    )


def _number(value: object) -> float:
    """The value of a cell; an empty one counts as nothing."""
    return value if isinstance(value, int | float) else 0.0


def _laws(results: Sequence[PullOutResult]) -> str:
    return ", ".join(dict.fromkeys(result.density_law for result in results))


def _outside(results: Sequence[PullOutResult]) -> str:
    return _span([result.extrapolated_percent for result in results])


def _raised(results: Sequence[PullOutResult]) -> str:
    return _span([result.clipped_percent for result in results])


def _span(percents: Sequence[float]) -> str:
    """The least and the largest, or the one value both round to."""
    low, high = f"{min(percents):.0f}", f"{max(percents):.0f}"
    return f"{high} %" if low == high else f"{low} to {high} %"
