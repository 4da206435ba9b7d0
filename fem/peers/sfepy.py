"""sfepy (BSD-3-Clause) as a peer: its own shape functions, quadrature and assembly."""

from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree
from sfepy.base.base import output
from sfepy.discrete import Equation, Equations, FieldVariable, Integral, Material, Problem
from sfepy.discrete.conditions import Conditions
from sfepy.discrete.fem import FEDomain, Field
from sfepy.discrete.fem import Mesh as PeerMesh
from sfepy.mechanics.matcoefs import stiffness_from_youngpoisson
from sfepy.terms import Term

from fem.elastic import ElasticField
from fem.model import Model
from fem.peers.linear import TOLERANCE, solved_rows
from fem.peers.quadrature import matched_young, rule_order
from fem.peers.turned import turned_stiffness
from geometry.arrays import Floats
from geometry.errors import ModelError


def displacements_by_sfepy(model: Model, tolerance: float = TOLERANCE) -> Floats:
    """Displacements of all load cases, shape (cases, n, 3), to a residual relative to the load."""
    mesh, elastic = model.discretisation.mesh, model.elastic
    output.set_output(quiet=True)
    vertices, back = np.unique(mesh.tets[:, :4], return_inverse=True)
    cells = back.reshape(-1, 4).astype(np.int32)
    group = np.zeros(len(cells), np.int32)
    peer = PeerMesh.from_data("mesh", mesh.nodes_mm[vertices], None, [cells], [group], ["3_4"])
    integral = Integral("i", order=rule_order(elastic))
    points, weights = integral.get_qp("3_4")
    barycentric = np.column_stack([1.0 - points.sum(axis=1), points])
    stiffness = _stiffness(elastic, barycentric, weights / weights.sum())

    def moduli(ts: object, coordinates: Floats, mode: str = "", **_: Any) -> dict[str, Floats] | None:
        if mode != "qp":
            return None
        return {"D": stiffness.reshape(-1, 6, 6)}

    domain = FEDomain("domain", peer)
    omega = domain.create_region("Omega", "all")
    field = Field.from_args("displacement", np.float64, "vector", omega, approx_order=2)
    u = FieldVariable("u", "unknown", field)
    v = FieldVariable("v", "test", field, primary_var_name="u")
    term = Term.new("dw_lin_elastic(m.D, v, u)", integral, omega, m=Material("m", function=moduli), v=v, u=u)
    problem = Problem("mesh", equations=Equations([Equation("balance", term)]))
    problem.set_bcs(ebcs=Conditions([]))
    problem.time_update()
    problem.update_materials()
    state = problem.get_initial_state()
    matrix = csr_array(problem.get_evaluator().eval_tangent_matrix(state(), is_full=True).tocsr())
    far, place = cKDTree(mesh.nodes_mm).query(field.get_coor())
    if not far.max() < 1e-9 * np.ptp(mesh.nodes_mm):
        raise ModelError("sfepy puts mid nodes elsewhere: are there curved elements?")
    right = model.forces_n[:, place]
    held, flat = model.held[place].ravel(), right.reshape(len(right), -1)
    rows = solved_rows(matrix, held, flat, mesh.nodes_mm[place], tolerance)
    result = np.empty_like(right)
    result[:, place] = rows.reshape(right.shape)
    return result


def _stiffness(elastic: ElasticField, barycentric: Floats, weights: Floats) -> Floats:
    """Stiffness at the points of a rule, shape (m, nq, 6, 6), in sfepy's order: xx, yy, zz, xy, xz, yz."""
    young = matched_young(elastic.isotropic_moments_mpa, barycentric, weights)
    stiffness = young[:, :, None, None] * _unit_stiffness(elastic.poisson)[:, None]
    grain = elastic.grain
    if grain is not None:
        order = [0, 1, 2, 3, 5, 4]
        unit = turned_stiffness(grain.ratios, grain.axes)[:, order][:, :, order]
        young = matched_young(grain.moments_mpa, barycentric, weights)
        stiffness += young[:, :, None, None] * unit[:, None]
    return stiffness


def _unit_stiffness(poisson: Floats) -> Floats:
    """Stiffness matrix for E = 1, shape (m, 6, 6)."""
    distinct, back = np.unique(poisson, return_inverse=True)
    table = np.stack([stiffness_from_youngpoisson(3, 1.0, float(nu)) for nu in distinct])
    return np.asarray(table[back.reshape(-1)], dtype=np.float64)
