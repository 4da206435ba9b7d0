"""Points that an anatomist names on a sacrum, and the anatomical frame they span."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.errors import GeometryError
from geometry.imported.surface import TriangleSurface

WHERE = "anatomy.sacrum_surface.landmarks"
LANDMARKS: Mapping[str, str] = MappingProxyType(
    {
        "promontory": "front edge of the S1 superior endplate, in the midline",
        "endplate_posterior": "rear edge of the S1 superior endplate, in the midline",
        "endplate_left": "the patient's left edge of the S1 superior endplate, where it is widest",
        "endplate_right": "the patient's right edge of the S1 superior endplate, where it is widest",
        "apex": "middle of the facet for the coccyx, at the tip of S5",
        "ala_left": "most lateral point of the left ala",
        "ala_right": "most lateral point of the right ala",
        "dorsal_foramen_left": "middle of the opening of the left first dorsal foramen",
        "dorsal_foramen_right": "middle of the opening of the right first dorsal foramen",
    }
)
REQUIRED = ("promontory", "endplate_posterior", "endplate_left", "endplate_right")
PAIRS = (
    ("endplate_left", "endplate_right"),
    ("ala_left", "ala_right"),
    ("dorsal_foramen_left", "dorsal_foramen_right"),
)
# Means of 32 and 50 mm [V 15] [R-M]; what lies outside is a slip of the mouse (chosen, wide).
DEPTH_MM, WIDTH_MM = (20.0, 48.0), (34.0, 75.0)
# A point picked on a surface lies on it; the middle of a foramen's opening lies in the open (chosen).
NEAR_MM = {"dorsal_foramen_left": 12.0, "dorsal_foramen_right": 12.0}
NEAR_BONE_MM = 6.0
# The line between the sides of the endplate and its midline are square to each other (chosen: a slip).
SKEW_DEG = 20.0


@dataclass(frozen=True, kw_only=True, eq=False)
class AnatomicalFrame:
    """The frame of `geometry.frame` as seen in the coordinates of a file.

    Attributes:
        rotation: its axes as rows, left, back and up, shape (3, 3).
        origin_mm: its origin, shape (3,).
    """

    rotation: Floats
    origin_mm: Floats

    def to_frame(self, points_mm: Floats) -> Floats:
        """Points of the file in the anatomical frame, shape (n, 3)."""
        return np.asarray((points_mm - self.origin_mm) @ self.rotation.T)

    def from_frame(self, points_mm: Floats) -> Floats:
        """Points of the anatomical frame in the file, shape (n, 3)."""
        return np.asarray(points_mm @ self.rotation + self.origin_mm)


@dataclass(frozen=True, init=False, eq=False)
class SacralLandmarks:
    """Named points on a sacrum, in the coordinates of its file but in mm.

    Attributes:
        points_mm: rows of `LANDMARKS`, each shape (3,); those of `REQUIRED` are there.
    """

    points_mm: Mapping[str, Floats]

    def __init__(self, points_mm: Mapping[str, Floats]) -> None:
        faults = [_unknown(name) for name in points_mm if name not in LANDMARKS]
        faults += [f"no {name}, the {LANDMARKS[name]}" for name in REQUIRED if name not in points_mm]
        kept = {name: frozen_copy(place) for name, place in points_mm.items()}
        faults += [
            f"{name} is not three finite numbers"
            for name, place in kept.items()
            if place.shape != (3,) or not np.isfinite(place).all()
        ]
        if faults:
            raise GeometryError(
                "; ".join(faults), where=WHERE, advice=f"Landmarks are {', '.join(LANDMARKS)}"
            )
        object.__setattr__(self, "points_mm", MappingProxyType(kept))

    def frame(self) -> AnatomicalFrame:
        """The anatomical frame: origin in the middle of the endplate, z its normal, x to the patient's left.

        Every pair of left and right points counts for x.

        Raises:
            GeometryError: the points span no endplate of an adult.
        """
        p = self.points_mm
        across, back = p["endplate_left"] - p["endplate_right"], p["endplate_posterior"] - p["promontory"]
        width, depth = float(np.linalg.norm(across)), float(np.linalg.norm(back))
        faults = []
        if not WIDTH_MM[0] <= width <= WIDTH_MM[1]:
            faults.append(f"the endplate is {width:.1f} mm wide, outside {WIDTH_MM[0]:g} to {WIDTH_MM[1]:g}")
        if not DEPTH_MM[0] <= depth <= DEPTH_MM[1]:
            faults.append(f"the endplate is {depth:.1f} mm deep, outside {DEPTH_MM[0]:g} to {DEPTH_MM[1]:g}")
        cosine = float(across @ back) / max(width * depth, 1e-9)
        skew = abs(float(np.degrees(np.arcsin(np.clip(cosine, -1.0, 1.0)))))
        if not skew <= SKEW_DEG:
            faults.append(f"its width and its depth are {skew:.0f} deg off a right angle")
        if faults:
            raise GeometryError("; ".join(faults), where=WHERE, advice="Check the units and the points")
        up = np.cross(across, back)
        up /= np.linalg.norm(up)
        left = sum((p[one] - p[other] for one, other in PAIRS if one in p and other in p), np.zeros(3))
        left -= (left @ up) * up
        left /= np.linalg.norm(left)
        return AnatomicalFrame(
            rotation=frozen_copy([left, np.cross(up, left), up]),
            origin_mm=frozen_copy(np.mean([p[name] for name in REQUIRED], axis=0)),
        )

    def placed(self) -> Mapping[str, Floats]:
        """The same points in the anatomical frame that they span."""
        frame = self.frame()
        return {name: frame.to_frame(place[None])[0] for name, place in self.points_mm.items()}


def refuse_misfits(landmarks: SacralLandmarks, surface: TriangleSurface) -> None:
    """Refuse landmarks that lie off the bone, or that stand its endplate upside down."""
    faults = []
    points = surface.vertices_mm
    for name, place in landmarks.points_mm.items():
        # vertices stand for the surface: an edge of a usable surface is far shorter than the limit
        off, limit = float(np.linalg.norm(points - place, axis=1).min()), NEAR_MM.get(name, NEAR_BONE_MM)
        if not off <= limit:
            faults.append(f"{name} lies {off:.1f} mm off the surface, more than {limit:g} mm")
    centre = landmarks.frame().to_frame(points.mean(axis=0)[None])[0]
    if not centre[2] < 0.0:
        faults.append("the bone stands above its endplate, as if left and right were exchanged")
    if faults:
        raise GeometryError(
            "; ".join(faults),
            where=WHERE,
            advice="Give the points in the file's own coordinates and unit, or let them be found",
        )


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, LANDMARKS, 1)
    return f"no landmark is named {name!r}" + (f", did you mean {near[0]}?" if near else "")
