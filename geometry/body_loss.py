"""Loss of S1 vertebral body: a number from 0 to 1 and a family of nested shapes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.errors import GeometryError
from geometry.sacrum.promise import SacrumBody

# Where the body faces free surface, the region that may be lost reaches this far out of it, so that no shell
# of anterior cortex, endplate or promontory is left standing.
REACH_MM = 5.0
# The wall between body and canal stays, as thick as a mesh and a surgeon can respect (chosen).
CANAL_WALL_MM = 3.0
QUADRATURE_STEP_MM = 0.7

SIDES = ("both", "left", "right")
# A level: rises from where bone is lost first. Takes x, y, z and arc, each (n,).
Level = Callable[[SacrumBody, Floats, Floats], Floats]


def _flat(sacrum: SacrumBody, points_mm: Floats, arc_mm: Floats) -> Floats:
    """A front that moves down from the endplate, as wide as the body."""
    return np.asarray(arc_mm / sacrum.junction_arcs_mm[0])


def _anterior_superior(sacrum: SacrumBody, points_mm: Floats, arc_mm: Floats) -> Floats:
    """A quarter ellipsoid that grows from the promontory back and down."""
    half_width, half_depth = 0.5 * sacrum.shape.endplate_width_mm, 0.5 * sacrum.shape.endplate_depth_mm
    back = np.maximum(points_mm[:, 1] + half_depth, 0.0) / (2.0 * half_depth)
    down = np.maximum(arc_mm, 0.0) / sacrum.junction_arcs_mm[0]
    return np.asarray(np.sqrt((points_mm[:, 0] / half_width) ** 2 + back**2 + down**2))


def _bowl(sacrum: SacrumBody, points_mm: Floats, arc_mm: Floats) -> Floats:
    """A bowl that grows from the middle of the endplate and keeps its distance to the tapering wall."""
    _, depth = sacrum.curve_coordinates(points_mm)
    level = np.clip(arc_mm, 0.0, sacrum.junction_arcs_mm[0])
    across = (points_mm[:, 0] / sacrum.body_half_width_mm(level)) ** 2
    across += (depth / sacrum.body_half_depth_mm(level)) ** 2
    return np.asarray(np.sqrt(across + (level / sacrum.junction_arcs_mm[0]) ** 2))


FAMILIES: Mapping[str, Level] = {"flat": _flat, "anterior_superior": _anterior_superior, "bowl": _bowl}


@dataclass(frozen=True, init=False, eq=False)
class BodyLoss:
    """Nested shapes of loss in the S1 body: bone where `region < 0` and `level < threshold` is lost.

    Attributes:
        sacrum: the bone.
        family: a row of `FAMILIES`.
        side: "both", or the half of the body on the "left" or "right" only.
        volume_mm3: bone that is lost at fraction 1.
    """

    sacrum: SacrumBody
    family: str
    side: str
    volume_mm3: float
    _levels: Floats = field(repr=False)

    def __init__(self, sacrum: SacrumBody, family: str, side: str = "both") -> None:
        if family not in FAMILIES:
            raise GeometryError(
                f"no loss family named {family!r}",
                where="loss.family",
                advice=f"Choose one of {', '.join(FAMILIES)}",
            )
        if side not in SIDES:
            raise GeometryError(
                f"no side named {side!r}", where="loss.side", advice=f"Choose one of {', '.join(SIDES)}"
            )
        for name, value in (("sacrum", sacrum), ("family", family), ("side", side)):
            object.__setattr__(self, name, value)
        levels = self._sorted_levels()
        object.__setattr__(self, "_levels", frozen_copy(levels))
        object.__setattr__(self, "volume_mm3", float(len(levels) * QUADRATURE_STEP_MM**3))

    def region(self, points_mm: Floats) -> Floats:
        """Signed distance to the part of S1 that may be lost, shape (n,).

        It is the body down to the S1/S2 junction. Alae, pedicles, arch, the wall to the canal and S2 stay.
        Where the body faces free surface the region goes `REACH_MM` beyond it.
        """
        points = np.asarray(points_mm)
        arc, depth = self.sacrum.curve_coordinates(points)
        body = self.sacrum.bodies(points)
        beyond = np.maximum(body - REACH_MM, -self.sacrum.lateral_mass(points))
        wall = depth - self.sacrum.body_half_depth_mm(arc) + CANAL_WALL_MM
        front = np.minimum(body, beyond)
        region: Floats = np.maximum(np.maximum(front, wall), arc - self.sacrum.junction_arcs_mm[0])
        if self.side != "both":
            sign = 1.0 if self.side == "left" else -1.0
            region = np.maximum(region, -sign * points[:, 0])
        return region

    def level(self, points_mm: Floats) -> Floats:
        """How late bone is lost, shape (n,): rises along the family's way through the body."""
        points = np.asarray(points_mm)
        arc, _ = self.sacrum.curve_coordinates(points)
        return FAMILIES[self.family](self.sacrum, points, arc)

    def threshold(self, fraction: float) -> float:
        """The level below which bone is lost, for a share 0 to 1 of `volume_mm3`.

        The share is met within 0.5 %: levels are sorted once on a grid of `QUADRATURE_STEP_MM`.
        Nothing is lost at 0 (minus infinity) and the whole region at 1 (infinity).

        Raises:
            GeometryError: the fraction is outside 0 to 1.
        """
        if not 0.0 <= fraction <= 1.0:
            raise GeometryError(f"loss fraction is {fraction:g}, outside 0 to 1", where="loss.fraction")
        if fraction == 0.0:
            return -np.inf
        if fraction == 1.0:
            return np.inf
        return float(np.quantile(self._levels, fraction))

    def _sorted_levels(self) -> Floats:
        """Levels of grid points in the region and in bone, rising."""
        half_width = 0.5 * self.sacrum.shape.endplate_width_mm + 2.0
        half_depth = 0.5 * self.sacrum.shape.endplate_depth_mm + 2.0
        deep = self.sacrum.junction_arcs_mm[0] + 8.0
        # the grid is symmetrical and misses the midline, so that left and right weigh the same
        sides = np.arange(0.5 * QUADRATURE_STEP_MM, half_width, QUADRATURE_STEP_MM)
        axes = (
            np.concatenate([-sides[::-1], sides]),
            np.arange(-half_depth, half_depth + 6.0, QUADRATURE_STEP_MM),
            np.arange(-deep, 2.0, QUADRATURE_STEP_MM),
        )
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        points = points[self.region(points) < 0.0]
        points = points[self.sacrum(points) < 0.0]
        return np.sort(self.level(points))
