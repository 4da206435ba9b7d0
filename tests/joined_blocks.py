"""Blocks held at a foot and pulled at a face, with springs, ties or rigid faces, for the tests of these."""

import numpy as np

from fem.connections import Connection
from fem.elastic import elastic_by_part
from fem.loads import LoadCase, face_traction
from fem.model import Model
from fem.supports import FixedNodes, Support
from fem.verification.joints import joined_model
from geometry.mesh import Mesh


def model(
    mesh: Mesh,
    connections: list[Connection],
    supports: list[Support],
    loads: list[LoadCase],
    moduli: tuple[float, ...] = (1000.0, 1000.0),
) -> Model:
    """The model of a mesh whose parts have these moduli, in their order."""
    materials = {name: (young, 0.3) for name, young in zip(mesh.part_names, moduli, strict=False)}
    return joined_model(mesh, connections, supports, loads, elastic_by_part(mesh, materials))


def across(mesh: Mesh, face: str) -> list[LoadCase]:
    """A pull of 1 N on the face along each axis."""
    return [face_traction(mesh, mesh.face(face), way, f"pull {k}") for k, way in enumerate(np.eye(3))]


def foot(mesh: Mesh, face: str = "z0") -> FixedNodes:
    """All of a face, held."""
    return FixedNodes(name="foot", nodes=mesh.face(face))
