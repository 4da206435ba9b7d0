"""The part of a load that goes through the strut grafts, by what passes through the middle of each block."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cases.construct.directions import DIRECTIONS, MOMENT
from cases.construct.model import N_MM_PER_N_M, SpineModel
from cases.construct.results import CarriedLoad
from cases.construct.sections import carried_load
from fem.section_forces import SectionForces, Stations, section_forces
from fem.solution import Solution
from geometry.arrays import Floats
from geometry.lumbar.graft import Graft


@dataclass(frozen=True, kw_only=True)
class GraftLoad:
    """What both grafts carry in one direction.

    Attributes:
        share_percent: of the applied force, along it; or of the applied moment, about its axis through the
            point halfway between both blocks, to which their forces add by their arms. 0 without grafts.
        carried: through the middle of each block, by part; tension is positive.
    """

    share_percent: float
    carried: Mapping[str, CarriedLoad]


def graft_load(setup: SpineModel, solution: Solution, name: str) -> GraftLoad:
    """What the grafts carry of the load of one direction."""
    spine, direction = setup.spine, DIRECTIONS[name]
    grafts, load = spine.lumbar.grafts, direction.load(spine.case.loading)
    forces = {
        f"graft_{graft.side}": section_forces(solution, name, [f"graft_{graft.side}"], graft_stations(graft))
        for graft in grafts
    }
    passed = np.zeros(3)
    if grafts:
        middle = np.mean([graft.centre_mm for graft in grafts], axis=0)
        for one in forces.values():
            force_n, moment_nmm = resultant(one, middle)
            passed += moment_nmm / N_MM_PER_N_M if direction.kind == MOMENT else force_n
    return GraftLoad(
        share_percent=100.0 * float(passed @ spine.heading(direction)) / load,
        carried={part: carried_load(np.zeros(1), one) for part, one in forces.items()},
    )


def graft_stations(graft: Graft) -> Stations:
    """The plane square to a block through its middle."""
    return Stations(points_mm=graft.centre_mm[None], axes=graft.axes[2:], first=graft.axes[:1])


def resultant(forces: SectionForces, about_mm: Floats) -> tuple[Floats, Floats]:
    """Force and moment about a point that pass down through the first plane, in the axes of the mesh, shape
    (3,) each: what the piece above does to the piece below."""
    planes = forces.stations
    frame = np.stack([planes.axes[0], planes.first[0], planes.second[0]])
    force_n = np.array([forces.axial_n[0], *forces.shear_n[0]]) @ frame
    moment_nmm = np.array([forces.torsion_nmm[0], *forces.bending_nmm[0]]) @ frame
    return force_n, moment_nmm + np.cross(planes.points_mm[0] - about_mm, force_n)
