"""Times the solver on a soft block with a stiff, graded cylinder: one JSON line per size on stdout.

Each size runs in a process of its own, so that its peak memory is its own: python benchmarks/solver.py
100000 300000
"""

import json
import resource
import subprocess
import sys
import time

import numpy as np

from fem.discretisation import discretise
from fem.elastic import GAUSS_4, ElasticField, subdivided_rule, young_moments
from fem.error_estimate import estimated_error
from fem.loads import face_traction
from fem.memory import predicted_gib
from fem.model import Model
from fem.recovery import gauss_fields
from fem.solution import compliance_stiffness
from fem.solvers import SolverSettings, preconditioner, solve
from fem.supports import FixedNodes
from geometry.arrays import Floats
from geometry.blocks import block
from geometry.mesh import Mesh

SIZES = (100_000, 300_000, 1_000_000)
# Block of 40 x 40 x 60 mm, titanium cylinder of radius 3.5 mm down to z = 15 mm, cortex of 2 mm, cancellous
# bone between 10 and 900 MPa: the problem of the solver prototype.
_SIZE_MM = (40.0, 40.0, 60.0)


def young_mpa(points_mm: Floats) -> Floats:
    """Young's modulus at points of shape (..., 3)."""
    x, y, z = np.moveaxis(points_mm, -1, 0)
    density = 0.18 + 0.10 * np.sin(x / 5.3) * np.sin(y / 6.1 + 1.0) * np.sin(z / 7.7 + 0.5) + z / 600.0
    bone = np.maximum(6850.0 * np.clip(density, 0.035, 0.45) ** 1.49, 10.0)
    depth = np.minimum.reduce([x, 40.0 - x, y, 40.0 - y, 60.0 - z])
    bone = np.where(depth < 2.0, 15_000.0, bone)
    return np.where((np.hypot(x - 20.0, y - 20.0) < 3.5) & (z > 15.0), 110_000.0, bone)


def graded(cells: int, size_mm: float, focus: float) -> Floats:
    """Grid planes, three times as dense at `focus` as at the ends."""
    t = np.linspace(0.0, 1.0, 2001)
    density = 1.0 + 2.0 * np.exp(-(((t - focus) / 0.15) ** 2))
    share = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    return np.interp(np.linspace(0.0, 1.0, cells + 1), share / share[-1], t) * size_mm


def mesh_of(unknowns: int) -> Mesh:
    """The block with about so many unknowns."""
    # a cube has six elements and about eight quadratic nodes
    cells = max(4, round((unknowns / 3.0 / 8.0 / 1.2) ** (1.0 / 3.0)))
    tall = round(1.2 * cells)
    ticks = (graded(cells, 40.0, 0.5), graded(cells, 40.0, 0.5), graded(tall, 60.0, 0.7))
    return block((cells, cells, tall), _SIZE_MM, ticks=ticks)


def measured(unknowns: int) -> dict[str, object]:
    """Seconds of each step and what came out, for one size."""
    seconds: dict[str, float] = {}
    mark = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal mark
        seconds[name] = round(time.perf_counter() - mark, 3)
        mark = time.perf_counter()

    mesh = mesh_of(unknowns)
    lap("mesh")
    processor = time.process_time()
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    discretisation = discretise(mesh)
    lap("discretise")
    rule = subdivided_rule(1)
    corners = mesh.corner_points_mm()
    elastic = ElasticField(
        moments_mpa=young_moments(rule, young_mpa(rule.points_mm(corners))),
        poisson=np.full(len(mesh.tets), 0.3),
        gauss_young_mpa=young_mpa(GAUSS_4.points_mm(corners)),
    )
    del corners
    lap("sample")
    top = mesh.face("z1")
    middle = mesh.nodes_mm[top[:, :3]].mean(axis=1)
    head = top[np.hypot(middle[:, 0] - 20.0, middle[:, 1] - 20.0) < 3.5]
    model = Model(
        discretisation=discretisation,
        elastic=elastic,
        supports=(FixedNodes(name="foot", nodes=mesh.face("z0")),),
        load_cases=(face_traction(mesh, head, np.array([0.0, 0.0, 100.0]), "pull"),),
    )
    lap("model")
    prepared = preconditioner(model)
    lap("assemble_and_setup")
    solution = solve(model, prepared=prepared, settings=SolverSettings())
    lap("solve")
    processor = time.process_time() - processor - seconds["sample"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    del prepared
    gauss_fields(solution, "pull")
    lap("recovery")
    estimate = estimated_error(solution, "pull")
    lap("error_estimate")
    return {
        "unknowns": discretisation.unknowns,
        "elements": len(mesh.tets),
        "seconds": seconds,
        "to_solution_s": round(
            sum(seconds[k] for k in ("discretise", "model", "assemble_and_setup", "solve")), 2
        ),
        "processor_s": round(processor, 2),
        "iterations": int(solution.iterations[0]),
        "stiffness_n_per_mm": round(compliance_stiffness(solution, "pull"), 3),
        "stiffness_error": round(estimate.relative_stiffness_error, 5),
        "mesh_gib": round(base, 2),
        "peak_gib": round(peak, 2),
        "predicted_gib": round(predicted_gib(len(mesh.nodes_mm), len(mesh.tets)), 2),
    }


def main() -> None:
    """Runs every size given, or the usual ones, in a process of its own, once to compile and once to
    measure."""
    if sys.argv[1:2] == ["--one"]:
        measured(30_000)
        print(json.dumps(measured(int(sys.argv[2]))), flush=True)
        return
    for size in [int(a) for a in sys.argv[1:]] or SIZES:
        subprocess.run([sys.executable, "-m", "benchmarks.solver", "--one", str(size)], check=True)


if __name__ == "__main__":
    main()
