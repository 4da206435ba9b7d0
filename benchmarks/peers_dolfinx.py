"""dolfinx (LGPL) with PETSc, for `benchmarks/peers.py`: reads a problem, writes displacements and their cost.

    mpirun -n 2 /usr/bin/python3 benchmarks/peers_dolfinx.py PROBLEM.npz ANSWER.npz [option value ...]

It runs under the Python of Debian, needs its python3-dolfinx, python3-petsc4py and python3-scipy, and
imports nothing of ours. Quadratic vector elements on straight tetrahedra, Lame's moduli constant in each;
conjugate gradients with the algebraic multigrid GAMG, which is told of the six rigid motions. The problem is
solved twice, and the second time counts, so nobody pays for compiling.
"""

import resource
import sys
from time import perf_counter

import numpy as np
import ufl
from dolfinx import fem, mesh
from mpi4py import MPI
from petsc4py import PETSc
from scipy.spatial import cKDTree

OPTIONS = {
    "ksp_type": "cg",
    "ksp_norm_type": "unpreconditioned",
    "ksp_max_it": "3000",
    "ksp_error_if_not_converged": "",
    "pc_type": "gamg",
    "pc_gamg_coarse_eq_limit": "1000",
    "mg_levels_ksp_type": "chebyshev",
    "mg_levels_pc_type": "jacobi",
    "mg_levels_ksp_max_it": "2",
    "mg_levels_esteig_ksp_type": "cg",
    "mg_levels_esteig_ksp_max_it": "20",
}


def solved(problem, grid):
    """Nodes of this process, displacements there, seconds and iterations."""
    begin = perf_counter()
    space = fem.VectorFunctionSpace(grid, ("CG", 2))
    place = cKDTree(problem["nodes"]).query(space.tabulate_dof_coordinates())[1]
    matrix, held = stiffness(problem, grid, space, place)
    owned = space.dofmap.index_map.size_local
    right = matrix.createVecRight()
    right.array = np.where(held, 0.0, problem["forces"])[place[:owned]].ravel()
    matrix.setNearNullSpace(rigid_motions(problem["nodes"][place[:owned]], right))
    solver = PETSc.KSP().create(grid.comm)
    solver.setOperators(matrix)
    solver.setFromOptions()
    found = right.duplicate()
    solver.solve(right, found)
    seconds = perf_counter() - begin
    return place[:owned], found.array.reshape(-1, 3).copy(), seconds, solver.getIterationNumber()


def stiffness(problem, grid, space, place):
    """The matrix with ones for what is held, and what that is, by node of the problem."""
    constants = fem.FunctionSpace(grid, ("DG", 0))
    moduli = []
    for name in ("first", "second"):
        modulus = fem.Function(constants)
        modulus.x.array[constants.dofmap.list.array] = problem[name][grid.topology.original_cell_index]
        moduli.append(modulus)
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    strain, virtual = ufl.sym(ufl.grad(u)), ufl.sym(ufl.grad(v))
    work = moduli[0] * ufl.tr(strain) * ufl.tr(virtual) + 2.0 * moduli[1] * ufl.inner(strain, virtual)
    supports = []
    for axis in range(3):
        rows = 3 * np.flatnonzero(problem["held"][place, axis]) + axis
        supports.append(fem.dirichletbc(0.0, rows.astype(np.int32), space.sub(axis)))
    matrix = fem.petsc.assemble_matrix(fem.form(work * ufl.dx), bcs=supports)
    matrix.assemble()
    return matrix, problem["held"]


def rigid_motions(points, like):
    """Three shifts and three turns as PETSc's near null space."""
    motions = []
    for axis in np.eye(3):
        for motion in (np.tile(axis, (len(points), 1)), np.cross(axis, points)):
            vector = like.duplicate()
            vector.array = motion.ravel()
            for other in motions:
                vector.axpy(-vector.dot(other), other)
            vector.normalize()
            motions.append(vector)
    return PETSc.NullSpace().create(vectors=motions)


def main():
    """Read, solve twice, write."""
    source, target, *words = sys.argv[1:]
    with np.load(source, allow_pickle=False) as file:
        problem = dict(file)
    options = PETSc.Options()
    given = dict(zip(words[::2], words[1::2], strict=True))
    for name, value in {**OPTIONS, "ksp_rtol": str(problem["tolerance"]), **given}.items():
        options[name] = value
    comm = MPI.COMM_WORLD
    mine = slice(None) if comm.rank == 0 else slice(0)
    domain = ufl.Mesh(ufl.VectorElement("Lagrange", ufl.tetrahedron, 1))
    for _ in range(2):
        begin = perf_counter()
        grid = mesh.create_mesh(comm, problem["cells"][mine], problem["vertices"][mine], domain)
        making = perf_counter() - begin
        place, here, seconds, iterations = solved(problem, grid)
    gathered = comm.gather((place, here, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20))
    if comm.rank == 0:
        displacement = np.zeros_like(problem["nodes"])
        for nodes, values, _ in gathered:
            displacement[nodes] = values
        peak = sum(each[2] for each in gathered)
        costs = {"seconds": making + seconds, "peak_gib": peak, "iterations": iterations}
        np.savez(target, displacement=displacement, **costs)


if __name__ == "__main__":
    main()
