"""A named screw: its kind, size, angles, and where they are from."""

from dataclasses import dataclass

from geometry.errors import GeometryError
from geometry.frame import ANGLE_REFERENCES
from geometry.parameters import check_ranges, number

AIMS = ("angles", "aiis", "promontory")
EXITS = ("unicortical", "bicortical")


@dataclass(frozen=True, kw_only=True)
class ScrewPreset:
    """A screw before it meets an anatomy.

    Attributes:
        kind: a row of `geometry.screws.kind.KINDS`: "pedicle", "alar", "s2ai" or "iliac".
        entry: a row of `geometry.screws.ENTRIES`, where on the bone it starts; "" if `entry_mm` says it.
        entry_mm: a point of one's own on or near the bone, on the left, in the anatomical frame; the
            screw enters where its axis through this point meets bone.
        diameter_mm: outer diameter of the thread.
        length_mm: entry to tip; of a bicortical screw the longest there is, its own length is found.
        lateral_deg: angle to the sagittal plane; negative is medial.
        caudal_deg: angle below the transverse plane of the reference.
        angle_reference: "s1_endplate" or "global_axial"; papers differ by the sacral slope.
        aim: "angles" takes the angles as they are; "aiis" and "promontory" aim at that landmark of the
            anatomy, and the angles stay as the published nominal.
        exit: "unicortical" stays in bone; "bicortical" passes the cortex ahead by a millimetre or two.
        source: where the numbers are from.
    """

    kind: str
    entry: str = ""
    entry_mm: tuple[float, float, float] | None = None
    diameter_mm: float = number(7.0, 4.0, 11.0, "mm", "7.0-7.5 [V 1]")
    length_mm: float = number(40.0, 10.0, 140.0, "mm", "35-45 [V 1]")
    lateral_deg: float = number(0.0, -60.0, 80.0, "deg", "")
    caudal_deg: float = number(0.0, -60.0, 80.0, "deg", "")
    angle_reference: str
    aim: str = "angles"
    exit: str = "unicortical"
    source: str

    def __post_init__(self) -> None:
        check_ranges(self, "screw")
        for key, value, options in (
            ("angle_reference", self.angle_reference, ANGLE_REFERENCES),
            ("aim", self.aim, AIMS),
            ("exit", self.exit, EXITS),
        ):
            if value not in options:
                raise GeometryError(
                    f"{key} is {value!r}", where=f"screw.{key}", advice=f"Choose one of {', '.join(options)}"
                )
        if bool(self.entry) == (self.entry_mm is not None):
            raise GeometryError(
                "a screw needs either an entry by name or a point entry_mm",
                where="screw.entry",
                advice="Give one of the two",
            )
        if self.entry_mm is not None and not self.entry_mm[0] > 0.0:
            raise GeometryError(
                f"entry_mm has x = {self.entry_mm[0]:g} mm, on the right of the patient",
                where="screw.entry_mm",
                advice="Plan it on the left (x > 0) and mirror the mesh",
            )
