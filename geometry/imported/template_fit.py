"""The parametric sacrum that comes nearest to a surface: it lends its regions and coordinates to the real bone."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from scipy.optimize import least_squares

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.imported.landmarks import WHERE
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import SacrumShape

# The numbers that a surface decides; the others are small or hidden in the bone, and keep their means.
FITTED = (
    "length_mm",
    "kyphosis_deg",
    "table_tilt_deg",
    "endplate_width_mm",
    "endplate_depth_mm",
    "breadth_mm",
    "ala_slope_deg",
    "ala_drop_mm",
    "auricular_wedge_deg",
    "canal_width_mm",
    "canal_depth_mm",
    "lamina_mm",
    "ventral_foramen_x_mm",
    "dorsal_foramen_x_mm",
    "facet_x_mm",
    "facet_z_mm",
    "crest_mm",
)
# Chosen: distances beyond this count less and less, because no template knows every tubercle.
ROBUST_MM = 2.0
# Chosen: half a range away from the mean weighs as much as this distance of the whole surface.
PRIOR_MM = 0.15
# Chosen: a landmark weighs as much as this share of the surface.
LANDMARK_SHARE = 0.02
POINTS = 1500
DIFFERENCE = 2e-3
MOST_STEPS = 25
# Beyond these the regions of the template no longer are those of the bone (chosen: a cortex and half an ala).
WORST_MEAN_MM, WORST_95_MM = 4.0, 12.0


@dataclass(frozen=True, kw_only=True)
class TemplateFit:
    """How well the parametric sacrum follows a surface.

    Attributes:
        shape: the numbers that come nearest.
        mean_mm: mean distance of the surface to it.
        p95_mm: distance that 95 % of the surface is within.
        at_limit: numbers that ended at the limit of their range.
    """

    shape: SacrumShape
    mean_mm: float
    p95_mm: float
    at_limit: tuple[str, ...]


def fitted_template(
    points_mm: Floats, landmarks_mm: Mapping[str, Floats], start: SacrumShape | None = None
) -> TemplateFit:
    """The parametric sacrum nearest to points on a surface, shape (n, 3), in the anatomical frame.

    Robust least squares of its field at the points, and of its landmarks where others than the endplate's are
    given, within the ranges of `SacrumShape`.

    Raises:
        GeometryError: even the nearest one is too far off for its regions to mean anything.
    """
    base = SacrumShape() if start is None else start
    low, high = ranges()
    weight = np.sqrt(len(points_mm))

    def residuals(shares: Floats) -> Floats:
        sacrum = Sacrum(shape_of(base, shares))
        prior = weight * PRIOR_MM * 2.0 * (shares - 1.5)
        marks = weight * np.sqrt(LANDMARK_SHARE) * _landmark_misses(sacrum, landmarks_mm)
        return np.concatenate([sacrum(points_mm), marks, prior])

    begin = np.array([getattr(base, name) for name in FITTED])
    solved = least_squares(
        residuals,
        1.0 + np.clip((begin - low) / (high - low), 0.01, 0.99),
        bounds=(1.0, 2.0),
        loss="soft_l1",
        f_scale=ROBUST_MM,
        diff_step=DIFFERENCE,
        ftol=1e-4,
        xtol=1e-4,
        max_nfev=MOST_STEPS,
    )
    shape = shape_of(base, solved.x)
    misses = np.abs(Sacrum(shape)(points_mm))
    at_limit = [
        name for name, share in zip(FITTED, solved.x, strict=True) if min(share - 1.0, 2.0 - share) < 0.005
    ]
    return TemplateFit(
        shape=shape,
        mean_mm=float(misses.mean()),
        p95_mm=float(np.quantile(misses, 0.95)),
        at_limit=tuple(at_limit),
    )


def refuse_far_off(fit: TemplateFit) -> None:
    """Refuse a surface that the template cannot follow."""
    if fit.mean_mm <= WORST_MEAN_MM and fit.p95_mm <= WORST_95_MM:
        return
    raise GeometryError(
        f"the nearest parametric sacrum is {fit.mean_mm:.1f} mm off the surface in the mean "
        f"and {fit.p95_mm:.1f} mm for 5 % of it, more than {WORST_MEAN_MM:g} and {WORST_95_MM:g} mm",
        where=WHERE,
        advice="Check that the surface is one whole sacrum, and give the landmarks by hand",
    )


def ranges() -> tuple[Floats, Floats]:
    """Lower and upper ends of the numbers of `FITTED`, each in that order."""
    known = {entry.name: entry.metadata for entry in fields(SacrumShape)}
    return tuple(np.array([known[name][end] for name in FITTED]) for end in ("low", "high"))  # type: ignore[return-value]


def shape_of(base: SacrumShape, shares: Floats) -> SacrumShape:
    """The shape with the numbers of `FITTED` at these shares of their ranges, 1 at the low end, 2 at the high."""
    low, high = ranges()
    values = np.clip(low + (shares - 1.0) * (high - low), low, high)
    return replace(base, **dict(zip(FITTED, values.tolist(), strict=True)))


def _landmark_misses(sacrum: Sacrum, landmarks_mm: Mapping[str, Floats]) -> Floats:
    """How far the template's own landmarks are from the given ones, each coordinate, in a row."""
    opening = sacrum.foramina_shape.dorsal_openings_mm[0]
    own = {
        "apex": sacrum.curve.point_mm(0.0, sacrum.shape.length_mm, 0.0),
        "dorsal_foramen_left": opening,
        "dorsal_foramen_right": opening * np.array([-1.0, 1.0, 1.0]),
    }
    misses = [own[name] - place for name, place in landmarks_mm.items() if name in own]
    return np.concatenate(misses) if misses else np.zeros(0)
