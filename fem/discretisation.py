"""Everything that depends on the mesh alone and is used again for every material on it."""

from dataclasses import dataclass

import numpy as np

from fem.ordering import Colouring, graph_levels, slab_order, slabs
from fem.patterns import BlockPattern, Incidence, Int32s, SplitPattern, incidence_of, pattern_of, split
from geometry.arrays import Floats, Ints
from geometry.errors import MeshError
from geometry.mesh import TET_EDGES, Mesh

# Chosen: a mid node may miss the middle of its edge by this share of the edge; more would be a curved
# element.
STRAIGHT = 1e-6


@dataclass(frozen=True, kw_only=True)
class Discretisation:
    """A mesh, numbered anew for speed; whoever uses it speaks mesh numbering, only the solver sees the new
    one.

    Attributes:
        mesh: the mesh itself.
        node_order: mesh node at each inner place, shape (n,).
        element_order: mesh element at each inner place, shape (m,).
        tets: inner nodes of inner elements, shape (m, 10).
        gradients: of the four barycentric coordinates, 1/mm, inner elements, shape (m, 4, 3).
        volumes_mm3: inner elements, shape (m,).
        node_colours, element_colours: how threads share the work.
        incidence, pattern: of the quadratic nodes.
        vertices: inner nodes that are vertices, ascending, shape (nv,).
        vertex_tets: vertex numbers of inner elements, shape (m, 4).
        vertex_colours, vertex_incidence, vertex_pattern: of the linear vertices.
        parents: the two vertices each inner node lies between (twice itself for a vertex), shape (n, 2).
        children: the inner mid nodes around each vertex, as an incidence.
    """

    mesh: Mesh
    node_order: Ints
    element_order: Ints
    tets: Int32s
    gradients: Floats
    volumes_mm3: Floats
    node_colours: Colouring
    element_colours: Colouring
    incidence: Incidence
    pattern: SplitPattern
    vertices: Ints
    vertex_tets: Int32s
    vertex_colours: Colouring
    vertex_incidence: Incidence
    vertex_pattern: BlockPattern
    parents: Int32s
    children: Incidence

    @property
    def unknowns(self) -> int:
        """Three for each node of the mesh, held ones included."""
        return 3 * len(self.node_order)

    def to_inner(self, nodal: Floats) -> Floats:
        """Nodal values of shape (n, ...) from mesh numbering to inner numbering."""
        return np.ascontiguousarray(nodal[self.node_order])

    def to_mesh(self, inner: Floats) -> Floats:
        """Nodal values of shape (n, ...) from inner numbering to mesh numbering."""
        nodal = np.empty_like(inner)
        nodal[self.node_order] = inner
        return nodal


def discretise(mesh: Mesh) -> Discretisation:
    """The discretisation of a mesh of straight quadratic tetrahedra; refuses curved, flat or inverted
    ones."""
    _check(mesh)
    count = len(mesh.nodes_mm)
    node_slab = _node_slabs(mesh)
    order, node_colours = slab_order(node_slab, mesh.nodes_mm)
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    # an element belongs to the first slab it touches, so it touches at most this one and the next
    elements, element_colours = slab_order(
        node_slab[mesh.tets[:, :4]].min(axis=1), mesh.corner_points_mm().mean(axis=1)
    )
    tets = place[mesh.tets[elements]].astype(np.int32)
    gradients, volumes = barycentric_gradients(mesh.corner_points_mm()[elements])

    vertices = np.unique(tets[:, :4]).astype(np.int64)
    vertex_of = np.full(count, -1, np.int32)
    vertex_of[vertices] = np.arange(len(vertices), dtype=np.int32)
    vertex_tets = vertex_of[tets[:, :4]]
    parents = np.empty((count, 2), np.int32)
    parents[vertices] = vertex_of[vertices][:, None]
    for edge, ends in enumerate(TET_EDGES):
        parents[tets[:, 4 + edge]] = vertex_tets[:, ends]
    # the vertices of a node slab form a vertex slab: two vertices share an element exactly when the nodes do
    vertex_chunks = np.searchsorted(vertices, node_colours.chunk_start).astype(np.int64)

    incidence = incidence_of(tets, count)
    vertex_incidence = incidence_of(vertex_tets, len(vertices))
    middles = np.setdiff1d(np.arange(count), vertices, assume_unique=True)
    around = incidence_of(parents[middles], len(vertices))
    return Discretisation(
        mesh=mesh,
        node_order=order,
        element_order=elements,
        tets=tets,
        gradients=gradients,
        volumes_mm3=volumes,
        node_colours=node_colours,
        element_colours=element_colours,
        incidence=incidence,
        pattern=split(pattern_of(tets, incidence)),
        vertices=vertices,
        vertex_tets=vertex_tets,
        vertex_colours=Colouring(chunk_start=vertex_chunks, colour_start=node_colours.colour_start),
        vertex_incidence=vertex_incidence,
        vertex_pattern=pattern_of(vertex_tets, vertex_incidence),
        parents=parents,
        children=Incidence(start=around.start, elements=middles[around.elements].astype(np.int32)),
    )


