"""Where implants and grafts meet bone: faces that are cut open, what holds them, and how they move."""

from collections.abc import Mapping, Sequence

import numpy as np

from cases.construct.plan import Spine
from cases.construct.results import InterfaceMotion
from cases.schema_construct import ConstructCase
from cases.schema_interfaces import UNFUSED, UNILATERAL
from fem.connections import OneSidedSprings, Springs
from fem.contact import Contact, PartedMesh, Touching, contact_connections, contact_faces, parted
from fem.elastic import ElasticField
from geometry.arrays import Floats
from geometry.mesh import Mesh
from geometry.mirror import ACROSS
from materials.both_sides import LEFT, RIGHT

SCREW, GRAFT = "screw_", "graft_"
# What a cut leaves a screw or a graft joined to: its head, and other metal.
METAL = ("rod", "head", "cross_link", SCREW)
# Faces of a graft that are this square to its axis are its ends (chosen: within 25 degrees, not its rounded
# edges).
END_COSINE = 0.9
# Share of the faces that move less (chosen: as of stresses, the last points are the mesh's own).
MOST = 0.95
UM_PER_MM = 1000.0


def cut_open(case: ConstructCase, mesh: Mesh) -> PartedMesh | None:
    """The mesh with the interfaces of a case cut open; None where all is bonded."""
    opened = []
    if case.interfaces.screws == UNILATERAL:
        opened.append(SCREW)
    if case.interfaces.grafts == UNFUSED:
        opened.append(GRAFT)
    around = [part for part in mesh.part_names if not part.startswith((*METAL, GRAFT))]
    cuts: dict[str, tuple[Sequence[str], Sequence[str]]] = {
        part: ([part], around) for part in mesh.part_names if part.startswith(tuple(opened))
    }
    return parted(mesh, cuts) if cuts else None


def contacts_of(cut: PartedMesh | None, elastic: ElasticField) -> tuple[Contact, ...]:
    """The contact at each interface of a mesh."""
    if cut is None:
        return ()
    return tuple(contact_faces(cut.mesh, face, elastic) for face in cut.interfaces.values())


def interface_springs(spine: Spine, contacts: Sequence[Contact]) -> tuple[Springs | OneSidedSprings, ...]:
    """What presses at the interfaces, and what keeps them from sliding: threads of screws that are drawn as
    smooth cylinders along their axis, and the ends of grafts, which are impacted; their walls slide."""
    found: list[Springs | OneSidedSprings] = [*contact_connections(contacts)]
    threads = _smooth_axes(spine)
    grafts = {f"{GRAFT}{graft.side}": graft.axes for graft in spine.lumbar.grafts}
    for contact in contacts:
        if contact.name in grafts:
            *across, upright = grafts[contact.name]
            ends = np.abs(contact.normals @ upright) > END_COSINE
            found.append(contact.held_along(np.array(across), f"{contact.name} rough", ends))
        elif contact.name in threads:
            found.append(contact.held_along(threads[contact.name][None], f"{contact.name} thread"))
    return tuple(found)


def _smooth_axes(spine: Spine) -> Mapping[str, Floats]:
    """Axis of every screw without a drawn thread, shape (3,), by its part."""
    if spine.construct is None:
        return {}
    return {
        f"{SCREW}{name}{side}": (screw.tip_mm - np.array(screw.trajectory.entry_mm)) * hand
        for name, screw in spine.construct.screws.items()
        if screw.design is None
        for side, hand in ((LEFT, np.ones(3)), (RIGHT, ACROSS))
    }


def interface_motions(touching: Sequence[Touching]) -> dict[str, InterfaceMotion]:
    """How the faces of each contact move on each other under one load, by part."""
    return {one.contact.name: _motion(one) for one in touching}


def _motion(one: Touching) -> InterfaceMotion:
    areas = one.contact.areas_mm2
    return InterfaceMotion(
        touching_percent=100.0 * one.area_mm2 / float(areas.sum()),
        opening_um=UM_PER_MM * _reached(np.maximum(one.opening_mm, 0.0), areas),
        slip_um=UM_PER_MM * _reached(one.slip_mm, areas),
    )


def _reached(values: Floats, areas_mm2: Floats) -> float:
    """The value that most of an area stays below."""
    order = np.argsort(values, axis=None)
    below = np.cumsum(areas_mm2.ravel()[order])
    return float(values.ravel()[order][np.searchsorted(below, MOST * below[-1])])
