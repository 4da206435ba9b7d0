"""From a spine and its mesh to one mechanical model with all load cases."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cases.build import material_of
from cases.construct.directions import CURVE, MOMENT, directions_of
from cases.construct.interfaces import contacts_of, cut_open, interface_springs
from cases.construct.plan import Spine, body_losses
from cases.construct.springs import spine_springs
from cases.elasticity import FINE_RULE, elastic_field, weakened
from fem.contact import Contact
from fem.discretisation import discretise
from fem.loads import LoadCase, combined, face_moment, face_traction, remote_load
from fem.model import Model
from fem.supports import FixedNodes
from geometry.arrays import Bools, Floats, Ints
from geometry.errors import ModelError
from geometry.mesh import Mesh
from geometry.mesh_faces import outer_faces, surface_nodes
from materials.anisotropy import ANISOTROPIES, lay_grain
from materials.both_sides import LEFT, RIGHT, on_both_sides
from materials.field import MaterialField, map_material
from materials.loss_field import map_loss
from materials.regions.bones import regional_bones
from materials.tables import LOST_BONE, METALS, Solid

# The loaded endplate is the outside of the vertebra this far above and below its plane, and up to this share
# of its rim (chosen: its hollow and its rounded rim).
ENDPLATE_MM, RIM_SHARE = 3.0, 1.0
# The roof of an acetabulum is the outside of the ilium this near to the centre of the hip (chosen: the head
# of a femur with its cartilage has 26 mm, and the bone is cut off through the roof).
ACETABULUM_MM = 34.0
N_MM_PER_N_M = 1000.0


@dataclass(frozen=True, kw_only=True, eq=False)
class SpineModel:
    """One model of a case on its mesh.

    Attributes:
        spine: the shapes.
        model: to be solved, a load case for each direction of the case.
        material: before bone is lost.
        lost: share of each element that is lost, shape (m,).
        contacts: where faces may part; none where all is bonded.
    """

    spine: Spine
    model: Model
    material: MaterialField
    lost: Floats
    contacts: tuple[Contact, ...]

    @property
    def mesh(self) -> Mesh:
        """Of both sides."""
        return self.model.discretisation.mesh

    def body(self, part: str) -> Bools:
        """The elements of a part that are mostly left, shape (m,)."""
        return np.asarray((self.mesh.part == self.mesh.part_index(part)) & (self.lost < 0.5))


def spine_model(spine: Spine, mesh: Mesh) -> SpineModel:
    """Material, springs, supports and loads on a mesh, cut open where its interfaces may part.

    Raises:
        ModelError: a support or a loaded face that is not there.
    """
    cut = cut_open(spine.case, mesh)
    mesh = mesh if cut is None else cut.mesh
    bone = on_both_sides(material_of(spine.case.bone, regional_bones(spine.anatomy, spine.lumbar)))
    material = map_material(mesh, bone, solids(spine, mesh))
    anisotropy = ANISOTROPIES[spine.case.bone.anisotropy]
    grain = None if anisotropy is None else lay_grain(mesh, spine.anatomy, anisotropy)
    elastic, lost = elastic_field(material, grain), np.zeros(len(mesh.tets))
    fill = LOST_BONE[spine.case.body_loss.fill].young_mpa
    for family, fraction in body_losses(spine):
        share = map_loss(mesh, family).lost_share(family.threshold(fraction), FINE_RULE.barycentric)
        elastic, lost = weakened(elastic, share, fill), lost + share
    contacts = contacts_of(cut, elastic)
    springs = (*spine_springs(spine, mesh, lost), *interface_springs(spine, contacts))
    model = Model(
        discretisation=discretise(mesh, connections=springs),
        elastic=elastic,
        supports=(FixedNodes(name=spine.case.loading.fixation, nodes=held_nodes(spine, mesh)),),
        load_cases=load_cases(spine, mesh),
        connections=springs,
    )
    return SpineModel(spine=spine, model=model, material=material, lost=lost, contacts=contacts)


def solids(spine: Spine, mesh: Mesh) -> Mapping[str, Solid]:
    """What every part that is no bone is made of, by its name in the mesh."""
    case, tissue = spine.case, spine.case.soft_tissue.tissue()
    sacral = {one.title(): METALS[one.metal] for one in case.screws}
    facet = tissue.joints.facet()
    if case.loading.facet_joints != "bonded":
        # a spring, or nothing, takes the place of the cartilage
        facet = LOST_BONE["void"]
    by_name = {
        "rod": METALS[case.rods.metal],
        "head": METALS[case.rods.metal],
        "cross_link": METALS[case.rods.metal],
        "graft": tissue.disc.graft(),
        "cartilage": tissue.joints.sacroiliac(),
        "facet": facet,
        "nucleus": tissue.disc.nucleus(),
        "annulus": tissue.disc.annulus(),
    }
    found = {}
    for part in mesh.part_names:
        name = part.removesuffix(LEFT).removesuffix(RIGHT)
        kind = name.split("_")[-1] if name.startswith("disc") else name.split("_")[0]
        if name.startswith("screw_"):
            found[part] = sacral.get(name.removeprefix("screw_"), METALS[case.rods.metal])
        elif name == "cross_link":
            found[part] = by_name[name]
        elif kind in by_name:
            found[part] = by_name[kind]
    return found


def load_cases(spine: Spine, mesh: Mesh) -> tuple[LoadCase, ...]:
    """The load of every direction on the upper endplate of the top vertebra."""
    faces, loading = loaded_faces(spine, mesh), spine.case.loading
    found = []
    for name, direction in directions_of(spine.case).items():
        vector = direction.load(loading) * spine.heading(direction)
        if direction.kind == MOMENT:
            found.append(face_moment(mesh, faces, N_MM_PER_N_M * vector, name=name))
        elif direction.told_in == CURVE:
            pushes = (face_traction(mesh, faces, vector), *_turns(spine, mesh, direction.load(loading)))
            found.append(combined(name, pushes))
        else:
            found.append(face_traction(mesh, faces, vector, name=name))
    return tuple(found)


def _turns(spine: Spine, mesh: Mesh, force_n: float) -> tuple[LoadCase, ...]:
    """What a follower load does to L5 below L4, where its path turns: in the model, rollers on its body."""
    if spine.lumbar.l4 is None:
        return ()
    ways = np.diff(spine.curve_mm, axis=0)
    ways /= np.linalg.norm(ways, axis=1)[:, None]
    push = force_n * (ways[1] - ways[0])
    return (remote_load(mesh, outer_faces(mesh, "l5"), spine.curve_mm[1], force_n=push),)


def loaded_faces(spine: Spine, mesh: Mesh) -> Ints:
    """Faces of the upper endplate of the top vertebra, shape (k, 6)."""
    plate = spine.top.upper
    faces = outer_faces(mesh, spine.top_name)
    across, back, height = ((mesh.nodes_mm[faces].mean(axis=1) - plate.centre_mm) @ plate.axes.T).T
    inside = np.hypot(across / plate.half_width_mm, back / plate.half_depth_mm) < RIM_SHARE
    return np.asarray(faces[inside & (np.abs(height) < ENDPLATE_MM)])


def held_nodes(spine: Spine, mesh: Mesh) -> Ints:
    """Nodes that stand still, shape (k,).

    Raises:
        ModelError: there are none.
    """
    held = HOLDS[spine.case.loading.fixation](spine, mesh)
    if not len(held):
        raise ModelError("nothing is there to be held", where="loading.fixation", advice="Choose another")
    return held


def _acetabula(spine: Spine, mesh: Mesh) -> Ints:
    found = []
    for side, hand in ((LEFT, 1.0), (RIGHT, -1.0)):
        nodes = np.unique(outer_faces(mesh, f"ilium{side}"))
        hip = spine.anatomy.ilium.landmarks["hip"] * np.array([hand, 1.0, 1.0])
        found.append(nodes[np.linalg.norm(mesh.nodes_mm[nodes] - hip, axis=1) < ACETABULUM_MM])
    return np.concatenate(found)


def _auricular(spine: Spine, mesh: Mesh) -> Ints:
    del spine
    sides = (f"cartilage{side}" for side in (LEFT, RIGHT))
    on_sacrum = surface_nodes(mesh, "sacrum")
    return np.concatenate([np.intersect1d(on_sacrum, surface_nodes(mesh, side)) for side in sides])


def _distal_sacrum(spine: Spine, mesh: Mesh) -> Ints:
    nodes = surface_nodes(mesh, "sacrum")
    arc, _ = spine.anatomy.sacrum.curve_coordinates(mesh.nodes_mm[nodes])
    return np.asarray(nodes[arc > spine.anatomy.sacrum.junction_arcs_mm[1]])


HOLDS = {"acetabula": _acetabula, "auricular": _auricular, "distal_sacrum": _distal_sacrum}
