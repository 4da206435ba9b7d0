"""A real sacrum from a surface, with the regions and coordinates of the drawn one that is nearest to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.imported.landmarks import WHERE, AnatomicalFrame, SacralLandmarks, refuse_misfits
from geometry.imported.reading import read_surface
from geometry.imported.registration import registered
from geometry.imported.repair import SurfaceRepair, repaired
from geometry.imported.surface_field import SurfaceField
from geometry.imported.template_fit import KEPT, POINTS, TemplateFit, fitted_template, refuse_far_off
from geometry.mirror import BoundedField, Mirrored
from geometry.rays import crossings_mm
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.curve import SacralCurve
from geometry.sacrum.foramina import ForaminaShape
from geometry.sacrum.shape import MALE, SacrumShape

FOUND = "found"
# Chosen: rounds off the stairs of a segmented scan, and takes 0.03 mm off an edge of 3 mm.
SMOOTHING_MM = 0.4
# Within this of a foramen, filled bone is the template's, so that no gap is left; from there to the second it
# gives way to the bone's own (chosen).
PLUG_MM, JOINED_MM = 2.0, 5.0
# How far beside the template's auricular face the bone's own is looked for (chosen).
FACE_SEARCH_MM = 10.0
BOX_MM = 5.0


@dataclass(frozen=True, kw_only=True, eq=False)
class ImportedSacrum:
    """A whole real sacrum in the anatomical frame, a `geometry.sacrum.promise.SacrumBody`.

    The bone is the surface's; bodies, canal, foramina and coordinates are those of the parametric sacrum
    fitted to it, cut off where the bone ends.

    Attributes:
        repair: what was done to the surface, in the coordinates of the file.
        landmarks: given or found, in the coordinates of the file in mm.
        fit: the parametric sacrum that is nearest, and how near; it is alike on both sides.
        frame: the anatomical frame as the file sees it.
        surface: the bone in the anatomical frame.
    """

    repair: SurfaceRepair
    landmarks: SacralLandmarks
    fit: TemplateFit
    frame: AnatomicalFrame
    surface: BoundedField
    _template: Sacrum = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_template", Sacrum(self.fit.shape))

    def mirrored(self) -> "ImportedSacrum":
        """The same bone with left and right exchanged."""
        return replace(self, surface=Mirrored(left=self.surface))

    @property
    def bounds_mm(self) -> Floats:
        """Lower and upper corner of a box around it, shape (2, 3)."""
        return np.asarray(self.surface.bounds_mm + np.array([[-BOX_MM], [BOX_MM]]))

    def summary(self) -> tuple[str, ...]:
        """What was done to the surface and how well the template follows it, in words."""
        fit = self.fit
        lines = [f"surface: {step}" for step in (*self.repair.steps, *self.repair.findings)]
        lines.append(
            f"regions: from the nearest parametric sacrum, {fit.mean_mm:.1f} mm off the surface in the mean, "
            f"{fit.p95_mm:.1f} mm for 5 % of it"
        )
        lines.append(f"regions: a surface does not tell {', '.join(KEPT)}, which are the mean's")
        if fit.at_limit:
            lines.append(f"regions: at the limit of their range are {', '.join(fit.at_limit)}")
        return tuple(lines)

    @property
    def shape(self) -> SacrumShape:
        """The numbers of the parametric sacrum that is nearest."""
        return self.fit.shape

    @property
    def curve(self) -> SacralCurve:
        """The curved axis of the nearest parametric sacrum."""
        return self._template.curve

    @property
    def foramina_shape(self) -> ForaminaShape:
        """Axes and radii of the foramina of the nearest parametric sacrum."""
        return self._template.foramina_shape

    @property
    def junction_arcs_mm(self) -> Floats:
        """Arc of S1/S2, S2/S3, S3/S4, S4/S5 and the tip, shape (5,)."""
        return self._template.junction_arcs_mm

    def __call__(self, points_mm: Floats) -> Floats:
        """Signed distance to the bone, shape (n,), at points of shape (n, 3): negative inside."""
        return self.surface(points_mm)

    def filled(self, points_mm: Floats) -> Floats:
        """Signed distance to the bone with its foramina filled, shape (n,): what the ilium faces."""
        bone = self.surface(points_mm)
        # blended, not cut: a plug with sides of its own would leave a seam in the bone round it
        own = np.clip((self._template.foramina(points_mm) - PLUG_MM) / (JOINED_MM - PLUG_MM), 0.0, 1.0)
        plugged = own * bone + (1.0 - own) * self._template.filled(points_mm)
        return np.asarray(np.minimum(bone, plugged))

    def lateral_mass(self, points_mm: Floats) -> Floats:
        """Field of alae, pedicles and dorsal arch without the bodies, shape (n,)."""
        return self._in_bone(self._template.lateral_mass(points_mm), points_mm)

    def bodies(self, points_mm: Floats) -> Floats:
        """Field of the column of vertebral bodies, shape (n,)."""
        return self._in_bone(self._template.bodies(points_mm), points_mm)

    def s1_body(self, points_mm: Floats) -> Floats:
        """Field of the S1 vertebral body, endplate to the S1/S2 junction, shape (n,)."""
        return self._in_bone(self._template.s1_body(points_mm), points_mm)

    def canal(self, points_mm: Floats) -> Floats:
        """Field of the sacral canal, shape (n,): negative in the void, which goes on beyond the bone."""
        return self._template.canal(points_mm)

    def foramina(self, points_mm: Floats) -> Floats:
        """Field of the ventral and dorsal foramina of both sides, shape (n,): negative in the void."""
        return self._template.foramina(points_mm)

    def auricular(self, points_mm: Floats) -> Floats:
        """The template's outline of the joint face, shape (n,)."""
        return self._template.auricular(points_mm)

    def curve_coordinates(self, points_mm: Floats) -> tuple[Floats, Floats]:
        """Arc length below the endplate centre and depth behind the axis, each (n,), in mm."""
        return self._template.curve_coordinates(points_mm)

    def body_half_width_mm(self, arc_mm: Floats) -> Floats:
        """Half the transverse width of the body at that arc, shape as given."""
        return self._template.body_half_width_mm(arc_mm)

    def body_half_depth_mm(self, arc_mm: Floats) -> Floats:
        """Half the sagittal depth of the body at that arc, shape as given."""
        return self._template.body_half_depth_mm(arc_mm)

    def ala_half_width_mm(self, arc_mm: Floats) -> Floats:
        """Distance of the lateral edge from the midline at that arc, shape as given."""
        return self._template.ala_half_width_mm(arc_mm)

    def lateral_face_mm(self, arc_mm: float, depth_mm: float) -> float:
        """Distance of the left auricular and ligament face from the midline, before its rim is rounded.

        The template's, moved by what the bone's own face lies beside it there.
        """
        expected = self._template.lateral_face_mm(arc_mm, depth_mm)
        start = self.curve.point_mm(expected + FACE_SEARCH_MM, arc_mm, depth_mm)
        inwards = np.array([-1.0, 0.0, 0.0])
        own, drawn = (
            crossings_mm(bone, start, inwards, 2.0 * FACE_SEARCH_MM)
            for bone in (self.filled, self._template.filled)
        )
        return expected + float(drawn[0] - own[0]) if len(own) and len(drawn) else expected

    def _in_bone(self, region: Floats, points_mm: Floats) -> Floats:
        return np.asarray(np.maximum(region, self.surface(points_mm)))


