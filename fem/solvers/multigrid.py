"""One multigrid cycle in float32 as a preconditioner.

The fine level is the quadratic matrix, the next its linear vertices (exact Galerkin, by
`assembly.linear_blocks`), then smoothed aggregation down to a dense Cholesky factor. Gauss-Seidel forward
before, backward after each coarse
correction: the cycle is symmetric.
"""

from dataclasses import dataclass, field

import numpy as np
from numba import njit, prange
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import bsr_array, csr_array, dia_array, kron
from threadpoolctl import threadpool_limits

from fem.assembly import linear_blocks, quadratic_blocks
from fem.bonds import WeightedBonds
from fem.discretisation import Discretisation
from fem.lanes import load, nought, store
from fem.model import Model
from fem.ordering import Colouring, in_one_piece, morton_order
from fem.patterns import BlockPattern, split_places
from fem.rigid import rigid_modes
from fem.scratch import Scratch
from fem.solvers.aggregation import coarsened, diagonal_blocks
from fem.solvers.block_rows import BlockMatrix, Singles, add_entries, add_product, inverse_blocks
from fem.solvers.vectors import dot, put_scaled
from fem.system import System, system_of
from geometry.arrays import Bools, Floats, Ints
from geometry.errors import SolveError

# Chosen: a dense factor of 1200 unknowns takes 0.1 s and 6 MB, less than another level would.
_DENSE = 1200
_MOST_LEVELS = 12
# Chosen: ties as springs this many times as stiff as what they join.
_PENALTY = 1.0


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """Rows of blocks from a coarse level to a fine one, and back."""

    down_start: Ints
    down_columns: Ints
    down_blocks: Singles
    up_start: Ints
    up_columns: Ints
    up_blocks: Singles

    def restricted(self, residual: Singles) -> Singles:
        """The residual on the coarse level, shape (aggregates, 6), or (aggregates, 6, 8)."""
        shape = (len(self.down_start) - 1, self.down_blocks.shape[1], *residual.shape[2:])
        result = np.zeros(shape, np.float32)
        add_product(self.down_start, self.down_columns, self.down_blocks, residual, result)
        return result

    def add_prolonged(self, coarse: Singles, values: Singles) -> None:
        """Adds the coarse correction to `values`."""
        add_product(self.up_start, self.up_columns, self.up_blocks, coarse, values)


@dataclass(frozen=True, kw_only=True)
class Preconditioner:
    """An approximate inverse of the stiffness of one material; still useful for a slightly different one.

    Attributes:
        discretisation: of the mesh.
        held: which displacements are held, inner numbering, shape (n, 3).
        quadratic: the fine level; None for linear elements, whose fine level is the first of `levels`.
        levels: the linear level and its aggregates, finest first.
        transfers: between them.
        coarsest: inverse of the last level, dense.
        bonds: ties and rigid faces; None without any.
        joined: names of all connections.
        scratch: what the cycle works in; so one cycle at a time.
    """

    discretisation: Discretisation
    held: Bools
    quadratic: BlockMatrix | None
    levels: tuple[BlockMatrix, ...]
    transfers: tuple[Transfer, ...]
    coarsest: Singles
    bonds: WeightedBonds | None
    joined: tuple[str, ...]
    scratch: Scratch = field(default_factory=Scratch, compare=False)

    def __call__(self, residual: Floats) -> Floats:
        """An approximate displacement for a residual force, both inner numbering, shape (n, 3) or eight at
        once (n, 3, 8); the next call overwrites it."""
        if self.bonds is None:
            return self._cycled(residual)
        return self.bonds.followed(self._cycled(self.bonds.handed_on(residual)))

    def _cycled(self, residual: Floats) -> Floats:
        """The same for a body without ties and rigid faces."""
        # scaled to a mean square of one, or float32 would underflow for small forces
        size = np.sqrt(dot(residual, residual) / len(residual))
        usable = (size > 0.0) & np.isfinite(size)
        right = self._room("right", residual.shape)
        put_scaled(residual, 1.0 / np.where(usable, size, np.inf), right)
        values = self._quadratic_cycle(right)
        result = self.scratch.empty("result", residual.shape)
        put_scaled(values, np.where(usable, size, 0.0), result)
        return result

    def _quadratic_cycle(self, right: Singles) -> Singles:
        """A V-cycle from the fine level down."""
        nodes = self.discretisation.quadratic
        if self.quadratic is None or nodes is None:
            return self._cycle(0, right)
        values, left = self._room("values", right.shape), self._room("left", right.shape)
        self.quadratic.sweep_forward(right, values, left)
        vertices, children, free = self.discretisation.vertices, nodes.children, ~self.held
        coarse = self._room("coarse", (len(vertices), *right.shape[1:]))
        _to_vertices(vertices, children.start, children.elements, left, free, coarse)
        _from_vertices(nodes.parents, self._cycle(0, coarse), free, values)
        self.quadratic.sweep_backward(right, values)
        return values

    def _cycle(self, level: int, right: Singles) -> Singles:
        """A V-cycle from this linear or aggregate level down."""
        if level == len(self.levels):
            result = self._room("coarsest", right.shape)
            _dense_product(self.coarsest, right, result)
            return result
        matrix = self.levels[level]
        values = self._room(f"values {level}", right.shape)
        left = self._room(f"left {level}", right.shape)
        matrix.sweep_forward(right, values, left)
        self.transfers[level].add_prolonged(
            self._cycle(level + 1, self.transfers[level].restricted(left)), values
        )
        matrix.sweep_backward(right, values)
        return values

    def _room(self, name: str, shape: tuple[int, ...]) -> Singles:
        return self.scratch.empty(name, shape, np.float32)


