"""Times the solver on a soft block with a stiff, graded cylinder: one JSON line per size on stdout.

Each size runs in a process of its own, so that its peak memory is its own: python -m benchmarks.solver
100000 300000. `gb_per_s` is what the iterations of the solve must move at the least, `share_of_memory` that
over what the memory gives to plain long sums.
"""

import json
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np
import psutil
from numba import njit, prange

from fem.discretisation import Discretisation, discretise
from fem.elastic import GAUSS_4, ElasticField, subdivided_rule, young_moments
from fem.error_estimate import estimated_error
from fem.lanes import LANES
from fem.loads import face_traction
from fem.memory import predicted_gib
from fem.model import Model
from fem.recovery import gauss_fields
from fem.solution import compliance_stiffness
from fem.solvers import Preconditioner, SolverSettings, preconditioner, solve
from fem.supports import FixedNodes
from geometry.arrays import Floats
from geometry.blocks import block
from geometry.mesh import Mesh

SIZES = (100_000, 300_000, 1_000_000, 3_000_000)
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


def sampled_field(mesh: Mesh) -> ElasticField:
    """The modulus at 32 points of each element; some elements at a time, or the samples would count among
    the peak."""
    rule = subdivided_rule(1)
    moments, gauss = np.empty((len(mesh.tets), 10)), np.empty((len(mesh.tets), 4))
    corners = mesh.corner_points_mm()
    for first in range(0, len(corners), 20_000):
        chunk = slice(first, first + 20_000)
        moments[chunk] = young_moments(rule, young_mpa(rule.points_mm(corners[chunk])))
        gauss[chunk] = young_mpa(GAUSS_4.points_mm(corners[chunk]))
    return ElasticField(moments_mpa=moments, poisson=np.full(len(mesh.tets), 0.3), gauss_young_mpa=gauss)


def triad_gb_per_s() -> float:
    """What this machine's memory gives to a = b + c * d on large arrays with all threads."""
    first, second = np.zeros(20_000_000), np.ones(20_000_000)
    best = np.inf
    for _ in range(4):
        begin = time.perf_counter()
        _triad(first, second)
        best = min(best, time.perf_counter() - begin)
    # read both, write one
    return round(3.0 * first.nbytes / best / 1e9, 1)


@njit(parallel=True, cache=True)
def _triad(first, second):  # type: ignore[no-untyped-def]
    for i in prange(first.size):
        first[i] = first[i] + 2.0 * second[i]


def bytes_per_iteration(prepared: Preconditioner, discretisation: Discretisation, lanes: int) -> float:
    """What one iteration must move at the least: every matrix twice, the terms of elements once, and the
    vectors of the method."""
    fine = prepared.quadratic
    matrices = [fine, *prepared.levels] if fine is not None else list(prepared.levels)
    blocks = sum(
        2 * (m.blocks.nbytes + m.pattern.columns.nbytes + m.inverse_diagonal.nbytes) for m in matrices
    )
    transfers = sum(
        t.up_blocks.nbytes + t.up_columns.nbytes + t.down_blocks.nbytes + t.down_columns.nbytes
        for t in prepared.transfers
    )
    elements = discretisation.tets.nbytes + discretisation.gradients.nbytes
    elements += len(discretisation.tets) * 12 * 8
    # u, r, p, K p and z in float64, read or written about twelve times, and half as much in float32
    vectors = discretisation.unknowns * lanes * 8 * 18
    return float(2 * blocks + transfers + elements + vectors)


def measured(unknowns: int, loads: int) -> dict[str, Any]:
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
    base = psutil.Process().memory_info().rss / 2**30
    discretisation = discretise(mesh)
    lap("discretise")
    elastic = sampled_field(mesh)
    lap("sample")
    top = mesh.face("z1")
    middle = mesh.nodes_mm[top[:, :3]].mean(axis=1)
    head = top[np.hypot(middle[:, 0] - 20.0, middle[:, 1] - 20.0) < 3.5]
    ways = [np.array([0.0, 0.0, 100.0]), *np.random.default_rng(2).normal(scale=100.0, size=(loads - 1, 3))]
    model = Model(
        discretisation=discretisation,
        elastic=elastic,
        supports=(FixedNodes(name="foot", nodes=mesh.face("z0")),),
        load_cases=tuple(face_traction(mesh, head, way, f"pull {k}") for k, way in enumerate(ways)),
    )
    lap("model")
    prepared = preconditioner(model)
    lap("assemble_and_setup")
    solution = solve(model, prepared=prepared, settings=SolverSettings())
    lap("solve")
    processor = time.process_time() - processor - seconds["sample"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    moved = bytes_per_iteration(prepared, discretisation, 1 if loads == 1 else LANES) / 1e9
    iterations = int(solution.iterations.max())
    del prepared
    gauss_fields(solution, "pull 0")
    lap("recovery")
    estimate = estimated_error(solution, "pull 0")
    lap("error_estimate")
    whole = sum(seconds[k] for k in ("discretise", "model", "assemble_and_setup", "solve"))
    return {
        "unknowns": discretisation.unknowns,
        "loads": loads,
        "elements": len(mesh.tets),
        "seconds": seconds,
        "to_solution_s": round(whole, 2),
        "microseconds_per_unknown": round(1e6 * whole / discretisation.unknowns, 2),
        "processor_s": round(processor, 2),
        "iterations": iterations,
        "stiffness_n_per_mm": round(compliance_stiffness(solution, "pull 0"), 3),
        "stiffness_error": round(estimate.relative_stiffness_error, 5),
        "imbalance": float(f"{solution.imbalance().max():.1e}"),
        "gb_per_iteration": round(moved, 2),
        "gb_per_s": round(moved * iterations / seconds["solve"], 1),
        "peak_gib": round(peak, 2),
        "predicted_gib": round(base + predicted_gib(len(mesh.nodes_mm), len(mesh.tets), loads), 2),
    }


def main() -> None:
    """Runs every size given, or the usual ones, with one load case and with six, in a process of its own,
    once to compile and once to measure."""
    if sys.argv[1:2] == ["--one"]:
        measured(30_000, int(sys.argv[3]))
        found = measured(int(sys.argv[2]), int(sys.argv[3]))
        # last, since its arrays would count among the peak
        memory = triad_gb_per_s()
        found |= {"memory_gb_per_s": memory, "share_of_memory": round(found["gb_per_s"] / memory, 2)}
        print(json.dumps(found), flush=True)
        return
    for size in [int(a) for a in sys.argv[1:]] or SIZES:
        for loads in ("1", "6"):
            command = [sys.executable, "-m", "benchmarks.solver", "--one", str(size), loads]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
