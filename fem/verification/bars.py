"""Bars and beams: a bar of two materials, a short cantilever, a twisted beam."""

import numpy as np

from fem.elastic import elastic_by_part, uniform_elastic
from fem.loads import face_traction
from fem.solution import compliance_stiffness, work_stiffness
from fem.supports import FixedNodes
from fem.verification.check import DISPLACEMENT, Check, near
from fem.verification.models import TIGHT, model_of, pulled, solved
from geometry.arrays import Floats, Ints
from geometry.blocks import block

# Section at the root: width along y, thickness along z.
TWISTED_LENGTH, TWISTED_WIDTH, TWISTED_THICKNESS = 12.0, 1.1, 0.32


def bimaterial_bar_checks() -> list[Check]:
    """Two unit lengths with E 110000 over 100, nu 0, pulled by 1 N: one-dimensional, hence exact."""

    def half(centroids: Floats) -> Ints:
        return np.asarray(centroids[:, 2] > 1.0, dtype=np.int64)

    mesh = block((1, 1, 2), (1.0, 1.0, 2.0), part_of=half, part_names=("soft", "stiff"))
    elastic = elastic_by_part(mesh, {"soft": (100.0, 0.0), "stiff": (110_000.0, 0.0)})
    stretch = 1.0 / compliance_stiffness(solved(pulled(mesh, elastic), TIGHT), "pull")
    reference = 1.0 / 100.0 + 1.0 / 110_000.0
    return [near("bimaterial bar", "stretch (mm)", stretch, reference, 1e-7, "two springs in series")]


def cantilever_checks() -> list[Check]:
    """Length 10, section 1 x 1, E 1000, nu 0.3, 1 N across its tip.

    Its root is held all over, which a beam's is not: stiffer by less than 1 %.
    """
    mesh = block((24, 4, 4), (10.0, 1.0, 1.0))
    load = face_traction(mesh, mesh.face("x1"), np.array([0.0, 0.0, 1.0]), "tip")
    held = [FixedNodes(name="root", nodes=mesh.face("x0"))]
    solution = solved(model_of(mesh, uniform_elastic(len(mesh.tets), 1000.0, 0.3), held, [load]))
    sag = 1.0 / work_stiffness(1.0, solution, "tip")
    source = "Timoshenko: 4 bending + 0.0306 shear"
    return [near("cantilever", "tip deflection (mm)", sag, 4.0306, DISPLACEMENT, source)]


def _twisted(points: Floats) -> Floats:
    """The straight beam turned by 90 degrees over its length."""
    angle = 0.5 * np.pi * points[:, 0] / TWISTED_LENGTH
    y, z = points[:, 1] - 0.5 * TWISTED_WIDTH, points[:, 2] - 0.5 * TWISTED_THICKNESS
    return np.column_stack(
        [points[:, 0], np.cos(angle) * y - np.sin(angle) * z, np.sin(angle) * y + np.cos(angle) * z]
    )


def twisted_beam_checks() -> list[Check]:
    """E 29e6, nu 0.22, unit load across the tip in either direction."""
    mesh = block((48, 6, 2), (TWISTED_LENGTH, TWISTED_WIDTH, TWISTED_THICKNESS), shape=_twisted)
    ways = {"thin": np.array([0.0, 0.0, 1.0]), "wide": np.array([0.0, 1.0, 0.0])}
    loads = [face_traction(mesh, mesh.face("x1"), force, name) for name, force in ways.items()]
    held = [FixedNodes(name="root", nodes=mesh.face("x0"))]
    solution = solved(model_of(mesh, uniform_elastic(len(mesh.tets), 29e6, 0.22), held, loads))
    source = "MacNeal & Harder 1985, refined"
    return [
        near(
            "twisted beam",
            f"tip deflection, load along the {name} way of the root",
            1.0 / work_stiffness(1.0, solution, name),
            reference,
            DISPLACEMENT,
            source,
        )
        for name, reference in (("thin", 5.424535e-3), ("wide", 1.753248e-3))
    ]
