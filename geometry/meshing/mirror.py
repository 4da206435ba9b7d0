"""The whole of a symmetric mesh from its left half: mirrored and joined at the midplane, alike to the bit."""

import numpy as np

from geometry.arrays import Bools, Floats, Ints
from geometry.errors import MeshError
from geometry.meshing.surfaces import MIDPLANE
from geometry.meshing.tet_mesh import TetMesh
from geometry.mirror import ACROSS

LEFT, RIGHT = "_left", "_right"


def whole_of(half: TetMesh) -> TetMesh:
    """The half and its mirror image (x becomes -x) as one conforming mesh.

    Parts and faces that reach the midplane are one on both sides and keep their names; the others come twice,
    with "_left" and "_right" after their names. The faces of the midplane itself are inner ones and go.

    Raises:
        MeshError: the half has no midplane, or leaves it.
    """
    if MIDPLANE.name not in half.faces or not len(half.faces[MIDPLANE.name]):
        raise MeshError("only a mesh that ends in the midplane can be mirrored to a whole")
    points = half.vertices_mm
    middle = points[:, 0] == 0.0
    if points[:, 0].min() < 0.0 or not middle[half.faces[MIDPLANE.name]].all():
        raise MeshError("the half mesh goes beyond its midplane")
    other = np.where(middle, 0, np.cumsum(~middle) - 1 + len(points))
    other[middle] = np.flatnonzero(middle)
    names, left, right = _paired([*half.part_names], _parts_at(half, middle))
    faces: dict[str, Ints] = {}
    for name, triangles in half.faces.items():
        if name == MIDPLANE.name:
            continue
        mirrored = other[triangles][:, ::-1]
        if middle[triangles].any():
            faces[name] = np.concatenate([triangles, mirrored])
        else:
            faces[name + LEFT], faces[name + RIGHT] = triangles, mirrored
    return TetMesh(
        vertices_mm=np.concatenate([points, _mirrored(points[~middle])]),
        # two vertices swapped: a mirror image is inside out
        tets=np.concatenate([half.tets, other[half.tets][:, [0, 2, 1, 3]]]),
        part=np.concatenate([left[half.part], right[half.part]]),
        part_names=tuple(names),
        faces=faces,
    )


def _mirrored(points_mm: Floats) -> Floats:
    return np.asarray(points_mm * ACROSS)


def _parts_at(half: TetMesh, middle: Bools) -> Bools:
    """True for the parts with a vertex in the midplane, shape (n_parts,)."""
    at = np.zeros(len(half.part_names), dtype=bool)
    at[half.part[middle[half.tets].any(axis=1)]] = True
    return at


def _paired(names: list[str], single: Bools) -> tuple[list[str], Ints, Ints]:
    """Names of the whole, and the number of each part of the half on the left and on the right."""
    whole: list[str] = []
    left, right = [], []
    for name, alone in zip(names, single, strict=True):
        left.append(len(whole))
        right.append(len(whole) if alone else len(whole) + 1)
        whole += [name] if alone else [name + LEFT, name + RIGHT]
    return whole, np.array(left), np.array(right)
