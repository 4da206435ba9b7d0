"""How far the energy of a solution is from exact, by comparing its strains with smoothed ones.

Zienkiewicz & Zhu 1987 (doi 10.1002/nme.1620240206) with patches of 1992. What is smoothed is the strain,
part by part: where E varies inside a part the strain stays smooth long after the stress does not, and the
energy is weighted with the E(x) of each element, and with its grain. For a load that is its own measure the
relative error of the stiffness is the square of the relative energy error, and the computed stiffness is too
high by that much.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit, prange

from fem.assembly import FAST
from fem.elastic import GAUSS_4, ElasticField, corner_young, linear_young, subdivided_rule
from fem.model import Model
from fem.patches import fitted_patches, patch_values
from fem.pressure import nearly_incompressible
from fem.recovery import corner_strains
from fem.solution import Solution
from geometry.arrays import Floats
from geometry.tetrahedron import shapes_at

# Chosen: four Gauss points in each of eight pieces; the plain four points are where the strain is best, so
# differences there would flatter the solution.
_RULE = subdivided_rule(1)
# Chosen: bone that differs tenfold is not smoothed together. Measured on a stiff cube in a soft block,
# contrast 10 to 1000, as estimated over true energy error: with bands alone 0.3 to 0.7 where the jump cuts
# elements; without them 6 to 30 where it runs along element faces; with both rules 0.6 to 1.5 on either
# (2.6 for cut elements at contrast 1000).
_BANDS_PER_DECADE = 1.0
# Chosen: the modulus changes abruptly in an element where its best linear fit varies this many times.
_ABRUPT = 4.0


@dataclass(frozen=True, kw_only=True)
class ErrorEstimate:
    """Estimated discretisation error of one load case.

    Attributes:
        case: name of the load case.
        part_names: of the mesh.
        part_share: squared error in the energy norm over the squared energy norm of the whole, shape
            (parts,).
        element_share: the same for each element, shape (m,).
    """

    case: str
    part_names: tuple[str, ...]
    part_share: Floats
    element_share: Floats

    @property
    def relative_energy_error(self) -> float:
        """Error over solution, both in the energy norm."""
        return float(np.sqrt(self.part_share.sum()))

    @property
    def relative_stiffness_error(self) -> float:
        """By how much the computed stiffness of a load that is its own measure is too high, as a share."""
        return float(self.part_share.sum())


def estimated_error(solution: Solution, case: str) -> ErrorEstimate:
    """The estimated error of one load case."""
    return estimated_errors(solution, [case])[0]


def estimated_errors(solution: Solution, cases: Sequence[str]) -> tuple[ErrorEstimate, ...]:
    """The estimated errors of load cases, whose strains are smoothed together."""
    model = solution.model
    mesh = model.discretisation.mesh
    corners = [corner_strains(mesh, solution.displacement_of(case)) for case in cases]
    smooth = _smoothed(model, np.concatenate([GAUSS_4.barycentric @ corner for corner in corners], axis=2))
    young, volumes = linear_young(model.elastic.isotropic_moments_mpa, _RULE), mesh.volumes_mm3()
    lame, grain = _lame(model.elastic), _grain_at_points(model.elastic)
    found, works = [], solution.work_nmm()
    for case, corner, strain in zip(cases, corners, smooth, strict=True):
        squared = _squared_miss(
            strain, corner, young, *lame, grain, shapes_at(_RULE.barycentric), _RULE.barycentric,
            _RULE.weights,
        )  # fmt: skip
        share = squared * volumes / float(works[model.case_index(case)])
        parts = np.bincount(mesh.part, weights=share, minlength=len(mesh.part_names)).astype(np.float64)
        found.append(
            ErrorEstimate(case=case, part_names=mesh.part_names, part_share=parts, element_share=share)
        )
    return tuple(found)


def _smoothed(model: Model, gauss_strains: Floats) -> Iterator[Floats]:
    """Smooth strains on the ten nodes of each element, shape (m, 10, 6), for every six of the columns.

    Elements of one band of moduli are smoothed together: across a change of bone along element faces the
    strain jumps, and the jump is no error. Elements in which the modulus changes abruptly are smoothed
    with all their neighbours: they cannot follow the jump inside them, and that is one.
    """
    mesh = model.discretisation.mesh
    band = np.floor(np.log10(model.elastic.mean_young_mpa) * _BANDS_PER_DECADE).astype(np.int64)
    band -= band.min()
    group = mesh.part * (int(band.max()) + 1) + band
    corners = corner_young(model.elastic.moments_mpa)
    abrupt = corners.min(axis=1) * _ABRUPT < corners.max(axis=1)
    split = bool(abrupt.any() and band.any())
    within = fitted_patches(mesh, group, gauss_strains, ~abrupt if split else None)
    across = fitted_patches(mesh, mesh.part, gauss_strains, abrupt) if split else None
    for first in range(0, gauss_strains.shape[2], 6):
        smooth = patch_values(mesh, within.columns(first, first + 6))
        if across is not None:
            smooth[abrupt] = patch_values(mesh, across.columns(first, first + 6))[abrupt]
        yield smooth


def _lame(elastic: ElasticField) -> tuple[Floats, Floats]:
    """Lame's parameters for E = 1, shape (m,) each.

    Of nearly incompressible elements shear alone counts: their divergence is right on average only, and would
    be taken for an error the size of the bulk modulus.
    """
    nu = elastic.poisson
    first = nu / ((1.0 + nu) * (1.0 - 2.0 * nu))
    return np.where(nearly_incompressible(elastic), 0.0, first), 0.5 / (1.0 + nu)


class _GrainAtPoints(NamedTuple):
    """Young's modulus along the grain at the points of the rule, shape (m, ns), axes and stiffness."""

    young_mpa: Floats
    axes: Floats
    stiffness: Floats


