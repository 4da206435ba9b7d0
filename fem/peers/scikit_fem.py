"""scikit-fem (BSD-3-Clause) as a peer: its own shape functions, quadrature and assembly."""

import os

import numpy as np
import skfem
from scipy.sparse import csr_array
from skfem.helpers import ddot, sym_grad, trace

from fem.model import Model
from fem.peers.linear import TOLERANCE, solved_rows
from fem.peers.quadrature import matched_young, rule_order
from fem.peers.turned import turned_stiffness
from geometry.arrays import Floats
from geometry.tetrahedron import TET_EDGES


def displacements_by_scikit_fem(model: Model, tolerance: float = TOLERANCE) -> Floats:
    """Displacements of all load cases, shape (cases, n, 3), to a residual relative to the load."""
    mesh = model.discretisation.mesh
    vertices, back = np.unique(mesh.tets[:, :4], return_inverse=True)
    cells = back.reshape(-1, 4)
    grid = skfem.MeshTet(mesh.nodes_mm[vertices].T, cells.T, sort_t=False)
    basis = skfem.Basis(grid, skfem.ElementVector(skfem.ElementTetP2()), intorder=rule_order(model.elastic))
    points, weights = basis.quadrature
    barycentric = np.column_stack([1.0 - points.sum(axis=0), *points])
    elastic, weights = model.elastic, weights / weights.sum()
    young = matched_young(elastic.isotropic_moments_mpa, barycentric, weights)
    nu = elastic.poisson[:, None]

    @skfem.BilinearForm(nthreads=os.cpu_count() or 1)
    def stiffness(u, v, w):  # type: ignore[no-untyped-def]
        strain, virtual = sym_grad(u), sym_grad(v)
        first = w["young"] * w["nu"] / ((1.0 + w["nu"]) * (1.0 - 2.0 * w["nu"]))
        return first * trace(strain) * trace(virtual) + w["young"] / (1.0 + w["nu"]) * ddot(strain, virtual)

    @skfem.BilinearForm(nthreads=os.cpu_count() or 1)
    def with_grain(u, v, w):  # type: ignore[no-untyped-def]
        return w["young"] * np.einsum("i...,ij...,j...->...", _six(sym_grad(v)), w["unit"], _six(sym_grad(u)))

    matrix = csr_array(stiffness.assemble(basis, young=young, nu=np.broadcast_to(nu, young.shape)))
    if elastic.grain is not None:
        young = matched_young(elastic.grain.moments_mpa, barycentric, weights)
        unit = np.moveaxis(turned_stiffness(elastic.grain.ratios, elastic.grain.axes), 0, -1)
        unit = np.broadcast_to(unit[..., None], (*unit.shape, young.shape[1]))
        matrix = matrix + csr_array(with_grain.assemble(basis, young=young, unit=unit))
    # its numbering: three at each vertex, then three at each edge
    row_of = np.full((len(mesh.nodes_mm), 3), -1)
    row_of[vertices] = basis.nodal_dofs.T
    pairs = (grid.edges.T, cells[:, TET_EDGES].reshape(-1, 2))
    theirs, ours = (np.sort(ends, axis=1) @ [len(vertices), 1] for ends in pairs)
    order = np.argsort(theirs)
    row_of[mesh.tets[:, 4:].ravel()] = basis.edge_dofs.T[order[np.searchsorted(theirs[order], ours)]]
    held = np.zeros(matrix.shape[0], dtype=bool)
    held[row_of] = model.held
    points = np.empty_like(mesh.nodes_mm)
    points[row_of[:, 0] // 3] = mesh.nodes_mm
    right = np.zeros((len(model.load_cases), matrix.shape[0]))
    right[:, row_of] = model.forces_n
    return solved_rows(matrix, held, right, points, tolerance)[:, row_of]


def _six(strain: Floats) -> Floats:
    """A strain of shape (3, 3, ...) as xx, yy, zz, xy, yz, zx with engineering shear, shape (6, ...)."""
    shear = [2.0 * strain[row, column] for row, column in ((0, 1), (1, 2), (2, 0))]
    return np.stack([strain[0, 0], strain[1, 1], strain[2, 2], *shear])
