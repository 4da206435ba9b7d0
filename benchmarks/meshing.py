"""One JSON line per screw: seconds by stage, elements, unknowns, quality, part volumes, peak memory.

Run: python benchmarks/meshing.py [preset ...] [--scale FACTOR]
"""

import argparse
import json
import resource
import time
from dataclasses import asdict

from geometry.anatomy import build_anatomy
from geometry.mesh_quality import part_volumes, quality
from geometry.meshing import Sizing, pull_out_mesh
from geometry.pelvis.ilium_shape import IliumShape
from geometry.sacrum.shape import SacrumShape
from geometry.screws import plan_screw

PRESETS = ("s1_pedicle", "s1_alar_paper_endplate", "s2ai")


def measure(preset: str, scale: float) -> dict[str, object]:
    """What meshing this screw took and gave."""
    anatomy = build_anatomy(SacrumShape(), IliumShape())
    screw = plan_screw(anatomy, preset)
    stages: dict[str, float] = {}
    clock = [time.perf_counter()]
    start, start_cpu = clock[0], time.process_time()

    def note(stage: str) -> None:
        now = time.perf_counter()
        stages[stage] = round(now - clock[0], 2)
        clock[0] = now

    mesh = pull_out_mesh(anatomy, screw, Sizing().scaled(scale), note)
    return {
        "case": preset,
        "scale": scale,
        "seconds": round(time.perf_counter() - start, 2),
        "cpu_seconds": round(time.process_time() - start_cpu, 2),
        "stages": stages,
        "unknowns": 3 * len(mesh.nodes_mm),
        "quality": asdict(quality(mesh)),
        "volumes_mm3": part_volumes(mesh),
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="*", default=PRESETS)
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    for preset in options.presets:
        print(json.dumps(measure(preset, options.scale)), flush=True)


if __name__ == "__main__":
    main()
