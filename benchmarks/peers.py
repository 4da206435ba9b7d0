"""Ours against other engines on one discrete problem, in one run: one JSON line per engine and size.

    python -m benchmarks.peers                 an S1 pedicle screw at about 66 k, 150 k and 300 k unknowns
    python -m benchmarks.peers 2.2 1.4         other sizes, by the scale of the element edges
    python -m benchmarks.peers --block 2.2     the same number of cells in a block of one material instead

All solve the same problem: quadratic tetrahedra with one modulus in each element, since CalculiX knows no
more, to the residual TOLERANCE. For ours, scipy and PETSc that is the Euclidean norm over the load's; for the
iterations of CalculiX the largest over the mean force. Each engine has the settings that were quickest
of those tried, all cores, and a process of its own. Time runs from the mesh to the displacements. Engines in
Python, and dolfinx, solve twice and the second time counts, so nobody pays for compiling; CalculiX is timed
once, with its files. `ratio` is the time over ours. `apart` is the relative L2 difference of displacements;
2.5e-8 is the single precision of CalculiX's output. `peak_gib` has the making of the mesh in it, but not for
dolfinx, whose processes it adds up. Whatever is missing, fails, or would take about a quarter of an hour or
16 GiB, gets a line that says so.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from cases.build import lost_share, mesh_plan, model_at, plan_case, set_up
from cases.schema import Case
from fem.discretisation import discretise
from fem.elastic import uniform_elastic
from fem.model import Model
from fem.peers.by_element import constant_in_elements
from fem.solvers import SolverSettings, solve
from fem.verification.models import pulled
from geometry.arrays import Floats
from geometry.blocks import block
from geometry.errors import ModelError, SacrofixError

SCALES = (2.2, 1.4, 1.0)
TOLERANCE = 1e-8
# Cells along the short sides of a block of the shape 1 x 1 x 2 at scale 1.
CELLS_AT_ONE = 18.0
SYSTEM_PYTHON = "/usr/bin/python3"
DOLFINX = str(Path(__file__).with_name("peers_dolfinx.py"))
DOLFINX_CURE = "apt-get install --no-install-recommends python3-dolfinx python3-petsc4py python3-scipy"
TIME_LIMIT_S = 1800.0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an engine found.

    Attributes:
        displacement_mm: shape (n, 3).
        seconds: assembly and solve.
        peak_gib: of all its processes.
    """

    displacement_mm: Floats
    seconds: float
    peak_gib: float


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A row of the comparison.

    Attributes:
        name: of the engine.
        setting: the solver and what matters of its settings.
        answer: from a model to what it found.
        most_unknowns: it is not asked for more.
    """

    name: str
    setting: str
    answer: Callable[[Model], Answer]
    most_unknowns: int


def ours(model: Model) -> Answer:
    """By sacrofix, with what it prepares for a mesh."""
    settings, mesh = SolverSettings(relative_tolerance=TOLERANCE), model.discretisation.mesh

    def displacements() -> Floats:
        fresh = replace(model, discretisation=discretise(mesh))
        return solve(fresh, settings=settings).displacement_mm

    return second_time(displacements)


def by_scikit_fem(model: Model) -> Answer:
    """By scikit-fem, the matrix by pyamg."""
    from fem.peers.scikit_fem import displacements_by_scikit_fem  # may be missing

    return second_time(lambda: displacements_by_scikit_fem(model, TOLERANCE))


def by_sfepy(model: Model) -> Answer:
    """By sfepy, the matrix by pyamg."""
    from fem.peers.sfepy import displacements_by_sfepy  # may be missing

    return second_time(lambda: displacements_by_sfepy(model, TOLERANCE))


def second_time(displacements: Callable[[], Floats]) -> Answer:
    """The first load case, found twice in this process; the second time counts."""
    displacements()
    begin = perf_counter()
    found = displacements()[0]
    seconds = perf_counter() - begin
    return Answer(displacement_mm=found, seconds=seconds, peak_gib=peak_gib(resource.RUSAGE_SELF))


@dataclass(frozen=True)
class ByCalculix:
    """By CalculiX with one of its solvers, from writing its file to reading its output."""

    solver: str

    def __call__(self, model: Model) -> Answer:
        """What ccx finds."""
        from fem.peers.calculix import displacements_by_calculix  # as the others

        begin = perf_counter()
        found = displacements_by_calculix(model, self.solver, TOLERANCE)[0]
        seconds = perf_counter() - begin
        return Answer(displacement_mm=found, seconds=seconds, peak_gib=peak_gib(resource.RUSAGE_CHILDREN))


@dataclass(frozen=True)
class ByDolfinx:
    """By dolfinx and PETSc under the Python of the system, a process on each core."""

    options: tuple[str, ...]

    def __call__(self, model: Model) -> Answer:
        """What `peers_dolfinx.py` finds."""
        try:
            run([SYSTEM_PYTHON, "-c", "import dolfinx, petsc4py, scipy"])
        except (OSError, ModelError):
            raise ModelError("dolfinx is not installed", advice=f"Install it: {DOLFINX_CURE}") from None
        with TemporaryDirectory() as folder:
            files = [str(Path(folder, name)) for name in ("problem.npz", "answer.npz")]
            np.savez(files[0], **in_plain_arrays(model))
            cores = str(os.cpu_count() or 1)
            run(["mpirun", "-n", cores, SYSTEM_PYTHON, DOLFINX, *files, *self.options])
            with np.load(files[1], allow_pickle=False) as found:
                return Answer(
                    displacement_mm=found["displacement"],
                    seconds=float(found["seconds"]),
                    peak_gib=float(found["peak_gib"]),
                )


def in_plain_arrays(model: Model) -> dict[str, Any]:
    """The first load case for a program that knows nothing of ours; Lame's moduli by element."""
    mesh, young, poisson = model.discretisation.mesh, model.elastic.mean_young_mpa, model.elastic.poisson
    vertices, back = np.unique(mesh.tets[:, :4], return_inverse=True)
    return {
        "vertices": mesh.nodes_mm[vertices],
        "cells": back.reshape(-1, 4).astype(np.int64),
        "nodes": mesh.nodes_mm,
        "held": model.held,
        "forces": model.forces_n[0],
        "first": young * poisson / ((1.0 + poisson) * (1.0 - 2.0 * poisson)),
        "second": young / (2.0 * (1.0 + poisson)),
        "tolerance": TOLERANCE,
    }


