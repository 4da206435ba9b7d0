"""The surface of a real sacrum in a case: which file, in which unit, and where its landmarks are."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field, create_model

from cases.section import BrokenRule, Section, choice, quantity
from geometry.imported.landmarks import LANDMARKS, REQUIRED
from geometry.imported.reading import FORMATS, MM_PER_UNIT
from geometry.imported.sacrum import SMOOTHING_MM, ImportedSacrum, import_sacrum
from geometry.sacrum.shape import SacrumShape

# Points of a pelvis in a scanner's coordinates: a metre or two in any unit down to a micrometre (chosen).
FARTHEST = 3e6


class _Landmarks(Section):
    """Points on the surface, in the coordinates and the unit of its file; without any they are found."""

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """The endplate's points belong together."""
        missing = [name for name in REQUIRED if given.get(name) is None]
        if not given or not missing:
            return []
        remedy = "give all four points of the endplate, or no landmark to have them found"
        return [
            BrokenRule(path=(missing[0],), problem=f"missing: the {LANDMARKS[missing[0]]}", remedy=remedy)
        ]


if TYPE_CHECKING:
    SurfaceLandmarks = _Landmarks
else:
    SurfaceLandmarks = create_model(
        "SurfaceLandmarks",
        __base__=_Landmarks,
        __doc__=_Landmarks.__doc__,
        **{
            name: (
                tuple[float, float, float] | None,
                quantity(
                    None,
                    -FARTHEST,
                    FARTHEST,
                    unit="",
                    about=f"{about}, x y z in the file",
                    source="picked on the surface",
                    example=(0.0, 0.0, 0.0),
                ),
            )
            for name, about in LANDMARKS.items()
        },
    )


class SacrumSurface(Section):
    """A closed surface of a real sacrum, in place of the drawn one."""

    file: str = Field(
        description=f"surface in {', '.join(FORMATS)}, beside the case file or in a folder below it",
        json_schema_extra={"example": "sacrum.stl", "source": "segmentation or scan"},
    )
    sha256: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="checksum that the file must have; filled in when the case is read",
        json_schema_extra={"example": 64 * "0", "source": "sha256sum"},
    )
    units: str | None = choice(
        None, MM_PER_UNIT, about="unit of length of the file, by default mm", source="its maker"
    )
    smoothing_mm: float | None = quantity(
        None,
        0.0,
        1.5,
        unit="mm",
        about=f"standard deviation of the smoothing, by default {SMOOTHING_MM:g}",
        source="chosen: stairs of a scan go, edges of 3 mm stay",
        example=SMOOTHING_MM,
    )
    landmarks: SurfaceLandmarks = Field(
        default_factory=SurfaceLandmarks,
        description="points in the file's coordinates and unit; without any they are found",
    )

    def sacrum(self, mean: SacrumShape) -> ImportedSacrum:
        """The sacrum of the file; raises as `import_sacrum`.

        The mean stands in for what a surface does not tell.
        """
        units = self.units or "mm"
        scale = MM_PER_UNIT[units]
        given: dict[str, Any] = {name: place for name, place in self.landmarks if place is not None}
        places = {name: (scale * x, scale * y, scale * z) for name, (x, y, z) in given.items()}
        return import_sacrum(
            self.file,
            places or "found",
            units=units,
            smoothing_mm=SMOOTHING_MM if self.smoothing_mm is None else self.smoothing_mm,
            mean=mean,
        )
