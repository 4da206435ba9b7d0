"""One multigrid cycle in float32 as a preconditioner.

The fine level is the quadratic matrix, the next its linear vertices (exact Galerkin, by
`assembly.linear_blocks`), then smoothed aggregation down to a dense Cholesky factor. Gauss-Seidel forward
before, backward after each coarse
correction: the cycle is symmetric.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import bsr_array

from fem.assembly import element_terms, linear_blocks, quadratic_blocks
from fem.discretisation import Discretisation
from fem.model import Model
from fem.ordering import Colouring, in_one_piece, morton_order
from fem.patterns import BlockPattern, split_places
from fem.rigid import rigid_modes
from fem.solvers.aggregation import coarsened, diagonal_blocks
from fem.solvers.block_rows import BlockMatrix, Singles, add_product, inverse_blocks
from geometry.arrays import Bools, Floats, Ints
from geometry.errors import SolveError

# Chosen: a dense factor of 1200 unknowns takes 0.1 s and 6 MB, less than another level would.
_DENSE = 1200
_MOST_LEVELS = 12


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
        """The residual on the coarse level, shape (aggregates, 6)."""
        result = np.zeros((len(self.down_start) - 1, self.down_blocks.shape[1]), np.float32)
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
        quadratic: the fine level.
        levels: the linear level and its aggregates, finest first.
        transfers: between them.
        coarsest: inverse of the last level, dense.
    """

    discretisation: Discretisation
    held: Bools
    quadratic: BlockMatrix
    levels: tuple[BlockMatrix, ...]
    transfers: tuple[Transfer, ...]
    coarsest: Floats

    def __call__(self, residual: Floats) -> Floats:
        """An approximate displacement for a residual force, both inner numbering, shape (n, 3)."""
        # scaled to one, or float32 would underflow for small forces
        size = float(np.abs(residual).max())
        if not size > 0.0 or not np.isfinite(size):
            return np.zeros_like(residual)
        right = (residual / size).astype(np.float32)
        values, left = self.quadratic.swept_forward(right)
        d = self.discretisation
        free = ~self.held
        coarse = np.empty((len(d.vertices), 3), np.float32)
        _to_vertices(d.vertices, d.children.start, d.children.elements, left, free, coarse)
        correction = self._cycle(0, coarse)
        _from_vertices(d.parents, correction, free, values)
        self.quadratic.sweep_backward(right, values)
        return values.astype(np.float64) * size

    def _cycle(self, level: int, right: Singles) -> Singles:
        """A V-cycle from this linear or aggregate level down."""
        if level == len(self.levels):
            return (self.coarsest @ right.ravel()).astype(np.float32).reshape(right.shape)
        matrix = self.levels[level]
        values, left = matrix.swept_forward(right)
        self.transfers[level].add_prolonged(
            self._cycle(level + 1, self.transfers[level].restricted(left)), values
        )
        matrix.sweep_backward(right, values)
        return values


def preconditioner(model: Model) -> Preconditioner:
    """The multigrid hierarchy of a model."""
    d = model.discretisation
    held = model.held[d.node_order]
    terms = element_terms(d, model.elastic)
    blocks = quadratic_blocks(d, terms)
    inverse = inverse_blocks(blocks[-d.pattern.rows :].astype(np.float64), ~held)
    quadratic = BlockMatrix(
        pattern=d.pattern, blocks=blocks, inverse_diagonal=inverse, colouring=d.node_colours
    )
    levels, transfers, coarsest = _hierarchy(d, linear_blocks(d, model.elastic), ~held[d.vertices])
    return Preconditioner(
        discretisation=d,
        held=held,
        quadratic=quadratic,
        levels=levels,
        transfers=transfers,
        coarsest=coarsest,
    )


def _hierarchy(
    d: Discretisation, blocks: Floats, free: Bools
) -> tuple[tuple[BlockMatrix, ...], tuple[Transfer, ...], Floats]:
    """Levels from the linear one down, the transfers between them, and the inverse of the last."""
    pattern = d.vertex_pattern
    size = 3 * len(free)
    index = np.int32 if len(pattern.columns) < 2**31 - 1 else np.int64
    matrix = bsr_array((blocks, pattern.columns, pattern.start.astype(index)), shape=(size, size))
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
    return tuple(levels), tuple(transfers), _dense_inverse(matrix.toarray(), free.ravel())


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
    try:
        factor = cho_factor(scaled, lower=True)
    except np.linalg.LinAlgError as fault:
        raise SolveError(
            "the coarsest matrix is not positive definite", advice="Check supports and moduli"
        ) from fault
    inverse = np.zeros_like(matrix)
    inverse[np.ix_(acting, acting)] = cho_solve(factor, np.eye(len(acting))) * scale[:, None] * scale[None, :]
    return inverse


@njit(cache=True, error_model="numpy", parallel=True)
def _to_vertices(vertices, start, children, fine, free, coarse):  # type: ignore[no-untyped-def]
    """The adjoint of linear interpolation: each vertex gets its own share and half of that of its edges."""
    rows = vertices.shape[0]
    for v in prange(rows):
        i = vertices[v]
        for c in range(3):
            total = fine[i, c] if free[i, c] else np.float32(0.0)
            for k in range(start[v], start[v + 1]):
                if free[children[k], c]:
                    total += np.float32(0.5) * fine[children[k], c]
            coarse[v, c] = total


@njit(cache=True, error_model="numpy", parallel=True)
def _from_vertices(parents, coarse, free, fine):  # type: ignore[no-untyped-def]
    """Adds the linear interpolation of vertex values to the free nodes."""
    for i in prange(parents.shape[0]):
        for c in range(3):
            if free[i, c]:
                fine[i, c] += np.float32(0.5) * (coarse[parents[i, 0], c] + coarse[parents[i, 1], c])
