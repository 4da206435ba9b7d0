"""Strain, stress and energy from displacements: at the four Gauss points of each element, and smoothed to
nodes.

Components are in the order xx, yy, zz, xy, yz, zx; shear strains are engineering strains (gamma).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit, prange

from fem.assembly import FAST
from fem.discretisation import Discretisation, barycentric_gradients
from fem.elastic import GAUSS_4
from fem.patches import fitted_patches, patch_values
from fem.pressure import pressure_field
from fem.solution import Solution
from geometry.arrays import Bools, Floats, Ints
from geometry.errors import ModelError
from geometry.mesh import Mesh
from geometry.tetrahedron import jacobians, slopes_at


@dataclass(frozen=True, kw_only=True)
class GaussFields:
    """Fields of one load case at the points of GAUSS_4, elements in mesh order.

    Attributes:
        strain: shape (m, 4, 6).
        stress_mpa: shape (m, 4, 6).
        young_mpa: shape (m, 4); with a grain along it.
        volumes_mm3: of the elements; each point stands for a quarter, shape (m,).
    """

    strain: Floats
    stress_mpa: Floats
    young_mpa: Floats
    volumes_mm3: Floats

    @property
    def von_mises_mpa(self) -> Floats:
        """Von Mises stress, shape (m, 4)."""
        return von_mises(self.stress_mpa)

    @property
    def energy_density_mpa(self) -> Floats:
        """Strain energy density in MPa (N mm per mm3), shape (m, 4)."""
        return np.asarray(0.5 * np.einsum("mqc,mqc->mq", self.stress_mpa, self.strain), dtype=np.float64)

    @property
    def effective_strain(self) -> Floats:
        """sqrt(2 energy density / E), shape (m, 4), as in Pistoia 2002 (doi
        10.1016/s8756-3282(02)00736-6); zero in points without stiffness. With a grain E is the modulus along
        it, so that a pull along it gives the strain itself, and one across it less."""
        stiff = self.young_mpa > 0.0
        ratio = np.divide(
            2.0 * self.energy_density_mpa, self.young_mpa, where=stiff, out=np.zeros_like(self.young_mpa)
        )
        return np.sqrt(np.maximum(ratio, 0.0))

    @property
    def points_volume_mm3(self) -> Floats:
        """The volume each point stands for, shape (m, 4)."""
        return np.repeat(self.volumes_mm3[:, None] / 4.0, 4, axis=1)


def gauss_fields(solution: Solution, case: str) -> GaussFields:
    """Strain and stress of one load case at the Gauss points."""
    d = solution.model.discretisation
    elastic = solution.model.elastic
    displacement = solution.displacement_of(case)
    strain = GAUSS_4.barycentric @ corner_strains(d.mesh, displacement)
    grain = elastic.grain
    if grain is None:
        stress = stress_of(strain, elastic.gauss_young_mpa, elastic.poisson)
    else:
        stress = stress_of(strain, elastic.gauss_young_mpa - grain.gauss_young_mpa, elastic.poisson)
        stress += grain.ratios.stress_mpa(strain, grain.gauss_young_mpa, grain.axes)
    pressure = pressure_field(d, elastic)
    if pressure is not None:
        # there the divergence is right on average only; the pressure is what the equations found
        mine = pressure.elements
        mean = pressure.at_points(d.to_inner(displacement), GAUSS_4.barycentric)
        none = np.zeros(len(mine))
        stress[mine] = stress_of(
            strain[mine], elastic.gauss_young_mpa[mine] / (1.0 + elastic.poisson[mine, None]), none
        )
        stress[mine, :, :3] -= mean[:, :, None]
    return GaussFields(
        strain=strain,
        stress_mpa=stress,
        young_mpa=elastic.gauss_young_mpa,
        volumes_mm3=d.mesh.volumes_mm3(),
    )


def corner_strains(mesh: Mesh, displacement_mm: Floats) -> Floats:
    """Strains at the four corners of each element, shape (m, 4, 6); inside they are linear.

    In curved elements they are not: there it is the linear field through the values at the points of GAUSS_4.
    """
    gradients, _ = barycentric_gradients(mesh.corner_points_mm())
    strains = np.asarray(_corner_strains(mesh.tets, gradients, displacement_mm), dtype=np.float64)
    if len(mesh.curved):
        tets = mesh.tets[mesh.curved]
        turned = np.linalg.inv(jacobians(mesh.nodes_mm[tets], GAUSS_4.barycentric))
        local = np.einsum("kac,qad->kqcd", displacement_mm[tets], slopes_at(GAUSS_4.barycentric))
        slope = local @ turned
        both = slope + np.swapaxes(slope, 2, 3)
        rows, columns = [0, 1, 2, 0, 1, 2], [0, 1, 2, 1, 2, 0]
        at_points = both[:, :, rows, columns] * np.array([0.5, 0.5, 0.5, 1.0, 1.0, 1.0])
        strains[mesh.curved] = np.linalg.inv(GAUSS_4.barycentric) @ at_points
    return strains


def stress_of(strain: Floats, young_mpa: Floats, poisson: Floats) -> Floats:
    """Isotropic stress in MPa, shape (m, q, 6), from strain of that shape, E of shape (m, q) and nu of
    shape (m,)."""
    shear = 0.5 * young_mpa / (1.0 + poisson)[:, None]
    bulk = young_mpa * (poisson / ((1.0 + poisson) * (1.0 - 2.0 * poisson)))[:, None]
    stress = strain * shear[:, :, None]
    stress[:, :, :3] *= 2.0
    stress[:, :, :3] += (bulk * strain[:, :, :3].sum(axis=2))[:, :, None]
    return stress


def von_mises(stress_mpa: Floats) -> Floats:
    """Von Mises stress, shape (...,), of stresses of shape (..., 6)."""
    xx, yy, zz, xy, yz, zx = np.moveaxis(stress_mpa, -1, 0)
    normal = 0.5 * ((xx - yy) ** 2 + (yy - zz) ** 2 + (zz - xx) ** 2)
    return np.asarray(np.sqrt(normal + 3.0 * (xy**2 + yz**2 + zx**2)), dtype=np.float64)


def principal_values(stress_mpa: Floats) -> Floats:
    """Principal stresses, largest first, shape (..., 3), of stresses of shape (..., 6)."""
    xx, yy, zz, xy, yz, zx = np.moveaxis(stress_mpa, -1, 0)
    rows = [[xx, xy, zx], [xy, yy, yz], [zx, yz, zz]]
    matrix = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    return np.asarray(np.linalg.eigvalsh(matrix)[..., ::-1], dtype=np.float64)


def principal_strains(strain: Floats) -> Floats:
    """Principal strains, largest first, shape (..., 3), of strains (..., 6) with engineering shear."""
    return principal_values(strain * np.array([1.0, 1.0, 1.0, 0.5, 0.5, 0.5]))


@dataclass(frozen=True, kw_only=True)
class PartNodes:
    """Values on the nodes of one part; a node between two parts has a value in each.

    Attributes:
        part: name.
        nodes: mesh numbering, ascending, shape (k,).
        values: shape (k, 6).
    """

    part: str
    nodes: Ints
    values: Floats


def nodal_values(mesh: Mesh, gauss_values: Floats) -> tuple[PartNodes, ...]:
    """Gauss values, shape (m, 4, 6), smoothed to the nodes of each part by patches; parts never mix.

    Superconvergent patch recovery, Zienkiewicz & Zhu 1992 (doi 10.1002/nme.1620330702), with quadratic
    patches.
    """
    patches = fitted_patches(mesh, mesh.part, gauss_values)
    at_nodes = patch_values(mesh, patches)
    parts = []
    for index, name in enumerate(mesh.part_names):
        mine = np.flatnonzero(mesh.part == index)
        nodes, back = np.unique(mesh.tets[mine], return_inverse=True)
        values = np.zeros((len(nodes), 6))
        # all elements of a part that share a node agree on its value
        values[back.reshape(-1)] = at_nodes[mine].reshape(-1, 6)
        parts.append(PartNodes(part=name, nodes=nodes, values=values))
    return tuple(parts)


def volume_percentiles(values: Floats, volumes_mm3: Floats, region: Bools, percents: Floats) -> Floats:
    """Percentiles of point values, weighted by volume, inside a region: the value that so much of its
    volume stays below.

    Args:
        values: shape (m, 4) or (m,).
        volumes_mm3: of the points, same shape.
        region: which points count, same shape.
        percents: 0 to 100, shape (p,).
    """
    if not region.any():
        raise ModelError("the region holds no point")
    inside, share = values[region], volumes_mm3[region]
    order = np.argsort(inside, kind="stable")
    below = np.cumsum(share[order]) - 0.5 * share[order]
    return np.asarray(
        np.interp(np.asarray(percents) / 100.0 * share.sum(), below, inside[order]), dtype=np.float64
    )


def strain_energy_nmm(fields: GaussFields) -> float:
    """Energy of the Gauss points, N mm; the exact one is half the work of the loads."""
    return float(np.sum(fields.energy_density_mpa * fields.points_volume_mm3))


def part_points(discretisation: Discretisation, part: str) -> Bools:
    """The Gauss points of one part, shape (m, 4)."""
    mesh = discretisation.mesh
    return np.repeat((mesh.part == mesh.part_index(part))[:, None], 4, axis=1)


@njit(cache=True, error_model="numpy", parallel=True, fastmath=FAST)
def _corner_strains(tets, gradients, u):  # type: ignore[no-untyped-def]
    m = tets.shape[0]
    strain = np.empty((m, 4, 6))
    shares = 32
    for share in prange(shares):
        h = np.empty((3, 3))
        # middle[i, r]: the mid node between vertices i and r, the vertex itself for i = r (VTK order)
        middle = np.array([[0, 4, 6, 7], [4, 1, 5, 8], [6, 5, 2, 9], [7, 8, 9, 3]])
        for e in range(m * share // shares, m * (share + 1) // shares):
            for i in range(4):
                for c in range(3):
                    for d in range(3):
                        total = 0.0
                        for r in range(4):
                            total += (4.0 * u[tets[e, middle[i, r]], c] - u[tets[e, r], c]) * gradients[
                                e, r, d
                            ]
                        h[c, d] = total
                strain[e, i, 0] = h[0, 0]
                strain[e, i, 1] = h[1, 1]
                strain[e, i, 2] = h[2, 2]
                strain[e, i, 3] = h[0, 1] + h[1, 0]
                strain[e, i, 4] = h[1, 2] + h[2, 1]
                strain[e, i, 5] = h[2, 0] + h[0, 2]
    return strain
