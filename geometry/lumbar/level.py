"""How one level stands on the next: endplates, facets, and the rigid move that puts a vertebra on a disc."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.mirror import ACROSS
from geometry.rays import surface_point_mm
from geometry.sacrum.processes import facet_cut
from geometry.sacrum.promise import SacrumBody


@dataclass(frozen=True, kw_only=True, eq=False)
class Placement:
    """A rigid move from a bone's own frame to the anatomical frame.

    Attributes:
        origin_mm: where the bone's origin comes to stand, shape (3,).
        axes: rows are the bone's left, back and up, in the anatomical frame, shape (3, 3).
    """

    origin_mm: Floats
    axes: Floats

    def point_mm(self, own_mm: Floats) -> Floats:
        """Places in the anatomical frame of points (..., 3) of the bone's own frame."""
        return np.asarray(own_mm @ self.axes + self.origin_mm)

    def own_mm(self, points_mm: Floats) -> Floats:
        """Places in the bone's own frame of points (..., 3) of the anatomical frame."""
        return np.asarray((points_mm - self.origin_mm) @ self.axes.T)

    def turned(self, own_axes: Floats) -> Floats:
        """Directions in the anatomical frame of directions (..., 3) of the bone's own frame."""
        return np.asarray(own_axes @ self.axes)


@dataclass(frozen=True, kw_only=True, eq=False)
class Endplate:
    """An endplate as a flat oval with a frame.

    Attributes:
        centre_mm: its centre, shape (3,).
        axes: rows are left, back and the cranial normal, shape (3, 3).
        half_width_mm: half its transverse width.
        half_depth_mm: half its sagittal depth.
    """

    centre_mm: Floats
    axes: Floats
    half_width_mm: float
    half_depth_mm: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Facet:
    """The articular surface of one superior process.

    Attributes:
        centre_mm: its middle on the bone, shape (3,).
        axes: rows are along the facet (laterally and back), its outward normal (back and medially) and
            upwards, shape (3, 3).
        width_mm: along the facet.
        height_mm: upwards.
    """

    centre_mm: Floats
    axes: Floats
    width_mm: float
    height_mm: float

    def point_mm(self, along_mm: float, off_mm: float, up_mm: float) -> Floats:
        """The point so far along, off and up the facet, shape (3,)."""
        return np.asarray(self.centre_mm + np.array([along_mm, off_mm, up_mm]) @ self.axes)


def sacral_endplate(sacrum: SacrumBody) -> Endplate:
    """The S1 superior endplate: it defines the anatomical frame."""
    return Endplate(
        centre_mm=frozen_copy(np.zeros(3)),
        axes=frozen_copy(np.eye(3)),
        half_width_mm=0.5 * sacrum.shape.endplate_width_mm,
        half_depth_mm=0.5 * sacrum.shape.endplate_depth_mm,
    )


def sacral_facets(sacrum: SacrumBody) -> tuple[Facet, Facet]:
    """The left and right S1 superior facets, their centres looked up on the bone itself."""
    facets = []
    for side, mirror in ((sacrum, np.ones(3)), (sacrum.mirrored(), ACROSS)):
        row = facet_cut(side.shape)
        axes = row[6:].reshape(3, 3)
        facets.append(
            Facet(
                centre_mm=frozen_copy(surface_point_mm(side, row[:3], -axes[1], 40.0) * mirror),
                axes=frozen_copy(axes * mirror),
                width_mm=side.shape.facet_width_mm,
                height_mm=side.shape.facet_height_mm,
            )
        )
    return facets[0], facets[1]


def tilt(about_x_deg: float, about_y_deg: float = 0.0, about_z_deg: float = 0.0) -> Floats:
    """Rows are left, back and up of a frame turned about z, then y, then x; shape (3, 3).

    A turn about x by a positive angle leans the up axis back.
    """
    (cx, sx), (cy, sy), (cz, sz) = (
        (np.cos(a), np.sin(a)) for a in np.radians([about_x_deg, about_y_deg, about_z_deg])
    )
    turn_x = np.array([[1.0, 0.0, 0.0], [0.0, cx, -sx], [0.0, sx, cx]])
    turn_y = np.array([[cy, 0.0, -sy], [0.0, 1.0, 0.0], [sy, 0.0, cy]])
    turn_z = np.array([[cz, sz, 0.0], [-sz, cz, 0.0], [0.0, 0.0, 1.0]])
    return np.asarray(turn_z @ turn_y @ turn_x)
