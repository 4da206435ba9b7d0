"""Screws that stand off the bone as far as their heads need, once these lean to the rod."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from geometry.errors import GeometryError
from geometry.field import Field
from geometry.rods.rod import RodDesign
from geometry.rods.seat import SeatedRod, seated_rod
from geometry.screws.screw import Screw
from geometry.screws.tulip import TulipDesign

# Chosen: room between metal and bone, as wide as a mesh can leave open.
CLEARANCE_MM = 2.0
# Chosen: no surgeon leaves more of a screw outside the bone.
STEP_MM, MOST_STANDOFF_MM = 0.5, 25.0
# Chosen: where common heads (30 degrees) do not lean far enough for the rod, these are used instead, and
# `Construct.findings` tells of it: the paper's alar screw and a straight rod ask for 41 degrees.
FURTHEST_LEAN_DEG = 60.0


@dataclass(frozen=True, kw_only=True)
class Room:
    """How far a head, with the rod beside it, is from the bone that is nearest.

    Attributes:
        gap_mm: negative in bone.
        bone: its name.
    """

    gap_mm: float
    bone: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Screws with their heads on a rod, clear of the bones.

    Attributes:
        screws: as planned, but standing off as far as they must, by name.
        seated: the rod and the heads, in their order.
    """

    screws: Mapping[str, Screw]
    seated: SeatedRod


def standing(
    screws: Mapping[str, Screw], bones: Mapping[str, Field], rod: RodDesign, tulip: TulipDesign
) -> Standing:
    """These screws, pulled out of the bone until their heads, as they lean to the rod, clear it.

    The head with the least room is raised until all have `CLEARANCE_MM`. Heads that cannot reach the rod
    within their limit lean further, up to `FURTHEST_LEAN_DEG`.

    Args:
        screws: by name, from the first to the last on the rod; none is pushed in.
        bones: by name.
        rod, tulip: designs.

    Raises:
        GeometryError: a head finds no room, or no rod leads through the heads.
    """
    raised = dict(screws)
    widest = {name: Room(gap_mm=-np.inf, bone="") for name in raised}
    while True:
        seated = _seated(raised, rod, tulip)
        rooms = rooms_of(seated, bones)
        name, room = min(zip(raised, rooms, strict=True), key=lambda pair: pair[1].gap_mm)
        if room.gap_mm >= CLEARANCE_MM:
            return Standing(screws=raised, seated=seated)
        widest[name] = max(widest[name], room, key=lambda one: one.gap_mm)
        # what is missing: no head gains room faster than it is raised
        steps = np.ceil((CLEARANCE_MM - room.gap_mm) / STEP_MM)
        standoff = raised[name].head_standoff_mm + STEP_MM * float(steps)
        if not standoff <= MOST_STANDOFF_MM:
            best = widest[name]
            raise GeometryError(
                f"the head of {name} finds no room up to {MOST_STANDOFF_MM:g} mm out: "
                f"{best.gap_mm:.1f} mm to {best.bone} at most, {CLEARANCE_MM:g} mm needed",
                where="construct",
                advice="Resect more of the bone beside it, such as the facets and the lamina of L5, "
                "or move the entry of the screw",
            )
        raised[name] = replace(raised[name], head_standoff_mm=standoff)


def rooms_of(seated: SeatedRod, bones: Mapping[str, Field]) -> tuple[Room, ...]:
    """The room of each head, in their order."""
    line, radius = seated.rod.centreline_mm, 0.5 * seated.rod.design.diameter_mm
    saddles = np.array([head.saddle_mm for head in seated.tulips])
    owner = np.linalg.norm(line[:, None] - saddles, axis=2).argmin(axis=1)
    rooms = []
    for index, head in enumerate(seated.tulips):
        beside = line[owner == index]
        gaps = {
            name: min(float(bone(head.block_mm).min()), float(bone(beside).min()) - radius)
            for name, bone in bones.items()
        }
        nearest = min(gaps, key=lambda name: gaps[name])
        rooms.append(Room(gap_mm=gaps[nearest], bone=nearest))
    return tuple(rooms)


def _seated(screws: Mapping[str, Screw], rod: RodDesign, tulip: TulipDesign) -> SeatedRod:
    """The rod through these heads, which lean further where they must."""
    try:
        return seated_rod(list(screws.values()), rod, tulip)
    except GeometryError:
        further = replace(tulip, tilt_limit_deg=max(tulip.tilt_limit_deg, FURTHEST_LEAN_DEG))
        return seated_rod(list(screws.values()), rod, further)
