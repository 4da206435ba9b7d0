"""Take edges of poor elements out and join their surroundings anew, inside parts and across their sheets.

The elements round an edge are replaced by those over the best triangulation of the ring around it (Klincsek's
dynamic programme, as in Freitag and Ollivier-Gooch 1997). An edge in a smooth sheet goes too: the sheet then
takes the other diagonal of its two triangles. Plain Python on purpose: a mesh has tens of poor elements.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from geometry.arrays import Floats
from geometry.meshing.element_shape import shape_at, shapes
from geometry.meshing.polish import stars
from geometry.meshing.tet_mesh import LabelledMesh

# Chosen: elements below this shape are worth the trouble (17 degrees, ratio 0.15), and what it must gain.
WANTED = 0.3
GAIN = 0.02
# Chosen: rings with more elements have no good triangulation.
LONGEST_RING = 9
# Chosen: a sheet may take other diagonals where its triangles turn by less than this (cosine of 25 degrees).
FLAT = 0.906

Triangle = tuple[int, int, int]


def reconnected(mesh: LabelledMesh, wanted: float = WANTED) -> LabelledMesh:
    """The mesh with poor elements joined anew where that raises the worst of them.

    Vertices stay where they are. Parts keep their volumes but for slivers on their sheets.

    Args:
        mesh: positive tetrahedra.
        wanted: elements of a better shape (`geometry.meshing.element_shape`) are left alone.
    """
    poor = shapes(mesh.vertices_mm, mesh.tets)
    patch = _Patch(mesh)
    for tet in np.flatnonzero(poor < wanted)[np.argsort(poor[poor < wanted], kind="stable")]:
        if patch.alive[tet]:
            patch.improve(int(tet))
    return patch.mesh()


@dataclass(frozen=True, kw_only=True)
class _Removal:
    """One edge taken out: what goes, what comes, and the worst shape that comes.

    `sheet` is the other diagonal where the edge lay in a sheet between parts or on a free surface.
    """

    shape: float
    edge: tuple[int, int]
    sheet: tuple[int, int] | None
    gone: list[int]
    fresh: list[tuple[int, int, int, int]]
    labels: list[int]


class _Patch:
    """A mesh while its poor spots are joined anew."""

    def __init__(self, mesh: LabelledMesh) -> None:
        self._start = mesh
        self._vertices = np.array(mesh.vertices_mm)
        self.alive = np.ones(len(mesh.tets), dtype=bool)
        self._starts, self._members = stars(mesh.tets, len(mesh.vertices_mm))
        self._stars: dict[int, set[int]] = {}
        self._added: list[tuple[int, int, int, int]] = []
        self._added_label: list[int] = []
        self._added_alive: list[bool] = []
        ordered = np.sort(mesh.marked, axis=1).tolist()
        self._marks = {tuple(row): int(mark) for row, mark in zip(ordered, mesh.mark, strict=True)}

    def mesh(self) -> LabelledMesh:
        """The mesh as it is now."""
        old = self._start
        fresh = np.array(self._added_alive, dtype=bool)
        added = np.array(self._added, dtype=np.int64).reshape(-1, 4)[fresh]
        label = np.array(self._added_label, dtype=np.int64)[fresh]
        return replace(
            old,
            tets=np.concatenate([old.tets[self.alive], added]),
            label=np.concatenate([old.label[self.alive], label]),
            marked=np.array(list(self._marks), dtype=np.int64).reshape(-1, 3),
            mark=np.array(list(self._marks.values()), dtype=np.int64),
        )

    def improve(self, tet: int) -> None:
        """Take out the edge of that element whose removal helps most, if any does."""
        best: tuple[float, _Removal] | None = None
        for a, b in combinations(self._corners(tet), 2):
            removal = self._removal(a, b)
            if removal is not None and (best is None or removal.shape > best[0]):
                best = removal.shape, removal
        if best is not None:
            self._carry_out(best[1])

    def _corners(self, tet: int) -> tuple[int, int, int, int]:
        n = len(self._start.tets)
        if tet >= n:
            return self._added[tet - n]
        a, b, c, d = (int(v) for v in self._start.tets[tet])
        return a, b, c, d

    def _label(self, tet: int) -> int:
        n = len(self._start.tets)
        return self._added_label[tet - n] if tet >= n else int(self._start.label[tet])

    def _star(self, vertex: int) -> set[int]:
        if vertex not in self._stars:
            around = self._members[self._starts[vertex] : self._starts[vertex + 1]]
            self._stars[vertex] = {int(t) for t in around if self.alive[t]}
        return self._stars[vertex]

    def _removal(self, a: int, b: int) -> "_Removal | None":
        """What taking out an edge would give; None if it cannot go or nothing is gained."""
        ring = sorted(self._star(a) & self._star(b))
        if len(ring) > LONGEST_RING:
            return None
        chains = self._chains(a, b, ring)
        if chains is None:
            return None
        closed = chains[0][1][0] == chains[0][1][-1]
        if not closed and not self._sheet_may_turn(a, b, ring, chains):
            return None
        before = min(shape_at(self._vertices, *self._corners(t)) for t in ring)
        fresh: list[tuple[int, int, int, int]] = []
        labels: list[int] = []
        worst = 1.0
        for label, chain in chains:
            shape, triangles = self._triangulated(chain[:-1] if closed else chain, a, b)
            worst = min(worst, shape)
            if worst < before + GAIN:
                return None
            for x, y, z in triangles:
                fresh += [(x, y, z, b), (x, z, y, a)]
                labels += [label, label]
        sheet = None if closed else (chains[0][1][0], chains[0][1][-1])
        return _Removal(shape=worst, edge=(a, b), sheet=sheet, gone=ring, fresh=fresh, labels=labels)

    def _chains(self, a: int, b: int, ring: Iterable[int]) -> list[tuple[int, list[int]]] | None:
        """The ring round an edge as chains of one label each, counterclockwise; None if it is not simple.

        One closed chain inside a part; one open chain on a free surface; two chains between two parts, both
        from one side of the sheet to the other.
        """
        after: dict[int, tuple[int, int]] = {}
        for tet in ring:
            c, d = (v for v in self._corners(tet) if v not in (a, b))
            if shape_at(self._vertices, a, b, c, d) < 0.0:
                c, d = d, c
            after[c] = d, self._label(tet)
        heads = set(after) - {d for d, _ in after.values()}
        labels = {label for _, label in after.values()}
        if len(heads) > 1 or len(labels) > 2 or (heads and len(labels) > 1):
            return None
        turns = [c for c, (d, label) in after.items() if d in after and after[d][1] != label]
        if len(turns) not in (0, 2):
            return None
        starts = list(heads) or [after[c][0] for c in turns] or [min(after)]
        chains = []
        for start in starts:
            chain, label = [start], after[start][1]
            while (
                chain[-1] in after
                and after[chain[-1]][1] == label
                and (len(chain) == 1 or chain[-1] != start)
            ):
                chain.append(after[chain[-1]][0])
            chains.append((label, chain))
        return chains if sum(len(chain) - 1 for _, chain in chains) == len(after) else None

    def _sheet_may_turn(self, a: int, b: int, ring: list[int], chains: list[tuple[int, list[int]]]) -> bool:
        """Whether the sheet stays flat, whole and its marks alike when it takes the other diagonal."""
        p, q = chains[0][1][0], chains[0][1][-1]
        lone = [label for label, chain in chains if len(chain) == 2]
        if len(lone) > 1 or (not lone and (self._star(p) & self._star(q))):
            return False
        # an element with two faces in the sheet vanishes: its part must go on behind both others
        for label in lone:
            for v in (a, b):
                behind = (self._star(v) & self._star(p) & self._star(q)) - set(ring)
                if [self._label(tet) for tet in behind] != [label]:
                    return False
        triangles = ((a, b, p), (b, a, q), (a, q, p), (q, b, p))
        normals = [self._normal(*triangle) for triangle in triangles]
        flat = min(float(m @ n) for m, n in combinations(normals, 2)) > FLAT
        return flat and self._marks.get(_key(a, b, p)) == self._marks.get(_key(a, b, q))

    def _normal(self, a: int, b: int, c: int) -> Floats:
        x = self._vertices
        normal = np.cross(x[b] - x[a], x[c] - x[a])
        return np.asarray(normal / max(float(np.linalg.norm(normal)), 1e-300))

    def _triangulated(self, chain: list[int], a: int, b: int) -> tuple[float, list[Triangle]]:
        """The triangulation of a polygon whose elements with a and b are best, and the worst shape in it."""
        n = len(chain)
        best = {(i, i + 1): (1.0, -1) for i in range(n - 1)}
        for span in range(2, n):
            for i in range(n - span):
                j = i + span
                options = []
                for m in range(i + 1, j):
                    x, y, z = chain[i], chain[m], chain[j]
                    here = min(shape_at(self._vertices, x, y, z, b), shape_at(self._vertices, x, z, y, a))
                    options.append((min(here, best[i, m][0], best[m, j][0]), m))
                best[i, j] = max(options)
        triangles: list[Triangle] = []
        pending = [(0, n - 1)]
        while pending:
            i, j = pending.pop()
            m = best[i, j][1]
            if m >= 0:
                triangles.append((chain[i], chain[m], chain[j]))
                pending += [(i, m), (m, j)]
        return best[0, n - 1][0], triangles

    def _carry_out(self, removal: "_Removal") -> None:
        n = len(self._start.tets)
        for tet in removal.gone:
            for v in self._corners(tet):
                self._star(v).discard(tet)
            if tet < n:
                self.alive[tet] = False
            else:
                self._added_alive[tet - n] = False
        for corners, label in zip(removal.fresh, removal.labels, strict=True):
            number = n + len(self._added)
            for v in corners:
                self._star(v).add(number)
            self._added.append(corners)
            self._added_label.append(label)
            self._added_alive.append(True)
        if removal.sheet is not None:
            (a, b), (p, q) = removal.edge, removal.sheet
            mark = self._marks.pop(_key(a, b, p), None)
            self._marks.pop(_key(a, b, q), None)
            if mark is not None:
                self._marks[_key(a, q, p)] = self._marks[_key(q, b, p)] = mark


def _key(a: int, b: int, c: int) -> Triangle:
    """A triangle's vertices, rising."""
    x, y, z = sorted((a, b, c))
    return x, y, z
