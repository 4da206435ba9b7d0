"""The directions a construct is loaded in, one row each."""

from collections.abc import Mapping
from dataclasses import dataclass

from cases.schema_construct import ConstructLoading

MOMENT, FORCE = "moment", "force"
# What an axis is told in: the case's own axes, those of the standing patient, or the curve of the spine.
CASE_AXES, STANDING, CURVE = "axes", "standing", "curve"
# Units of a load of either kind and of the motion it works on.
LOAD_UNITS: Mapping[str, str] = {MOMENT: "N m", FORCE: "N"}
MOTION_UNITS: Mapping[str, str] = {MOMENT: "deg", FORCE: "mm"}


@dataclass(frozen=True, kw_only=True)
class Direction:
    """One load on the top vertebra; in a linear model it stands for its opposite too.

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


DIRECTIONS: Mapping[str, Direction] = {
    "flexion_extension": Direction(
        title="flexion, extension", kind=MOMENT, axis=(1.0, 0.0, 0.0), amount="moment_nm"
    ),
    "lateral_bending": Direction(
        title="bending left, right", kind=MOMENT, axis=(0.0, 1.0, 0.0), amount="moment_nm"
    ),
    "axial_rotation": Direction(
        title="rotation left, right", kind=MOMENT, axis=(0.0, 0.0, 1.0), amount="moment_nm"
    ),
    "compression": Direction(title="compression", kind=FORCE, axis=(0.0, 0.0, -1.0), amount="compression_n"),
    "anterior_shear": Direction(title="shear forwards", kind=FORCE, axis=(0.0, -1.0, 0.0), amount="shear_n"),
    "lateral_shear": Direction(title="shear sideways", kind=FORCE, axis=(1.0, 0.0, 0.0), amount="shear_n"),
    "follower": Direction(
        title="follower load", kind=FORCE, axis=(0.0, 0.0, -1.0), amount="follower_n", told_in=CURVE
    ),
    "stance": Direction(
        title="stance", kind=FORCE, axis=(0.0, 0.0, -1.0), amount="stance_n", told_in=STANDING
    ),
}
