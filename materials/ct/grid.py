"""Where the voxels of a volume lie, in any frame that a rigid motion leads to."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.errors import MaterialError

WHERE = "bone.ct.file"
# A whole body in voxels of half a millimetre has some 3e8; more does not fit beside a solve (chosen).
MOST_VOXELS = 400_000_000
# Micro-CT of a bone to a thick clinical slice (chosen); what lies outside is a slip of the unit.
SPACING_MM = (0.05, 6.0)
# Rounding in headers reaches hundredths of a degree; a tilted gantry has a degree and more (chosen).
SKEW_DEG = 0.1


@dataclass(frozen=True, init=False, eq=False)
class VoxelGrid:
    """Voxels in straight rows, columns and slices at right angles to each other, oblique or not.

    Attributes:
        shape: voxels along the three axes.
        to_mm: takes (i, j, k, 1) to the centre of that voxel, shape (4, 4).
    """

    shape: tuple[int, int, int]
    to_mm: Floats

    def __init__(self, shape: tuple[int, int, int], to_mm: Floats) -> None:
        matrix = frozen_copy(to_mm)
        if len(shape) != 3 or min(shape) < 2:
            text = " x ".join(str(count) for count in shape)
            raise MaterialError(
                f"a volume of {text} voxels", where=WHERE, advice="Give a volume, not a slice"
            )
        if np.prod(shape, dtype=np.float64) > MOST_VOXELS:
            raise MaterialError(
                f"{np.prod(shape, dtype=np.float64):.2g} voxels, more than {MOST_VOXELS:.0e}",
                where=WHERE,
                advice="Crop the volume to the sacrum",
            )
        object.__setattr__(self, "shape", tuple(int(count) for count in shape))
        object.__setattr__(self, "to_mm", matrix)
        self._refuse_unfit_axes()

    def _refuse_unfit_axes(self) -> None:
        """Refuse axes that span no box, or a box of no plausible size."""
        if self.to_mm.shape != (4, 4) or not np.isfinite(self.to_mm).all():
            raise MaterialError("the place of the voxels is no 4 x 4 matrix of numbers", where=WHERE)
        low, high = SPACING_MM
        if not ((self.spacing_mm >= low) & (self.spacing_mm <= high)).all():
            text = " x ".join(f"{step:.4g}" for step in self.spacing_mm)
            raise MaterialError(
                f"voxels are {text} mm, outside {low:g} to {high:g} mm",
                where=WHERE,
                advice="Check the unit of length in the header",
            )
        axes = self.to_mm[:3, :3] / self.spacing_mm
        skew_deg = float(np.degrees(np.arcsin(min(np.abs(axes.T @ axes - np.eye(3)).max(), 1.0))))
        if not skew_deg <= SKEW_DEG:
            raise MaterialError(
                f"its axes are {skew_deg:.2f} deg off a right angle: a tilted gantry, or a sheared matrix",
                where=WHERE,
                advice="Resample the volume to slices at right angles to the table first",
            )

    @property
    def spacing_mm(self) -> Floats:
        """From one voxel to the next along the three axes, shape (3,)."""
        return np.asarray(np.linalg.norm(self.to_mm[:3, :3], axis=0))

    @property
    def voxel_mm3(self) -> float:
        """The volume of a voxel."""
        return float(np.prod(self.spacing_mm))

    @property
    def to_index(self) -> Floats:
        """Takes (x, y, z, 1) to fractional indices, shape (4, 4)."""
        return np.asarray(np.linalg.inv(self.to_mm))

    def points_mm(self, indices: Floats) -> Floats:
        """Places of fractional indices, shape (n, 3)."""
        return np.asarray(indices @ self.to_mm[:3, :3].T + self.to_mm[:3, 3])

    def centres_mm(self) -> Floats:
        """Places of all voxels, the last index running fastest, shape (n, 3)."""
        return self.points_mm(np.indices(self.shape).reshape(3, -1).T.astype(np.float64))

    def indices(self, points_mm: Floats) -> Floats:
        """Fractional indices of places, shape (n, 3)."""
        matrix = self.to_index
        return np.asarray(points_mm @ matrix[:3, :3].T + matrix[:3, 3])

    def moved(self, motion: Floats) -> "VoxelGrid":
        """The same voxels in the frame that a motion or a mirror, shape (4, 4), leads to."""
        return VoxelGrid(self.shape, motion @ self.to_mm)

    def around(self, low_mm: Floats, high_mm: Floats) -> tuple[slice, slice, slice] | None:
        """The voxels that meet a box of the frame, as slices; None if none do."""
        box = np.array([low_mm, high_mm])
        places = self.indices(np.array([[box[(n >> k) & 1, k] for k in range(3)] for n in range(8)]))
        first = np.maximum(np.floor(places.min(axis=0)).astype(int), 0)
        last = np.minimum(np.ceil(places.max(axis=0)).astype(int) + 1, self.shape)
        if (last - first < 2).any():
            return None
        i, j, k = (slice(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True))
        return i, j, k

    def cropped(self, kept: tuple[slice, slice, slice]) -> "VoxelGrid":
        """The grid of those voxels alone."""
        first = np.array([part.start for part in kept], dtype=np.float64)
        matrix = self.to_mm.copy()
        matrix[:3, 3] = self.points_mm(first[None])[0]
        i, j, k = (part.stop - part.start for part in kept)
        return VoxelGrid((i, j, k), matrix)

    def thinned(self, steps: tuple[int, int, int]) -> "VoxelGrid":
        """The grid of every so many voxels along the axes, from the first one on."""
        (a, b, c), (i, j, k) = self.shape, steps
        return VoxelGrid((-(-a // i), -(-b // j), -(-c // k)), self.to_mm @ np.diag([i, j, k, 1.0]))
