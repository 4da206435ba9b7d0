"""From triangles as a scanner left them to one closed surface, or a refusal with every reason."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components
from scipy.spatial import cKDTree

from geometry.arrays import Bools, Floats, Ints
from geometry.compiled import compiled
from geometry.errors import GeometryError
from geometry.imported.crossings import crossing_triangles
from geometry.imported.holes import closed_holes
from geometry.imported.reading import MM_PER_UNIT, WHERE
from geometry.imported.surface import TriangleSurface
from geometry.imported.winding import winding_numbers

# Vertices nearer than this are one: far below a scanner's resolution, above a text's rounding (chosen).
MERGE_MM = 1e-3
# A hole this wide may hide no more than a nutrient foramen would (chosen).
WIDEST_HOLE_MM = 10.0
# A piece outside the largest with more than this share of its area is a second bone, not a crumb (chosen).
CRUMB_SHARE = 0.05
# Noise folds slivers over each other, which the field forgives; more than this share of the area is a
# broken surface (chosen).
CROSSING_SHARE = 0.1
# Sacra of adults: about 115 mm high and broad; 200 cm3 of dry bone and void at most (chosen, wide).
EXTENT_MM = (75.0, 200.0)
VOLUME_CM3 = (30.0, 350.0)
FEWEST_TRIANGLES = 500


@dataclass(frozen=True, kw_only=True, eq=False)
class SurfaceRepair:
    """A closed surface and what was done to get it.

    Attributes:
        surface: one piece, closed, facing outwards.
        steps: what was changed, in words; empty if nothing had to be.
        findings: what was found and left as it is, in words.
    """

    surface: TriangleSurface
    steps: tuple[str, ...]
    findings: tuple[str, ...]


def repaired(
    found: TriangleSurface, widest_hole_mm: float = WIDEST_HOLE_MM, units: str = "mm"
) -> SurfaceRepair:
    """The surface of one sacrum as a closed body.

    Doubled vertices are merged, collapsed and doubled triangles dropped, crumbs and inner cavities left out,
    triangles turned alike and outwards, small holes closed.

    Args:
        found: the triangles as read, in mm.
        widest_hole_mm: holes up to this width are closed.
        units: what the file's unit was taken for, to tell which other one would fit.

    Raises:
        GeometryError: with every reason why this is no surface of one sacrum.
    """
    steps: list[str] = []
    reasons = _wrong_size(found, units)
    surface = _largest_piece(_merged(found, steps), steps, reasons)
    crowded = _edges(surface.triangles).count > 2
    if crowded.any():
        reasons.append(f"{int(crowded.sum())} edges belong to more than two triangles")
    else:
        surface = _turned_alike(surface, steps, reasons)
        surface = closed_holes(surface, widest_hole_mm, steps, reasons)
    findings: list[str] = []
    if not reasons:
        surface = _outwards(surface, steps)
        reasons += _wrong_volume(surface)
        _judge_crossings(surface, findings, reasons)
    if reasons:
        raise GeometryError(
            f"the surface cannot serve as a sacrum: {'; '.join(reasons)}",
            where=WHERE,
            advice="Repair it in the program that made it, and export one closed surface in millimetres",
        )
    return SurfaceRepair(surface=surface, steps=tuple(steps), findings=tuple(findings))


def _wrong_size(surface: TriangleSurface, units: str) -> list[str]:
    """What speaks against a sacrum in mm: too few triangles, or an extent that another unit would explain."""
    reasons = []
    if len(surface.triangles) < FEWEST_TRIANGLES:
        reasons.append(f"it has {len(surface.triangles)} triangles, fewer than {FEWEST_TRIANGLES}")
    used = np.unique(surface.triangles)
    extent = float(np.ptp(surface.vertices_mm[used], axis=0).max())
    low, high = EXTENT_MM
    if not low <= extent <= high:
        text = f"it is {extent:.4g} mm long, outside {low:g} to {high:g} mm"
        as_written = extent / MM_PER_UNIT[units]
        fitting = [f"{unit} (x {mm:g})" for unit, mm in MM_PER_UNIT.items() if low <= as_written * mm <= high]
        if fitting:
            text += f", as if its unit were {' or '.join(fitting)}: set units"
        reasons.append(text)
    return reasons


def _judge_crossings(surface: TriangleSurface, findings: list[str], reasons: list[str]) -> None:
    """Tell of triangles that pass through others; too many are a reason to refuse."""
    crossing = crossing_triangles(surface)
    if not crossing.any():
        return
    area = np.linalg.norm(surface.area_vectors_mm2(), axis=1)
    share = float(area[crossing].sum() / area.sum())
    text = f"{int(crossing.sum())} triangles pass through others, {100.0 * share:.2g} % of the area"
    if share > CROSSING_SHARE:
        reasons.append(text)
    else:
        findings.append(f"{text}; left as they are")


def _wrong_volume(surface: TriangleSurface) -> list[str]:
    volume = surface.volume_mm3() / 1000.0
    low, high = VOLUME_CM3
    if low <= volume <= high:
        return []
    return [f"it encloses {volume:.3g} cm3, outside {low:g} to {high:g} cm3"]


def _merged(surface: TriangleSurface, steps: list[str]) -> TriangleSurface:
    """Without doubled vertices, collapsed triangles and doubled triangles."""
    used, corners = np.unique(surface.triangles, return_inverse=True)
    places, same = np.unique(surface.vertices_mm[used], axis=0, return_inverse=True)
    pairs = cKDTree(places).query_pairs(MERGE_MM, output_type="ndarray")
    links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(places),) * 2)
    count, group = connected_components(links, directed=False)
    _, first = np.unique(group, return_index=True)
    triangles = group[same.reshape(-1)[corners.reshape(-1, 3)]].astype(np.int64)
    if count < len(used):
        steps.append(f"{len(used) - count} doubled vertices merged")
    a, b, c = triangles.T
    whole = (a != b) & (b != c) & (c != a)
    if not whole.all():
        steps.append(f"{int((~whole).sum())} collapsed triangles dropped")
    triangles = triangles[whole]
    _, kept = np.unique(np.sort(triangles, axis=1), axis=0, return_index=True)
    if len(kept) < len(triangles):
        steps.append(f"{len(triangles) - len(kept)} doubled triangles dropped")
    return TriangleSurface(places[first], triangles[np.sort(kept)])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Edges:
    """The edges of triangles: `of` gives the three edges of each, `count` how many triangles share each."""

    of: Ints
    count: Ints


def _edges(triangles: Ints) -> _Edges:
    ends = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    keys = ends[:, 0] * (int(triangles.max(initial=0)) + 1) + ends[:, 1]
    _, of, count = np.unique(keys, return_inverse=True, return_counts=True)
    return _Edges(of=of.reshape(-1, 3).astype(np.int64), count=count.astype(np.int64))


def _neighbours(edges: _Edges) -> tuple[Ints, Ints]:
    """Pairs of triangles with an edge of their own, (k, 2), and which edge of each it is, (k, 2)."""
    flat = edges.of.ravel()
    order = np.argsort(flat, kind="stable")
    order = order[edges.count[flat[order]] == 2].reshape(-1, 2)
    return order // 3, order % 3


def _largest_piece(surface: TriangleSurface, steps: list[str], reasons: list[str]) -> TriangleSurface:
    """The piece with the most area; a second bone is a reason to refuse, crumbs and cavities are left out."""
    size = len(surface.triangles)
    edges = _edges(surface.triangles)
    rows = np.repeat(np.arange(size), 3)
    shares = coo_matrix((np.ones(3 * size), (rows, edges.of.ravel())), shape=(size, len(edges.count))).tocsr()
    count, piece = connected_components(shares @ shares.T, directed=False)
    if count <= 1:
        return surface
    area = np.bincount(piece, np.linalg.norm(surface.area_vectors_mm2(), axis=1))
    main = int(area.argmax())
    largest = _part(surface, piece == main)
    others = np.flatnonzero(np.arange(count) != main)
    starts = np.array([surface.vertices_mm[surface.triangles[np.argmax(piece == k), 0]] for k in others])
    inside = np.abs(winding_numbers(largest, starts)) > 0.5
    bones = ~inside & (area[others] > CRUMB_SHARE * area[main])
    if bones.any():
        reasons.append(f"it is {int(bones.sum()) + 1} large pieces")
    if inside.any():
        steps.append(f"{int(inside.sum())} inner cavities filled")
    crumbs = ~inside & ~bones
    if crumbs.any():
        lost = area[others][crumbs].sum()
        steps.append(f"{int(crumbs.sum())} crumbs of {lost:.1f} mm2 in all left out")
    return largest


def _part(surface: TriangleSurface, chosen: Bools) -> TriangleSurface:
    used, corners = np.unique(surface.triangles[chosen], return_inverse=True)
    return TriangleSurface(surface.vertices_mm[used], corners.reshape(-1, 3))


def _turned_alike(surface: TriangleSurface, steps: list[str], reasons: list[str]) -> TriangleSurface:
    """Every triangle turned like its neighbours: two of them run along their common edge in opposite ways."""
    triangles = surface.triangles
    pairs, sides = _neighbours(_edges(triangles))
    start = np.take_along_axis(triangles[pairs.ravel()], sides.reshape(-1, 1), axis=1).reshape(-1, 2)
    alike = start[:, 0] != start[:, 1]
    size = len(triangles)
    # stored values of 1 and 2, because a sparse matrix forgets zeros
    weight = np.where(alike, 1.0, 2.0)
    links = coo_matrix((weight, (pairs[:, 0], pairs[:, 1])), shape=(size, size)).tocsr()
    links = links + links.T
    order, before = breadth_first_order(links, 0, directed=False)
    step = np.asarray(links[order[1:], before[order[1:]]]).ravel()
    turned = _spread_turns(order.astype(np.int64), before.astype(np.int64), step)
    if (turned[pairs[:, 0]] != turned[pairs[:, 1]])[alike].any() or (
        turned[pairs[:, 0]] == turned[pairs[:, 1]]
    )[~alike].any():
        reasons.append("its inside cannot be told from its outside (a Moebius band)")
    if turned.any():
        # as few as possible: which half is turned does not matter before `_outwards`
        turned = ~turned if turned.sum() > len(turned) / 2 else turned
        steps.append(f"{int(turned.sum())} triangles turned like their neighbours")
    return TriangleSurface(surface.vertices_mm, np.where(turned[:, None], triangles[:, ::-1], triangles))


@compiled
def _spread_turns(order: Ints, before: Ints, step: Floats) -> Bools:
    """Whether each triangle is turned, shape (m,), going from each to the next in breadth-first order."""
    turned = np.zeros(len(before), dtype=np.bool_)
    for k in range(1, len(order)):
        turned[order[k]] = turned[before[order[k]]] != (step[k - 1] > 1.5)
    return turned


def _outwards(surface: TriangleSurface, steps: list[str]) -> TriangleSurface:
    if surface.volume_mm3() >= 0.0:
        return surface
    steps.append("turned inside out: its triangles faced inwards")
    return TriangleSurface(surface.vertices_mm, surface.triangles[:, ::-1])
