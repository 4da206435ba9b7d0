"""What is meshed: implicit bodies in order of priority, with sharp ends where they have them."""

from dataclasses import dataclass

import numpy as np

from geometry.arrays import Floats
from geometry.errors import MeshError
from geometry.field import Field


@dataclass(frozen=True, kw_only=True)
class HalfSpace:
    """The side of a plane that its normal points away from, as a field.

    Attributes:
        point_mm: a point on the plane, shape (3,).
        normal: outward direction, shape (3,); its length does not matter.
    """

    point_mm: Floats
    normal: Floats

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance in mm, shape (n,): negative behind the plane."""
        unit = self.normal / np.linalg.norm(self.normal)
        distance: Floats = (points_mm - self.point_mm) @ unit
        return distance


@dataclass(frozen=True, kw_only=True)
class Cap:
    """A sharp end of a body: the body ends where `field` turns positive, with an edge and not a fillet.

    Attributes:
        name: name of the boundary faces that the cap makes, such as "screw_head".
        field: smooth near the body; negative on the side that is kept.
    """

    name: str
    field: Field


@dataclass(frozen=True, kw_only=True)
class Body:
    """One implicit body of the mesh.

    In a list of bodies the order is the priority: a point belongs to the first body that contains it.

    Attributes:
        name: the name of the part.
        field: smooth near its zero level; where caps cut it off, the field goes straight on behind them.
        surface_size_mm: wished element edge at the surface.
        caps: the sharp ends.
        solid: False for a void, which takes its points from the later bodies but is not meshed.
        whole: False for a part that earlier bodies may cut into pieces, as a screw does with thin cartilage.
    """

    name: str
    field: Field
    surface_size_mm: float
    caps: tuple[Cap, ...] = ()
    solid: bool = True
    whole: bool = True

    def __post_init__(self) -> None:
        if not self.surface_size_mm > 0.0:
            raise MeshError(
                f"surface_size_mm of body {self.name!r} is {self.surface_size_mm:g}, not positive"
            )

    @property
    def surfaces(self) -> tuple[Field, ...]:
        """The field and its caps: the body is where all of them are negative."""
        return (self.field, *(cap.field for cap in self.caps))

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance in mm to the capped body, shape (n,)."""
        capped: Floats = np.max([surface(points_mm) for surface in self.surfaces], axis=0)
        return capped
