"""What screws and rods carry: forces and moments through planes across them."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np

from cases.construct.model import N_MM_PER_N_M, SpineModel
from cases.construct.results import CarriedLoad
from fem.section_forces import SectionForces, Stations, section_forces, straight_stations
from fem.solution import Solution
from geometry.arrays import Floats
from geometry.construct import Construct
from geometry.mirror import ACROSS
from materials.both_sides import LEFT, RIGHT

# The first plane across a screw is outside the bone by this share of what stands out, where all of its load
# still is in it (chosen): further out the head begins, further in a slanting wall is in bone already.
OUTSIDE_SHARE = 0.65
# Planes further in, this far apart: elements on a screw are about as long (chosen). The tip carries nothing.
STEP_MM = 5.0
# A rod is cut at so many places of each span, clear of the heads, which are 13 mm wide (chosen).
FREE_SHARES, PER_SPAN = (0.25, 0.75), 5


def carried_loads(setup: SpineModel, solution: Solution, direction: str) -> dict[str, CarriedLoad]:
    """What each screw and each rod carries in one direction, by part; none without implants.

    Screws are cut from just outside the bone to near the tip, rods between neighbouring heads.
    """
    construct = setup.spine.construct
    if construct is None:
        return {}
    found = {}
    for part, along, stations in stations_of(construct):
        forces = section_forces(solution, direction, [part], stations)
        found[part] = carried_load(along, forces)
    return found


def stations_of(construct: Construct) -> Iterator[tuple[str, Floats, Stations]]:
    """Each screw and rod of both sides with its places in mm and its planes."""
    for side, hand in ((LEFT, np.ones(3)), (RIGHT, ACROSS)):
        for name, screw in construct.screws.items():
            entry, tip = np.array(screw.trajectory.entry_mm) * hand, screw.tip_mm * hand
            inside = np.arange(STEP_MM, screw.trajectory.length_mm - STEP_MM, STEP_MM)
            along = np.concatenate([[-OUTSIDE_SHARE * screw.head_standoff_mm], inside])
            yield f"screw_{name}{side}", along, straight_stations(entry, tip, along, _across(tip - entry))
        along, stations = _rod_stations(construct, hand)
        yield f"rod{side}", along, stations


def _rod_stations(construct: Construct, hand: Floats) -> tuple[Floats, Stations]:
    """Places between neighbouring heads, in mm from the upper end of the rod, and the planes there."""
    rod = construct.seated.rod
    line = rod.centreline_mm * hand
    nearest = [int(np.linalg.norm(line - point * hand, axis=1).argmin()) for point in rod.through_mm]
    share = np.linspace(*FREE_SHARES, PER_SPAN)
    spans = [one + share * (other - one) for one, other in pairwise(nearest)]
    places = np.rint(np.concatenate(spans)).astype(np.int64)
    axes = line[places + 1] - line[places - 1]
    axes /= np.linalg.norm(axes, axis=1)[:, None]
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])[places]
    first = np.array([_across(axis) for axis in axes])
    return along, Stations(points_mm=line[places], axes=axes, first=first)


def _across(axis: Floats) -> Floats:
    """A unit vector square to an axis, shape (3,)."""
    square = np.cross(axis, np.eye(3)[np.abs(axis).argmin()])
    return np.asarray(square / np.linalg.norm(square))


def carried_load(along_mm: Floats, forces: SectionForces) -> CarriedLoad:
    """The forces as plain numbers."""
    columns: Mapping[str, Floats] = {
        "along_mm": along_mm,
        "axial_n": forces.axial_n,
        "shear_n": forces.shear_size_n,
        "bending_n_m": forces.bending_size_nmm / N_MM_PER_N_M,
        "torsion_n_m": forces.torsion_nmm / N_MM_PER_N_M,
    }
    return CarriedLoad(**{name: tuple(values.tolist()) for name, values in columns.items()})
