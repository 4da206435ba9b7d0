"""Everything that depends on the mesh alone and is used again for every material on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from fem.connections.connection import Connection, linked_pairs
from fem.ordering import Colouring, graph_levels, slab_order, slabs
from fem.patterns import (
    BlockPattern,
    Incidence,
    Int32s,
    SplitPattern,
    incidence_of,
    pattern_of,
    split,
    with_pairs,
)
from geometry.arrays import Floats, Ints
from geometry.errors import MeshError, ModelError
from geometry.mesh import Mesh
from geometry.tetrahedron import POINTS_14, TET_EDGES, jacobians

Number = TypeVar("Number", np.float64, np.bool_)


@dataclass(frozen=True, kw_only=True)
class Discretisation:
    """A mesh and the order of its shape functions, numbered anew for speed; whoever uses it speaks mesh
    numbering, only the solver sees the new one.

    Inner nodes are all nodes of the mesh for order 2, its vertices for order 1.

    Attributes:
        mesh: the mesh itself.
        order: of the shape functions, 1 or 2.
        links: pairs of mesh nodes that connections may couple, as first * n + second, ascending.
        node_order: mesh node at each inner place, shape (n,).
        interpolation: displacements of the mesh nodes from those of the inner nodes, shape (mesh nodes, n).
        element_order: mesh element at each inner place, shape (m,).
        tets: inner nodes of inner elements, shape (m, 10), or (m, 4) for order 1.
        gradients: of the four barycentric coordinates, 1/mm, inner elements, shape (m, 4, 3).
        volumes_mm3: inner elements with straight sides, shape (m,).
        node_colours, element_colours: how threads share the work.
        vertices: inner nodes that are vertices, ascending, shape (nv,).
        vertex_tets: vertex numbers of inner elements, shape (m, 4).
        vertex_colours, vertex_incidence, vertex_pattern: of the linear vertices.
        quadratic: what only quadratic shape functions need; None for order 1.
        curved: inner elements whose sides are curved, ascending, shape (k,).
    """

    mesh: Mesh
    order: int
    links: Ints
    node_order: Ints
    interpolation: csr_array
    element_order: Ints
    tets: Int32s
    gradients: Floats
    volumes_mm3: Floats
    node_colours: Colouring
    element_colours: Colouring
    vertices: Ints
    vertex_tets: Int32s
    vertex_colours: Colouring
    vertex_incidence: Incidence
    vertex_pattern: BlockPattern
    quadratic: "QuadraticNodes | None"
    curved: Ints

    @property
    def unknowns(self) -> int:
        """Three for each inner node, held ones included."""
        return 3 * len(self.node_order)

    def to_inner(self, nodal: NDArray[Number]) -> NDArray[Number]:
        """Values on mesh nodes, shape (mesh nodes, ...), at the inner nodes, shape (n, ...)."""
        return np.ascontiguousarray(nodal[self.node_order])

    def to_mesh(self, inner: Floats) -> Floats:
        """Displacements of the inner nodes, shape (n, 3), interpolated to the mesh nodes."""
        return np.asarray(self.interpolation @ inner)

    def forces_to_inner(self, nodal_force_n: Floats) -> Floats:
        """Forces on mesh nodes as forces on inner nodes, shape (n, 3), that do the same work."""
        return np.asarray(self.interpolation.T @ nodal_force_n)

    def forces_to_mesh(self, inner_force_n: Floats) -> Floats:
        """Forces on inner nodes, shape (n, 3), on the mesh nodes; none on the others."""
        nodal = np.zeros((len(self.mesh.nodes_mm), 3))
        nodal[self.node_order] = inner_force_n
        return nodal


@dataclass(frozen=True, kw_only=True)
class QuadraticNodes:
    """What quadratic shape functions need beyond the linear ones.

    Attributes:
        incidence, pattern: of all inner nodes.
        parents: the two vertices each inner node lies between (twice itself for a vertex), shape (n, 2).
        children: the inner mid nodes around each vertex, as an incidence.
    """

    incidence: Incidence
    pattern: SplitPattern
    parents: Int32s
    children: Incidence


def discretise(mesh: Mesh, *, order: int = 2, connections: Sequence[Connection] = ()) -> Discretisation:
    """The discretisation of a mesh; refuses flat or inverted tetrahedra.

    Args:
        mesh: of tetrahedra.
        order: of the shape functions: 2, or 1 for linear ones, which are stiffer and cheaper.
        connections: all that models on it will have; their stiffness may differ from model to model.
    """
    if order not in (1, 2):
        raise ModelError(f"order is {order}, only 1 and 2 are known", where="order")
    if order == 1 and len(mesh.curved):
        raise ModelError(
            f"{len(mesh.curved)} tetrahedra are curved, which linear shape functions cannot be",
            where="order",
            advice="Use mesh.straightened()",
        )
    _check(mesh)
    count = len(mesh.nodes_mm)
    links = linked_pairs(connections, count)
    used = np.unique(mesh.tets[:, :4]) if order == 1 else np.arange(count)
    node_slab = _node_slabs(mesh, links)
    own_order, node_colours = slab_order(node_slab[used], mesh.nodes_mm[used])
    node_order = used[own_order]
    place = np.full(count, -1, np.int64)
    place[node_order] = np.arange(len(used))
    # an element belongs to the first slab it touches, so it touches at most this one and the next
    elements, element_colours = slab_order(
        node_slab[mesh.tets[:, :4]].min(axis=1), mesh.corner_points_mm().mean(axis=1)
    )
    tets = place[mesh.tets[elements, : 10 if order == 2 else 4]].astype(np.int32)
    gradients, volumes = barycentric_gradients(mesh.corner_points_mm()[elements])

    vertices = np.unique(tets[:, :4]).astype(np.int64)
    vertex_of = np.full(len(used), -1, np.int32)
    vertex_of[vertices] = np.arange(len(vertices), dtype=np.int32)
    vertex_tets = vertex_of[tets[:, :4]]
    # the vertices of a node slab form a vertex slab: two vertices share an element exactly when the nodes do
    vertex_chunks = np.searchsorted(vertices, node_colours.chunk_start).astype(np.int64)
    vertex_incidence = incidence_of(vertex_tets, len(vertices))
    return Discretisation(
        mesh=mesh,
        order=order,
        links=links,
        node_order=node_order,
        interpolation=_interpolation(mesh, place) if order == 1 else _renumbering(place),
        element_order=elements,
        tets=tets,
        gradients=gradients,
        volumes_mm3=volumes,
        node_colours=node_colours,
        element_colours=element_colours,
        vertices=vertices,
        vertex_tets=vertex_tets,
        vertex_colours=Colouring(chunk_start=vertex_chunks, colour_start=node_colours.colour_start),
        vertex_incidence=vertex_incidence,
        vertex_pattern=pattern_of(vertex_tets, vertex_incidence),
        curved=_places_of(mesh.curved, elements),
        quadratic=None if order == 1 else _quadratic_nodes(tets, vertices, vertex_tets, links, place),
    )


def _places_of(chosen: Ints, order: Ints) -> Ints:
    """Where in an order these elements are, ascending."""
    return np.flatnonzero(np.isin(order, chosen)) if len(chosen) else np.zeros(0, np.int64)


def _quadratic_nodes(
    tets: Int32s, vertices: Ints, vertex_tets: Int32s, links: Ints, place: Ints
) -> QuadraticNodes:
    """What the nodes of quadratic elements need, inner numbering."""
    count = len(place)
    parents = np.empty((count, 2), np.int32)
    parents[vertices] = np.arange(len(vertices), dtype=np.int32)[:, None]
    for edge, ends in enumerate(TET_EDGES):
        parents[tets[:, 4 + edge]] = vertex_tets[:, ends]
    middles = np.setdiff1d(np.arange(count), vertices, assume_unique=True)
    around = incidence_of(parents[middles], len(vertices))
    incidence = incidence_of(tets, count)
    pattern = pattern_of(tets, incidence)
    if len(links):
        pattern = with_pairs(pattern, place[links // count], place[links % count])
    return QuadraticNodes(
        incidence=incidence,
        pattern=split(pattern),
        parents=parents,
        children=Incidence(start=around.start, elements=middles[around.elements].astype(np.int32)),
    )


def _renumbering(place: Ints) -> csr_array:
    """Each mesh node takes the value of its inner place."""
    count = len(place)
    return csr_array((np.ones(count), place, np.arange(count + 1)), shape=(count, count))


def _interpolation(mesh: Mesh, place: Ints) -> csr_array:
    """Vertices keep their value, mid nodes take the mean of their ends."""
    ends = np.repeat(np.arange(len(place))[:, None], 2, axis=1)
    for edge, pair in enumerate(TET_EDGES):
        ends[mesh.tets[:, 4 + edge]] = mesh.tets[:, pair]
    rows = np.repeat(np.arange(len(place)), 2)
    half = np.full(len(rows), 0.5)
    shape = (len(place), int(place.max()) + 1)
    return csr_array((half, (rows, place[ends].ravel())), shape=shape)


def _node_slabs(mesh: Mesh, links: Ints) -> Ints:
    """The slab of each node, shape (n,): nodes that share an element or a link lie in the same slab or in
    neighbouring ones."""
    corners = mesh.tets[:, :4]
    vertices, back = np.unique(corners, return_inverse=True)
    tets = back.reshape(-1, 4).astype(np.int32)
    pattern = pattern_of(tets, incidence_of(tets, len(vertices)))
    level = np.empty(len(mesh.nodes_mm), np.int64)
    if len(links):
        # all ends of one mid node see all ends of the other: then so do the lower of either
        ends = np.full((len(mesh.nodes_mm), 2), -1, np.int64)
        ends[vertices] = np.arange(len(vertices))[:, None]
        for edge, pair in enumerate(TET_EDGES):
            ends[mesh.tets[:, 4 + edge]] = tets[:, pair]
        first, second = ends[links // len(level)], ends[links % len(level)]
        rows = np.repeat(first, 2, axis=1).ravel()
        columns = np.tile(second, 2).ravel()
        pattern = with_pairs(pattern, rows, columns)
    level[vertices] = graph_levels(pattern.start, pattern.columns)
    for edge, (one, other) in enumerate(TET_EDGES):
        # the nearer end: within one step of every node of every element around the edge
        level[mesh.tets[:, 4 + edge]] = np.minimum(level[mesh.tets[:, one]], level[mesh.tets[:, other]])
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
    volumes = mesh.straight_volumes_mm3()
    if not np.all(volumes > 0.0):
        raise MeshError(f"{np.count_nonzero(~(volumes > 0.0))} tetrahedra are flat or inside out")
    corner = np.zeros(len(mesh.nodes_mm), bool)
    corner[mesh.tets[:, :4]] = True
    if corner[mesh.tets[:, 4:]].any():
        raise MeshError("a node is a vertex of one tetrahedron and a mid node of another")
    if len(mesh.curved):
        _require_open(mesh)


def _require_open(mesh: Mesh) -> None:
    """Refuses curved tetrahedra that fold over themselves."""
    where = np.concatenate([POINTS_14, np.eye(4)])
    room = np.linalg.det(jacobians(mesh.nodes_mm[mesh.tets[mesh.curved]], where))
    folded = int(np.count_nonzero(~(room.min(axis=1) > 0.0)))
    if folded:
        raise MeshError(
            f"{folded} curved tetrahedra fold over themselves",
            advice="Mesh finer there, or export linear tetrahedra",
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