def placed_sacrum(
    repair: SurfaceRepair,
    landmarks: SacralLandmarks | None = None,
    *,
    smoothing_mm: float = SMOOTHING_MM,
    mean: SacrumShape = MALE,
) -> ImportedSacrum:
    """The sacrum of a closed surface in the anatomical frame.

    Args:
        repair: the surface.
        landmarks: in its coordinates; without them they are found.
        smoothing_mm: see `SurfaceField`.
        mean: of its sex, for what a surface does not tell.

    Raises:
        GeometryError: landmarks that do not fit the surface, or a surface that is no sacrum's.
    """
    start = None
    if landmarks is None:
        registration = registered(repair.surface)
        landmarks, start = registration.landmarks, registration.shape
    refuse_misfits(landmarks, repair.surface)
    frame = landmarks.frame()
    placed = repair.surface.moved(frame.rotation, frame.origin_mm)
    fit = fitted_template(placed.spread_points_mm(POINTS), landmarks.placed(), mean, start)
    refuse_far_off(fit)
    surface = SurfaceField(placed, smoothing_mm=smoothing_mm)
    return ImportedSacrum(repair=repair, landmarks=landmarks, fit=fit, frame=frame, surface=surface)


def import_sacrum(
    path: Path | str,
    landmarks_mm: Mapping[str, tuple[float, float, float]] | str = FOUND,
    *,
    units: str = "mm",
    smoothing_mm: float = SMOOTHING_MM,
    mean: SacrumShape = MALE,
) -> ImportedSacrum:
    """The sacrum of a surface file, read, repaired and placed in the anatomical frame.

    Args:
        path: an STL, PLY, OBJ or VTP file.
        landmarks_mm: rows of `geometry.imported.landmarks.LANDMARKS` in the file's coordinates, in mm; or
            "found".
        units: the file's unit of length.
        smoothing_mm: see `SurfaceField`.
        mean: of its sex, for what a surface does not tell.

    Raises:
        GeometryError: what the file cannot be read as, why it cannot be repaired, or why it is no sacrum.
    """
    if isinstance(landmarks_mm, str):
        if landmarks_mm != FOUND:
            raise GeometryError(
                f"landmarks is {landmarks_mm!r}", where=WHERE, advice=f"Give points, or write {FOUND}"
            )
        marks = None
    else:
        marks = SacralLandmarks({name: np.array(place) for name, place in landmarks_mm.items()})
    repair = repaired(read_surface(path, units), units=units)
    return placed_sacrum(repair, marks, smoothing_mm=smoothing_mm, mean=mean)
