"""The thread of a screw: ridges of a trapezoidal profile, in rings or along a helix."""

from dataclasses import dataclass, replace
from math import cos, pi, radians, tan

from geometry.errors import GeometryError
from geometry.parameters import check_ranges, number

FORMS = ("ring", "helical")
HANDEDNESS = ("right", "left")
# Chosen: narrower crests and roots are lost between elements of half a flank.
LEAST_FLAT_SHARE = 0.15


@dataclass(frozen=True, kw_only=True)
class Thread:
    """Profile and course of a thread; its depth follows from the outer and the core diameter.

    The trailing flank faces the head and carries a pull; the leading flank faces the tip. Screws of ISO 5835
    are asymmetrical that way too.

    Attributes:
        form: "ring" (separate ridges, symmetrical about the axis) or "helical".
        pitch_mm: axial distance of neighbouring ridges.
        starts: ridges that run side by side; the lead is the pitch times the starts. Rings have none.
        leading_flank_deg: angle of the flank to the plane across the axis.
        trailing_flank_deg: likewise.
        crest_mm: width of the flat crest.
        fillet_mm: width over which root and crest edges are rounded.
        handedness: "right" or "left"; a mirror image turns one into the other.
    """

    form: str = "helical"
    pitch_mm: float = number(3.0, 1.0, 6.0, "mm", "2.0-4.0 [V 124]")
    starts: int = number(1, 1, 3, "1", "chosen")
    leading_flank_deg: float = number(25.0, 0.0, 45.0, "deg", "chosen: sheds bone sideways as it goes in")
    trailing_flank_deg: float = number(5.0, 0.0, 45.0, "deg", "chosen: steep, it is pulled against")
    crest_mm: float = number(0.45, 0.25, 2.0, "mm", "chosen: 0.15 of the default pitch")
    fillet_mm: float = number(0.15, 0.02, 0.5, "mm", "chosen: a tool's radius")
    handedness: str = "right"

    def __post_init__(self) -> None:
        check_ranges(self, "screw.design.thread")
        for name, value, known in (("form", self.form, FORMS), ("handedness", self.handedness, HANDEDNESS)):
            if value not in known:
                raise GeometryError(
                    f"{name} is {value!r}",
                    where=f"screw.design.thread.{name}",
                    advice=f"Choose one of {', '.join(known)}",
                )
        if not self.crest_mm >= LEAST_FLAT_SHARE * self.pitch_mm:
            raise GeometryError(
                f"crest_mm is {self.crest_mm:g}, below {LEAST_FLAT_SHARE:g} of the pitch of "
                f"{self.pitch_mm:g} mm",
                where="screw.design.thread.crest_mm",
                advice="Widen the crest: no mesh resolves a sharper one",
            )
        if not 2.0 * self.fillet_mm <= self.crest_mm:
            raise GeometryError(
                f"fillet_mm is {self.fillet_mm:g}, more than half the crest of {self.crest_mm:g} mm",
                where="screw.design.thread.fillet_mm",
                advice="Use a smaller fillet or a wider crest",
            )

    @property
    def lead_mm(self) -> float:
        """How far the screw advances in one turn; zero for rings."""
        return self.pitch_mm * self.starts if self.form == "helical" else 0.0

    @property
    def rise_mm_per_rad(self) -> float:
        """How far a ridge climbs towards the tip per radian about the direction of the screw."""
        return (1.0 if self.handedness == "right" else -1.0) * self.lead_mm / (2.0 * pi)

    @property
    def flank_slope(self) -> float:
        """How much wider the ridge gets per mm of depth, both flanks together."""
        return tan(radians(self.leading_flank_deg)) + tan(radians(self.trailing_flank_deg))

    def root_mm(self, depth_mm: float) -> float:
        """Width of the flat root between two ridges of that depth; negative where they overlap."""
        return self.pitch_mm - self.crest_mm - depth_mm * self.flank_slope

    def flank_mm(self, depth_mm: float) -> float:
        """Length of the shorter flank of a ridge of that depth."""
        return depth_mm / cos(radians(min(self.leading_flank_deg, self.trailing_flank_deg)))

    def ridge_volume_mm3(self, outer_mm: float, core_mm: float) -> float:
        """Volume of one whole ring, or one pitch of ridge, on a cylindrical core; fillets not counted.

        The trapezoid turned about the axis: 2 pi times the integral of radius times width.
        """
        top, root = 0.5 * outer_mm, 0.5 * core_mm
        flat = self.crest_mm + self.flank_slope * top
        squares, cubes = (top**2 - root**2) / 2.0, (top**3 - root**3) / 3.0
        return 2.0 * pi * (flat * squares - self.flank_slope * cubes)

    def mirrored(self) -> "Thread":
        """The same thread of the other handedness: plan it where the mesh is mirrored afterwards."""
        return replace(self, handedness="left" if self.handedness == "right" else "right")