def run(words: list[str]) -> None:
    """Run a program with one thread a process, out of reach of our Python path; refuses its failure."""
    allowed = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMP_NUM_THREADS": "1"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(words, env={**kept, **allowed}, capture_output=True, timeout=TIME_LIMIT_S)
    if done.returncode:
        told = [line for line in done.stderr.decode(errors="replace").splitlines() if line.startswith("[0]")]
        raise ModelError(f"it failed with code {done.returncode}: {(told or ['no word'])[-1]}")


def peak_gib(who: int) -> float:
    """The largest memory of this process, or of any that it ran."""
    return resource.getrusage(who).ru_maxrss / 2**20


PYAMG = "scipy CG, pyamg smoothed aggregation with rigid motions"
GAMG = "PETSc CG, GAMG with rigid motions, Chebyshev and Jacobi"
PLAIN = ("pc_gamg_agg_nsmooths", "0")
# the usual bound of 1.1 made the cycle indefinite on a sacrum
SMOOTHED = ("pc_gamg_threshold", "0.03", "mg_levels_ksp_chebyshev_esteig", "0,0.1,0,1.5")
ENGINES = (
    Engine(name="sacrofix", setting="CG, multigrid", answer=ours, most_unknowns=10_000_000),
    Engine(name="dolfinx", setting=f"{GAMG}, plain", answer=ByDolfinx(PLAIN), most_unknowns=1_500_000),
    Engine(name="dolfinx", setting=f"{GAMG}, smoothed", answer=ByDolfinx(SMOOTHED), most_unknowns=1_000_000),
    Engine(name="calculix", setting="SPOOLES", answer=ByCalculix("SPOOLES"), most_unknowns=450_000),
    *(
        Engine(name="calculix", setting=solver, answer=ByCalculix(solver), most_unknowns=600_000)
        for solver in ("ITERATIVE CHOLESKY", "ITERATIVE SCALING")
    ),
    Engine(name="sfepy", setting=PYAMG, answer=by_sfepy, most_unknowns=600_000),
    Engine(name="scikit-fem", setting=PYAMG, answer=by_scikit_fem, most_unknowns=600_000),
)


def sacrum(scale: float) -> Model:
    """An S1 pedicle screw with half of the S1 body lost."""
    case = Case.model_validate(
        {
            "schema": 1,
            "name": "peers",
            "bone": {"t_score": -2.0},
            "body_loss": {"percent": 50.0},
            "screw": {"preset": "s1_pedicle"},
            "mesh": {"scale": scale},
        }
    )
    plan = plan_case(case)
    setup = set_up(plan, mesh_plan(plan))
    model = model_at(setup, lost_share(setup, 50.0))
    return replace(model, elastic=constant_in_elements(model.elastic, setup.mesh.volumes_mm3()))


def plain_block(scale: float) -> Model:
    """A block of one material, slightly distorted."""
    side = max(2, round(CELLS_AT_ONE / scale))
    mesh = block((side, side, 2 * side), (1.0, 1.0, 2.0), jitter=0.15)
    return pulled(mesh, uniform_elastic(len(mesh.tets), 1000.0, 0.3))


PROBLEMS: Mapping[str, Callable[[float], Model]] = {"sacrum": sacrum, "block": plain_block}


def answer_of(index: int, problem: str, scale: float, unknowns: int | None) -> Answer | str:
    """What an engine finds, or why it does not; `unknowns` is the size, if it is known already."""
    engine = ENGINES[index]
    if unknowns is not None and unknowns > engine.most_unknowns:
        return f"not asked beyond {engine.most_unknowns} unknowns"
    try:
        # sfepy prints about extras that are not installed
        with redirect_stdout(sys.stderr):
            return engine.answer(PROBLEMS[problem](scale))
    except (SacrofixError, ImportError, subprocess.TimeoutExpired) as error:
        advice = ". Install it: pip install -e .[peers]" if isinstance(error, ImportError) else ""
        return f"{error}{advice}"


def main() -> None:
    """Run every engine at every size."""
    words = sys.argv[1:]
    problem = "block" if "--block" in words else "sacrum"
    for scale in [float(word) for word in words if word != "--block"] or SCALES:
        first: Answer | None = None
        for index, engine in enumerate(ENGINES):
            unknowns = None if first is None else first.displacement_mm.size
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                found = pool.submit(answer_of, index, problem, scale, unknowns).result()
            line: dict[str, Any] = {"engine": engine.name, "setting": engine.setting, "problem": problem}
            if isinstance(found, str):
                line |= {"unknowns": unknowns, "skipped": found}
            else:
                first = first or found
                off = np.linalg.norm(found.displacement_mm - first.displacement_mm)
                line |= {
                    "unknowns": found.displacement_mm.size,
                    "tolerance": TOLERANCE,
                    "seconds": round(found.seconds, 2),
                    "peak_gib": round(found.peak_gib, 2),
                    "ratio": round(found.seconds / first.seconds, 1),
                    "apart": float(f"{off / np.linalg.norm(first.displacement_mm):.1e}"),
                }
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
