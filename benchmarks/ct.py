"""One JSON line per voxel size: seconds to map a CT volume onto 600 000 elements, here and by scipy.

The peer reads the same samples through scipy.ndimage.map_coordinates and sums them with numpy, in the same
run; `difference` is the largest between the two in mg/cm3. Compiled before the clock starts.

Run: python -m benchmarks.ct [--elements 600000]
"""

import argparse
import json
import time
from itertools import permutations

import numba
import numpy as np
from scipy import ndimage

from geometry.arrays import Floats
from geometry.tetrahedron import POINTS_4, subdivided_points
from materials.ct.grid import VoxelGrid
from materials.ct.projection import LEVELS, density_in_elements
from materials.ct.volume import DensityVolume

SPACINGS_MM = ((0.8, 0.8, 1.25), (0.5, 0.5, 0.6))
# A sacrum has some 210 cm3.
BONE_MM3 = 210_000.0
CHUNK = 20_000


def volume_of(spacing_mm: tuple[float, float, float]) -> DensityVolume:
    """A box of bone with a density that varies over centimetres, and noise."""
    shape = tuple(int(80.0 / step) for step in spacing_mm)
    grid = VoxelGrid(shape, np.diag([*spacing_mm, 1.0]))  # type: ignore[arg-type]
    noise = np.random.default_rng(1).normal(0.0, 20.0, shape)
    waves = 150.0 + 80.0 * np.sin(grid.centres_mm() / 8.0).prod(axis=1).reshape(shape)
    return DensityVolume(grid, (waves + noise).astype(np.float32))


def elements(count: int) -> Floats:
    """Tetrahedra as large as that many in a sacrum, a third of them half as long, shape (m, 4, 3)."""
    edge_mm = (6.0 * BONE_MM3 / count) ** (1.0 / 3.0)
    side = int((count / 6.0) ** (1.0 / 3.0)) + 1
    places = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    cubes = 3.0 + 70.0 / side * places
    paths = np.array([np.cumsum([np.zeros(3), *np.eye(3)[list(o)]], axis=0) for o in permutations(range(3))])
    tets = (cubes[:, None, None] + edge_mm * paths).reshape(-1, 4, 3)[:count]
    # as in a graded mesh: small ones near the screw, large ones far away
    small = np.arange(len(tets)) % 3 == 0
    middle = tets.mean(axis=1, keepdims=True)
    return np.asarray(np.where(small[:, None, None], middle + 0.5 * (tets - middle), tets))


def by_scipy(volume: DensityVolume, corners_mm: Floats) -> Floats:
    """What `density_in_elements` gives, by map_coordinates and numpy, shape (m, 4)."""
    sizes = np.abs(np.linalg.det(corners_mm[:, 1:] - corners_mm[:, :1])) / 6.0 / volume.grid.voxel_mm3
    level = np.clip(np.ceil(np.log(sizes) / np.log(8.0)), 0, LEVELS - 1).astype(int)
    found = np.empty((len(corners_mm), 4))
    for k in range(LEVELS):
        rule = subdivided_points(k)
        chosen = np.flatnonzero(level == k)
        for chunk in np.array_split(chosen, max(1, len(chosen) * 8**k // CHUNK)):
            points = np.einsum("sv,mvx->msx", rule, corners_mm[chunk]).reshape(-1, 3)
            places = volume.grid.indices(points).T
            read = ndimage.map_coordinates(volume.density_mg_cm3, places, order=1, output=np.float64)
            moments = read.reshape(len(chunk), len(rule)) @ rule / len(rule)
            vertices = 20.0 * moments - 4.0 * moments.sum(axis=1, keepdims=True)
            found[chunk] = vertices @ POINTS_4.T
    return found


def measure(spacing_mm: tuple[float, float, float], count: int) -> dict[str, object]:
    """What mapping took, here and by the peer."""
    volume, corners = volume_of(spacing_mm), elements(count)
    density_in_elements(volume, corners[:10])
    timed = {}
    for name, mapped in (("ours", density_in_elements), ("peer", by_scipy)):
        start, start_cpu = time.perf_counter(), time.process_time()
        found = mapped(volume, corners)
        timed[name] = (found, time.perf_counter() - start, time.process_time() - start_cpu)
    (ours, seconds, cpu), (peer, peer_seconds, peer_cpu) = timed["ours"], timed["peer"]
    return {
        "elements": len(corners),
        "spacing_mm": spacing_mm,
        "threads": numba.get_num_threads(),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "peer_seconds": round(peer_seconds, 2),
        "peer_cpu_seconds": round(peer_cpu, 2),
        "ratio_cpu": round(peer_cpu / cpu, 1),
        "difference": float(np.abs(ours - peer).max()),
    }


def main() -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elements", type=int, default=600_000)
    options = parser.parse_args()
    for spacing_mm in SPACINGS_MM:
        print(json.dumps(measure(spacing_mm, options.elements)), flush=True)


if __name__ == "__main__":
    main()
