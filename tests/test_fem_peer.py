"""The same mesh and material in sfepy, an engine that shares no code with ours."""

import numpy as np
import pytest
from scipy.sparse.linalg import spsolve
from scipy.spatial import cKDTree

from fem.elastic import elastic_by_part
from fem.solvers import SolverSettings, solve
from fem.verification.models import pulled
from geometry.arrays import Bools, Floats
from geometry.blocks import block
from geometry.mesh import Mesh

pytest.importorskip("sfepy", reason="sfepy is an optional peer")


def by_sfepy(mesh: Mesh, materials: dict[str, tuple[float, float]], held: Bools, force_n: Floats) -> Floats:
    """Displacements of the mesh nodes, shape (n, 3), by sfepy's quadratic stiffness."""
    from sfepy.base.base import output
    from sfepy.discrete import Equation, Equations, FieldVariable, Integral, Material, Problem
    from sfepy.discrete.conditions import Conditions
    from sfepy.discrete.fem import FEDomain, Field
    from sfepy.discrete.fem import Mesh as PeerMesh
    from sfepy.mechanics.matcoefs import stiffness_from_youngpoisson
    from sfepy.terms import Term

    output.set_output(quiet=True)
    vertices, back = np.unique(mesh.tets[:, :4], return_inverse=True)
    cells = back.reshape(-1, 4).astype(np.int32)
    # sfepy wants cells of one group after the other
    order = np.argsort(mesh.part, kind="stable")
    peer = PeerMesh.from_data(
        "block", mesh.nodes_mm[vertices], None, [cells[order]], [mesh.part[order].astype(np.int32)], ["3_4"]
    )
    domain = FEDomain("domain", peer)
    omega = domain.create_region("Omega", "all")
    field = Field.from_args("displacement", np.float64, "vector", omega, approx_order=2)
    u = FieldVariable("u", "unknown", field)
    v = FieldVariable("v", "test", field, primary_var_name="u")
    total = None
    for index, name in enumerate(mesh.part_names):
        region = domain.create_region(f"R{index}", f"cells of group {index}")
        material = Material(f"m{index}", D=stiffness_from_youngpoisson(3, *materials[name]))
        expression = f"dw_lin_elastic(m{index}.D, v, u)"
        term = Term.new(expression, Integral("i", order=2), region, **{f"m{index}": material, "v": v, "u": u})
        total = term if total is None else total + term
    problem = Problem("block", equations=Equations([Equation("balance", total)]))
    problem.set_bcs(ebcs=Conditions([]))
    problem.time_update()
    problem.update_materials()
    state = problem.get_initial_state()
    stiffness = problem.get_evaluator().eval_tangent_matrix(state(), is_full=True).tocsr()
    place = cKDTree(mesh.nodes_mm).query(field.get_coor())[1]
    free = np.flatnonzero(~held[place].ravel())
    values = np.zeros(3 * len(place))
    values[free] = spsolve(stiffness[free][:, free].tocsc(), force_n[place].ravel()[free])
    found = np.empty_like(mesh.nodes_mm)
    found[place] = values.reshape(-1, 3)
    return found


@pytest.mark.filterwarnings("ignore")  # sfepy's own
def test_sfepy_finds_the_same_displacements() -> None:
    materials = {"soft": (150.0, 0.2), "stiff": (110_000.0, 0.3)}
    mesh = block((3, 3, 4), jitter=0.2, part_of=lambda c: c[:, 2] > 0.5, part_names=("soft", "stiff"))
    model = pulled(mesh, elastic_by_part(mesh, materials), (0.3, -0.2, 1.0))
    ours = solve(model, settings=SolverSettings(relative_tolerance=1e-11)).displacement_mm[0]
    theirs = by_sfepy(mesh, materials, model.held, model.load_cases[0].nodal_force_n)
    # both are the same discrete problem: design.md section 5 asks 1e-6
    np.testing.assert_allclose(ours, theirs, atol=1e-6 * np.abs(theirs).max())
