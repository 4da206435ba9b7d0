"""The directions a construct is loaded in, one row each."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cases.schema_construct import ConstructLoading
from geometry.arrays import Floats

MOMENT, FORCE = "moment", "force"
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
    """

    title: str
    kind: str
    axis: tuple[float, float, float]
    amount: str

    def load(self, loading: ConstructLoading) -> float:
        """Its size in N m or N."""
        return float(getattr(loading, self.amount))

    def vector(self, axes: Floats) -> Floats:
        """Its unit vector in the anatomical frame, shape (3,); rows of `axes` are left, back and up."""
        return np.asarray(np.array(self.axis) @ axes)


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
}
