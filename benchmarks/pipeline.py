"""Seconds and peak memory of every stage of a pull-out, at three sizes: one JSON line per size.

    python -m benchmarks.pipeline            about 100 k, 300 k and 1 M unknowns
    python -m benchmarks.pipeline 1.0        one size, by the scale of the element edges

Each size runs in a process of its own, so that its peak is its own. Kernels are compiled before the clock
starts; `compile_s` says how long that took (next to nothing after the first time).
"""

import json
import resource
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import numpy as np

from cases.build import lost_share, mesh_plan, model_at, plan_case, set_up
from cases.export.vtu import write_vtu
from cases.head_loads import PULL_OUT
from cases.run import pull_out, solver_settings, write_fields
from cases.schema import Case
from cases.views.screws_picture import DrawnScrew, draw_screws
from fem.error_estimate import estimated_error
from fem.recovery import gauss_fields
from fem.solvers import solve

# Scales of the element edges that give about 100 k, 300 k and 1 M unknowns.
SCALES = (1.9, 1.0, 0.58)
COMPILING = 3.0


def case_at(scale: float) -> Case:
    """An S1 pedicle screw with half of the S1 body lost."""
    return Case.model_validate(
        {
            "schema": 1,
            "name": "benchmark",
            "screw": {"preset": "s1_pedicle"},
            "body_loss": {"percent": 50},
            "mesh": {"scale": scale},
        }
    )


def measured(scale: float) -> dict[str, object]:
    """Seconds of each stage and the peak memory in GiB of this process."""
    seconds: dict[str, float] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        started = perf_counter()
        yield
        seconds[f"{name}_s"] = round(perf_counter() - started, 2)

    with stage("compile"), tempfile.TemporaryDirectory() as folder:
        plan = plan_case(case_at(COMPILING))
        write_fields(pull_out(set_up(plan, mesh_plan(plan)), "compile", 50.0), Path(folder) / "f" / "c.vtu")
    with stage("geometry"):
        plan = plan_case(case_at(scale))
    with stage("mesh"):
        mesh = mesh_plan(plan)
    with stage("material_and_discretise"):
        setup = set_up(plan, mesh)
    with stage("elastic"):
        model = model_at(setup, lost_share(setup, 50.0))
    with stage("assemble_and_solve"):
        solution = solve(model, settings=solver_settings(plan.case.solver))
    with stage("recovery"):
        fields = gauss_fields(solution, PULL_OUT)
        von_mises = fields.von_mises_mpa
    with stage("error_estimate"):
        error = estimated_error(solution, PULL_OUT)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "fields.vtu"
        with stage("export"):
            write_vtu(
                mesh,
                target,
                point_fields={"displacement_mm": solution.displacement_of(PULL_OUT)},
                cell_fields={
                    "density_mg_cm3": np.nan_to_num(setup.material.density_mg_cm3.mean(axis=1)),
                    "lost": lost_share(setup, 50.0),
                    "von_mises_mpa": von_mises.mean(axis=1),
                },
            )
        with stage("picture"):
            drawn = DrawnScrew(
                title="benchmark",
                fields=target,
                point_mm=np.array(plan.screw.trajectory.entry_mm),
                direction=plan.screw.direction,
            )
            draw_screws([drawn], "100 N, pull-out", Path(folder) / "picture.png")
    return {
        "scale": scale,
        "unknowns": 3 * len(mesh.nodes_mm),
        "elements": len(mesh.tets),
        **seconds,
        "iterations": int(solution.iterations[0]),
        "stiffness_error_percent": round(100.0 * error.relative_stiffness_error, 2),
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
    }


def main() -> None:
    """Measure the sizes named on the command line, or the usual three."""
    scales = [float(word) for word in sys.argv[1:]] or SCALES
    for scale in scales:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            print(json.dumps(pool.submit(measured, scale).result()), flush=True)


if __name__ == "__main__":
    main()
