"""The scan of a case: which volume, how its Hounsfield units become density, where the sacrum lies in it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from cases.scans.formats import KNOWN
from cases.schema_surface import SurfaceLandmarks
from cases.section import BrokenRule, Section, choice, quantity
from geometry.arrays import Floats
from geometry.imported.landmarks import AnatomicalFrame, SacralLandmarks
from geometry.mirror import ACROSS
from materials.conversions import CAHA, QCT
from materials.ct.calibration import Calibration, PhantomRods, fitted_line, given_line
from materials.ct.inner_bone import SHELL_MARGIN_MM
from materials.ct.scanned import REFUSE, TEMPLATE

# What a result holds in place of the path, which may name the patient; with the start of the checksum.
WITHHELD = "withheld-"
WITHHELD_LETTERS = 12
LPS, RAS, SACRAL = "lps", "ras", "sacral"
COORDINATES = (LPS, RAS, SACRAL)


def withheld(sha256: str | None) -> str:
    """What results call a scan of that checksum."""
    return WITHHELD + (sha256 or "")[:WITHHELD_LETTERS]


class Rods(Section):
    """The rods of a phantom that was scanned with the patient, each list in the same order."""

    density_mg_cm3: tuple[float, ...] | None = quantity(
        None,
        -200.0,
        1500.0,
        unit="mg/cm3",
        about="density of each rod",
        source="certificate of the phantom",
        example=(0.0, 50.0, 100.0, 200.0),
    )
    hu: tuple[float, ...] | None = quantity(
        None,
        -1000.0,
        3000.0,
        unit="",
        about="mean Hounsfield units in each rod",
        source="measured in the scan",
        example=(1.0, 62.0, 124.0, 247.0),
    )
    sd_hu: tuple[float, ...] | None = quantity(
        None,
        0.1,
        500.0,
        unit="",
        about="standard deviation of the Hounsfield units in each rod",
        source="measured in the scan",
        example=(12.0, 12.0, 13.0, 13.0),
    )

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """The three lists belong together."""
        keys = ("density_mg_cm3", "hu", "sd_hu")
        missing = [key for key in keys if given.get(key) is None]
        if given and missing:
            remedy = "give density_mg_cm3, hu and sd_hu of every rod"
            return [BrokenRule(path=(missing[0],), problem="missing beside the other lists", remedy=remedy)]
        return []


class CtCalibration(Section):
    """From Hounsfield units to density: a line that is given, or rods that it is fitted to."""

    slope: float | None = quantity(
        None,
        0.4,
        1.6,
        unit="",
        about="slope of the line, in mg/cm3 per Hounsfield unit",
        source="0.810 in one clinic (evidence 3.1) [D 61], scanner specific",
        example=0.81,
    )
    intercept: float | None = quantity(
        None,
        -150.0,
        150.0,
        unit="",
        about="density at 0 Hounsfield units, in mg/cm3",
        source="0.84 in the same clinic (evidence 3.1) [D 61], scanner specific",
        example=0.84,
    )
    rods: Rods = Field(default_factory=Rods, description="rods of a phantom, in place of slope and intercept")
    kind: str | None = choice(
        None,
        (QCT, CAHA),
        about=f"phantom behind the densities, by default {QCT} (K2HPO4-equivalent), or CaHA (hydroxyapatite)",
        source="both to ash by Keyak 1994 and Kaneko 2004 (evidence 4.1)",
    )

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """Either a line or rods."""
        line = [key for key in ("slope", "intercept") if given.get(key) is not None]
        rods = bool(given.get("rods"))
        if rods and line:
            remedy = "delete slope and intercept, or the rods"
            return [
                BrokenRule(
                    path=(line[0],), problem="given beside rods that a line is fitted to", remedy=remedy
                )
            ]
        if not rods and len(line) < 2:
            lacking = "intercept" if line == ["slope"] else "slope"
            remedy = "give slope and intercept, or the rods of a phantom"
            return [BrokenRule(path=(lacking,), problem="missing: no line without it", remedy=remedy)]
        return []

    def doubts(self) -> list[BrokenRule]:
        """A line that no phantom proves."""
        if self.slope is None:
            return []
        problem = "a line of one scanner, taken for another: its error is not known without a phantom"
        remedy = "give the rods of a phantom that was scanned with the patient, or trust ratios alone"
        return [BrokenRule(path=("slope",), problem=problem, remedy=remedy)]

    def line(self) -> Calibration:
        """The line; raises `MaterialError` where the rods do not lie on one."""
        kind, rods = self.kind or QCT, self.rods
        if self.slope is not None and self.intercept is not None:
            return given_line(self.slope, self.intercept, kind)
        columns = (np.array(column or ()) for column in (rods.density_mg_cm3, rods.hu, rods.sd_hu))
        return fitted_line(PhantomRods(*columns), kind)


class Ct(Section):
    """A calibrated CT scan of the sacrum, in place of the template's density."""

    file: str = Field(
        description=f"volume: {KNOWN}; beside the case file or below it",
        json_schema_extra={"example": "scan.nii.gz", "source": "scanner"},
    )
    sha256: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="checksum of the voxels and their places; filled in when the case is read",
        json_schema_extra={"example": 64 * "0", "source": "the message for a wrong one"},
    )
    calibration: CtCalibration = Field(description="Hounsfield units to density")
    coordinates: str | None = choice(
        None,
        COORDINATES,
        about=f"frame of the surface file and of the landmarks, by default {LPS}, as 3D Slicer writes them; "
        f"{SACRAL}: the scan itself lies in the frame of the sacrum",
        source="the program they were made with",
    )
    landmarks: SurfaceLandmarks = Field(
        default_factory=SurfaceLandmarks,
        description="points of the endplate in the scan, in mm; with a sacrum_surface its own are used",
    )
    shell_margin_mm: float | None = quantity(
        None,
        0.0,
        4.0,
        unit="mm",
        about=f"how far below the shell density is taken from further in, by default {SHELL_MARGIN_MM:g}",
        source="chosen: three standard deviations of a blur of 1.2 mm (docs/bone.md)",
        example=SHELL_MARGIN_MM,
    )
    outside: str | None = choice(
        None,
        (REFUSE, TEMPLATE),
        about=f"bone that the scan does not show is a fault, or the template's; by default {REFUSE}",
        source="chosen",
    )

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """A scan that lies in the frame of the sacrum needs no landmarks."""
        if given.get("landmarks") and given.get("coordinates") == SACRAL:
            problem = f"given although coordinates: {SACRAL} says that the scan lies in the sacrum's frame"
            return [BrokenRule(path=("landmarks",), problem=problem, remedy="delete one of the two")]
        return []

    @property
    def margin_mm(self) -> float:
        """How far below the shell the scan is not believed."""
        return SHELL_MARGIN_MM if self.shell_margin_mm is None else self.shell_margin_mm

    def own_frame(self) -> AnatomicalFrame | None:
        """The anatomical frame that its landmarks span; None without any."""
        given: dict[str, Any] = {name: place for name, place in self.landmarks if place is not None}
        return (
            SacralLandmarks({name: np.array(place) for name, place in given.items()}).frame()
            if given
            else None
        )

    def motion(self, frame: AnatomicalFrame | None, *, mirrored: bool) -> Floats:
        """From the patient's frame of DICOM to the frame of the sacrum, shape (4, 4).

        Args:
            frame: the sacrum's, as the surface file or the landmarks see it; None in the scan's own.
            mirrored: left and right exchanged, as for a screw on the right.
        """
        motion = np.eye(4)
        if frame is not None:
            motion[:3, :3], motion[:3, 3] = frame.rotation, -frame.rotation @ frame.origin_mm
        if self.coordinates == RAS:
            motion = motion @ np.diag([-1.0, -1.0, 1.0, 1.0])
        return np.diag([*ACROSS, 1.0]) @ motion if mirrored else motion
