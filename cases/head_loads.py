"""How the head of a case's screw is loaded: one row for each load, and what is asked of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.screws.screw import Screw

PULL_OUT, TOGGLE = "pull_out", "toggle"
CRANIAL = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, kw_only=True)
class HeadLoad:
    """One way to load the head of a screw.

    Attributes:
        label: before "stiffness" and the like.
        about: where it points, after its size.
        source: of the test that it stands for.
        direction: unit vector in the anatomical frame, shape (3,), from a screw.
        force: what the estimators estimate.
        by_strain: estimator of each criterion on strain.
        pulls: whether it can pull the screw out; only then is there a thread shear, and a curve.
        limits: what a reader must know before quoting a force (docs/failure.md).
    """

    label: str
    about: str
    source: str
    direction: Callable[[Screw], Floats]
    force: str
    by_strain: Mapping[str, str]
    pulls: bool
    limits: tuple[str, ...]

    @property
    def estimators(self) -> tuple[str, ...]:
        """The rows of `cases.estimators.ESTIMATORS` that one linear solution gives."""
        return (*self.by_strain.values(), *(("thread_shear",) if self.pulls else ()))


def _outwards(screw: Screw) -> Floats:
    return -screw.direction


def _cranially(screw: Screw) -> Floats:
    """The part of the cranial direction that is square to the screw's axis, made a unit vector."""
    across = CRANIAL - (CRANIAL @ screw.direction) * screw.direction
    return np.asarray(across / np.linalg.norm(across))


LOADS: Mapping[str, HeadLoad] = {
    PULL_OUT: HeadLoad(
        label="pull-out",
        about="outwards along the screw's axis",
        source="design 4",
        direction=_outwards,
        force="pull-out force",
        by_strain={"effective_strain": "effective_strain", "principal_strain": "principal_strain"},
        pulls=True,
        limits=(
            "Forces are estimates with biases of their own (docs/failure.md): compare screws within one",
            "estimator, never across. The first two are first yield times a constant from foam; of thread",
            "shear the shell is the least sure part.",
        ),
    ),
    TOGGLE: HeadLoad(
        label="toggle",
        about="cranially, square to the screw's axis",
        source="one push of the usual, cyclic loosening test (evidence 6.1 [V 94])",
        direction=_cranially,
        force="toggle force at first yield",
        by_strain={
            "effective_strain": "toggle_effective_strain",
            "principal_strain": "toggle_principal_strain",
        },
        pulls=False,
        limits=(
            "Forces are first yield of bonded bone under one push, not calibrated: the constants from foam",
            "are of pulls. Screws loosen over many cycles, at less; compare screws within one estimator.",
        ),
    ),
}
