"""The parametric sacrum that comes nearest to a surface: it lends its regions to the real bone."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.imported.landmarks import WHERE, AnatomicalFrame
from geometry.mirror import ACROSS
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import MALE, SacrumShape

# Numbers that hardly move the surface, or would stand in for others: they stay those of the mean.
KEPT = ("auricular_height_mm", "auricular_limb_mm", "dysmorphism", "endplate_concavity_mm", "facet_angle_deg")
FITTED = tuple(
    entry.name for entry in fields(SacrumShape) if "low" in entry.metadata and entry.name not in KEPT
)
# Chosen: distances beyond this count less and less, because no template knows every tubercle.
ROBUST_MM = 2.0
# Chosen: half a range away from the mean weighs as much as this distance of the whole surface.
PRIOR_MM = 0.15
# Chosen: a landmark weighs as much as this share of the surface.
LANDMARK_SHARE = 0.02
POINTS = 1500
# A share of a range this near to its end has reached it.
AT_LIMIT = 0.005
# Half the size of the bone: a turn counts by the way that its surface moves (chosen).
LEVER_MM = 50.0
# Differences of 2e-3 of a range, or 2 um of pose, are above the steps of the field's tables (chosen).
SOLVER: Mapping[str, Any] = {
    "loss": "soft_l1",
    "f_scale": ROBUST_MM,
    "diff_step": 2e-3,
    "ftol": 3e-3,
    "xtol": 1e-4,
    "max_nfev": 25,
}
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
    points_mm: Floats,
    landmarks_mm: Mapping[str, Floats],
    mean: SacrumShape = MALE,
    start: SacrumShape | None = None,
) -> TemplateFit:
    """The parametric sacrum nearest to points on a surface, shape (n, 3), in the anatomical frame.

    Robust least squares of its field at the points, and of its landmarks where others than the endplate's are
    given, within the ranges of `SacrumShape`. It sets out from `start`, or else from the mean; the numbers of
    `KEPT` are the mean's.
    """
    base = replace(mean if start is None else start, **{name: getattr(mean, name) for name in KEPT})
    weight = np.sqrt(len(points_mm))

    def residuals(shares: Floats) -> Floats:
        sacrum = Sacrum(shape_of(base, shares))
        marks = weight * np.sqrt(LANDMARK_SHARE) * _landmark_misses(sacrum, landmarks_mm)
        return np.concatenate([sacrum(points_mm), marks, _prior(weight, shares)])

    shares = least_squares(residuals, shares_of(base), bounds=(1.0, 2.0), **SOLVER).x
    shape = shape_of(base, shares)
    misses = np.abs(Sacrum(shape)(points_mm))
    ends = np.minimum(shares - 1.0, 2.0 - shares)
    return TemplateFit(
        shape=shape,
        mean_mm=float(misses.mean()),
        p95_mm=float(np.quantile(misses, 0.95)),
        at_limit=tuple(name for name, end in zip(FITTED, ends, strict=True) if end < AT_LIMIT),
    )


def fitted_with_pose(points_mm: Floats, frame: AnatomicalFrame) -> tuple[SacrumShape, AnatomicalFrame]:
    """Shape and frame of the parametric sacrum nearest to points on a surface, from a frame that is close."""
    base, count = SacrumShape(), len(FITTED)
    weight = np.sqrt(len(points_mm))
    middle = points_mm.mean(axis=0)

    @lru_cache(maxsize=2)
    def template(shares: tuple[float, ...]) -> Sacrum:
        # the differences of the pose all ask for the same one
        return Sacrum(shape_of(base, np.array(shares)))

    def residuals(unknowns: Floats) -> Floats:
        shares, step = unknowns[:count], unknowns[count:]
        places = nudged(frame, middle, step).to_frame(points_mm)
        return np.concatenate([template(tuple(shares.tolist()))(places), _prior(weight, shares)])

    loose = np.full(6, np.inf)
    solved = least_squares(
        residuals,
        np.concatenate([shares_of(base), np.zeros(6)]),
        bounds=(
            np.concatenate([np.full(count, 1.0), -loose]),
            np.concatenate([np.full(count, 2.0), loose]),
        ),
        x_scale=np.concatenate([np.full(count, 0.1), np.ones(6)]),
        **SOLVER,
    ).x
    return shape_of(base, solved[:count]), nudged(frame, middle, solved[count:])


def fitted_pose(points_mm: Floats, template: Sacrum, frame: AnatomicalFrame) -> AnatomicalFrame:
    """The frame in which points on a surface lie nearest to a template, from a frame that is close."""
    middle = points_mm.mean(axis=0)
    solved = least_squares(
        lambda step: template(nudged(frame, middle, step).to_frame(points_mm)), np.zeros(6), **SOLVER
    )
    return nudged(frame, middle, solved.x)


def nudged(frame: AnatomicalFrame, middle_mm: Floats, step_mm: Floats) -> AnatomicalFrame:
    """The frame turned about a point and moved, by three and three steps in mm at `LEVER_MM`."""
    turn = Rotation.from_rotvec(step_mm[:3] / LEVER_MM).as_matrix()
    arm = frame.origin_mm - middle_mm
    return AnatomicalFrame(rotation=frame.rotation @ turn.T, origin_mm=middle_mm + turn @ arm + step_mm[3:])


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
    low, high = (np.array([known[name][end] for name in FITTED]) for end in ("low", "high"))
    return low, high


def shape_of(base: SacrumShape, shares: Floats) -> SacrumShape:
    """The shape with the numbers of `FITTED` at these places in their ranges, 1 the low end, 2 the high."""
    low, high = ranges()
    values = np.clip(low + (shares - 1.0) * (high - low), low, high)
    return replace(base, **dict(zip(FITTED, values.tolist(), strict=True)))


def shares_of(shape: SacrumShape) -> Floats:
    """The inverse of `shape_of`, kept a little away from both ends."""
    low, high = ranges()
    return np.asarray(
        1.0 + np.clip((np.array([getattr(shape, name) for name in FITTED]) - low) / (high - low), 0.01, 0.99)
    )


def _prior(weight: float, shares: Floats) -> Floats:
    """A pull to the middle of every range, for numbers that the surface says nothing about."""
    return np.asarray(weight * PRIOR_MM * 2.0 * (shares - 1.5))


def _landmark_misses(sacrum: Sacrum, landmarks_mm: Mapping[str, Floats]) -> Floats:
    """How far the template's own landmarks are from the given ones, each coordinate, in a row."""
    opening = sacrum.foramina_shape.dorsal_openings_mm[0]
    own = {
        "apex": sacrum.curve.point_mm(0.0, sacrum.shape.length_mm, 0.0),
        "dorsal_foramen_left": opening,
        "dorsal_foramen_right": opening * ACROSS,
    }
    misses = [own[name] - place for name, place in landmarks_mm.items() if name in own]
    return np.concatenate(misses) if misses else np.zeros(0)
