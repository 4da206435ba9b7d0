"""The springs of a construct: ligaments, fibres of discs, and joints that slide."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from cases.construct.plan import BONES, Spine
from cases.schema_construct import PRESSING, SLIDING
from fem.connections import OneSidedSprings, Springs, face_spring, springs_between, springs_to_points
from geometry.arrays import Floats, Ints
from geometry.ligaments import Ligament, annulus_fibres, lumbar_ligaments, pelvic_ligaments
from geometry.ligaments.annulus import annulus_volume_mm3
from geometry.mesh import Mesh
from geometry.mesh_faces import faces_between, surface_nodes
from materials.ligaments import LIGAMENT_LAWS, LINEAR, Branch
from materials.soft_tissue import DiscTissue, SoftTissue

CAPSULE = "capsular"
# The ischium is drawn with none of its bones: ligaments to it pull at the ground, which it is part of where
# the acetabula are held.
TO_ISCHIUM_WITH = "acetabula"
# The lost share of an element from which it holds no line.
MOSTLY = 0.5


def spine_springs(spine: Spine, mesh: Mesh, lost: Floats) -> tuple[Springs | OneSidedSprings, ...]:
    """All springs of a model on its mesh: one connection per ligament, or per branch of its curve.

    A line that ends in lost bone is gone with it.

    Args:
        spine: the shapes.
        mesh: of both sides.
        lost: share of each element that is lost, shape (m,).
    """
    tissue, law = spine.case.soft_tissue.tissue(), spine.case.soft_tissue.ligaments
    ends = _Ends(mesh, lost)
    found: list[Springs | OneSidedSprings] = []
    for ligament in spine_ligaments(spine):
        lengths = ends.lengths_mm(ligament)
        found += ends.pulling(ligament, ligament_branches(ligament, tissue, law, lengths), law)
    for level, disc in (("l5s1", spine.lumbar.l5s1), ("l4l5", spine.lumbar.l4l5)):
        if disc is None:
            continue
        parts = (f"l{level[1]}", "sacrum" if level == "l5s1" else "l5")
        fibres = annulus_fibres(disc, level, parts, tissue.disc.fibre_angle_deg)
        stiffness = fibre_stiffness_n_per_mm(tissue.disc, annulus_volume_mm3(disc), ends.lengths_mm(fibres))
        found += ends.pulling(fibres, (Branch(strain=0.0, n_per_mm=stiffness),), law)
    return (*found, *_facet_joints(spine, mesh, tissue))


def spine_ligaments(spine: Spine) -> tuple[Ligament, ...]:
    """The ligaments of a model; those to the ischium only where that stands still."""
    pelvic = pelvic_ligaments(spine.anatomy)
    if spine.case.loading.fixation != TO_ISCHIUM_WITH:
        pelvic = tuple(one for one in pelvic if one.second)
    return (*lumbar_ligaments(spine.anatomy, spine.lumbar), *pelvic)


def ligament_branches(
    ligament: Ligament, tissue: SoftTissue, law: str, lengths_mm: Floats
) -> tuple[Branch, ...]:
    """The curve of each line of a ligament by a row of `LIGAMENT_LAWS`; pelvic ones have one stiffness."""
    if ligament.kind in tissue.pelvic.kinds():
        whole, count = tissue.pelvic.stiffness_n_per_mm(ligament.kind), len(lengths_mm)
        return (Branch(strain=0.0, n_per_mm=np.full(count, whole / count)),)
    return LIGAMENT_LAWS[law](tissue.lumbar, ligament.kind, lengths_mm)


def summed(springs: Springs, branches: tuple[Branch, ...], lengths_mm: Floats) -> Iterator[OneSidedSprings]:
    """Springs that together pull along a curve of branches, each stiffer than the one before: from its strain
    on each adds what it is stiffer by.

    Args:
        springs: along the lines, of any stiffness.
        branches: with the stiffness of each line.
        lengths_mm: of the lines, shape (k,).
    """
    before = np.zeros(len(lengths_mm))
    for place, branch in enumerate(branches):
        more = branch.n_per_mm - before
        if (more > 0.0).all():
            name = springs.name if place == 0 else f"{springs.name}_from_{100.0 * branch.strain:g}_percent"
            one = replace(springs, name=name, stiffness_n_per_mm=more)
            yield one.one_sided(branch.strain * lengths_mm)
        before = branch.n_per_mm


def fibre_stiffness_n_per_mm(disc: DiscTissue, annulus_mm3: float, lengths_mm: Floats) -> Floats:
    """Stiffness of each line of an annulus, shape (k,): one area for all, and the fibres' volume together."""
    area_mm2 = disc.fibre_share * annulus_mm3 / lengths_mm.sum()
    return np.asarray(disc.fibre_young_mpa * area_mm2 / lengths_mm)


def _facet_joints(spine: Spine, mesh: Mesh, tissue: SoftTissue) -> list[Springs | OneSidedSprings]:
    """One spring along the normal of each facet joint, as stiff as its cartilage is against pressure; what
    pulls where it only presses is the capsule."""
    kind, law = spine.case.loading.facet_joints, spine.case.soft_tissue.ligaments
    if kind not in (PRESSING, SLIDING):
        return []
    found: list[Springs | OneSidedSprings] = []
    for name, joint in spine.lumbar.facet_joints:
        level = name.split("_")[1]
        below = faces_between(mesh, "sacrum" if level == "l5s1" else f"l{level[3]}", name)
        above = faces_between(mesh, f"l{level[1]}", name)
        area = joint.facet.width_mm * joint.facet.height_mm * 0.25 * np.pi
        stiffness = tissue.joints.facet_young_mpa * area / spine.lumbar.plan.facet_gap_mm
        both_ways = face_spring(mesh, below, above, stiffness, name=f"{name}_joint")
        if kind == SLIDING:
            found.append(both_ways)
            continue
        length = np.array([tissue.lumbar.capsule_mm])
        # counted inwards, a stretch is how far the joint is pressed together
        found.append(replace(both_ways, rows=csr_array(-both_ways.rows)).one_sided())
        capsule = replace(both_ways, name=f"{name}_capsule")
        found += summed(capsule, LIGAMENT_LAWS[law](tissue.lumbar, CAPSULE, length), length)
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

    def pulling(
        self, ligament: Ligament, branches: tuple[Branch, ...], law: str
    ) -> list[Springs | OneSidedSprings]:
        """The lines of a ligament between the nearest nodes of their bones; none where no line is left."""
        first, second = self._ends(ligament)
        holds = self._holds[first] if second is None else self._holds[first] & self._holds[second]
        if not holds.any():
            return []
        left = tuple(replace(branch, n_per_mm=branch.n_per_mm[holds]) for branch in branches)
        stiffness, name = left[-1].n_per_mm, ligament.name
        if second is None:
            points = ligament.lines_mm[holds, 1]
            springs = springs_to_points(self.mesh, first[holds], points, stiffness, name=name)
        else:
            pairs = np.stack([first[holds], second[holds]], axis=1)
            springs = springs_between(self.mesh, pairs, stiffness, name=name)
        if law == LINEAR:
            return [springs]
        return list(summed(springs, left, self.lengths_mm(ligament)[holds]))

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
