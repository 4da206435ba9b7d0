"""Implicit bodies to one conforming mesh: lattice, cuts, islands, remeshing."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from geometry.arrays import Floats, Ints
from geometry.errors import BadMeshError, MeshError
from geometry.mesh_quality import QualityLimits, check_quality, quality_of
from geometry.meshing.body import Body
from geometry.meshing.cutting import Lattice, cut
from geometry.meshing.element_shape import shapes
from geometry.meshing.improve import remeshed
from geometry.meshing.islands import check_whole, joined, unpinched
from geometry.meshing.lattice import graded_lattice
from geometry.meshing.polish import polished
from geometry.meshing.reconnect import WANTED, reconnected
from geometry.meshing.sampled import sample
from geometry.meshing.sheets import Sheets, matched, mean_edges, settled, sheets_of
from geometry.meshing.sizing import GradedSize
from geometry.meshing.surfaces import MIDPLANE, Surfaces, surfaces_of
from geometry.meshing.tet_mesh import LabelledMesh, TetMesh, compacted, facets_of

Report = Callable[[str], None]
# Chosen: samples this far apart tell where a body is; its surface is always evaluated exactly.
SAMPLE_MM = 4.0
# Chosen: edge of the lattice's first cubes.
CELL_MM = 8.0
# Chosen: where the lattice begins, in first cubes before the bounds; incommensurable with its finer cubes.
LATTICE_SHIFTS = (0.0, 0.381, 0.227, 0.145)
# Chosen: times that poor elements are joined anew and polished; a third round changes little.
POLISH_ROUNDS = 2


def mesh_bodies(
    bodies: Sequence[Body],
    *,
    size: GradedSize,
    bounds_mm: Floats,
    halved: bool = False,
    limits: QualityLimits = QualityLimits(),  # noqa: B008, frozen
    report: Report | None = None,
) -> TetMesh:
    """One conforming mesh of all solid bodies, each part in one piece, all elements within the limits.

    Where surfaces happen to cut the lattice badly, a shifted lattice gets another chance.

    Args:
        bodies: in order of priority: a point belongs to the first body that contains it.
        size: wished element edges.
        bounds_mm: a box that holds all bodies, shape (2, 3).
        halved: mesh the left half only, x > 0; bodies that go through the midplane end there in faces named
            "midplane".
        limits: what the elements must hold.
        report: is told each stage as it ends.

    Raises:
        MeshError: a body that vanishes, parts that cannot be joined, or a bad element on every lattice.
    """
    say = report or (lambda _stage: None)
    if halved:
        bounds_mm = np.stack([bounds_mm[0] * [0.0, 1.0, 1.0], bounds_mm[1]])
    sampled = [sample(body, bounds_mm, SAMPLE_MM) for body in bodies]
    solids = [field for body, field in zip(bodies, sampled, strict=True) if body.solid]
    surfaces = surfaces_of(bodies, sampled, halved=halved)
    say("sample")

    def outside(points: Floats) -> Floats:
        nearest: Floats = np.min([field.rough(points) for field in solids], axis=0)
        return nearest

    void = np.array([0, *(number + 1 if body.solid else 0 for number, body in enumerate(bodies))])
    divisible = [number for number, body in enumerate(bodies, 1) if not body.whole]
    # the lattice of a half begins at the midplane
    shifted = np.array([0.0 if halved else 1.0, 1.0, 1.0])

    def on_lattice(shift_mm: float) -> TetMesh:
        box = np.stack([bounds_mm[0] - shift_mm * shifted, bounds_mm[1]])
        vertices, tets = graded_lattice(box, CELL_MM, size.exceeded_in_lattice, outside)
        say(f"lattice of {len(tets)} tetrahedra")
        lattice = Lattice(
            vertices_mm=vertices,
            tets=tets,
            label=np.zeros(len(tets), dtype=np.int64),
            on=(halved & (vertices[:, 0] == 0.0)).astype(np.int64),
        )
        lattice = _cut_all(lattice, bodies, surfaces)
        say(f"cut into {len(lattice.tets)}")
        label = unpinched(lattice.tets, joined(lattice.tets, void[lattice.label], divisible))
        mesh = _bounded(lattice, label, surfaces)
        say("joined")
        mesh = remeshed(mesh, size)
        check_whole(mesh.tets, mesh.label, [body.name for body in bodies], divisible)
        say(f"remeshed into {len(mesh.tets)}")
        mesh = _refitted(mesh, surfaces)
        check_quality(quality_of(mesh.vertices_mm, mesh.tets), limits)
        if halved and mesh.vertices_mm[:, 0].min() < 0.0:
            raise BadMeshError("a vertex of the half mesh lies beyond the midplane")
        say("refitted")
        return _named(mesh, bodies, surfaces.names)

    for shift in LATTICE_SHIFTS[:-1]:
        try:
            return on_lattice(shift * CELL_MM)
        except BadMeshError as error:
            say(f"again on another lattice: {error.args[0]}")
    return on_lattice(LATTICE_SHIFTS[-1] * CELL_MM)


def _cut_all(lattice: Lattice, bodies: Sequence[Body], surfaces: Surfaces) -> Lattice:
    """The lattice cut along every surface of every body, labelled with 1 + the index of the body."""
    for index, body in enumerate(bodies):
        candidate = lattice.label == 0
        first = int(surfaces.first[index])
        for number in range(first, first + len(body.surfaces)):
            lattice, candidate = cut(lattice, surfaces.fields, number, candidate)
        label = np.where(candidate, index + 1, lattice.label)
        if not candidate.any():
            raise MeshError(f"body {body.name!r} has no element", advice="Use a smaller element size")
        lattice = replace(lattice, label=label)
    return lattice


def _bounded(lattice: Lattice, label: Ints, surfaces: Surfaces) -> LabelledMesh:
    """What is left of the lattice without the void, with the triangles on its sharp ends."""
    kept = label > 0
    vertices, tets = compacted(lattice.vertices_mm, lattice.tets[kept])
    on, label = lattice.on[np.unique(lattice.tets[kept])], label[kept]
    facets = facets_of(tets)
    triangles, marks = [np.zeros((0, 3), dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for number, (surface, body) in enumerate(zip(surfaces.sharp, surfaces.owner, strict=True)):
        on_surface = ((on[facets.corners] >> surface) & 1).all(axis=1)
        owned = (body < 0) | (label[facets.owners[:, 0]] == body + 1)
        chosen = on_surface & facets.boundary & owned
        triangles.append(facets.corners[chosen])
        marks.append(np.full(int(chosen.sum()), number + 1))
    return LabelledMesh(
        vertices_mm=vertices,
        tets=tets,
        label=label,
        marked=np.concatenate(triangles),
        mark=np.concatenate(marks),
    )


def _refitted(mesh: LabelledMesh, surfaces: Surfaces) -> LabelledMesh:
    """The mesh with its vertices put exactly on the surfaces, its worst elements joined anew and polished."""

    def sheets(mesh: LabelledMesh) -> Sheets:
        owner = surfaces.first[mesh.label - 1]
        walls, wall_surface = _void_walls(mesh, owner, surfaces)
        known = np.concatenate([mesh.marked, walls])
        return sheets_of(mesh, owner, known, np.concatenate([surfaces.sharp[mesh.mark - 1], wall_surface]))

    halved = MIDPLANE.name in surfaces.names
    beyond = MIDPLANE.field if halved else None
    vertices = settled(mesh.vertices_mm, mesh.tets, sheets(mesh), surfaces.exact, beyond)
    if halved:
        # exactly, so that the other half meets it
        vertices[mesh.marked[mesh.mark == 1 + surfaces.names.index(MIDPLANE.name)], 0] = 0.0
    mesh = replace(mesh, vertices_mm=vertices)
    for _ in range(POLISH_ROUNDS):
        mesh = reconnected(mesh)
        found = sheets(mesh)
        is_sharp = (found.on & int(np.bitwise_or.reduce(1 << surfaces.sharp, initial=0))) > 0
        vertices = polished(
            mesh.vertices_mm,
            mesh.tets,
            inner=found.on == 0,
            smooth=found.smooth,
            rough=(found.on > 0) & ~found.smooth & ~is_sharp,
            normal=found.normal,
            edge=mean_edges(mesh.vertices_mm, mesh.tets),
        )
        mesh = replace(mesh, vertices_mm=vertices)
        if shapes(mesh.vertices_mm, mesh.tets).min() > WANTED:
            break
    return mesh


def _void_walls(mesh: LabelledMesh, owner: Ints, surfaces: Surfaces) -> tuple[Ints, Ints]:
    """The free triangles that are the wall of a void, shape (k, 3), and the surface they lie on, shape (k,).

    A free triangle belongs to the void whose surface is nearer to its corners than that of its own part.
    """
    facets = facets_of(mesh.tets)
    free, own = facets.corners[facets.boundary], owner[facets.owners[facets.boundary, 0]]
    if not len(surfaces.voids):
        return free[:0], own[:0]
    vertices, place = np.unique(free, return_inverse=True)
    place = place.reshape(free.shape)
    points = mesh.vertices_mm[vertices]

    def distance(surface: int) -> Floats:
        return np.asarray(np.abs(surfaces.exact[surface](points))[place].max(axis=1))

    nearest = np.full(len(free), np.inf)
    for surface in np.unique(own):
        mine = own == surface
        nearest[mine] = distance(int(surface))[mine]
    found = own.copy()
    for void in surfaces.voids:
        away = distance(int(void))
        found[away < nearest] = void
        nearest = np.minimum(nearest, away)
    on_void = np.isin(found, surfaces.voids)
    return free[on_void], found[on_void]


def _named(mesh: LabelledMesh, bodies: Sequence[Body], names: Sequence[str]) -> TetMesh:
    """The mesh with its part names; marked triangles take their outward normal from the element behind."""
    facets = facets_of(mesh.tets)
    boundary = facets.corners[facets.boundary]
    mark = matched(boundary, mesh.marked, mesh.mark, np.zeros(len(boundary), dtype=np.int64))
    solid = [index for index, body in enumerate(bodies) if body.solid]
    number_of = np.full(len(bodies) + 1, -1)
    number_of[np.array(solid) + 1] = np.arange(len(solid))
    return TetMesh(
        vertices_mm=mesh.vertices_mm,
        tets=mesh.tets,
        part=number_of[mesh.label],
        part_names=tuple(bodies[index].name for index in solid),
        faces={name: boundary[mark == number + 1] for number, name in enumerate(names)},
    )
