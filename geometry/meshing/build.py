"""Implicit bodies to one conforming mesh: lattice, cuts, islands, remeshing."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from geometry.arrays import Floats, Ints
from geometry.errors import BadMeshError, MeshError
from geometry.field import Field
from geometry.mesh_quality import QualityLimits, check_quality, quality_of
from geometry.meshing.body import Body
from geometry.meshing.cutting import Lattice, cut
from geometry.meshing.element_shape import shapes
from geometry.meshing.improve import remeshed
from geometry.meshing.islands import check_whole, joined, unpinched
from geometry.meshing.lattice import graded_lattice
from geometry.meshing.polish import polished
from geometry.meshing.reconnect import WANTED, reconnected
from geometry.meshing.sampled import SampledField, sample
from geometry.meshing.sheets import Sheets, matched, mean_edges, settled, sheets_of
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
    size: Callable[[Floats], Floats],
    bounds_mm: Floats,
    limits: QualityLimits = QualityLimits(),  # noqa: B008, frozen
    report: Report | None = None,
) -> TetMesh:
    """One conforming mesh of all solid bodies, each part in one piece, all elements within the limits.

    Where surfaces happen to cut the lattice badly, a shifted lattice gets another chance.

    Args:
        bodies: in order of priority: a point belongs to the first body that contains it.
        size: wished element edge in mm, shape (n,), at points of shape (n, 3).
        bounds_mm: a box that holds all bodies, shape (2, 3).
        limits: what the elements must hold.
        report: is told each stage as it ends.

    Raises:
        MeshError: a body that vanishes, parts that cannot be joined, or a bad element on every lattice.
    """
    say = report or (lambda _stage: None)
    sampled = [sample(body, bounds_mm, SAMPLE_MM) for body in bodies]
    solids = [field for body, field in zip(bodies, sampled, strict=True) if body.solid]
    say("sample")

    def outside(points: Floats) -> Floats:
        nearest: Floats = np.min([field.rough(points) for field in solids], axis=0)
        return nearest

    void = np.array([0, *(number + 1 if body.solid else 0 for number, body in enumerate(bodies))])

    def on_lattice(shift_mm: float) -> TetMesh:
        box = np.stack([bounds_mm[0] - shift_mm, bounds_mm[1]])
        vertices, tets = graded_lattice(box, CELL_MM, size, outside)
        say(f"lattice of {len(tets)} tetrahedra")
        nothing = np.zeros(len(tets), dtype=np.int64)
        lattice = Lattice(vertices_mm=vertices, tets=tets, label=nothing, on=np.zeros(len(vertices), int))
        lattice, caps = _cut_all(lattice, bodies, sampled)
        say(f"cut into {len(lattice.tets)}")
        label = unpinched(lattice.tets, joined(lattice.tets, void[lattice.label]))
        mesh = _bounded(lattice, label, caps)
        say("joined")
        mesh = remeshed(mesh, size)
        check_whole(mesh.tets, mesh.label, [body.name for body in bodies])
        say(f"remeshed into {len(mesh.tets)}")
        mesh = _refitted(mesh, bodies)
        check_quality(quality_of(mesh.vertices_mm, mesh.tets), limits)
        say("refitted")
        return _named(mesh, bodies)

    for shift in LATTICE_SHIFTS[:-1]:
        try:
            return on_lattice(shift * CELL_MM)
        except BadMeshError as error:
            say(f"again on another lattice: {error.args[0]}")
    return on_lattice(LATTICE_SHIFTS[-1] * CELL_MM)


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
            lattice, candidate = cut(lattice, surfaces, len(surfaces) - 1, candidate)
        label = np.where(candidate, index + 1, lattice.label)
        if not candidate.any():
            raise MeshError(f"body {body.name!r} has no element", advice="Use a smaller element size")
        lattice = Lattice(vertices_mm=lattice.vertices_mm, tets=lattice.tets, label=label, on=lattice.on)
    return lattice, caps


def _bounded(lattice: Lattice, label: Ints, caps: Sequence[tuple[int, int]]) -> LabelledMesh:
    """What is left of the lattice without the void, with the triangles on the caps."""
    kept = label > 0
    vertices, tets = compacted(lattice.vertices_mm, lattice.tets[kept])
    on, label = lattice.on[np.unique(lattice.tets[kept])], label[kept]
    facets = facets_of(tets)
    triangles, marks = [np.zeros((0, 3), dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for number, (body, surface) in enumerate(caps):
        on_cap = ((on[facets.corners] >> surface) & 1).all(axis=1)
        chosen = on_cap & facets.boundary & (label[facets.owners[:, 0]] == body + 1)
        triangles.append(facets.corners[chosen])
        marks.append(np.full(int(chosen.sum()), number + 1))
    return LabelledMesh(
        vertices_mm=vertices,
        tets=tets,
        label=label,
        marked=np.concatenate(triangles),
        mark=np.concatenate(marks),
    )


def _refitted(mesh: LabelledMesh, bodies: Sequence[Body]) -> LabelledMesh:
    """The mesh with its vertices put exactly on the surfaces and the worst elements joined anew and polished.

    Vertices on the wall of a void stay as they are: the free surface belongs to the body that is left.
    """
    surfaces = [surface for body in bodies for surface in body.surfaces]
    starts = np.cumsum([0, *(len(body.surfaces) for body in bodies)])
    caps = np.array([starts[i] + 1 + k for i, body in enumerate(bodies) for k in range(len(body.caps))], int)

    def sheets(mesh: LabelledMesh) -> Sheets:
        return sheets_of(mesh, starts[mesh.label - 1], caps[mesh.mark - 1])

    mesh = replace(mesh, vertices_mm=settled(mesh.vertices_mm, mesh.tets, sheets(mesh), surfaces))
    for _ in range(POLISH_ROUNDS):
        mesh = reconnected(mesh)
        found = sheets(mesh)
        on_cap = (found.on & int(sum(1 << int(cap) for cap in caps))) > 0
        vertices = polished(
            mesh.vertices_mm,
            mesh.tets,
            inner=found.on == 0,
            smooth=found.smooth,
            rough=(found.on > 0) & ~found.smooth & ~on_cap,
            normal=found.normal,
            edge=mean_edges(mesh.vertices_mm, mesh.tets),
        )
        mesh = replace(mesh, vertices_mm=vertices)
        if shapes(mesh.vertices_mm, mesh.tets).min() > WANTED:
            break
    return mesh


def _named(mesh: LabelledMesh, bodies: Sequence[Body]) -> TetMesh:
    """The mesh with its part names; cap triangles take their outward normal from the element behind."""
    facets = facets_of(mesh.tets)
    boundary = facets.corners[facets.boundary]
    names = [cap.name for body in bodies for cap in body.caps]
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