def _grain_at_points(elastic: ElasticField) -> _GrainAtPoints | None:
    grain = elastic.grain
    if grain is None:
        return None
    return _GrainAtPoints(linear_young(grain.moments_mpa, _RULE), grain.axes, grain.ratios.stiffness)


@njit(cache=True, error_model="numpy", parallel=True, fastmath=FAST)
def _squared_miss(smooth, corner, young, bulks, shears, grain, shapes, barycentric, weights):  # type: ignore[no-untyped-def]
    """Mean over each element of miss . C . miss, with miss the smooth strain less the computed one."""
    m = smooth.shape[0]
    squared = np.empty(m)
    shares = 32
    for share in prange(shares):
        miss = np.empty(6)
        for e in range(m * share // shares, m * (share + 1) // shares):
            shear = shears[e]
            bulk = bulks[e]
            total = 0.0
            for q in range(weights.shape[0]):
                for c in range(6):
                    value = 0.0
                    for a in range(10):
                        value += shapes[q, a] * smooth[e, a, c]
                    for a in range(4):
                        value -= barycentric[q, a] * corner[e, a, c]
                    miss[c] = value
                trace = miss[0] + miss[1] + miss[2]
                normal = miss[0] ** 2 + miss[1] ** 2 + miss[2] ** 2
                sliding = miss[3] ** 2 + miss[4] ** 2 + miss[5] ** 2
                total += weights[q] * young[e, q] * (bulk * trace**2 + shear * (2.0 * normal + sliding))
                if grain is not None and grain.young_mpa[e, q] > 0.0:
                    total += weights[q] * grain.young_mpa[e, q] * _grain_energy(miss, grain, e)
            squared[e] = total
    return squared


@njit(cache=True, error_model="numpy", inline="always")
def _grain_energy(strain, grain, e):  # type: ignore[no-untyped-def]
    """Strain . C . strain for a modulus of one along the grain (the formula: fem.grain)."""
    lame1 = grain.stiffness[0]
    lame2 = grain.stiffness[1]
    alpha = grain.stiffness[2]
    gamma = grain.stiffness[3]
    beta = grain.stiffness[4]
    n0 = grain.axes[e, 0]
    n1 = grain.axes[e, 1]
    n2 = grain.axes[e, 2]
    v0 = n0 * strain[0] + 0.5 * (n1 * strain[3] + n2 * strain[5])
    v1 = n1 * strain[1] + 0.5 * (n0 * strain[3] + n2 * strain[4])
    v2 = n2 * strain[2] + 0.5 * (n0 * strain[5] + n1 * strain[4])
    stretch = n0 * v0 + n1 * v1 + n2 * v2
    trace = strain[0] + strain[1] + strain[2]
    normal = strain[0] ** 2 + strain[1] ** 2 + strain[2] ** 2
    sliding = strain[3] ** 2 + strain[4] ** 2 + strain[5] ** 2
    even = lame1 * trace**2 + lame2 * (2.0 * normal + sliding)
    return even + (2.0 * alpha * trace + beta * stretch) * stretch + 2.0 * gamma * (v0**2 + v1**2 + v2**2)
