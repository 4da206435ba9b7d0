"""Where an unknown sacrum lies: its plane of symmetry, then the pose in which a template fits it best."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.imported.landmarks import WHERE, AnatomicalFrame, SacralLandmarks
from geometry.imported.surface import TriangleSurface
from geometry.imported.template_fit import POINTS, fitted_pose, fitted_with_pose
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import SacrumShape

# Points that stand for the surface when its own mirror image is laid on it.
MIRRORED, TARGETS = 1500, 8000
MIRROR_ROUNDS = 20
# Directions of "back" tried in the plane of symmetry: the fit finds its way from 15 degrees off (chosen).
DIRECTIONS = 24
TRIED = 4
FAR_MM = 12.0
ROUGH_GRID_MM = 4.0
# A left half that lies this far from the right one in the mean has no plane of symmetry (chosen).
LEAST_SYMMETRY_MM = 4.0
# The endplate is looked for within this share of its half-width, this near, and this parallel (chosen).
ENDPLATE_SHARE, ENDPLATE_MM, ENDPLATE_DEG = 0.85, 5.0, 35.0


@dataclass(frozen=True, kw_only=True, eq=False)
class SymmetryPlane:
    """The plane in which a surface is nearest to its own mirror image.

    Attributes:
        normal: unit vector, shape (3,).
        point_mm: a point of it, shape (3,).
        miss_mm: mean distance of the mirror image to the surface.
    """

    normal: Floats
    point_mm: Floats
    miss_mm: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Registration:
    """Where a sacrum lies.

    Attributes:
        landmarks: of its endplate, in the coordinates of its surface.
        shape: of the template in that pose, a start for the fit.
    """

    landmarks: SacralLandmarks
    shape: SacrumShape


def registered(surface: TriangleSurface) -> Registration:
    """The landmarks of a sacrum that lies anywhere and any way, and the template that found them.

    Symmetry finds the midsagittal plane; the template, turned in that plane, finds front and top; then shape
    and pose are fitted together, and the endplate by a plane. Left and right follow from front and
    top: a surface that was mirrored on its way looks like a sacrum and cannot be told from one.

    Raises:
        GeometryError: nothing like a sacrum is found.
    """
    points = surface.spread_points_mm(POINTS)
    mean = Sacrum(SacrumShape())
    frame = _best_pose(points, mean, _start_frames(surface, mean))
    shape, frame = fitted_with_pose(points, frame)
    frame = _on_endplate(surface, Sacrum(shape), frame)
    half_width, half_depth = 0.5 * shape.endplate_width_mm, 0.5 * shape.endplate_depth_mm
    places = np.array(
        [[0.0, -half_depth, 0.0], [0.0, half_depth, 0.0], [half_width, 0.0, 0.0], [-half_width, 0.0, 0.0]]
    )
    names = ("promontory", "endplate_posterior", "endplate_left", "endplate_right")
    landmarks = SacralLandmarks(dict(zip(names, frame.from_frame(places), strict=True)))
    return Registration(landmarks=landmarks, shape=shape)


def symmetry_plane(surface: TriangleSurface) -> SymmetryPlane:
    """The best plane of symmetry, from each of the principal axes in turn."""
    targets = surface.spread_points_mm(TARGETS)
    points = surface.spread_points_mm(MIRRORED)
    tree = cKDTree(targets)
    centre = targets.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov((targets - centre).T))
    planes = [_settled(points, targets, tree, axes[:, k], centre) for k in range(3)]
    return min(planes, key=lambda plane: plane.miss_mm)


def _settled(
    points: Floats, targets: Floats, tree: cKDTree, normal: Floats, point_mm: Floats
) -> SymmetryPlane:
    """The plane that a first guess settles to: each point and its mirror image's neighbour agree on it."""
    for _ in range(MIRROR_ROUNDS):
        mirrored = points - 2.0 * ((points - point_mm) @ normal)[:, None] * normal
        _, near = tree.query(mirrored)
        across = points - targets[near]
        turned = np.linalg.eigh(across.T @ across)[1][:, -1]
        normal = turned if turned @ normal >= 0.0 else -turned
        middle = 0.5 * (points + targets[near])
        point_mm = middle.mean(axis=0)
    mirrored = points - 2.0 * ((points - point_mm) @ normal)[:, None] * normal
    misses, _ = tree.query(mirrored)
    return SymmetryPlane(normal=normal, point_mm=point_mm, miss_mm=float(np.mean(misses)))


