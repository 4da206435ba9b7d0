"""What a screw is made like, wherever it goes: diameters, thread, tip, shank, bore."""

from dataclasses import dataclass, replace
from math import pi

from geometry.errors import GeometryError
from geometry.parameters import check_ranges, number
from geometry.screws.thread import LEAST_FLAT_SHARE, Thread

TIP_CONE_MM = 4.0
# The tip is blunt, or its elements would be needles.
TIP_RADIUS_SHARE = 0.3
# Chosen: thinner walls and ridges are no solids to a mesh.
LEAST_WALL_MM = 0.25
# Chosen: two elements across a flank, and more, since edges come out up to 1.2 times as long as wished.
EDGES_PER_FLANK = 2.6


@dataclass(frozen=True, kw_only=True)
class ScrewDesign:
    """The solid of a screw about its axis, from the entry to the tip.

    Attributes:
        diameter_mm: outer diameter.
        core_entry_mm: diameter of the core where the thread begins.
        core_tip_mm: diameter of the core where the tip cone begins; smaller makes the core conical.
        thread: its thread; None is a smooth cylinder of the outer diameter.
        tip_cone_mm: length of the cone at the tip.
        tip_share: radius of the blunt tip over the outer radius.
        shank_mm: length in bone, from the entry, that has no thread.
        shank_diameter_mm: diameter of that length and of the neck behind it.
        bore_mm: diameter of the bore of a cannulated screw; 0 is a solid one.
        source: where the numbers are from.
    """

    diameter_mm: float = number(7.0, 4.0, 11.0, "mm", "7.0-7.5 [V 1]; 8-9 for S2AI [V 54]")
    core_entry_mm: float = number(5.4, 2.0, 10.0, "mm", "chosen: mean core 5.0 [V 124, ST3_7]")
    core_tip_mm: float = number(4.6, 2.0, 10.0, "mm", "chosen: mean core 5.0 [V 124, ST3_7]")
    thread: Thread | None = Thread()  # noqa: RUF009, frozen
    tip_cone_mm: float = number(TIP_CONE_MM, 1.0, 15.0, "mm", "chosen")
    tip_share: float = number(TIP_RADIUS_SHARE, 0.1, 0.7, "1", "chosen: blunt")
    shank_mm: float = number(0.0, 0.0, 60.0, "mm", "chosen: thread up to the entry")
    shank_diameter_mm: float = number(6.0, 2.5, 11.0, "mm", "chosen: between core and thread")
    bore_mm: float = number(0.0, 0.0, 3.0, "mm", "chosen: solid")
    source: str = "chosen"

    def __post_init__(self) -> None:
        check_ranges(self, "screw.design")
        faults = []
        if self.thread is not None:
            faults += self._thread_faults(self.thread)
        wall = 0.5 * self.diameter_mm * self.tip_share - 0.5 * self.bore_mm
        if self.bore_mm > 0.0 and not wall >= LEAST_WALL_MM:
            faults.append(
                f"the bore of {self.bore_mm:g} mm leaves a wall of {wall:.2f} mm at the tip, below "
                f"{LEAST_WALL_MM:g} mm"
            )
        if faults:
            raise GeometryError(
                "; ".join(faults), where="screw.design", advice="Change the diameters, the pitch or the bore"
            )

    def _thread_faults(self, thread: Thread) -> list[str]:
        faults = []
        for name in ("core_entry_mm", "core_tip_mm"):
            core = getattr(self, name)
            depth = 0.5 * (self.diameter_mm - core)
            if not depth >= LEAST_WALL_MM:
                faults.append(
                    f"{name} is {core:g}, which leaves the thread {depth:.2f} mm of depth, below "
                    f"{LEAST_WALL_MM:g} mm"
                )
            elif not thread.root_mm(depth) >= LEAST_FLAT_SHARE * thread.pitch_mm:
                faults.append(
                    f"{name} is {core:g}, which leaves {thread.root_mm(depth):.2f} mm between the ridges, "
                    f"below {LEAST_FLAT_SHARE:g} of the pitch of {thread.pitch_mm:g} mm"
                )
        if not self.core_tip_mm <= self.core_entry_mm:
            faults.append(f"core_tip_mm is {self.core_tip_mm:g}, above core_entry_mm")
        if not self.core_entry_mm <= self.shank_diameter_mm <= self.diameter_mm:
            faults.append(f"shank_diameter_mm is {self.shank_diameter_mm:g}, not between core and thread")
        return faults

    @property
    def mean_core_mm(self) -> float:
        """Mean diameter of the core along the thread."""
        return 0.5 * (self.core_entry_mm + self.core_tip_mm)

    @property
    def tip_radius_mm(self) -> float:
        """Radius of the blunt end of the tip."""
        return self.tip_share * 0.5 * self.diameter_mm

    @property
    def neck_diameter_mm(self) -> float:
        """Diameter of the solid behind the entry."""
        return self.diameter_mm if self.thread is None else self.shank_diameter_mm

    @property
    def wished_edge_mm(self) -> float:
        """The edge that puts two elements across a flank and one on a crest; infinite without a thread.

        Longer than the crest, edges cut it off: two of the deepest threads lost 3 % of the screw.
        """
        if self.thread is None:
            return float("inf")
        shallow = 0.5 * (self.diameter_mm - self.core_entry_mm)
        return min(self.thread.flank_mm(shallow) / EDGES_PER_FLANK, self.thread.crest_mm)

    def flank_overlap_area_mm2(self, engaged_mm: float) -> float:
        """Bone that the thread reaches behind, seen along the axis, over that engaged length.

        FOA = (L / p) (pi / 4) (D^2 - Dc^2), Dc the mean core (Weidling 2022, doi 10.1038/s41598-022-11824-2).
        """
        if self.thread is None:
            return 0.0
        ridges = engaged_mm / self.thread.pitch_mm
        return ridges * pi / 4.0 * (self.diameter_mm**2 - self.mean_core_mm**2)

    def smoothed(self) -> "ScrewDesign":
        """The same design as a smooth cylinder of its outer diameter."""
        return replace(self, thread=None)

    def mirrored(self) -> "ScrewDesign":
        """The same design with the other handedness."""
        return self if self.thread is None else replace(self, thread=self.thread.mirrored())
