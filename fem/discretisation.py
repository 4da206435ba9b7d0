"""Everything that depends on the mesh alone and is used again for every material on it."""

from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from fem.ordering import Colouring, element_order, node_order
from geometry.arrays import Floats, Ints
from geometry.errors import MeshError
from geometry.mesh import TET_EDGES, Mesh

Int32s = NDArray[np.int32]

# Chosen: a mid node may miss the middle of its edge by this share of the edge; more would be a curved element.
STRAIGHT = 1e-6


@dataclass(frozen=True, kw_only=True)
class Incidence:
    """Which elements touch each node: those of node i are elements[start[i] : start[i + 1]]."""

    start: Ints
    elements: Int32s


@dataclass(frozen=True, kw_only=True)
class BlockPattern:
    """Where a sparse matrix of blocks has entries: row i holds columns[start[i] : start[i + 1]], ascending.

    Attributes:
        start: shape (rows + 1,).
        columns: shape (entries,).
        diagonal: place of each diagonal block, shape (rows,).
    """

    start: Ints
    columns: Int32s
    diagonal: Ints


@dataclass(frozen=True, kw_only=True)
class Discretisation:
    """A mesh, numbered anew for speed; whoever uses it speaks mesh numbering, only the solver sees the new one.

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
    pattern: BlockPattern
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
    """The discretisation of a mesh of straight quadratic tetrahedra; refuses curved, flat or inverted ones."""
    _check(mesh)
    order, node_colours = node_order(mesh.nodes_mm, mesh.tets)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    centroids = mesh.corner_points_mm().mean(axis=1)
    elements, element_colours = element_order(centroids, mesh.tets, len(order))
    tets = place[mesh.tets[elements]].astype(np.int32)
    gradients, volumes = barycentric_gradients(mesh.corner_points_mm()[elements])

    vertices = np.unique(tets[:, :4]).astype(np.int64)
    vertex_of = np.full(len(order), -1, np.int32)
    vertex_of[vertices] = np.arange(len(vertices), dtype=np.int32)
    vertex_tets = vertex_of[tets[:, :4]]
    parents = np.empty((len(order), 2), np.int32)
    parents[vertices] = vertex_of[vertices][:, None]
    for edge, ends in enumerate(TET_EDGES):
        parents[tets[:, 4 + edge]] = vertex_tets[:, ends]
    # vertices of a node chunk form a vertex chunk: two vertices share an element exactly when the nodes do
    vertex_chunks = np.searchsorted(vertices, node_colours.chunk_start).astype(np.int64)

    incidence = incidence_of(tets, len(order))
    vertex_incidence = incidence_of(vertex_tets, len(vertices))
    middles = np.setdiff1d(np.arange(len(order)), vertices, assume_unique=True)
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
        pattern=pattern_of(tets, incidence),
        vertices=vertices,
        vertex_tets=vertex_tets,
        vertex_colours=Colouring(chunk_start=vertex_chunks, colour_start=node_colours.colour_start),
        vertex_incidence=vertex_incidence,
        vertex_pattern=pattern_of(vertex_tets, vertex_incidence),
        parents=parents,
        children=Incidence(start=around.start, elements=middles[around.elements].astype(np.int32)),
    )


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
    """Gradients in 1/mm, shape (m, 4, 3), and volumes in mm3, shape (m,), of tetrahedra with corners (m, 4, 3)."""
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


def incidence_of(groups: Int32s, members: int) -> Incidence:
    """For each of `members`, the rows of `groups` that list it, ascending."""
    start, rows = _incidence(np.ascontiguousarray(groups, dtype=np.int32), members)
    return Incidence(start=start, elements=rows)


def pattern_of(tets: Int32s, incidence: Incidence) -> BlockPattern:
    """The pattern of the matrix that couples all nodes of an element."""
    counts = _row_lengths(tets, incidence.start, incidence.elements)
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    columns, diagonal = _columns(tets, incidence.start, incidence.elements, start)
    return BlockPattern(start=start, columns=columns, diagonal=diagonal)


@njit(cache=True)
def _incidence(groups, members):  # type: ignore[no-untyped-def]
    start = np.zeros(members + 1, np.int64)
    for g in range(groups.shape[0]):
        for a in range(groups.shape[1]):
            start[groups[g, a] + 1] += 1
    for i in range(members):
        start[i + 1] += start[i]
    rows = np.empty(start[members], np.int32)
    place = start[:-1].copy()
    for g in range(groups.shape[0]):
        for a in range(groups.shape[1]):
            v = groups[g, a]
            rows[place[v]] = g
            place[v] += 1
    return start, rows


# Shares of the rows; fixed, so that the work per thread does not depend on the machine.
_SHARES = 16


@njit(cache=True, parallel=True)
def _row_lengths(tets, first, elements):  # type: ignore[no-untyped-def]
    n = first.shape[0] - 1
    counts = np.empty(n, np.int64)
    for share in prange(_SHARES):
        seen = np.full(n, -1, np.int32)
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            count = 0
            for k in range(first[i], first[i + 1]):
                for a in range(tets.shape[1]):
                    j = tets[elements[k], a]
                    if seen[j] != i:
                        seen[j] = i
                        count += 1
            counts[i] = count
    return counts


@njit(cache=True, parallel=True)
def _columns(tets, first, elements, start):  # type: ignore[no-untyped-def]
    n = first.shape[0] - 1
    columns = np.empty(start[n], np.int32)
    diagonal = np.empty(n, np.int64)
    for share in prange(_SHARES):
        seen = np.full(n, -1, np.int32)
        for i in range(n * share // _SHARES, n * (share + 1) // _SHARES):
            end = start[i]
            for k in range(first[i], first[i + 1]):
                for a in range(tets.shape[1]):
                    j = tets[elements[k], a]
                    if seen[j] != i:
                        seen[j] = i
                        place = end
                        while place > start[i] and columns[place - 1] > j:
                            columns[place] = columns[place - 1]
                            place -= 1
                        columns[place] = j
                        end += 1
            for k in range(start[i], end):
                if columns[k] == i:
                    diagonal[i] = k
    return columns, diagonal
