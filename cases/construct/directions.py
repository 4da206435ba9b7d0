"""The directions a construct is loaded in, one row each: pairs in a linear model, both ways in others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cases.schema_construct import ConstructCase, ConstructLoading

MOMENT, FORCE = "moment", "force"
# What an axis is told in: the case's own axes, those of the standing patient, or the curve of the spine.
CASE_AXES, STANDING, CURVE = "axes", "standing", "curve"
# Units of a load of either kind and of the motion it works on.
LOAD_UNITS: Mapping[str, str] = {MOMENT: "N m", FORCE: "N"}
MOTION_UNITS: Mapping[str, str] = {MOMENT: "deg", FORCE: "mm"}


@dataclass(frozen=True, kw_only=True)
class Direction:
    """One load on the top vertebra.

    Attributes:
        title: for tables.
        kind: "moment" or "force".
        axis: left, back and up; a moment turns about it.
        amount: key of `ConstructLoading` with its size, in N m or N.
        told_in: "axes" of the case, "standing", or "curve": from each vertebra to the centre of the next
            endplate below, as a follower load runs.
    """

    title: str
    kind: str
    axis: tuple[float, float, float]
    amount: str
    told_in: str = CASE_AXES

    def load(self, loading: ConstructLoading) -> float:
        """Its size in N m or N."""
        return float(getattr(loading, self.amount))


_MOMENTS: Mapping[str, Direction] = {
    name: Direction(title=title, kind=MOMENT, axis=axis, amount="moment_nm")
    for name, title, axis in (
        ("flexion", "flexion", (1.0, 0.0, 0.0)),
        ("extension", "extension", (-1.0, 0.0, 0.0)),
        ("bending_left", "bending left", (0.0, 1.0, 0.0)),
        ("bending_right", "bending right", (0.0, -1.0, 0.0)),
        ("rotation_left", "rotation left", (0.0, 0.0, 1.0)),
        ("rotation_right", "rotation right", (0.0, 0.0, -1.0)),
    )
}
# In a linear model a moment and its opposite give the same motion: one row, which turns as its first half.
_PAIRS: Mapping[str, Direction] = {
    "flexion_extension": replace(_MOMENTS["flexion"], title="flexion, extension"),
    "lateral_bending": replace(_MOMENTS["bending_left"], title="bending left, right"),
    "axial_rotation": replace(_MOMENTS["rotation_left"], title="rotation left, right"),
}
_FORCES: Mapping[str, Direction] = {
    "compression": Direction(title="compression", kind=FORCE, axis=(0.0, 0.0, -1.0), amount="compression_n"),
    "anterior_shear": Direction(title="shear forwards", kind=FORCE, axis=(0.0, -1.0, 0.0), amount="shear_n"),
    "lateral_shear": Direction(title="shear to the left", kind=FORCE, axis=(1.0, 0.0, 0.0), amount="shear_n"),
    "follower": Direction(
        title="follower load", kind=FORCE, axis=(0.0, 0.0, -1.0), amount="follower_n", told_in=CURVE
    ),
    "stance": Direction(
        title="stance", kind=FORCE, axis=(0.0, 0.0, -1.0), amount="stance_n", told_in=STANDING
    ),
}
DIRECTIONS: Mapping[str, Direction] = {**_PAIRS, **_MOMENTS, **_FORCES}


def directions_of(case: ConstructCase) -> Mapping[str, Direction]:
    """The directions that the models of a case are loaded in."""
    return {**(_PAIRS if case.is_linear else _MOMENTS), **_FORCES}
