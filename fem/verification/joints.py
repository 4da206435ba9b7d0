"""Bodies joined to each other, to the ground and to a remote point: all with exact answers."""

from collections.abc import Sequence

import numpy as np

from fem.connections import Tie, elastic_foundation, face_spring, rigid_faces, tied_faces
from fem.connections.connection import Connection
from fem.discretisation import discretise
from fem.elastic import ElasticField, uniform_elastic
from fem.loads import LoadCase, face_motion, face_traction, remote_load
from fem.model import Model
from fem.recovery import gauss_fields
from fem.supports import FixedComponents, FixedNodes, Support
from fem.verification.check import Check, near
from fem.verification.models import TIGHT, solved
from geometry.arrays import Ints
from geometry.blocks import block
from geometry.mesh import Mesh

# All of these displacements are quadratic at most, so quadratic elements carry them exactly.
ROUND_OFF = 1e-6


def joint_checks() -> list[Check]:
    """A tie across meshes that do not match, a ligament, a bed of springs, moments at a remote point."""
    return [*_tied(), *_sprung(), *_remote()]


def stacked(lower: int, upper: int, gap_mm: float = 0.0) -> Mesh:
    """Two unit cubes, one on the other, with as many cells along an edge; faces as of a block, after the name
    of the part."""
    parts = [block((lower,) * 3), block((upper,) * 3)]
    shift = len(parts[0].nodes_mm)
    names = ("lower", "upper")
    faces = {f"{names[0]}_{name}": face for name, face in parts[0].faces.items()}
    faces |= {f"{names[1]}_{name}": face + shift for name, face in parts[1].faces.items()}
    return Mesh(
        nodes_mm=np.concatenate([parts[0].nodes_mm, parts[1].nodes_mm + np.array([0.0, 0.0, 1.0 + gap_mm])]),
        tets=np.concatenate([parts[0].tets, parts[1].tets + shift]),
        part=np.repeat([0, 1], [len(part.tets) for part in parts]),
        part_names=names,
        faces=faces,
    )


def glued(mesh: Mesh, largest_gap_mm: float = 1e-6) -> Tie:
    """The tie between the cubes of `stacked`."""
    return tied_faces(
        mesh, mesh.face("lower_z1"), mesh.face("upper_z0"), largest_gap_mm=largest_gap_mm, name="glue"
    )


def _tied() -> list[Check]:
    """The patch test across faces of 4 x 4 and 3 x 3 cells: a constant stress passes exactly."""
    mesh = stacked(4, 3)
    supports = [
        _guide(mesh, "lower_z0", 2),
        *(_guide(mesh, f"{part}_{axis}0", k) for part in mesh.part_names for k, axis in enumerate("xy")),
    ]
    load = face_traction(mesh, mesh.face("upper_z1"), np.array([0.0, 0.0, 1.0]), "pull")
    solution = solved(
        joined_model(mesh, [glued(mesh)], supports, [load], uniform_elastic(len(mesh.tets), 1000.0, 0.3)),
        TIGHT,
    )
    stress = gauss_fields(solution, "pull").stress_mpa[..., 2]
    worst = stress.flat[np.abs(stress - 1.0).argmax()]
    return [
        near("tie, 4 to 3 cells", "stress across (MPa), furthest off", worst, 1.0, ROUND_OFF, "patch test")
    ]


def _sprung() -> list[Check]:
    """A ligament of 7 N/mm between two bars, and a bar on a bed of 50 N/mm3: springs in series."""
    apart = stacked(2, 2, gap_mm=1.0)
    ligament = face_spring(apart, apart.face("lower_z1"), apart.face("upper_z0"), 7.0, "ligament")
    upper = np.unique(apart.tets[apart.part == 1])
    guide = FixedComponents(name="guide", nodes=upper, components=(True, True, False))
    load = face_traction(apart, apart.face("upper_z1"), np.array([0.0, 0.0, 1.0]), "pull")
    foot: Support = FixedNodes(name="foot", nodes=apart.face("lower_z0"))
    stretch = solved(joined_model(apart, [ligament], [foot, guide], [load]), TIGHT).work_nmm()[0]
    bar = block((2, 2, 4), (1.0, 1.0, 2.0))
    bed = elastic_foundation(bar, bar.face("z0"), 50.0, 20.0, "bed")
    load = face_traction(bar, bar.face("z1"), np.array([0.0, 0.0, -1.0]), "press")
    sunk = solved(joined_model(bar, [bed], [], [load]), TIGHT).work_nmm()[0]
    return [
        near("ligament", "stretch (mm)", stretch, 1 / 7 + 2 / 1000, ROUND_OFF, "springs in series"),
        near("elastic foundation", "sinking (mm)", sunk, 2 / 1000 + 1 / 50, ROUND_OFF, "springs in series"),
    ]


def _remote() -> list[Check]:
    """A bar without lateral strain, E 1000, length 4, section 1 x 1, bent by 1 N mm at a remote point: its
    end turns by M L / (E I) whether it is rigid or free to deform."""
    bar = block((2, 2, 8), (1.0, 1.0, 4.0))
    held = [FixedNodes(name="root", nodes=bar.face("z0"))]
    at = np.array([0.5, 0.5, 9.0])
    load = remote_load(bar, bar.face("z1"), at, moment_nmm=(0.0, 1.0, 0.0), name="bend")
    plate = rigid_faces(bar, bar.face("z1"), "plate")
    ends: dict[str, list[Connection]] = {"free": [], "rigid": [plate]}
    checks = []
    for word, connections in ends.items():
        solution = solved(joined_model(bar, connections, held, [load]), TIGHT)
        turn = face_motion(bar, bar.face("z1"), at, solution.displacement_of("bend")).turn_rad[1]
        source = "M L / (E I)"
        checks.append(near("remote moment", f"turn of a {word} end (rad)", turn, 0.048, ROUND_OFF, source))
    return checks


def joined_model(
    mesh: Mesh,
    connections: Sequence[Connection],
    supports: Sequence[Support],
    loads: Sequence[LoadCase],
    elastic: ElasticField | None = None,
) -> Model:
    """A model of joined bodies; of E 1000 MPa without lateral strain unless an elastic field is given."""
    return Model(
        discretisation=discretise(mesh, connections=connections),
        elastic=uniform_elastic(len(mesh.tets), 1000.0, 0.0) if elastic is None else elastic,
        supports=tuple(supports),
        load_cases=tuple(loads),
        connections=tuple(connections),
    )


def _guide(mesh: Mesh, face: str, axis: int) -> FixedComponents:
    nodes: Ints = np.unique(mesh.face(face))
    held = (axis == 0, axis == 1, axis == 2)
    return FixedComponents(name=f"guide {face}", nodes=nodes, components=held)
