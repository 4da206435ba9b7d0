"""A named screw: its kind, size, angles, and where they are from."""

from dataclasses import dataclass

from geometry.errors import GeometryError
from geometry.frame import ANGLE_REFERENCES
from geometry.parameters import check_ranges, number

AIMS = ("angles", "aiis", "promontory")


@dataclass(frozen=True, kw_only=True)
class ScrewPreset:
    """A screw before it meets an anatomy.

    Attributes:
        kind: "pedicle", "alar" or "s2ai".
        entry: a row of `geometry.screws.ENTRIES`, where on the bone it starts.
        diameter_mm: outer diameter of the thread.
        length_mm: entry to tip.
        lateral_deg: angle to the sagittal plane; negative is medial.
        caudal_deg: angle below the transverse plane of the reference.
        angle_reference: "s1_endplate" or "global_axial"; papers differ by the sacral slope.
        aim: "angles" takes the angles as they are; "aiis" and "promontory" aim at that landmark of the
            anatomy, and the angles stay as the published nominal.
        source: where the numbers are from.
    """

    kind: str
    entry: str
    diameter_mm: float = number(7.0, 4.0, 11.0, "mm", "7.0-7.5 [V 1]")
    length_mm: float = number(40.0, 10.0, 140.0, "mm", "35-45 [V 1]")
    lateral_deg: float = number(0.0, -60.0, 80.0, "deg", "")
    caudal_deg: float = number(0.0, -60.0, 80.0, "deg", "")
    angle_reference: str
    aim: str = "angles"
    source: str

    def __post_init__(self) -> None:
        check_ranges(self, "screw")
        if self.angle_reference not in ANGLE_REFERENCES:
            raise GeometryError(
                f"angle_reference is {self.angle_reference!r}",
                where="screw.angle_reference",
                advice=f"Choose one of {', '.join(ANGLE_REFERENCES)}",
            )
        if self.aim not in AIMS:
            raise GeometryError(
                f"aim is {self.aim!r}", where="screw.aim", advice=f"Choose one of {', '.join(AIMS)}"
            )
