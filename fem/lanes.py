"""Eight numbers at once inside a compiled kernel: one matrix read serves eight load cases.

A kernel written with `load`, `store` and `room` works on vectors of shape (n, c), and as well on eight of
them at once, of shape (n, c, 8): there `load` gives a `Lanes` value that adds, subtracts and multiplies like
a number. Numba compiles both from one source. Why not a plain inner loop over load cases: the compiler
cannot know that the arrays do not overlap and leaves it scalar, five times slower (measured).

Numba's cache looks only at the file of a kernel: after a change here, `make clean` or touch those files.
"""

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.errors import TypingError
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, overload, register_model

# Chosen: eight float32 fill a 256-bit register, eight float64 a 512-bit one; a construct has six to eight
# load cases. Where registers are shorter the compiler splits.
LANES = 8


class Lanes(types.Type):
    """Eight numbers of one floating-point type, as a compiled kernel sees them."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"Lanes({dtype})")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    """A vector register."""

    def __init__(self, manager: Any, lanes: Any) -> None:
        number = manager.lookup(lanes.dtype).get_value_type()
        super().__init__(manager, lanes, ir.VectorType(number, LANES))


class _Arithmetic(AbstractTemplate):
    """Lanes with lanes, or with a number, of any floating-point type: the result has that of the lanes."""

    def generic(self, args: Any, _: Any) -> Any:
        """The signature, or None where no lanes take part."""
        found = [a for a in args if isinstance(a, Lanes)]
        if len(args) != 2 or not found or not all(isinstance(a, Lanes | types.Number) for a in args):
            return None
        lanes = found[0]
        return signature(lanes, *(a if isinstance(a, Lanes) else lanes.dtype for a in args))


def _spread(builder: Any, value: Any, vector: Any) -> Any:
    """A number in all lanes; lanes as they are."""
    if isinstance(value.type, ir.VectorType):
        return value
    none = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(none, value, ir.Constant(ir.IntType(32), 0))
    places = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(first, none, places)


def _lower(name: str) -> Any:
    def arithmetic(context: Any, builder: Any, called: Any, args: Any) -> Any:
        vector = context.get_value_type(called.return_type)
        left, right = (_spread(builder, value, vector) for value in args)
        # contraction to fused multiply-add only, as everywhere else
        return getattr(builder, name)(left, right, flags=("contract",))

    return arithmetic


for _operator, _name in ((operator.add, "fadd"), (operator.sub, "fsub"), (operator.mul, "fmul")):
    infer_global(_operator)(type(f"_{_name}", (_Arithmetic,), {}))
    for _pair in ((Lanes, Lanes), (Lanes, types.Float), (types.Float, Lanes)):
        lower_builtin(_operator, *_pair)(_lower(_name))


def _place(context: Any, builder: Any, kind: Any, array: Any, row: Any, column: Any) -> Any:
    """The address of (row, column) in an array whose rows are stored one after the other."""
    found = context.make_array(kind)(context, builder, array)
    width = builder.extract_value(found.shape, 1)
    place = builder.add(builder.mul(row, width), column)
    if kind.ndim == 3:
        place = builder.mul(place, ir.Constant(place.type, LANES))
    return builder.gep(found.data, [place])


def _value_of(array: Any) -> Any:
    """The type at one place of an array, which must be stored without gaps."""
    if array.layout != "C" or array.ndim not in (2, 3):
        raise TypingError(f"{array} is not a contiguous array of shape (n, c) or (n, c, {LANES})")
    return array.dtype if array.ndim == 2 else Lanes(array.dtype)


def _load(typing: Any, array: Any, row: Any, column: Any) -> Any:
    """The number, or the eight, at (row, column)."""
    value = _value_of(array)

    def code(context: Any, builder: Any, called: Any, args: Any) -> Any:
        place = _place(context, builder, called.args[0], *args)
        kind = context.get_value_type(called.return_type)
        bytes_each = called.args[0].dtype.bitwidth // 8
        return builder.load(builder.bitcast(place, kind.as_pointer()), align=bytes_each)

    return value(array, types.intp, types.intp), code


def _store(typing: Any, array: Any, row: Any, column: Any, value: Any) -> Any:
    """Puts a number, or eight, at (row, column)."""
    kept = _value_of(array)

    def code(context: Any, builder: Any, called: Any, args: Any) -> Any:
        place = _place(context, builder, called.args[0], *args[:3])
        bytes_each = called.args[0].dtype.bitwidth // 8
        target = builder.bitcast(place, args[3].type.as_pointer())
        builder.store(args[3], target, align=bytes_each)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.intp, kept), code


def room(like: Any, rows: int, columns: int) -> Any:
    """An empty array of that many rows and columns, of the type and lanes of another."""
    shape = (rows, columns) if like.ndim == 2 else (rows, columns, LANES)
    return np.empty(shape, like.dtype)


@overload(room, inline="always")
def _room(like, rows, columns):  # type: ignore[no-untyped-def]  # numba compares names and annotations
    dtype = like.dtype
    if like.ndim == 2:
        return lambda like, rows, columns: np.empty((rows, columns), dtype)
    return lambda like, rows, columns: np.empty((rows, columns, LANES), dtype)


def _nought(typing: Any, like: Any) -> Any:
    """Zero, or eight zeros, of the type of an array."""
    value = like.dtype if like.ndim == 2 else Lanes(like.dtype)

    def code(context: Any, builder: Any, called: Any, args: Any) -> Any:
        return context.get_constant_null(called.return_type)

    return value(like), code


# Named as values, since numba's own annotations count the typing context among the arguments.
load: Any = intrinsic(_load)
store: Any = intrinsic(_store)
nought: Any = intrinsic(_nought)
