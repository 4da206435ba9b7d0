"""Implicit bodies to one conforming mesh: lattice, cuts, islands, remeshing."""

from collections.abc import Callable, Sequence

import numpy as np

from geometry.arrays import Floats, Ints
from geometry.errors import MeshError
from geometry.field import Field
from geometry.meshing.body import Body
from geometry.meshing.cutting import Lattice, cut
from geometry.meshing.improve import remeshed
from geometry.meshing.islands import joined, unpinched
from geometry.meshing.lattice import graded_lattice
from geometry.meshing.polish import polished
from geometry.meshing.sampled import SampledField, sample
from geometry.meshing.sheets import mean_edges, settled, sheets_of
from geometry.meshing.tet_mesh import Facets, TetMesh, compacted, facets_of

Report = Callable[[str], None]
# Chosen: samples this far apart tell where a body is; its surface is always evaluated exactly.
SAMPLE_MM = 4.0
# Chosen: edge of the lattice's first cubes.
CELL_MM = 8.0


def mesh_bodies(
    bodies: Sequence[Body],
    *,
    size: Callable[[Floats], Floats],
    bounds_mm: Floats,
    report: Report | None = None,
) -> TetMesh:
    """One conforming mesh of all solid bodies, each part in one piece.

    Args:
        bodies: in order of priority: a point belongs to the first body that contains it.
        size: wished element edge in mm, shape (n,), at points of shape (n, 3).
        bounds_mm: a box that holds all bodies, shape (2, 3).
        report: is told each stage as it ends.

    Raises:
        MeshError: a body that vanishes, or parts that cannot be joined.
    """
    say = report or (lambda _stage: None)
    sampled = [sample(body, bounds_mm, SAMPLE_MM) for body in bodies]
    solids = [field for body, field in zip(bodies, sampled, strict=True) if body.solid]
    say("sample")

    def outside(points: Floats) -> Floats:
        nearest: Floats = np.min([field.rough(points) for field in solids], axis=0)
        return nearest

    vertices, tets = graded_lattice(bounds_mm, CELL_MM, size, outside)
    say(f"lattice of {len(tets)} tetrahedra")
    lattice = Lattice(
        vertices_mm=vertices, tets=tets, label=np.zeros(len(tets), int), on=np.zeros(len(vertices), int)
    )
    lattice, caps = _cut_all(lattice, bodies, sampled)
    say(f"cut into {len(lattice.tets)}")
    void = np.array([0, *(number + 1 if body.solid else 0 for number, body in enumerate(bodies))])
    label = unpinched(lattice.tets, joined(lattice.tets, void[lattice.label]))
    kept = label > 0
    vertices, tets = compacted(lattice.vertices_mm, lattice.tets[kept])
    used = np.unique(lattice.tets[kept])
    label = label[kept]
    marked, mark = _cap_faces(facets_of(tets), label, lattice.on[used], caps)
    say("joined")
    vertices, tets, label, marked, mark = remeshed(vertices, tets, label, marked, mark, size(vertices))
    label = joined(tets, label)
    say(f"remeshed into {len(tets)}")
    vertices = _refitted(bodies, vertices, tets, label, marked, mark)
    say("refitted")
    return _named(bodies, vertices, tets, label, marked, mark)


def _refitted(
    bodies: Sequence[Body], vertices: Floats, tets: Ints, label: Ints, marked: Ints, mark: Ints
) -> Floats:
    """The vertices put exactly on the surfaces, then the worst elements polished, shape (n, 3)."""
    surfaces = [surface for body in bodies for surface in body.surfaces]
    starts = np.cumsum([0, *(len(body.surfaces) for body in bodies)])
    caps = np.array([starts[i] + 1 + k for i, body in enumerate(bodies) for k in range(len(body.caps))], int)
    owner = starts[label - 1]
    cap_surface = caps[mark - 1] if len(mark) else mark
    sheets = sheets_of(vertices, tets, owner, marked, cap_surface)
    vertices = settled(vertices, tets, sheets, surfaces)
    sheets = sheets_of(vertices, tets, owner, marked, cap_surface)
    edge = mean_edges(vertices, tets)
    on_cap = (sheets.on & int(sum(1 << int(cap) for cap in caps))) > 0
    rough = (sheets.on > 0) & ~sheets.smooth & ~on_cap
    return polished(vertices, tets, sheets.on == 0, sheets.smooth, rough, sheets.normal, edge)


def _cut_all(
    lattice: Lattice, bodies: Sequence[Body], sampled: Sequence[SampledField]
) -> tuple[Lattice, list[tuple[int, int]]]:
    """The lattice cut along every surface of every body, and (body, surface) numbers of the caps."""
    surfaces: list[Field] = []
    caps: list[tuple[int, int]] = []
    for index, (body, field) in enumerate(zip(bodies, sampled, strict=True)):
        candidate = lattice.label == 0
        for number, surface in enumerate(body.surfaces):
            # sampled where the body has no caps: its samples are then those of this very surface
            surfaces.append(surface if body.caps else field)
            if number > 0:
                caps.append((index, len(surfaces) - 1))
            lattice, inside, parents = cut(lattice, surfaces, len(surfaces) - 1, candidate)
            candidate = inside
            del parents
        label = np.where(candidate, index + 1, lattice.label)
        if not candidate.any():
            raise MeshError(f"body {body.name!r} has no element", advice="Use a smaller element size")
        lattice = Lattice(vertices_mm=lattice.vertices_mm, tets=lattice.tets, label=label, on=lattice.on)
    return lattice, caps


def _cap_faces(facets: Facets, label: Ints, on: Ints, caps: Sequence[tuple[int, int]]) -> tuple[Ints, Ints]:
    """Triangles on the caps, shape (k, 3), and 1 + the number of their cap, shape (k,)."""
    triangles, marks = [np.zeros((0, 3), dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for number, (body, surface) in enumerate(caps):
        all_on = ((on[facets.corners] >> surface) & 1).all(axis=1)
        mine = label[facets.owners[:, 0]] == body + 1
        chosen = all_on & mine & facets.boundary
        triangles.append(facets.corners[chosen])
        marks.append(np.full(int(chosen.sum()), number + 1))
    return np.concatenate(triangles), np.concatenate(marks)


def _named(
    bodies: Sequence[Body], vertices: Floats, tets: Ints, label: Ints, marked: Ints, mark: Ints
) -> TetMesh:
    """The mesh with its part names; cap triangles take their outward normal from the element behind."""
    facets = facets_of(tets)
    names = [cap.name for body in bodies for cap in body.caps]
    boundary = facets.corners[facets.boundary]
    order = np.sort(boundary, axis=1)
    faces = {}
    for number, name in enumerate(names):
        wanted = np.sort(marked[mark == number + 1], axis=1)
        rows = np.concatenate([wanted, order])
        _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        hit = first[inverse.reshape(-1)[len(wanted) :]] < len(wanted)
        faces[name] = boundary[hit]
    solid = [index for index, body in enumerate(bodies) if body.solid]
    number_of = np.full(len(bodies) + 1, -1)
    number_of[np.array(solid) + 1] = np.arange(len(solid))
    return TetMesh(
        vertices_mm=vertices,
        tets=tets,
        part=number_of[label],
        part_names=tuple(bodies[index].name for index in solid),
        faces=faces,
    )
