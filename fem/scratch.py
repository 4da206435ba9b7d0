"""Arrays that are filled again and again."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Scratch:
    """Keeps large arrays between uses: a fresh one costs a page fault for every 4 kB, which took a sixth of
    the time of a solve with eight load cases. Whoever asks for a name again gets the same memory."""

    def __init__(self) -> None:
        self._kept: dict[str, NDArray[Any]] = {}

    def empty(self, name: str, shape: tuple[int, ...], dtype: type = np.float64) -> NDArray[Any]:
        """An array with whatever was in it before."""
        kept = self._kept.get(name)
        if kept is None or kept.shape != shape or kept.dtype != dtype:
            kept = self._kept[name] = np.empty(shape, dtype)
        return kept
