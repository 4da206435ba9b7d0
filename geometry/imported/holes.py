"""Holes of a surface: rims of edges that belong to one triangle only."""

import numpy as np

from geometry.arrays import Ints
from geometry.imported.surface import TriangleSurface


def rims(triangles: Ints) -> list[list[int]]:
    """The rims of all holes, each a ring of vertex numbers, against the sense of the triangles round it."""
    starts, ends = triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()
    size = int(triangles.max(initial=0)) + 1
    there, back = starts * size + ends, ends * size + starts
    open_edge = ~np.isin(there, back)
    onward: dict[int, list[int]] = {}
    for start, end in zip(starts[open_edge].tolist(), ends[open_edge].tolist(), strict=True):
        # the patch runs along the edge the other way
        onward.setdefault(end, []).append(start)
    rings = []
    while onward:
        ring = [next(iter(onward))]
        while True:
            nexts = onward.get(ring[-1])
            if nexts is None:
                break
            following = nexts.pop()
            if not nexts:
                del onward[ring[-1]]
            if following in ring:
                # where two holes touch in a vertex, one ring is closed and the walk goes on from there
                place = ring.index(following)
                rings.append(ring[place:])
                ring = ring[: place + 1]
                if following not in onward:
                    break
                continue
            ring.append(following)
    return rings


def closed_holes(
    surface: TriangleSurface, widest_mm: float, steps: list[str], reasons: list[str]
) -> TriangleSurface:
    """The surface with a fan of triangles over every hole; a wider one is a reason to refuse."""
    rings = rims(surface.triangles)
    if not rings:
        return surface
    vertices = list(surface.vertices_mm)
    fans: list[list[int]] = []
    widths = []
    for ring in rings:
        places = surface.vertices_mm[ring]
        middle = places.mean(axis=0)
        widths.append(2.0 * float(np.linalg.norm(places - middle, axis=1).max()))
        if len(ring) == 3:
            fans.append(ring)
            continue
        fans += [[start, end, len(vertices)] for start, end in zip(ring, ring[1:] + ring[:1], strict=True)]
        vertices.append(middle)
    wide = [width for width in widths if not width <= widest_mm]
    if wide:
        reasons.append(
            f"{len(wide)} of its {len(rings)} holes are wider than {widest_mm:g} mm, "
            f"the widest {max(wide):.1f} mm"
        )
        return surface
    steps.append(f"{len(rings)} holes closed, the widest {max(widths):.1f} mm")
    return TriangleSurface(np.array(vertices), np.concatenate([surface.triangles, np.array(fans)]))
