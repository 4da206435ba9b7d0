"""A material with a grain: the patch test, bars pulled at an angle to it, and rubber in line with it."""

import numpy as np

from fem.elastic import ElasticField, elastic_by_part, grained, uniform_elastic
from fem.recovery import gauss_fields
from fem.verification.check import Check, near
from fem.verification.models import OBLIQUE, THREE_TO_ONE, TIGHT, solved
from fem.verification.patch_test import NORMAL_MPA, ROUND_OFF, SHEAR_MPA, evenly_stressed, worst_stresses
from geometry.arrays import Floats
from geometry.blocks import block
from geometry.mesh import Mesh

YOUNG_MPA = 1000.0
RUBBER = 0.499


def grain_checks() -> list[Check]:
    """All of them have a constant stress, which distorted elements carry exactly."""
    return [*_patch(), *_bars(), *_beside_rubber()]


def _patch() -> list[Check]:
    """The patch test with an oblique grain."""
    mesh = block((3, 3, 3), jitter=0.25)
    stress = np.full((3, 3), SHEAR_MPA) + (NORMAL_MPA - SHEAR_MPA) * np.eye(3)
    found = gauss_fields(
        solved(evenly_stressed(mesh, _along(mesh, OBLIQUE), stress), TIGHT), "all"
    ).stress_mpa
    return worst_stresses("patch test, grain", found)


def _bars() -> list[Check]:
    """Young's modulus felt by a pull along x with the grain turned away from it."""
    mesh = block((2, 2, 2), jitter=0.2)
    pull = np.diag([1.0, 0.0, 0.0])
    x, shear = THREE_TO_ONE.young_x, THREE_TO_ONE.shear_xz
    checks = []
    for degrees in (0.0, 30.0, 45.0, 90.0):
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        model = evenly_stressed(mesh, _along(mesh, np.array([c, 0.6 * s, 0.8 * s])), pull)
        # on a unit cube under 1 MPa the work is the strain
        felt = 1.0 / solved(model, TIGHT).work_nmm()[0]
        compliance = c**4 + s**4 / x + (1.0 / shear - 2.0 * THREE_TO_ONE.poisson_zx) * (c * s) ** 2
        quantity = f"Young's modulus, pulled {degrees:g} deg off (MPa)"
        checks.append(near("grain", quantity, felt, YOUNG_MPA / compliance, ROUND_OFF, "off-axis modulus"))
    return checks


def _beside_rubber() -> list[Check]:
    """A cube of wood under one of rubber that thins as much under the same pull along the grain."""
    mesh = block(
        (2, 2, 4),
        part_of=lambda centroids: (centroids[:, 2] > 0.5).astype(np.int64),
        part_names=("wood", "rubber"),
    )
    rubber_mpa = RUBBER * YOUNG_MPA / THREE_TO_ONE.poisson_zx
    elastic = elastic_by_part(mesh, {"wood": (YOUNG_MPA, 0.3), "rubber": (rubber_mpa, RUBBER)})
    upright = (mesh.part == 0)[:, None] * np.array([0.0, 0.0, 1.0])
    model = evenly_stressed(mesh, grained(elastic, THREE_TO_ONE, upright), np.diag([0.0, 0.0, 1.0]))
    stretch = solved(model, TIGHT).work_nmm()[0]
    reference = 0.5 / YOUNG_MPA + 0.5 / rubber_mpa
    quantity = f"stretch in series with nu {RUBBER:g} (mm)"
    return [near("grain", quantity, stretch, reference, ROUND_OFF, "springs in series")]


def _along(mesh: Mesh, axis: Floats) -> ElasticField:
    """A block of wood with its grain along an axis."""
    count = len(mesh.tets)
    return grained(uniform_elastic(count, YOUNG_MPA, 0.3), THREE_TO_ONE, np.tile(axis, (count, 1)))
