"""Faces that press but do not pull: Hertz's cylinders, and a beam that lifts off its bed."""

from collections.abc import Sequence

import numpy as np

from fem.contact import (
    Contact,
    OneSidedSolution,
    PartedMesh,
    contact_connections,
    contact_faces,
    parted,
    solve_one_sided,
)
from fem.discretisation import discretise
from fem.elastic import ElasticField, elastic_by_part
from fem.faces import face_patch
from fem.loads import LoadCase, face_traction
from fem.model import Model
from fem.supports import FixedComponents, FixedNodes, Support
from fem.verification.check import Check, near
from fem.verification.models import plane
from geometry.arrays import Floats, Ints
from geometry.blocks import block
from geometry.mesh import Mesh

# Which points touch is known to the nearest of them: two or three lie along half an element.
AREA, PRESSURE = 0.04, 0.02
# Half-width of the contact in mm, and how many elements lie along it.
HALF_MM, CELLS = 1.0, 8
RADIUS_MM = 100.0
# Plane strain modulus of both cylinders together: E 1000 and 3000 MPa, nu 0.3.
YOUNG_MPA = {"lower": 1000.0, "upper": 3000.0}
POISSON = 0.3
# A beam of 1 x 1 mm, E 1000, with a bed that lets it touch for 10 mm to either side of the load.
BEAM_MPA, TOUCHING_MM, BEAM_MM = 1000.0, 10.0, 16.0


def contact_checks() -> list[Check]:
    """Half-widths of contact, pressures, and how deep a beam sinks."""
    return [*_hertz(), *_lifting_beam()]


def touched(model: Model, contact: Contact) -> OneSidedSolution:
    """The solution that these checks use; tests spoil it here to see that every gate can fail."""
    return solve_one_sided(model, contacts=[contact])


def _hertz() -> list[Check]:
    """Two long cylinders of different moduli, pressed so that the contact is 2 mm wide: a slice in plane
    strain on this side of the plane of symmetry, twelve half-widths deep and wide."""
    modulus = 1.0 / sum((1.0 - POISSON**2) / young for young in YOUNG_MPA.values())
    force_n_per_mm = np.pi * modulus * HALF_MM**2 / (4.0 * RADIUS_MM)
    peak_mpa = 2.0 * force_n_per_mm / (np.pi * HALF_MM)
    across = np.append(np.linspace(0.0, 1.25, CELLS * 5 // 4 + 1), np.geomspace(1.25, 12.0, 10)[1:])
    up = np.append(np.linspace(0.0, 1.0, CELLS // 2 + 1), np.geomspace(1.0, 12.0, 8)[1:])
    width_mm = 2.0 * HALF_MM / CELLS
    cut = two_blocks((across, np.array([0.0, width_mm]), np.append(-up[:0:-1], up)))
    mesh, interface = cut.mesh, cut.interfaces["touch"]
    elastic = elastic_by_part(mesh, {part: (young, POISSON) for part, young in YOUNG_MPA.items()})
    gap_mm = face_patch(mesh, interface.first).points_mm[..., 0] ** 2 / (2.0 * RADIUS_MM)
    contact = contact_faces(mesh, interface, elastic, clearance_mm=gap_mm)
    held = [plane(mesh, face) for face in ("x0", "y0", "y1", "z0")]
    half_load = np.array([0.0, 0.0, -0.5 * force_n_per_mm * width_mm])
    load = face_traction(mesh, mesh.face("z1"), half_load, "press")
    found = touched(pressed_model(mesh, elastic, held, load, contact), contact).of("touch", "press")
    middle = contact.points_mm[..., 0] < 0.25 * HALF_MM
    shape = np.sqrt(1.0 - (contact.points_mm[middle][:, 0] / HALF_MM) ** 2)
    peak = float(found.pressure_mpa[middle].sum() / shape.sum())
    source = "Hertz 1882"
    return [
        near("Hertz's cylinders", "half-width (mm)", found.area_mm2 / width_mm, HALF_MM, AREA, source),
        near("Hertz's cylinders", "peak pressure (MPa)", peak, peak_mpa, PRESSURE, source),
    ]


def _lifting_beam() -> list[Check]:
    """A beam pressed in its middle on a bed that does not pull: by Hetenyi's beam of finite length on a bed,
    whose ends stay level where they are pi / (2 lambda) from the load; beyond, the beam lifts off."""
    slope = np.pi / (2.0 * TOUCHING_MM)
    bed_n_per_mm3 = 4.0 * BEAM_MPA / 12.0 * slope**4
    sunk_mm = slope / (2.0 * bed_n_per_mm3) / np.tanh(0.5 * np.pi)
    ticks = (np.linspace(0.0, BEAM_MM, 49), np.linspace(0.0, 1.0, 2), np.array([-0.5, 0.0, 0.5, 1.0]))
    cut = two_blocks(ticks)
    mesh = cut.mesh
    elastic = elastic_by_part(mesh, {"lower": (BEAM_MPA, 0.0), "upper": (BEAM_MPA, 0.0)})
    contact = contact_faces(mesh, cut.interfaces["touch"], elastic, stiffness_n_per_mm3=bed_n_per_mm3)
    ground = np.unique(mesh.tets[mesh.part == 0])
    upper = np.unique(mesh.tets[mesh.part == 1])
    middle = upper[mesh.nodes_mm[upper, 0] == 0.0]
    held: list[Support] = [
        FixedNodes(name="ground", nodes=ground),
        FixedComponents(name="symmetry", nodes=middle, components=(True, False, False)),
        FixedComponents(name="guide", nodes=upper, components=(False, True, False)),
    ]
    cut_face = mesh.face("x0")[np.isin(mesh.face("x0"), middle).all(axis=1)]
    load = face_traction(mesh, cut_face, np.array([0.0, 0.0, -0.5]), "press")
    state = touched(pressed_model(mesh, elastic, held, load, contact), contact)
    found, deepest = state.of("touch", "press"), -float(state.of("touch", "press").opening_mm.min())
    source = "Hetenyi 1946; Weitsman 1970"
    return [
        near("beam on a bed", "half-width of contact (mm)", found.area_mm2, TOUCHING_MM, AREA, source),
        near("beam on a bed", "deepest sinking (mm)", deepest, sunk_mm, PRESSURE, source),
    ]


def two_blocks(ticks: tuple[Floats, Floats, Floats]) -> PartedMesh:
    """A block on grid planes, cut open at z = 0 between parts "lower" and "upper"."""

    def side(centroids: Floats) -> Ints:
        return np.asarray(centroids[:, 2] > 0.0, dtype=np.int64)

    whole = block((1, 1, 1), ticks=ticks, part_of=side, part_names=("lower", "upper"))
    return parted(whole, {"touch": (("lower",), ("upper",))})


def pressed_model(
    mesh: Mesh, elastic: ElasticField, held: Sequence[Support], load: LoadCase, contact: Contact
) -> Model:
    """A model with one contact and one load."""
    connections = contact_connections([contact])
    return Model(
        discretisation=discretise(mesh, connections=connections),
        elastic=elastic,
        supports=tuple(held),
        load_cases=(load,),
        connections=connections,
    )
