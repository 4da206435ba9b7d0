"""An implicit body as it is drawn: its surface, and its face in a cutting plane."""

from dataclasses import dataclass, replace

import numpy as np
import pyvista as pv

from cases.views.canvas import CUT_BONE
from geometry.arrays import Floats
from geometry.field import Field
from geometry.mirror import ACROSS

# Finer than a rim's rounding of 1.5 mm; a sacrum is then a quarter of a million triangles.
STEP_MM = 0.8
# A cut face is sampled this much finer than a surface, whose points are put onto the field.
CUT_SHARE = 0.35


@dataclass(frozen=True, kw_only=True)
class DrawnBody:
    """One body of a picture.

    Attributes:
        name: in messages.
        field: negative inside.
        bounds_mm: a box around it, shape (2, 3).
        colour: of its surface.
        cut_colour: of its cut face.
        step_mm: of the grid that its surface is found on; a screw wants a finer one than a bone.
        metal: stays whole in cuts, and solid where bones are drawn as glass.
        paired: its mirror image is drawn too.
    """

    name: str
    field: Field
    bounds_mm: Floats
    colour: str
    cut_colour: str = CUT_BONE
    step_mm: float = STEP_MM
    metal: bool = False
    paired: bool = False

    def solid(self, points_mm: Floats) -> Floats:
        """All that is drawn of it as one field, shape (n,), at points of shape (n, 3): negative inside."""
        distance = self.field(points_mm)
        return np.minimum(distance, self.field(points_mm * ACROSS)) if self.paired else distance

    def mirrored(self) -> "DrawnBody":
        """The same body on the other side of the patient."""
        field = self.field
        if self.paired:
            return self
        return replace(
            self,
            field=lambda points_mm: field(points_mm * ACROSS),
            bounds_mm=np.sort(self.bounds_mm * ACROSS, axis=0),
        )


def surface(body: DrawnBody) -> pv.PolyData:
    """The zero level of a body, its points put onto the surface and its normals taken from the field."""
    skin = _grid(body).contour([0.0], scalars="distance", method="flying_edges", compute_normals=False)
    skin.clear_data()
    # contour turns its triangles towards rising values, the renderer wants them seen from outside
    skin.flip_faces(inplace=True)
    points = np.asarray(skin.points, dtype=np.float64)
    slope = _gradient(body.field, points)
    step = slope / np.maximum((slope**2).sum(axis=1), 0.25)[:, None]
    for _ in range(2):
        points -= body.field(points)[:, None] * step
    slope = _gradient(body.field, points)
    skin.points = points
    skin.point_data["Normals"] = slope / np.maximum(np.linalg.norm(slope, axis=1), 1e-9)[:, None]
    skin.point_data.active_normals_name = "Normals"
    return skin.append_polydata(_mirror_image(skin)) if body.paired else skin


def cut_face(body: DrawnBody, point_mm: Floats, towards: Floats, up: Floats) -> pv.StructuredGrid | None:
    """The field of a body as `distance` on a plane through a point; None where the plane misses it.

    Args:
        body: what is cut.
        point_mm: on the plane, shape (3,).
        towards: the plane's normal, shape (3,).
        up: a direction in the plane, shape (3,).
    """
    right = np.cross(up, towards)
    low, high = body.bounds_mm
    corners = np.array(
        [[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
    )
    if body.paired:
        corners = np.vstack([corners, corners * ACROSS])
    step = CUT_SHARE * body.step_mm
    axes = [np.arange((corners @ side).min(), (corners @ side).max() + step, step) for side in (right, up)]
    u, v = np.meshgrid(*axes, indexing="ij")
    plane = u[..., None] * right + v[..., None] * up + float(point_mm @ towards) * towards
    sheet = pv.StructuredGrid(plane[..., 0][..., None], plane[..., 1][..., None], plane[..., 2][..., None])
    distance = body.solid(np.asarray(sheet.points, dtype=np.float64))
    sheet["distance"] = distance
    return sheet if float(distance.min()) < 0.0 else None


def _grid(body: DrawnBody) -> pv.ImageData:
    """The field of a body on its box."""
    low, high = np.asarray(body.bounds_mm, dtype=np.float64)
    counts = np.ceil((high - low) / body.step_mm).astype(int) + 1
    grid = pv.ImageData(dimensions=counts, spacing=(body.step_mm,) * 3, origin=low)
    grid["distance"] = body.field(np.asarray(grid.points, dtype=np.float64))
    return grid


def _mirror_image(skin: pv.PolyData) -> pv.PolyData:
    """A surface on the other side of the patient, its normals outwards."""
    image = skin.copy()
    image.points = np.asarray(skin.points) * ACROSS
    image.flip_faces(inplace=True)
    image.point_data["Normals"] = np.asarray(skin.point_data["Normals"]) * ACROSS
    image.point_data.active_normals_name = "Normals"
    return image


def _gradient(field: Field, points_mm: Floats, step_mm: float = 0.1) -> Floats:
    """Central differences of a field, shape (n, 3)."""
    ends = step_mm * np.eye(3)
    return np.stack([(field(points_mm + e) - field(points_mm - e)) / (2.0 * step_mm) for e in ends], axis=1)
