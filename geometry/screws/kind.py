"""The kinds of screw: which bones each one passes, in order, and the field it must stay in."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.errors import GeometryError

SACRUM, JOINT, ILIUM, OUTSIDE = "sacrum", "joint", "ilium", "outside"
# How far the joint space may open beyond the gap and still count as passed inside (chosen).
JOINT_SLACK_MM = 1.0


@dataclass(frozen=True, kw_only=True)
class ScrewKind:
    """A family of screws.

    Attributes:
        passes: the parts its axis runs through, entry to tip.
        longest_mm: the longest screw tried for it: S1 paths end at 60 [V 41], iliac ones at 147 [V 50].
    """

    passes: tuple[str, ...]
    longest_mm: float

    @property
    def entry_bone(self) -> str:
        """The bone that its entry lies on."""
        return self.passes[0]


KINDS: Mapping[str, ScrewKind] = {
    "pedicle": ScrewKind(passes=(SACRUM,), longest_mm=80.0),
    "alar": ScrewKind(passes=(SACRUM,), longest_mm=80.0),
    "s2ai": ScrewKind(passes=(SACRUM, JOINT, ILIUM), longest_mm=140.0),
    "iliac": ScrewKind(passes=(ILIUM,), longest_mm=140.0),
}


def screw_kind(kind: str) -> ScrewKind:
    """The row of `KINDS`.

    Raises:
        GeometryError: there is no such kind.
    """
    if kind not in KINDS:
        raise GeometryError(
            f"no kind of screw named {kind!r}", where="screw.kind", advice=f"Choose one of {', '.join(KINDS)}"
        )
    return KINDS[kind]


def passable(anatomy: Anatomy, kind: str, points_mm: Floats) -> Floats:
    """The field a screw of that kind must stay in, shape (n,): an S2AI may pass the joint space."""
    passes = screw_kind(kind).passes
    if passes == (SACRUM,):
        return anatomy.sacrum(points_mm)
    ilium = anatomy.ilium(points_mm)
    if passes == (ILIUM,):
        return ilium
    sacrum = anatomy.sacrum(points_mm)
    # straight across the joint both distances add up to the gap; away from it the sum grows
    space = 0.5 * (sacrum + ilium - anatomy.ilium.gap_mm) - JOINT_SLACK_MM
    return np.asarray(np.minimum(np.minimum(sacrum, ilium), space))


def bone(anatomy: Anatomy, points_mm: Floats) -> Floats:
    """Field of the bones together, shape (n,), whatever the screw."""
    return np.asarray(np.minimum(anatomy.sacrum(points_mm), anatomy.ilium(points_mm)))
