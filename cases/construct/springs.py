"""The springs of a construct: ligaments, fibres of discs, and joints that slide."""

import numpy as np
from scipy.spatial import KDTree

from cases.construct.plan import BONES, Spine
from fem.connections import Springs, face_spring, springs_between, springs_to_points
from geometry.arrays import Floats, Ints
from geometry.ligaments import Ligament, annulus_fibres, lumbar_ligaments, pelvic_ligaments
from geometry.ligaments.annulus import annulus_volume_mm3
from geometry.mesh import Mesh
from geometry.mesh_faces import faces_between, surface_nodes
from materials.soft_tissue import DiscTissue, SoftTissue

SLIDING = "sliding"
# The ischium is drawn with none of its bones: ligaments to it pull at the ground, which it is part of where
# the acetabula are held.
TO_ISCHIUM_WITH = "acetabula"
# The lost share of an element from which it holds no line.
MOSTLY = 0.5


def spine_springs(spine: Spine, mesh: Mesh, lost: Floats) -> tuple[Springs, ...]:
    """All springs of a model on its mesh, one connection per ligament; they push as they pull.

    A line that ends in lost bone is gone with it.

    Args:
        spine: the shapes.
        mesh: of both sides.
        lost: share of each element that is lost, shape (m,).
    """
    tissue = spine.case.soft_tissue.tissue()
    ends = _Ends(mesh, lost)
    found = []
    for ligament in spine_ligaments(spine):
        stiffness = spring_stiffness_n_per_mm(ligament, tissue, ends.lengths_mm(ligament))
        found += ends.springs(ligament, stiffness)
    for level, disc in (("l5s1", spine.lumbar.l5s1), ("l4l5", spine.lumbar.l4l5)):
        if disc is None:
            continue
        parts = (f"l{level[1]}", "sacrum" if level == "l5s1" else "l5")
        fibres = annulus_fibres(disc, level, parts, tissue.disc.fibre_angle_deg)
        stiffness = fibre_stiffness_n_per_mm(tissue.disc, annulus_volume_mm3(disc), ends.lengths_mm(fibres))
        found += ends.springs(fibres, stiffness)
    return (*found, *_sliding_joints(spine, mesh, tissue))


def spine_ligaments(spine: Spine) -> tuple[Ligament, ...]:
    """The ligaments of a model; those to the ischium only where that stands still."""
    pelvic = pelvic_ligaments(spine.anatomy)
    if spine.case.loading.fixation != TO_ISCHIUM_WITH:
        pelvic = tuple(one for one in pelvic if one.second)
    return (*lumbar_ligaments(spine.anatomy, spine.lumbar), *pelvic)


def spring_stiffness_n_per_mm(ligament: Ligament, tissue: SoftTissue, lengths_mm: Floats) -> Floats:
    """Stiffness of each line of a ligament, shape (k,): E A / L shared by its lines, or its share of the
    whole."""
    count = len(lengths_mm)
    if ligament.kind in tissue.pelvic.kinds():
        return np.full(count, tissue.pelvic.stiffness_n_per_mm(ligament.kind) / count)
    return np.asarray(tissue.lumbar.stretching_n(ligament.kind) / (count * lengths_mm))


def fibre_stiffness_n_per_mm(disc: DiscTissue, annulus_mm3: float, lengths_mm: Floats) -> Floats:
    """Stiffness of each line of an annulus, shape (k,): one area for all, and the fibres' volume together."""
    area_mm2 = disc.fibre_share * annulus_mm3 / lengths_mm.sum()
    return np.asarray(disc.fibre_young_mpa * area_mm2 / lengths_mm)


def _sliding_joints(spine: Spine, mesh: Mesh, tissue: SoftTissue) -> list[Springs]:
    """One spring along the normal of each facet joint, as stiff as its cartilage is against pressure."""
    if spine.case.loading.facet_joints != SLIDING:
        return []
    found = []
    for name, joint in spine.lumbar.facet_joints:
        level = name.split("_")[1]
        below = faces_between(mesh, "sacrum" if level == "l5s1" else f"l{level[3]}", name)
        above = faces_between(mesh, f"l{level[1]}", name)
        area = joint.facet.width_mm * joint.facet.height_mm * 0.25 * np.pi
        stiffness = tissue.joints.facet_young_mpa * area / spine.lumbar.plan.facet_gap_mm
        found.append(face_spring(mesh, below, above, stiffness, name=f"{name}_joint"))
    return found


class _Ends:
    """Finds the nodes of a mesh that the ends of ligaments are tied to."""

    def __init__(self, mesh: Mesh, lost: Floats) -> None:
        self.mesh = mesh
        # a node holds while any bone around it is mostly there
        self._holds = np.zeros(len(mesh.nodes_mm), bool)
        for part in BONES:
            if part in mesh.part_names:
                mine = (mesh.part == mesh.part_index(part)) & (lost < MOSTLY)
                self._holds[mesh.tets[mine]] = True
        self._found: dict[str, tuple[Ints, KDTree]] = {}

    def springs(self, ligament: Ligament, stiffness_n_per_mm: Floats) -> list[Springs]:
        """The lines of a ligament between the nearest nodes of their bones; none where no line is left."""
        first, second = self._ends(ligament)
        holds = self._holds[first] if second is None else self._holds[first] & self._holds[second]
        if not holds.any():
            return []
        stiffness, name = stiffness_n_per_mm[holds], ligament.name
        if second is None:
            points = ligament.lines_mm[holds, 1]
            return [springs_to_points(self.mesh, first[holds], points, stiffness, name=name)]
        pairs = np.stack([first[holds], second[holds]], axis=1)
        return [springs_between(self.mesh, pairs, stiffness, name=name)]

    def lengths_mm(self, ligament: Ligament) -> Floats:
        """Lengths of the lines between those nodes, shape (k,)."""
        first, second = self._ends(ligament)
        nodes = self.mesh.nodes_mm
        far = ligament.lines_mm[:, 1] if second is None else nodes[second]
        return np.asarray(np.linalg.norm(far - nodes[first], axis=1))

    def _ends(self, ligament: Ligament) -> tuple[Ints, Ints | None]:
        """Nodes at both ends of each line, shape (k,) each; no second ones on the ground."""
        first = self._nodes(ligament.first, ligament.lines_mm[:, 0])
        second = self._nodes(ligament.second, ligament.lines_mm[:, 1]) if ligament.second else None
        return first, second

    def _nodes(self, part: str, points_mm: Floats) -> Ints:
        if part not in self._found:
            nodes = surface_nodes(self.mesh, part)
            self._found[part] = (nodes, KDTree(self.mesh.nodes_mm[nodes]))
        nodes, tree = self._found[part]
        return np.asarray(nodes[tree.query(points_mm)[1]])
