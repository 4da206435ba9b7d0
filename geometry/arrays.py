"""Array types: rows are points, floats are double, ints are 64 bit."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


def frozen_copy(values: object, dtype: type = np.float64) -> NDArray[np.float64]:
    """A read-only, C-contiguous copy of `values`, for keeping inside a noun."""
    copy: NDArray[np.float64] = np.array(values, dtype=dtype, order="C")
    copy.flags.writeable = False
    return copy
