"""Random anatomies, three screws each: does every mesh come out, how good, how fast, how true to its fields?

One JSON line per mesh in the file, then a summary. A study that was stopped goes on where it was.

Run: python -m benchmarks.meshes results/meshes.jsonl [--sets 500] [--jobs 2] [--scale 1]
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from geometry.anatomy import Anatomy, build_anatomy
from geometry.arrays import Floats
from geometry.errors import SacrofixError
from geometry.mesh_quality import part_volumes, quality
from geometry.meshing import Body, Sizing
from geometry.meshing.pull_out import pull_out_bodies, pull_out_mesh
from geometry.meshing.screw_bodies import SCREW
from geometry.pelvis.ilium_shape import ILIUM_SHAPES
from geometry.planning.breach import inspect
from geometry.planning.nearest import nearest_plan
from geometry.sacrum.shape import SACRUM_SHAPES
from geometry.screws import PRESETS, Screw, plan_screw

SCREWS = ("s1_pedicle", "s1_alar_classic", "s2ai")
JOINT_GAP_MM, SACRAL_SLOPE_DEG = (1.0, 4.0), (25.0, 55.0)
# Cells of the grid that the volumes of the fields are counted on, and how finely those at surfaces are split:
# right to 0.2 % for the cartilage.
COARSE_MM, SPLIT = 2.4, 4


def random_anatomy(number: int) -> Anatomy:
    """The anatomy of that number: every parameter uniform over its whole range, either sex's others."""
    generator = np.random.default_rng([20_261_123, number])
    sex = ("male", "female")[number % 2]
    return build_anatomy(
        _random_shape(SACRUM_SHAPES[sex], generator),
        _random_shape(ILIUM_SHAPES[sex], generator),
        float(generator.uniform(*JOINT_GAP_MM)),
        float(generator.uniform(*SACRAL_SLOPE_DEG)),
    )


def _random_shape(mean: Any, generator: np.random.Generator) -> Any:
    """The shape with every number that has a range drawn anew from it."""
    drawn = {
        entry.name: float(generator.uniform(entry.metadata["low"], entry.metadata["high"]))
        for entry in fields(mean)
        if "low" in entry.metadata
    }
    return replace(mean, **drawn)


def measure(number: int, screws: Sequence[str], scale: float) -> list[dict[str, object]]:
    """What came of these screws in that anatomy, a line for each."""
    try:
        anatomy = random_anatomy(number)
    except SacrofixError as error:
        why = {"outcome": "no anatomy", "why": str(error)}
        return [{"set": number, "screw": preset, **why} for preset in screws]
    sizing = Sizing().scaled(scale)
    bones = bone_volumes(anatomy, sizing)
    return [{"set": number, "screw": preset, **_outcome(anatomy, preset, sizing, bones)} for preset in screws]


def _outcome(anatomy: Anatomy, preset: str, sizing: Sizing, bones: dict[str, float]) -> dict[str, object]:
    """What came of one screw."""
    told: dict[str, object] = {}
    try:
        screw = plan_screw(anatomy, preset)
        if not inspect(anatomy, screw).acceptable:
            nearest = nearest_plan(anatomy, PRESETS[preset])
            if nearest is None:
                return {"outcome": "no plan", "why": "no plan near the preset fits"}
            screw, told["turned"] = nearest.screw, nearest.text()
    except SacrofixError as error:
        return {"outcome": "no plan", "why": str(error)}
    again: list[str] = []

    def note(stage: str) -> None:
        again.extend([stage] if stage.startswith("again") else [])

    start = time.perf_counter()
    try:
        mesh = pull_out_mesh(anatomy, screw, sizing, note)
    except SacrofixError as error:
        return {"outcome": "failed", "why": str(error), "again": again}
    seconds = time.perf_counter() - start
    shape = quality(mesh)
    true = field_volumes(anatomy, screw, sizing, bones)
    return {
        **told,
        "outcome": "meshed",
        "again": again,
        "seconds": round(seconds, 2),
        "elements": shape.n_elements,
        "min_dihedral_deg": round(shape.min_dihedral_deg, 2),
        "p1_dihedral_deg": round(shape.p1_dihedral_deg, 2),
        "min_radius_ratio": round(shape.min_radius_ratio, 4),
        "volume_error_percent": {
            name: round(100.0 * (volume / true[name] - 1.0), 2) for name, volume in part_volumes(mesh).items()
        },
    }


