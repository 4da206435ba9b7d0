"""A conforming mesh cut open along faces inside it: nodes double where the cut parts what is around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geometry.arrays import Bools, Ints
from geometry.errors import ModelError
from geometry.mesh import TET_FACE_MIDS, TET_FACES, Mesh

# The six nodes of each face of a tetrahedron.
_FACE_NODES = np.hstack([TET_FACES, TET_FACE_MIDS])


@dataclass(frozen=True, kw_only=True)
class Interface:
    """The two sides of a cut, face by face and node by node opposite each other.

    Attributes:
        name: of the cut.
        first: faces with normals out of the first side, shape (k, 6).
        second: the same places on the other side, in the order of `first`, so with normals into it, shape
            (k, 6); along the rim of a cut that ends inside the body both sides share nodes.
        owners: the tetrahedra behind both, shape (k, 2).
    """

    name: str
    first: Ints
    second: Ints
    owners: Ints


@dataclass(frozen=True, kw_only=True)
class PartedMesh:
    """A mesh with cuts in it; elements are those of the mesh before, in their order.

    Attributes:
        mesh: named faces follow the elements that they belong to.
        interfaces: by name.
        origin: the node before the cut of each node, shape (n,).
    """

    mesh: Mesh
    interfaces: Mapping[str, Interface]
    origin: Ints


def parted(mesh: Mesh, cuts: Mapping[str, tuple[Sequence[str], Sequence[str]]]) -> PartedMesh:
    """The mesh cut open wherever parts of a first group meet parts of a second one, for each named cut.

    Parts of one group stay joined, and so does a third part to both. Loads and supports on nodes must be made
    on the new mesh.

    Raises:
        ModelError: no cut at all, an unknown part, parts that do not meet, or two cuts along one face.
    """
    if not cuts:
        raise ModelError("a mesh is parted along nothing", where="contact")
    pairs = _face_pairs(mesh.tets)
    along = {name: _between(mesh, pairs, name, *groups) for name, groups in cuts.items()}
    cut = np.concatenate(list(along.values()))
    if len(np.unique(np.abs(cut))) != len(cut):
        raise ModelError(f"two of the cuts {', '.join(cuts)} run along the same faces", where="contact")
    # signs tell which side is first; places count from one so that they have a sign
    places = np.abs(cut) - 1
    near = np.zeros(len(mesh.nodes_mm), bool)
    near[_face(mesh.tets, pairs[places, 0])] = True
    tets, origin = _with_copies(mesh, np.delete(pairs, places, axis=0), near)
    new = replace(
        mesh, nodes_mm=mesh.nodes_mm[origin], tets=tets, part=mesh.part.copy(),
        faces={name: _renamed(mesh, tets, face, near) for name, face in mesh.faces.items()},
    )  # fmt: skip
    interfaces = {}
    for name, signed in along.items():
        sides = pairs[np.abs(signed) - 1]
        sides = np.where((signed > 0)[:, None], sides, sides[:, ::-1])
        first = _face(tets, sides[:, 0])
        second = _face(tets, sides[:, 1])
        # the same old nodes, hence in the order of the first side
        second = _in_order(origin[first], origin[second], second)
        interfaces[name] = Interface(name=name, first=first, second=second, owners=sides // 4)
    return PartedMesh(mesh=new, interfaces=interfaces, origin=origin)


def _face(tets: Ints, sides: Ints) -> Ints:
    """Nodes of sides, 4 element + face, shape (k, 6)."""
    return np.take_along_axis(tets[sides // 4], _FACE_NODES[sides % 4], axis=1)


def _face_pairs(tets: Ints) -> Ints:
    """Sides, 4 element + face, that lie on each other, shape (p, 2)."""
    corners = np.sort(tets[:, TET_FACES].reshape(-1, 3), axis=1)
    order = np.lexsort(corners.T[::-1])
    same = (corners[order[1:]] == corners[order[:-1]]).all(axis=1)
    return np.stack([order[:-1][same], order[1:][same]], axis=1)


def _between(mesh: Mesh, pairs: Ints, name: str, first: Sequence[str], second: Sequence[str]) -> Ints:
    """Places in `pairs`, from one, where the two groups of parts meet: positive where the first group comes
    first."""
    group = np.zeros(len(mesh.part_names), np.int64)
    for mark, parts in ((1, first), (2, second)):
        for part in parts:
            index = mesh.part_index(part)
            if group[index]:
                raise ModelError(f"cut {name!r} names part {part!r} twice", where=name)
            group[index] = mark
    marks = group[mesh.part[pairs // 4]]
    forward = (marks[:, 0] == 1) & (marks[:, 1] == 2)
    backward = (marks[:, 0] == 2) & (marks[:, 1] == 1)
    if not (forward | backward).any():
        raise ModelError(
            f"cut {name!r}: {', '.join(first)} and {', '.join(second)} have no face in common", where=name
        )
    return np.concatenate([np.flatnonzero(forward) + 1, -np.flatnonzero(backward) - 1])


def _with_copies(mesh: Mesh, joined: Ints, near: Bools) -> tuple[Ints, Ints]:
    """New elements, and the old node of each new one, from pairs of sides that stay joined.

    Around each node near a cut the elements fall into groups that hang together by joined faces: each group
    has a node of its own.
    """
    slots = near[mesh.tets]
    place = np.full(mesh.tets.shape, -1, np.int64)
    place[slots] = np.arange(np.count_nonzero(slots))
    ends = []
    for side in joined.T:
        nodes = _face(mesh.tets, side)
        ends.append(_in_order_of_nodes(nodes, _face(place, side)))
    one, other = ends[0].ravel(), ends[1].ravel()
    linked = one >= 0
    count = int(np.count_nonzero(slots))
    graph = coo_array(
        (np.ones(np.count_nonzero(linked), np.int8), (one[linked], other[linked])), (count,) * 2
    )
    _, label = connected_components(graph, directed=False)
    old = mesh.tets[slots]
    # labels of one node follow each other; its first keeps the number
    groups, back = np.unique(np.stack([old, label], axis=1), axis=0, return_inverse=True)
    again = np.append(False, groups[1:, 0] == groups[:-1, 0])
    number = np.where(again, len(near) + np.cumsum(again) - 1, groups[:, 0])
    tets = mesh.tets.copy()
    tets[slots] = number[back.reshape(-1)]
    return tets, np.concatenate([np.arange(len(near)), groups[again, 0]])


def _in_order_of_nodes(nodes: Ints, values: Ints) -> Ints:
    """Values of faces, shape (k, 6), in ascending order of their nodes."""
    return np.take_along_axis(values, np.argsort(nodes, axis=1), axis=1)


def _in_order(wanted: Ints, nodes: Ints, values: Ints) -> Ints:
    """Values that belong to `nodes` in the order of the same nodes in `wanted`, all of shape (k, 6)."""
    back = np.argsort(np.argsort(wanted, axis=1), axis=1)
    return np.take_along_axis(_in_order_of_nodes(nodes, values), back, axis=1)


def _renamed(mesh: Mesh, tets: Ints, faces: Ints, near: Bools) -> Ints:
    """Named faces, shape (k, 6), with the new nodes of the elements that they look out of."""
    result = faces.copy()
    touched = np.flatnonzero(near[faces].any(axis=1))
    if not len(touched):
        return result
    owners = np.flatnonzero(near[mesh.tets].any(axis=1))
    sides = (4 * owners[:, None] + np.arange(4)).ravel()
    known = _turned(_face(mesh.tets, sides)[:, :3])
    asked = _turned(faces[touched, :3])
    _, back = np.unique(np.concatenate([known, asked]), axis=0, return_inverse=True)
    back = back.reshape(-1)
    side_of = np.full(int(back.max()) + 1, -1, np.int64)
    side_of[back[: len(sides)]] = sides
    found = side_of[back[len(sides) :]]
    if (found < 0).any():
        raise ModelError("a named face is no face of a tetrahedron", where="contact")
    result[touched] = _in_order(faces[touched], _face(mesh.tets, found), _face(tets, found))
    return result


def _turned(corners: Ints) -> Ints:
    """Corners (k, 3) from the lowest on, still the same way round."""
    first = corners.argmin(axis=1)[:, None]
    return np.take_along_axis(corners, (first + np.arange(3)) % 3, axis=1)
