"""The promise of every sacrum, drawn or imported: what screws, loss, mesh and bone ask of it."""

from typing import Protocol

from geometry.arrays import Floats
from geometry.sacrum.curve import SacralCurve
from geometry.sacrum.foramina import ForaminaShape
from geometry.sacrum.shape import SacrumShape


class SacrumBody(Protocol):
    """A whole sacrum in the anatomical frame, a `geometry.field.Field` with regions and coordinates."""

    @property
    def shape(self) -> SacrumShape:
        """Its numbers: those it was drawn from, or of the drawn one that is nearest."""
        ...

    @property
    def curve(self) -> SacralCurve:
        """Its curved axis."""
        ...

    @property
    def foramina_shape(self) -> ForaminaShape:
        """Axes and radii of its foramina."""
        ...

    @property
    def junction_arcs_mm(self) -> Floats:
        """Arc of S1/S2, S2/S3, S3/S4, S4/S5 and the tip, shape (5,)."""
        ...

    @property
    def bounds_mm(self) -> Floats:
        """Lower and upper corner of a box around it, shape (2, 3)."""
        ...

    def mirrored(self) -> "SacrumBody":
        """The same bone with left and right exchanged; itself where both sides are alike."""
        ...

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the bone, shape (n,), at points of shape (n, 3): negative inside."""
        ...

    def filled(self, points_mm: Floats) -> Floats:
        """Signed distance to the bone with its foramina filled, shape (n,): what the ilium faces."""
        ...

    def lateral_mass(self, points_mm: Floats) -> Floats:
        """Field of alae, pedicles and dorsal arch without the bodies, shape (n,)."""
        ...

    def bodies(self, points_mm: Floats) -> Floats:
        """Field of the column of vertebral bodies, shape (n,)."""
        ...

    def s1_body(self, points_mm: Floats) -> Floats:
        """Field of the S1 vertebral body, endplate to the S1/S2 junction, shape (n,)."""
        ...

    def canal(self, points_mm: Floats) -> Floats:
        """Field of the sacral canal, shape (n,): negative in the void."""
        ...

    def foramina(self, points_mm: Floats) -> Floats:
        """Field of the ventral and dorsal foramina of both sides, shape (n,): negative in the void."""
        ...

    def auricular(self, points_mm: Floats) -> Floats:
        """Signed distance to the ear-shaped outline of the joint face in the plane of arc and depth, (n,)."""
        ...

    def curve_coordinates(self, points_mm: Floats) -> tuple[Floats, Floats]:
        """Arc length below the endplate centre and depth behind the axis, each (n,), in mm."""
        ...

    def body_half_width_mm(self, arc_mm: Floats) -> Floats:
        """Half the transverse width of the body at that arc, shape as given."""
        ...

    def body_half_depth_mm(self, arc_mm: Floats) -> Floats:
        """Half the sagittal depth of the body at that arc, shape as given."""
        ...

    def ala_half_width_mm(self, arc_mm: Floats) -> Floats:
        """Distance of the lateral edge from the midline at that arc, shape as given."""
        ...

    def lateral_face_mm(self, arc_mm: float, depth_mm: float) -> float:
        """Distance of the auricular and ligament face from the midline, before its rim is rounded."""
        ...
