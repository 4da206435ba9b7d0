"""One JSON line per mesh: seconds by stage, elements, unknowns, quality, part volumes, peak memory.

Cases are presets of a pull-out test, and `construct`: L5 and S2AI screws with heads and rods on both sides.

Run: python -m benchmarks.meshing [preset ...] [--scale FACTOR]
"""

import argparse
import json
import resource
import time
from collections.abc import Callable
from dataclasses import asdict

from geometry.anatomy import Anatomy, build_anatomy
from geometry.construct import build_construct
from geometry.lumbar.spine import LumbarPlan, build_lumbar
from geometry.mesh import Mesh
from geometry.mesh_quality import part_volumes, quality
from geometry.meshing import Sizing, pull_out_mesh
from geometry.meshing.construct_mesh import ConstructSizing, construct_mesh
from geometry.pelvis.ilium_shape import IliumShape
from geometry.sacrum.shape import SacrumShape
from geometry.screws import plan_screw

CONSTRUCT = "construct"
CASES = ("s1_pedicle", "s1_alar_paper_endplate", "s2ai", CONSTRUCT)


def measure(case: str, scale: float) -> dict[str, object]:
    """What this mesh took and gave."""
    anatomy = build_anatomy(SacrumShape(), IliumShape())
    stages: dict[str, float] = {}
    clock = [time.perf_counter()]
    start, start_cpu = clock[0], time.process_time()

    def note(stage: str) -> None:
        now = time.perf_counter()
        stages[stage] = round(now - clock[0], 2)
        clock[0] = now

    mesh = _meshed(anatomy, case, scale, note)
    return {
        "case": case,
        "scale": scale,
        "seconds": round(time.perf_counter() - start, 2),
        "cpu_seconds": round(time.process_time() - start_cpu, 2),
        "stages": stages,
        "unknowns": 3 * len(mesh.nodes_mm),
        "quality": asdict(quality(mesh)),
        "volumes_mm3": part_volumes(mesh),
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _meshed(anatomy: Anatomy, case: str, scale: float, note: Callable[[str], None]) -> Mesh:
    if case != CONSTRUCT:
        return pull_out_mesh(anatomy, plan_screw(anatomy, case), Sizing().scaled(scale), note)
    # as in the operation: the facets of L5 are resected
    lumbar = build_lumbar(anatomy.sacrum, LumbarPlan(l4=None, l5_facets="total"))
    construct = build_construct(anatomy, lumbar, {"s2ai": plan_screw(anatomy, "s2ai")})
    return construct_mesh(construct, ConstructSizing().scaled(scale), note)


def main() -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=CASES)
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    for case in options.cases:
        print(json.dumps(measure(case, options.scale)), flush=True)


if __name__ == "__main__":
    main()