def _node_slabs(mesh: Mesh) -> Ints:
    """The slab of each node, shape (n,): nodes that share an element lie in the same slab or in
    neighbouring ones."""
    corners = mesh.tets[:, :4]
    vertices, back = np.unique(corners, return_inverse=True)
    tets = back.reshape(-1, 4).astype(np.int32)
    pattern = pattern_of(tets, incidence_of(tets, len(vertices)))
    level = np.empty(len(mesh.nodes_mm), np.int64)
    level[vertices] = graph_levels(pattern.start, pattern.columns)
    for edge, (first, second) in enumerate(TET_EDGES):
        # the nearer end: within one step of every node of every element around the edge
        level[mesh.tets[:, 4 + edge]] = np.minimum(level[mesh.tets[:, first]], level[mesh.tets[:, second]])
    return slabs(level)[level]


def _check(mesh: Mesh) -> None:
    """Refuses a mesh that straight quadratic tetrahedra cannot carry."""
    if len(mesh.tets) == 0:
        raise MeshError("the mesh has no tetrahedra")
    if not np.all(np.isfinite(mesh.nodes_mm)):
        raise MeshError("a node has a coordinate that is not a number")
    if mesh.tets.min() < 0 or mesh.tets.max() >= len(mesh.nodes_mm):
        raise MeshError("a tetrahedron names a node that does not exist")
    used = np.zeros(len(mesh.nodes_mm), bool)
    used[mesh.tets] = True
    if not used.all():
        raise MeshError(f"{np.count_nonzero(~used)} nodes belong to no tetrahedron")
    volumes = mesh.volumes_mm3()
    if not np.all(volumes > 0.0):
        raise MeshError(f"{np.count_nonzero(~(volumes > 0.0))} tetrahedra are flat or inside out")
    corner = np.zeros(len(mesh.nodes_mm), bool)
    corner[mesh.tets[:, :4]] = True
    if corner[mesh.tets[:, 4:]].any():
        raise MeshError("a node is a vertex of one tetrahedron and a mid node of another")
    for edge, (first, second) in enumerate(TET_EDGES):
        start, end = mesh.nodes_mm[mesh.tets[:, first]], mesh.nodes_mm[mesh.tets[:, second]]
        miss = np.abs(mesh.nodes_mm[mesh.tets[:, 4 + edge]] - 0.5 * (start + end)).max(axis=1)
        if not np.all(miss <= STRAIGHT * np.linalg.norm(end - start, axis=1)):
            raise MeshError(
                "a mid node is not in the middle of its edge", advice="Only straight tetrahedra are solved"
            )


def barycentric_gradients(corners_mm: Floats) -> tuple[Floats, Floats]:
    """Gradients in 1/mm, shape (m, 4, 3), and volumes in mm3, shape (m,), of tetrahedra with corners (m,
    4, 3)."""
    edges = corners_mm[:, 1:] - corners_mm[:, :1]
    first, second, third = edges[:, 0], edges[:, 1], edges[:, 2]
    normal = np.cross(second, third)
    determinant = np.einsum("md,md->m", first, normal)
    gradients = np.empty((len(corners_mm), 4, 3))
    gradients[:, 1] = normal
    gradients[:, 2] = np.cross(third, first)
    gradients[:, 3] = np.cross(first, second)
    gradients[:, 1:] /= determinant[:, None, None]
    gradients[:, 0] = -gradients[:, 1:].sum(axis=1)
    return gradients, determinant / 6.0
