"""The promise of every bone density, from a template or from a scan: what the mesh asks of it."""

from typing import Protocol

from geometry.arrays import Floats

SACRUM, ILIUM = "sacrum", "ilium"


class DensityField(Protocol):
    """QCT density (K2HPO4) of trabecular bone, in the anatomical frame; negative where fat outweighs bone."""

    def mg_cm3(self, part: str, points_mm: Floats) -> Floats:
        """Density in mg/cm3 at points (n, 3) of one bone, such as "sacrum", shape (n,)."""
        ...

    def in_elements(self, part: str, corners_mm: Floats) -> Floats:
        """Density in mg/cm3 at the four Gauss points of elements of one bone, shape (m, 4).

        Args:
            part: which bone they are in.
            corners_mm: their corners, shape (m, 4, 3).
        """
        ...
