"""Lame's thick ball under inner pressure, an octant of it."""

from dataclasses import replace

import numpy as np

from fem.elastic import uniform_elastic
from fem.loads import face_pressure
from fem.recovery import gauss_fields, nodal_values
from fem.verification.check import DISPLACEMENT, STRESS, Check, near
from fem.verification.models import model_of, plane, solved
from geometry.blocks import block, quadratic
from geometry.mesh import Mesh

SOURCE = "Lame"


def hollow_ball(cells: int) -> Mesh:
    """An octant of the shell between radii 1 and 2: cubes outside the unit cube, pushed onto spheres."""
    cubes = block((2 * cells,) * 3, (2.0, 2.0, 2.0))
    corners = cubes.nodes_mm[: (2 * cells + 1) ** 3]
    tets = cubes.tets[:, :4]
    kept = tets[np.abs(corners[tets]).mean(axis=1).max(axis=1) > 1.0]
    used, back = np.unique(kept, return_inverse=True)
    points = corners[used]
    pushed = points * (np.abs(points).max(axis=1) / np.linalg.norm(points, axis=1))[:, None]
    tets = back.reshape(-1, 4)
    mesh = quadratic(pushed, tets, np.zeros(len(tets), np.int64), ("shell",))
    skin = mesh.face("skin")
    inner = np.linalg.norm(mesh.nodes_mm[skin[:, :3]], axis=2).max(axis=1) < 1.0 + 1e-9
    faces = {"bore": skin[inner]}
    for axis in range(3):
        faces[f"{'xyz'[axis]}0"] = skin[np.all(np.abs(mesh.nodes_mm[skin[:, :3], axis]) < 1e-12, axis=1)]
    return replace(mesh, faces=faces)


def ball_checks() -> list[Check]:
    """Radii 1 and 2, E 1, nu 0.3, inner pressure 1."""
    mesh = hollow_ball(9)
    load = face_pressure(mesh, mesh.face("bore"), 1.0, "pressure")
    supports = [plane(mesh, face) for face in ("x0", "y0", "z0")]
    solution = solved(model_of(mesh, uniform_elastic(len(mesh.tets), 1.0, 0.3), supports, [load]))
    vertices = np.unique(mesh.tets[:, :4])
    radius = np.linalg.norm(mesh.nodes_mm[vertices], axis=1)
    outward = np.einsum("nd,nd->n", solution.displacement_mm[0][vertices], mesh.nodes_mm[vertices]) / radius
    smooth = nodal_values(mesh, gauss_fields(solution, "pressure").stress_mpa)[0]
    place = np.linalg.norm(mesh.nodes_mm[smooth.nodes] - [1.0, 0.0, 0.0], axis=1)
    hoop = smooth.values[place.argmin(), 1:3].mean()
    return [
        near("Lame's ball", "u(a)", outward[np.isclose(radius, 1.0)].mean(), 0.8, DISPLACEMENT, SOURCE),
        near("Lame's ball", "u(b)", outward[np.isclose(radius, 2.0)].mean(), 0.3, DISPLACEMENT, SOURCE),
        near("Lame's ball", "hoop stress at a", hoop, 5.0 / 7.0, STRESS, SOURCE),
    ]
