"""Ours against other engines on one discrete problem, in one run: one JSON line per engine and size.

    python -m benchmarks.peers                 an S1 pedicle screw at about 50 k, 150 k and 300 k unknowns
    python -m benchmarks.peers 2.2 1.4         other sizes, by the scale of the element edges
    python -m benchmarks.peers --block 2.2     the same number of cells in a block of one material instead

Each engine runs in a process of its own, which makes the model, then solves it twice: the second time counts,
so nobody pays for compiling; `peak_gib` has the making of the mesh in it. A peer's matrix is solved by scipy,
by factors up to 30 000 unknowns and by diagonal conjugate gradients to 1e-11 beyond (`fem/peers/linear.py`);
ours goes to 1e-11 too. `ratio` is the peer's time over ours.
"""

import json
import resource
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter
from typing import Any

import numpy as np

from cases.build import lost_share, mesh_plan, model_at, plan_case, set_up
from cases.schema import Case
from fem.elastic import uniform_elastic
from fem.model import Model
from fem.peers import PEERS, peer_displacements
from fem.peers.compare import TIGHT
from fem.solvers import solve
from fem.verification.models import pulled
from geometry.arrays import Floats
from geometry.blocks import block

SCALES = (2.2, 1.4, 1.0)
OURS = "sacrofix"
# Cells along the short sides of a block of the shape 1 x 1 x 2 at scale 1.
CELLS_AT_ONE = 18.0


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
    return model_at(setup, lost_share(setup, 50.0))


def plain_block(scale: float) -> Model:
    """A block of one material, slightly distorted."""
    side = max(2, round(CELLS_AT_ONE / scale))
    mesh = block((side, side, 2 * side), (1.0, 1.0, 2.0), jitter=0.15)
    return pulled(mesh, uniform_elastic(len(mesh.tets), 1000.0, 0.3))


PROBLEMS: Mapping[str, Callable[[float], Model]] = {"sacrum": sacrum, "block": plain_block}


def run_engine(engine: str, problem: str, scale: float) -> tuple[Floats, float, float]:
    """Displacements, seconds and the peak of this process in GiB."""
    model = PROBLEMS[problem](scale)
    seconds = 0.0
    for _ in range(2):
        begin = perf_counter()
        if engine == OURS:
            found = solve(model, settings=TIGHT).displacement_mm
        else:
            found = peer_displacements(engine, model)
        seconds = perf_counter() - begin
    return found, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Run every engine at every size."""
    words = sys.argv[1:]
    problem = "block" if "--block" in words else "sacrum"
    scales = [float(word) for word in words if word != "--block"] or list(SCALES)
    for scale in scales:
        reference, ours_s = None, 0.0
        for engine in (OURS, *PEERS):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                found, seconds, peak_gib = pool.submit(run_engine, engine, problem, scale).result()
            line: dict[str, Any] = {
                "engine": engine,
                "problem": problem,
                "unknowns": found[0].size,
                "seconds": round(seconds, 2),
                "peak_gib": round(peak_gib, 2),
            }
            if reference is None:
                reference, ours_s = found, seconds
            else:
                off = np.linalg.norm(found - reference) / np.linalg.norm(reference)
                line |= {"ratio": round(seconds / ours_s, 1), "apart": float(f"{off:.1e}")}
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
