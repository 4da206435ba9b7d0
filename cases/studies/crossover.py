"""Where one screw overtakes another, and which is best at each loss."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from cases.results import Crossover, Interval, PullOutResult
from geometry.arrays import Floats

# the grid on which two stiffness curves are compared between the computed losses, in percent points
STEP_PERCENT = 0.1


class Curved(Protocol):
    """One stiffness at one loss."""

    @property
    def name(self) -> str:
        """Of the screw or the construct."""
        ...

    @property
    def loss_percent(self) -> float:
        """Of the body."""
        ...

    def stiffness(self) -> Interval:
        """With its discretisation error."""
        ...


def retention(results: Sequence[PullOutResult]) -> list[float]:
    """Stiffness of each result over the same screw's stiffness at the least loss, in percent."""
    first = min(results, key=lambda result: result.loss_percent)
    return [100.0 * result.stiffness_n_per_mm / first.stiffness_n_per_mm for result in results]


def best_at(results: Sequence[PullOutResult]) -> list[str]:
    """Names of the stiffest screw of one loss, and of those the mesh cannot tell from it, stiffest first."""
    ranked = sorted(results, key=lambda result: -result.stiffness_n_per_mm)
    top = ranked[0].stiffness()
    return [result.name for result in ranked if result.stiffness().overlaps(top)]


def find_crossover(challenger: Sequence[Curved], incumbent: Sequence[Curved]) -> Crossover:
    """The first loss at which the challenger's stiffness passes the incumbent's.

    Both stiffness curves are linear between the computed losses. Of a challenger that is ahead at first and
    falls behind, the incumbent is the one that overtakes.
    """
    losses = np.array([result.loss_percent for result in challenger])
    grid = np.arange(losses.min(), losses.max() + STEP_PERCENT / 2, STEP_PERCENT)

    def curve(results: Sequence[Curved], end: str) -> Floats:
        values = [getattr(result.stiffness(), end) for result in results]
        return np.asarray(
            np.interp(grid, [result.loss_percent for result in results], values), dtype=np.float64
        )

    ahead = curve(challenger, "high") > curve(incumbent, "high")
    if ahead[0] and not ahead.all():
        return find_crossover(incumbent, challenger)
    alike = (curve(challenger, "low") <= curve(incumbent, "high")) & (
        curve(incumbent, "low") <= curve(challenger, "high")
    )
    verdict = "always ahead" if ahead.all() else "crossing" if ahead.any() else "no crossing"
    return Crossover(
        challenger=challenger[0].name,
        incumbent=incumbent[0].name,
        verdict=verdict,
        percent=_crossing(losses, challenger, incumbent) if verdict == "crossing" else None,
        low_percent=float(grid[alike].min()) if alike.any() else None,
        high_percent=float(grid[alike].max()) if alike.any() else None,
    )


def _crossing(losses: Floats, challenger: Sequence[Curved], incumbent: Sequence[Curved]) -> float | None:
    """Body loss where the difference of the two curves first turns positive; None if it starts positive."""
    difference = np.array(
        [
            ours.stiffness().high - theirs.stiffness().high
            for ours, theirs in zip(challenger, incumbent, strict=True)
        ]
    )
    for i in range(len(losses) - 1):
        if difference[i] <= 0.0 < difference[i + 1]:
            part = -difference[i] / (difference[i + 1] - difference[i])
            return float(losses[i] + part * (losses[i + 1] - losses[i]))
    return None