def _start_frames(surface: TriangleSurface, template: Sacrum) -> list[AnatomicalFrame]:
    """Frames to try: both senses of left, and every direction of back in the plane of symmetry."""
    plane = symmetry_plane(surface)
    if not plane.miss_mm <= LEAST_SYMMETRY_MM:
        raise GeometryError(
            f"the surface is {plane.miss_mm:.1f} mm off its own mirror image, no sacrum's symmetry",
            where=WHERE,
            advice="Give the landmarks by hand",
        )
    low, high = template.bounds_mm
    axes = [np.arange(low[k], high[k], ROUGH_GRID_MM) for k in range(3)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    own_centre = grid[template(grid) < 0.0].mean(axis=0)
    centre = surface.centroid_mm()
    centre = centre - ((centre - plane.point_mm) @ plane.normal) * plane.normal
    first = np.cross(plane.normal, np.eye(3)[np.abs(plane.normal).argmin()])
    first /= np.linalg.norm(first)
    second = np.cross(plane.normal, first)
    frames = []
    for sense in (1.0, -1.0):
        for turn in np.linspace(0.0, 2.0 * np.pi, DIRECTIONS, endpoint=False):
            left, back = sense * plane.normal, np.cos(turn) * first + np.sin(turn) * second
            rotation = np.array([left, back, np.cross(left, back)])
            frames.append(AnatomicalFrame(rotation=rotation, origin_mm=centre - own_centre @ rotation))
    return frames


def _best_pose(points: Floats, template: Sacrum, frames: list[AnatomicalFrame]) -> AnatomicalFrame:
    """The best of the first guesses, each improved."""

    def miss(frame: AnatomicalFrame) -> float:
        return float(np.minimum(np.abs(template(frame.to_frame(points))), FAR_MM).mean())

    guesses = sorted(frames, key=miss)[:TRIED]
    return min((fitted_pose(points, template, frame) for frame in guesses), key=miss)


def _on_endplate(surface: TriangleSurface, template: Sacrum, frame: AnatomicalFrame) -> AnatomicalFrame:
    """The frame with its z axis normal to the endplate of the surface, and its origin on it.

    Only the turn about x and the height change: left and right come from the symmetry of the whole bone.
    """
    half_width = ENDPLATE_SHARE * 0.5 * template.shape.endplate_width_mm
    half_depth = ENDPLATE_SHARE * 0.5 * template.shape.endplate_depth_mm
    vectors = surface.area_vectors_mm2() @ frame.rotation.T
    area = np.linalg.norm(vectors, axis=1)
    places = frame.to_frame(surface.corners_mm.mean(axis=1))
    level = np.cos(np.radians(ENDPLATE_DEG))
    radius = np.hypot(places[:, 0] / half_width, places[:, 1] / half_depth)
    chosen = (radius < 1.0) & (np.abs(places[:, 2]) < ENDPLATE_MM) & (vectors[:, 2] > level * area)
    if not area[chosen].sum() > 0.25 * np.pi * half_width * half_depth:
        raise GeometryError(
            "no flat S1 endplate is found on the surface", where=WHERE, advice="Give the landmarks by hand"
        )
    # how far the bone stands above the template, whose own rim is rounded and whose middle is dished
    above, weight = template(places[chosen]), np.sqrt(area[chosen])
    (height, slope), *_ = np.linalg.lstsq(
        np.column_stack([weight, weight * places[chosen, 1]]), weight * above, rcond=None
    )
    turn = np.arctan(slope)
    c, s = np.cos(turn), np.sin(turn)
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]])
    return AnatomicalFrame(
        rotation=about_x @ frame.rotation,
        origin_mm=frame.from_frame(np.array([[0.0, 0.0, height]]))[0],
    )