def field_volumes(
    anatomy: Anatomy, screw: Screw, sizing: Sizing, bones: dict[str, float]
) -> dict[str, float]:
    """Volume in mm3 of each body that the mesh should hold: the bones' without what the screw takes.

    The screw's is a closed form; what it takes is counted on a fine grid.
    """
    head, *others = pull_out_bodies(anatomy, screw, sizing)
    ends = np.stack([screw.head_centre_mm, screw.tip_mm])
    step = COARSE_MM / SPLIT
    inside = _grid(ends.min(axis=0) - screw.diameter_mm, ends.max(axis=0) + screw.diameter_mm, step)
    inside = inside[head(inside) < 0.0]
    left = {name: bones[name] - count * step**3 for name, count in _owners(others, inside)}
    return {**left, SCREW: screw.volume_mm3()}


def bone_volumes(anatomy: Anatomy, sizing: Sizing) -> dict[str, float]:
    """Volume in mm3 of each body but the screw, counted on a grid, finely where a surface passes."""
    _, *bodies = pull_out_bodies(anatomy, plan_screw(anatomy, SCREWS[0]), sizing)
    boxes = np.stack([anatomy.sacrum.bounds_mm, anatomy.ilium.bounds_mm])
    cells = _grid(boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0) + COARSE_MM, COARSE_MM)
    inner, near = [], np.zeros(len(cells), dtype=bool)
    for body in bodies:
        distance = body(cells)
        near |= np.abs(distance) < COARSE_MM
        inner.append(distance < 0.0)
    counts = {body.name: 0.0 for body in bodies}
    whole = np.argmax([*inner, np.ones(len(cells), dtype=bool)], axis=0)
    for index, body in enumerate(bodies):
        counts[body.name] += float((whole[~near] == index).sum()) * COARSE_MM**3
    # off the middle, so that flat faces of the grid do not all fall on one side
    steps = (np.arange(SPLIT) + 0.37) / SPLIT - 0.5
    fine = COARSE_MM * np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    for chunk in np.array_split(cells[near], max(1, int(near.sum()) // 4000)):
        for name, count in _owners(bodies, (chunk[:, None] + fine).reshape(-1, 3)):
            counts[name] += count * (COARSE_MM / SPLIT) ** 3
    return counts


def _grid(low_mm: Floats, high_mm: Floats, step_mm: float) -> Floats:
    """Points of a cubic grid in a box, shape (n, 3)."""
    axes = [np.arange(low_mm[k], high_mm[k], step_mm) for k in range(3)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def _owners(bodies: Sequence[Body], points_mm: Floats) -> Iterator[tuple[str, int]]:
    """How many points fall into each body, in the order of priority."""
    for body in bodies:
        inside = body(points_mm) < 0.0
        yield body.name, int(inside.sum())
        points_mm = points_mm[~inside]


def summary(lines: list[dict[str, Any]]) -> dict[str, object]:
    """What the study says, screw by screw."""
    told: dict[str, object] = {}
    for preset in SCREWS:
        mine = [line for line in lines if line["screw"] == preset]
        meshed = [line for line in mine if line["outcome"] == "meshed"]
        if not meshed:
            continue
        errors = {
            name: max(abs(line["volume_error_percent"][name]) for line in meshed)
            for name in meshed[0]["volume_error_percent"]
        }
        told[preset] = {
            "on another path": sum("turned" in line for line in mine),
            "no anatomy": sum(line["outcome"] == "no anatomy" for line in mine),
            "no plan": sum(line["outcome"] == "no plan" for line in mine),
            "failed": sum(line["outcome"] == "failed" for line in mine),
            "meshed": len(meshed),
            "at the first attempt": sum(not line["again"] for line in meshed),
            "worst dihedral deg": min(line["min_dihedral_deg"] for line in meshed),
            "worst p1 dihedral deg": min(line["p1_dihedral_deg"] for line in meshed),
            "worst radius ratio": min(line["min_radius_ratio"] for line in meshed),
            "median elements": float(np.median([line["elements"] for line in meshed])),
            "median seconds": float(np.median([line["seconds"] for line in meshed])),
            "slowest seconds": max(line["seconds"] for line in meshed),
            "largest volume error percent": errors,
        }
    return told


def main() -> None:
    """Run what is not in the file yet, then print the summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--sets", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    options.file.parent.mkdir(parents=True, exist_ok=True)
    lines = (
        [json.loads(line) for line in options.file.read_text().splitlines()] if options.file.exists() else []
    )
    done = {(line["set"], line["screw"]) for line in lines}
    wanted = {
        number: [screw for screw in SCREWS if (number, screw) not in done] for number in range(options.sets)
    }
    with ProcessPoolExecutor(options.jobs) as pool, options.file.open("a") as file:
        pending = [
            pool.submit(measure, number, screws, options.scale) for number, screws in wanted.items() if screws
        ]
        for place, future in enumerate(pending, 1):
            for line in future.result():
                lines.append(line)
                print(json.dumps(line), file=file, flush=True)
            print(f"anatomy {place} of {len(pending)}", file=sys.stderr)
    print(json.dumps(summary(lines), indent=2))


if __name__ == "__main__":
    main()