def preconditioner(model: Model) -> Preconditioner:
    """The multigrid hierarchy of a model."""
    return preconditioner_of(system_of(model))


def preconditioner_of(system: System) -> Preconditioner:
    """The multigrid hierarchy of the equations of a model.

    Ties act in it as stiff springs: on displacements that keep them they do nothing, and without them two
    bodies would know nothing of each other.
    """
    d = system.discretisation
    linear = linear_blocks(d, system.terms)
    joined, bonds = system.springs, None
    if system.switched is not None:
        # one hierarchy for all load cases, whatever acts in each
        often = system.switched.mean_stiffness()
        joined = often if joined is None else csr_array(joined + often)
    if system.bonds is not None:
        stiffness = _diagonal(d, linear)
        bonds = system.bonds.weighted(stiffness)
    if system.bonds is not None and system.bonds.factor is not None:
        penalty = _penalty(system.bonds.rows, stiffness)
        joined = penalty if joined is None else csr_array(joined + penalty)
    quadratic = None
    if d.quadratic is not None:
        blocks = quadratic_blocks(d, system.terms)
        if joined is not None:
            add_entries(d.quadratic.pattern, joined, blocks)
        inverse = inverse_blocks(blocks[-d.quadratic.pattern.rows :].astype(np.float64), ~system.held)
        quadratic = BlockMatrix(
            pattern=d.quadratic.pattern, blocks=blocks, inverse_diagonal=inverse, colouring=d.node_colours
        )
    levels, transfers, coarsest = _hierarchy(d, linear, joined, ~system.held[d.vertices])
    return Preconditioner(
        discretisation=d,
        held=system.held,
        quadratic=quadratic,
        levels=levels,
        transfers=transfers,
        coarsest=coarsest,
        bonds=bonds,
        joined=system.joined,
    )


def _diagonal(d: Discretisation, blocks: Floats) -> Floats:
    """The stiffness of each inner displacement against itself, about, from the linear blocks, shape (3n,)."""
    pattern = d.vertex_pattern
    rows = np.repeat(np.arange(len(d.vertices)), np.diff(pattern.start))
    at_vertices = np.einsum("kcc->kc", blocks[pattern.columns == rows])
    if d.quadratic is None:
        return np.asarray(at_vertices.ravel())
    return np.asarray(at_vertices[d.quadratic.parents].min(axis=1).ravel())


def _penalty(rows: csr_array, diagonal: Floats) -> csr_array:
    """Springs as stiff as what they join, for combinations of displacements, shape (r, 3n)."""
    inverse = dia_array((1.0 / diagonal[None], [0]), shape=(len(diagonal),) * 2)
    compliance = (rows @ (inverse @ rows.T)).diagonal()
    stiffness = dia_array((_PENALTY / compliance[None], [0]), shape=(rows.shape[0],) * 2)
    return csr_array(rows.T @ (stiffness @ rows))


def _hierarchy(
    d: Discretisation, blocks: Floats, joined: csr_array | None, free: Bools
) -> tuple[tuple[BlockMatrix, ...], tuple[Transfer, ...], Singles]:
    """Levels from the linear one down, the transfers between them, and the inverse of the last."""
    pattern = d.vertex_pattern
    size = 3 * len(free)
    index = np.int32 if len(pattern.columns) < 2**31 - 1 else np.int64
    matrix = bsr_array((blocks, pattern.columns, pattern.start.astype(index)), shape=(size, size))
    if joined is not None:
        matrix = bsr_array(matrix + _at_vertices(d, joined).tobsr(blocksize=(3, 3)))
        matrix.sort_indices()
    points = d.mesh.nodes_mm[d.node_order[d.vertices]]
    modes = rigid_modes(points) * free[:, :, None]
    visit, colouring = morton_order(points), d.vertex_colours
    levels: list[BlockMatrix] = []
    transfers: list[Transfer] = []
    while matrix.shape[0] > _DENSE and len(levels) < _MOST_LEVELS:
        step = coarsened(matrix, modes, free, visit)
        if step.coarse.shape[0] > 0.7 * matrix.shape[0]:
            break
        levels.append(_block_matrix(matrix, free, colouring))
        transfers.append(_transfer(step.prolongation))
        matrix, modes = step.coarse, step.modes
        rows = len(matrix.indptr) - 1
        free, visit = np.ones((rows, 6), bool), np.arange(rows)
        colouring = in_one_piece(rows)
    coarsest = _dense_inverse(matrix.toarray(), free.ravel()).astype(np.float32)
    return tuple(levels), tuple(transfers), coarsest


