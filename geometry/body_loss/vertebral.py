"""A lumbar vertebral body, such as L5, as something that can be lost."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.body_loss.body import CANAL_WALL_MM, REACH_MM, BodyPlaces
from geometry.field import Field

# Chosen: pedicles spring from the body this share of its depth behind its axis; before them it is free.
PEDICLE_SHARE = 0.15


@dataclass(frozen=True, kw_only=True, eq=False)
class VertebralBody:
    """A vertebral body between two endplates, in the anatomical frame.

    What may be lost is the body with the bone at its front and rims, less the wall to the canal. Pedicles and
    arch stay, since they are no part of the column.

    Attributes:
        part: the part of a mesh it belongs to, such as "l5".
        vertebra: field of the whole bone.
        column: field of the body alone.
        canal: field of the vertebral canal.
        superior_mm, inferior_mm: centres of the endplates, shape (3,), on the midline. Loss begins at the
            first one: give the lower endplate there, with its normal, for loss from below.
        superior_normal, inferior_normal: unit vectors out of the body, shape (3,).
        width_mm, depth_mm: of the body, transverse and sagittal.
    """

    part: str
    vertebra: Field
    column: Field
    canal: Field
    superior_mm: Floats
    inferior_mm: Floats
    superior_normal: Floats
    inferior_normal: Floats
    width_mm: float
    depth_mm: float

    @property
    def bounds_mm(self) -> Floats:
        """Corners of a box around all that may be lost, shape (2, 3)."""
        centres = np.stack([self.superior_mm, self.inferior_mm])
        # endplates tilt: their rims reach above and below their centres
        room = np.array([0.5 * self.width_mm, 0.5 * self.depth_mm + 4.0, 0.25 * self.depth_mm]) + 4.0
        return np.stack([centres.min(axis=0) - room, centres.max(axis=0) + room])

    def bone(self, points_mm: Floats) -> Floats:
        """Field of the vertebra, shape (n,)."""
        return self.vertebra(points_mm)

    def body(self, points_mm: Floats) -> Floats:
        """Field of the vertebral body, shape (n,)."""
        return self.column(points_mm)

    def region(self, points_mm: Floats) -> Floats:
        """Field of what may be lost, shape (n,); it goes `REACH_MM` out of the body at free surfaces."""
        points = np.asarray(points_mm)
        body = self.column(points)
        beyond = np.maximum(body - REACH_MM, self._behind_axis_mm(points) - PEDICLE_SHARE * self.depth_mm)
        wall = CANAL_WALL_MM - self.canal(points)
        return np.asarray(np.maximum(np.minimum(body, beyond), wall))

    def places(self, points_mm: Floats) -> BodyPlaces:
        """Where points lie between the endplates; the body is as wide below as above."""
        points = np.asarray(points_mm)
        below = -(points - self.superior_mm) @ self.superior_normal
        above = -(points - self.inferior_mm) @ self.inferior_normal
        # between endplates that are not parallel this stays 0 on the one and 1 on the other
        down = below / np.maximum(below + above, 0.25 * np.linalg.norm(self.superior_mm - self.inferior_mm))
        across = points[:, 0] / (0.5 * self.width_mm)
        behind = self._behind_axis_mm(points) / (0.5 * self.depth_mm)
        return BodyPlaces(
            across=across, back=0.5 + 0.5 * behind, down=down, across_here=across, back_here=behind
        )

    def axis_mm(self, down: float) -> Floats:
        """The middle of the body at that share of its height from the first endplate, shape (3,)."""
        return np.asarray(self.superior_mm + down * (self.inferior_mm - self.superior_mm))

    def _behind_axis_mm(self, points_mm: Floats) -> Floats:
        """Distance behind the line through the centres of the endplates, shape (n,), seen from the side."""
        axis = self.inferior_mm - self.superior_mm
        axis = axis / np.linalg.norm(axis)
        # the front and the back stay what they are where loss begins at the lower endplate
        backwards = np.array([0.0, -axis[2], axis[1]]) * -np.sign(axis[2])
        return np.asarray((points_mm - self.superior_mm) @ backwards)
