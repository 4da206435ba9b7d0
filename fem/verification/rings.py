"""Thick rings in plane strain under inner pressure: one material, two, and a screw in bone."""

from itertools import pairwise

import numpy as np

from fem.elastic import elastic_by_part
from fem.loads import face_pressure
from fem.recovery import gauss_fields, nodal_values
from fem.solution import Solution
from fem.supports import FixedComponents
from fem.verification.check import DISPLACEMENT, STRESS, Check, near
from fem.verification.models import model_of, plane, solved
from geometry.arrays import Floats, Ints
from geometry.blocks import block
from geometry.mesh import Mesh

SOURCE = "closed form, docs/evidence.md 9"


def quarter_turned(points: Floats) -> Floats:
    """Radius, share of a quarter turn and height, shape (n, 3), as places."""
    angle = points[:, 1] * np.pi / 2.0
    return np.column_stack([points[:, 0] * np.cos(angle), points[:, 0] * np.sin(angle), points[:, 2]])


def tube(cells: int, radii: tuple[float, ...]) -> Mesh:
    """A quarter of a slice, 1 mm thick, between rings; a part for each ring."""
    rings = [np.geomspace(a, b, cells + 1) for a, b in pairwise(radii)]
    ticks = np.unique(np.concatenate(rings))

    around = 5 * cells
    # rings of the straight-sided mesh bulge inwards by less than half a cell
    inner = np.array(radii[1:-1]) * np.cos(np.pi / 4.0 / around) if len(radii) > 2 else np.zeros(0)

    def ring(centroids: Floats) -> Ints:
        radius = np.hypot(centroids[:, 0], centroids[:, 1])
        return np.asarray(np.searchsorted(inner, radius), dtype=np.int64)

    names = tuple(f"ring {k}" for k in range(len(radii) - 1))
    return block(
        (1, 1, 1), ticks=(ticks, np.linspace(0.0, 1.0, around + 1), np.array([0.0, 1.0])),
        shape=quarter_turned, part_of=ring, part_names=names,
    )  # fmt: skip


def pressed(mesh: Mesh, materials: dict[str, tuple[float, float]]) -> Solution:
    """The slice in plane strain under an inner pressure of 1 MPa."""
    supports = [plane(mesh, face) for face in ("z0", "z1")]
    supports.append(FixedComponents(name="x axis", nodes=mesh.face("y0"), components=(False, True, False)))
    supports.append(FixedComponents(name="y axis", nodes=mesh.face("y1"), components=(True, False, False)))
    load = face_pressure(mesh, mesh.face("x0"), 1.0, "pressure")
    return solved(model_of(mesh, elastic_by_part(mesh, materials), supports, [load]))


def radial_mm(solution: Solution, radius_mm: float) -> float:
    """Mean radial displacement of the vertices at a radius."""
    mesh = solution.model.discretisation.mesh
    vertices = np.unique(mesh.tets[:, :4])
    radius = np.hypot(*mesh.nodes_mm[vertices, :2].T)
    chosen = vertices[np.isclose(radius, radius_mm)]
    return float(np.linalg.norm(solution.displacement_mm[0][chosen, :2], axis=1).mean())


def ring_checks() -> list[Check]:
    """MacNeal and Harder's cylinder, a stiff core in a sleeve, and titanium in bone."""
    mesh = tube(8, (3.0, 9.0))
    solution = pressed(mesh, {"ring 0": (1000.0, 0.3)})
    smooth = nodal_values(mesh, gauss_fields(solution, "pressure").stress_mpa)[0]
    place = mesh.nodes_mm[smooth.nodes]
    bore = np.isclose(place[:, 0], 3.0) & np.isclose(place[:, 1], 0.0)
    hoop = smooth.values[bore, 1].mean()
    widening = radial_mm(solution, 3.0)
    checks = [
        near("thick cylinder", "u(3) (mm)", widening, 4.5825e-3, DISPLACEMENT, "MacNeal & Harder 1985"),
        near("thick cylinder", "hoop stress at 3 (MPa)", hoop, 1.25, STRESS, SOURCE),
    ]
    for poisson, expected in ((0.49, 5.03993e-3), (0.499, 5.06025e-3), (0.4999, 5.06227e-3)):
        soft = pressed(mesh, {"ring 0": (1000.0, poisson)})
        quantity = f"u(3), nu {poisson:g} (mm)"
        checks.append(near("thick cylinder", quantity, radial_mm(soft, 3.0), expected, DISPLACEMENT, SOURCE))
    smooth = nodal_values(mesh, gauss_fields(soft, "pressure").stress_mpa)[0]
    radial = smooth.values[bore, 0].mean()
    checks.append(near("thick cylinder", "radial stress at 3, nu 0.4999 (MPa)", radial, -1.0, STRESS, SOURCE))
    for case, radii, materials, widths in (
        (
            "core in a sleeve",
            (1.0, 2.0, 4.0),
            {"ring 0": (10.0, 0.3), "ring 1": (1.0, 0.3)},
            (0.183376, 0.114564, 0.0729041),
        ),
        (
            "titanium in bone",
            (3.0, 5.0, 10.0),
            {"ring 0": (110_000.0, 0.3), "ring 1": (150.0, 0.2)},
            (6.33162e-5, 4.64809e-5, 3.23345e-5),
        ),
    ):
        solution = pressed(tube(6, radii), materials)
        checks += [
            near(case, f"u({radius:g}) (mm)", radial_mm(solution, radius), value, DISPLACEMENT, SOURCE)
            for radius, value in zip(radii, widths, strict=True)
        ]
    return checks
