"""One JSON line per screw: seconds to scan 10 000 trajectories from its entry, and how many are acceptable.

Run: python benchmarks/scan.py [preset ...] [--side 100]
"""

import argparse
import json
import time

import numpy as np

from geometry.anatomy import build_anatomy
from geometry.pelvis.ilium_shape import IliumShape
from geometry.planning.scan import scan
from geometry.sacrum.shape import SacrumShape
from geometry.screws import plan_screw

PRESETS = ("s1_pedicle", "s1_alar_classic", "s2ai", "iliac")
# Angles scanned to either side of the plan.
SPREAD_DEG = 25.0


def measure(preset: str, side: int) -> dict[str, object]:
    """What scanning `side` times `side` directions took and gave; compiled before the clock starts."""
    anatomy = build_anatomy(SacrumShape(), IliumShape())
    screw = plan_screw(anatomy, preset)
    trajectory = screw.trajectory
    for count in (2, side):
        turns = np.linspace(-SPREAD_DEG, SPREAD_DEG, count)
        start, start_cpu = time.perf_counter(), time.process_time()
        paths = scan(
            anatomy,
            trajectory.entry_mm,
            trajectory.lateral_deg + turns,
            trajectory.caudal_deg + turns,
            kind=screw.kind,
            diameter_mm=screw.diameter_mm,
            length_mm=trajectory.length_mm,
        )
    return {
        "preset": preset,
        "trajectories": paths.acceptable.size,
        "seconds": round(time.perf_counter() - start, 2),
        "cpu_seconds": round(time.process_time() - start_cpu, 2),
        "acceptable": int(paths.acceptable.sum()),
    }


def main() -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="*", default=PRESETS)
    parser.add_argument("--side", type=int, default=100, help="directions each way")
    options = parser.parse_args()
    for preset in options.presets:
        print(json.dumps(measure(preset, options.side)), flush=True)


if __name__ == "__main__":
    main()
