"""A uniform pressure on a disc on a half-space (Love): a quarter of a large ball, graded."""

import numpy as np

from fem.elastic import uniform_elastic
from fem.loads import face_pressure
from fem.recovery import gauss_fields, nodal_values
from fem.supports import FixedComponents, FixedNodes, Support
from fem.verification.check import DISPLACEMENT, STRESS, Check, near
from fem.verification.models import model_of, solved
from geometry.arrays import Floats
from geometry.blocks import block

SOURCE = "Love 1929, docs/evidence.md 9"
# Shells of elements under the disc and in all, and how fast the outer ones grow: to 159 radii, where
# holding it costs about 0.4 %.
NEAR_SHELLS, SHELLS, GROWTH = 8, 26, 4.3


def _ball(points: Floats) -> Floats:
    """Cubic shells become round ones; those beyond the disc grow."""
    shell = np.abs(points).max(axis=1, keepdims=True)
    length = np.linalg.norm(points, axis=1, keepdims=True)
    steps = shell / NEAR_SHELLS
    radius = np.where(steps > 1.0, steps**GROWTH, steps)
    return np.asarray(points / np.where(length > 0.0, length, 1.0) * radius)


def half_space_checks() -> list[Check]:
    """Radius 1, pressure 1, E 1, nu 0.3: how deep the middle sinks, and the stress below it."""
    ticks = np.arange(SHELLS + 1.0)
    mesh = block((1, 1, 1), ticks=(ticks, ticks, -ticks[::-1]), shape=_ball)
    top = mesh.face("z1")
    disc = top[np.linalg.norm(mesh.nodes_mm[top[:, :3], :2], axis=2).max(axis=1) < 1.0 + 1e-9]
    held: list[Support] = [
        FixedComponents(name="x = 0", nodes=mesh.face("x0"), components=(True, False, False)),
        FixedComponents(name="y = 0", nodes=mesh.face("y0"), components=(False, True, False)),
        *(FixedNodes(name=face, nodes=mesh.face(face)) for face in ("x1", "y1", "z0")),
    ]
    load = face_pressure(mesh, disc, 1.0, "pressure")
    solution = solved(model_of(mesh, uniform_elastic(len(mesh.tets), 1.0, 0.3), held, [load]))
    middle = np.linalg.norm(mesh.nodes_mm, axis=1).argmin()
    sinking = -solution.displacement_of("pressure")[middle, 2]
    smooth = nodal_values(mesh, gauss_fields(solution, "pressure").stress_mpa)[0]
    checks = [near("disc on half-space", "sinking of the middle", sinking, 1.82, DISPLACEMENT, SOURCE)]
    for below, reference in ((0.5, -0.910557), (1.0, -0.646447)):
        place = np.linalg.norm(mesh.nodes_mm[smooth.nodes] - [0.0, 0.0, -below], axis=1)
        found = smooth.values[place.argmin(), 2]
        checks.append(
            near("disc on half-space", f"stress zz at {below:g} below", found, reference, STRESS, SOURCE)
        )
    return checks
