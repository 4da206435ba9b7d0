"""Superior articular processes, median crest and cornua of a sacrum, as ellipsoids for the compiled field."""

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.sacrum.curve import ABOVE_MM, STEP_MM, SacralCurve
from geometry.sacrum.dysmorphism import mammillary_body
from geometry.sacrum.profiles import BODY_BACK, CANAL_DEPTH, LAMINA
from geometry.sacrum.shape import SacrumShape

# Median tubercles S1 to S4: place along the axis, height and half-length relative to the first (chosen).
TUBERCLES = ((0.19, 1.0, 1.0), (0.37, 0.95, 1.0), (0.55, 0.75, 0.95), (0.70, 0.5, 0.85))


def median_tubercles(shape: SacrumShape, curve: SacralCurve, profiles: Floats) -> Floats:
    """The spinous tubercles of the median crest, each (centre, radii, axes), shape (4, 15)."""
    rows = []
    for share, height, length in TUBERCLES:
        arc = share * shape.length_mm
        row = profiles[round((arc + ABOVE_MM) / STEP_MM)]
        surface = row[BODY_BACK] + row[CANAL_DEPTH] + row[LAMINA]
        radii = (3.6, shape.crest_mm * height + 1.5, 0.082 * shape.length_mm * length)
        rows.append(_ellipsoid(curve.point_mm(0.0, arc, surface - 1.5), radii, _axes_along(curve, arc)))
    return frozen_copy(rows)


def articular_process(shape: SacrumShape, curve: SacralCurve, profiles: Floats) -> Floats:
    """Superior articular process, cornu and mammillary body of the left side, shape (3, 15)."""
    axes = _facet_axes(shape)
    centre = _facet_centre_mm(shape) + np.array([0.0, 0.0, -3.0])
    process = _ellipsoid(centre, (0.62 * shape.facet_width_mm, 5.8, 0.72 * shape.facet_height_mm), axes)
    arc = 0.86 * shape.length_mm
    row = profiles[round((arc + ABOVE_MM) / STEP_MM)]
    cornu_centre = curve.point_mm(9.0, arc, row[BODY_BACK] + 0.8 * row[CANAL_DEPTH])
    cornu = _ellipsoid(cornu_centre, (2.6, 4.5, 8.0), _axes_along(curve, arc))
    return frozen_copy([process, cornu, mammillary_body(shape)])


def facet_cut(shape: SacrumShape) -> Floats:
    """The ellipsoid that hollows the process into a facet facing back and medially, shape (15,)."""
    axes = _facet_axes(shape)
    centre = _facet_centre_mm(shape) + axes.T @ np.array([0.0, 12.4, 2.0])
    radii = (0.64 * shape.facet_width_mm, 8.2, 0.66 * shape.facet_height_mm)
    return frozen_copy(_ellipsoid(centre, radii, axes))


def _facet_centre_mm(shape: SacrumShape) -> Floats:
    """Centre of the articular process, shape (3,): behind the posterior corner of the endplate."""
    back = 0.5 * shape.endplate_depth_mm + 0.55 * shape.canal_depth_mm
    return np.array([shape.facet_x_mm, back + 1.5, shape.facet_z_mm])


def _facet_axes(shape: SacrumShape) -> Floats:
    """Rows: along the facet, its outward normal (back and medial), and upwards; shape (3, 3)."""
    turn, lean = np.radians(shape.facet_angle_deg), np.radians(-8.0)
    ct, st, cl, sl = np.cos(turn), np.sin(turn), np.cos(lean), np.sin(lean)
    about_z = np.array([[ct, -st, 0.0], [st, ct, 0.0], [0.0, 0.0, 1.0]])
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cl, -sl], [0.0, sl, cl]])
    return np.asarray((about_z @ about_x).T)


def _axes_along(curve: SacralCurve, arc_mm: float) -> Floats:
    """Rows: lateral, dorsal and along the axis; shape (3, 3)."""
    tangent = curve.tangent(arc_mm)
    return np.array([[1.0, 0.0, 0.0], [0.0, -tangent[2], tangent[1]], tangent])


def _ellipsoid(centre_mm: Floats, radii_mm: tuple[float, float, float], axes: Floats) -> list[float]:
    """One row of fifteen numbers as `geometry.compiled.ellipsoid_at` reads it."""
    return [*centre_mm, *radii_mm, *axes.ravel()]
