"""Curved elements: the patch test, and the order that they win back on a round body."""

import numpy as np

from fem.elastic import uniform_elastic
from fem.loads import face_pressure, face_traction
from fem.recovery import gauss_fields
from fem.supports import FixedComponents
from fem.verification.check import Check, near, order
from fem.verification.models import TIGHT, model_of, plane, solved
from fem.verification.rings import quarter_turned
from geometry.blocks import block
from geometry.mesh import Mesh

ROUND_OFF = 1e-6
# Work of a pressure of 1 MPa in a quarter of a ring of radii 3 and 9 mm, 1 mm thick, E 1000, nu 0.3: bore
# times widening (docs/evidence.md 9).
EXACT_WORK = 4.5825e-3 * 3.0 * np.pi / 2.0


def curved_checks() -> list[Check]:
    """A block whose inner sides are bent, and a ring on two meshes."""
    mesh = crumpled(block((2, 2, 2), jitter=0.15))
    load = face_traction(mesh, mesh.face("z1"), np.array([0.0, 0.0, 1.0]), "pull")
    supports = [plane(mesh, face) for face in ("x0", "y0", "z0")]
    model = model_of(mesh, uniform_elastic(len(mesh.tets), 1000.0, 0.3), supports, [load])
    stress = gauss_fields(solved(model, TIGHT), "pull").stress_mpa[..., 2]
    worst = stress.flat[np.abs(stress - 1.0).argmax()]
    coarse, fine = (abs(ring_work(cells) - EXACT_WORK) for cells in (4, 8))
    # the error in work is the square of that in the energy norm
    observed = 0.5 * float(np.log2(coarse / fine))
    source = "theory, p"
    return [
        near("curved patch test", "stress (MPa), furthest off", worst, 1.0, ROUND_OFF, "patch test"),
        near("curved ring", "work of the pressure (N mm)", ring_work(8), EXACT_WORK, 1e-4, "closed form"),
        order("curved ring", "order in energy", observed, 2.0, source),
    ]


def crumpled(mesh: Mesh) -> Mesh:
    """The mesh with its inner mid nodes moved at random by up to 0.04."""
    nodes = mesh.nodes_mm.copy()
    inner = np.setdiff1d(mesh.tets[:, 4:], mesh.face("skin"))
    nodes[inner] += np.random.default_rng(0).uniform(-0.04, 0.04, (len(inner), 3))
    return mesh.bent(nodes)


def ring_work(cells: int, curved: bool = True) -> float:
    """Work of the inner pressure on a quarter ring in plane strain."""
    ticks = (np.geomspace(3.0, 9.0, cells + 1), np.linspace(0.0, 1.0, 2 * cells + 1), np.array([0.0, 1.0]))
    mesh = block((1, 1, 1), ticks=ticks, shape=quarter_turned, curved=curved)
    supports = [plane(mesh, face) for face in ("z0", "z1")]
    supports.append(FixedComponents(name="x axis", nodes=mesh.face("y0"), components=(False, True, False)))
    supports.append(FixedComponents(name="y axis", nodes=mesh.face("y1"), components=(True, False, False)))
    load = face_pressure(mesh, mesh.face("x0"), 1.0, "pressure")
    model = model_of(mesh, uniform_elastic(len(mesh.tets), 1000.0, 0.3), supports, [load])
    solution = solved(model, TIGHT)
    return float(np.vdot(load.nodal_force_n, solution.displacement_of("pressure")))