def _at_vertices(d: Discretisation, joined: csr_array) -> csr_array:
    """A stiffness between inner nodes as their vertices feel it, shape (3 vertices, 3 vertices)."""
    if d.quadratic is None:
        return joined
    count = len(d.quadratic.parents)
    half = np.full(2 * count, 0.5)
    rows = np.repeat(np.arange(count), 2)
    shape = (count, len(d.vertices))
    linear = kron(
        csr_array((half, (rows, d.quadratic.parents.ravel())), shape=shape), np.eye(3), format="csr"
    )
    return csr_array(linear.T @ (joined @ linear))


def _block_matrix(matrix: bsr_array, free: Bools, colouring: Colouring) -> BlockMatrix:
    """A level of the hierarchy in float32, from its matrix."""
    rows = BlockPattern(start=matrix.indptr.astype(np.int64), columns=matrix.indices.astype(np.int32))
    pattern, places = split_places(rows)
    return BlockMatrix(
        pattern=pattern,
        blocks=matrix.data[places].astype(np.float32),
        inverse_diagonal=inverse_blocks(diagonal_blocks(matrix), free),
        colouring=colouring,
    )


def _transfer(prolongation: bsr_array) -> Transfer:
    size = prolongation.blocksize[0]
    back = prolongation.T.tobsr(blocksize=(6, size))
    return Transfer(
        down_start=back.indptr.astype(np.int64),
        down_columns=back.indices.astype(np.int64),
        down_blocks=np.ascontiguousarray(back.data, dtype=np.float32),
        up_start=prolongation.indptr.astype(np.int64),
        up_columns=prolongation.indices.astype(np.int64),
        up_blocks=np.ascontiguousarray(prolongation.data, dtype=np.float32),
    )


def _dense_inverse(matrix: Floats, free: Bools) -> Floats:
    """The inverse of a symmetric matrix on its free rows that have stiffness, zero elsewhere, by Cholesky."""
    own = np.diag(matrix)
    acting = np.flatnonzero(free & (own > 1e-14 * own.max()))
    scale = 1.0 / np.sqrt(own[acting])
    scaled = matrix[np.ix_(acting, acting)] * scale[:, None] * scale[None, :]
    # the shift is below what float32 levels above can tell; it keeps a nearly free motion factorable
    scaled[np.diag_indices_from(scaled)] += 1e-9
    # one thread: several wait for each other by spinning, 0.1 s for 0.02 s of work, 1.3 s on a busy machine
    with threadpool_limits(limits=1, user_api="blas"):
        try:
            factor = cho_factor(scaled, lower=True)
        except np.linalg.LinAlgError as fault:
            raise SolveError(
                "the coarsest matrix is not positive definite", advice="Check supports and moduli"
            ) from fault
        found = cho_solve(factor, np.eye(len(acting)))
    inverse = np.zeros_like(matrix)
    inverse[np.ix_(acting, acting)] = found * scale[:, None] * scale[None, :]
    return inverse


# Not by BLAS, whose threads go on spinning for a while and take every second turn from ours: the sweeps that
# followed took nearly twice as long (measured).
@njit(cache=True, error_model="numpy", parallel=True, fastmath={"contract"})
def _dense_product(matrix, values, result):  # type: ignore[no-untyped-def]
    """Puts a dense matrix times values of shape (aggregates, 6), or eight at once, into `result`."""
    width = values.shape[1]
    for i in prange(values.shape[0]):
        for c in range(width):
            total = nought(values)
            for j in range(values.shape[0]):
                for d in range(width):
                    total = total + matrix[width * i + c, width * j + d] * load(values, j, d)
            store(result, i, c, total)


@njit(cache=True, error_model="numpy", parallel=True)
def _to_vertices(vertices, start, children, fine, free, coarse):  # type: ignore[no-untyped-def]
    """The adjoint of linear interpolation: each vertex gets its own share and half of that of its edges."""
    half = np.float32(0.5)
    for v in prange(vertices.shape[0]):
        i = vertices[v]
        for c in range(3):
            total = nought(fine)
            if free[i, c]:
                total = total + load(fine, i, c)
            for k in range(start[v], start[v + 1]):
                if free[children[k], c]:
                    total = total + half * load(fine, children[k], c)
            store(coarse, v, c, total)


@njit(cache=True, error_model="numpy", parallel=True)
def _from_vertices(parents, coarse, free, fine):  # type: ignore[no-untyped-def]
    """Adds the linear interpolation of vertex values to the free nodes."""
    half = np.float32(0.5)
    for i in prange(parents.shape[0]):
        for c in range(3):
            if free[i, c]:
                both = load(coarse, parents[i, 0], c) + load(coarse, parents[i, 1], c)
                store(fine, i, c, load(fine, i, c) + half * both)
