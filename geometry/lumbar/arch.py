"""Pedicles, arch and processes of a lumbar vertebra, as the rows its compiled field reads.

All in the bone's own frame, on its left side (`geometry.lumbar.signed_distance`). Places that carry no
source were drawn after dry lower lumbar vertebrae: from above, from behind and from the side (chosen).
"""

from collections.abc import Sequence

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.lumbar.level import Facet
from geometry.lumbar.shape import VertebraShape
from geometry.lumbar.signed_distance import VertebraTables

# The canal's oval touches its width only at the body, and blends fill its corners by this share.
CANAL_ROOM = 1.03
# Depth of the inferior process: its half-thickness, and how far it reaches into the bone it faces before
# that is taken off it again, so that the gap is even.
INFERIOR_HALF_MM, INFERIOR_REACH_MM, TIP_LEAN_DEG = 6.0, 2.6, 10.0
# The pedicle is an ellipsoid of this half-length, centred this far in front of its isthmus, so that it ends
# inside the articular process. Fillets add so much to half its width and height (seen on the built bone).
PEDICLE_HALF_MM, PEDICLE_FORWARD_MM = 22.0, 7.0
PEDICLE_FILLET_MM = (-0.1, 0.2)
# A transverse process with a stouter base than this also springs from the side of the body, as L5's does.
STOUT_MM = 6.0


def vertebra_tables(
    shape: VertebraShape,
    facets_below: Sequence[Facet],
    *,
    removed: Sequence[Sequence[Floats]],
    droop_deg: float,
    behind_mm: Sequence[float],
) -> VertebraTables:
    """The rows of a vertebra whose inferior processes reach those facets.

    Args:
        shape: the numbers.
        facets_below: left and right superior facet of the level below, in this bone's own frame, the right
            one mirrored to the left.
        removed: rows of boxes taken away on the left and on the right, equally many.
        droop_deg: how far the spinous process hangs below the bone's transverse plane.
        behind_mm: how far each isthmus keeps behind its usual place, for the facet below it.
    """
    boxes = np.array(removed, dtype=np.float64).reshape(2, -1, 15)
    return VertebraTables(
        upper=frozen_copy([0.5 * shape.upper_width_mm, 0.5 * shape.upper_depth_mm, shape.upper_concavity_mm]),
        lower=frozen_copy([0.5 * shape.lower_width_mm, 0.5 * shape.lower_depth_mm, shape.lower_concavity_mm]),
        height=shape.height_mm,
        half_wedge=float(np.radians(0.5 * shape.wedge_deg)),
        waist=shape.waist,
        pedicle=_pedicle(shape),
        transverse=_transverse(shape),
        superior=_superior(shape),
        mammillary=_mammillary(shape),
        facet_cut=_facet_cut(shape),
        lamina=_lamina(shape),
        spinous=spinous(shape, droop_deg),
        spinous_tip=_spinous_tip(shape, droop_deg),
        pars=frozen_copy([isthmus(shape, *place) for place in zip(facets_below, behind_mm, strict=True)]),
        inferior=frozen_copy([_inferior(facet) for facet in facets_below]),
        canal_back=canal_back_mm(shape),
        canal_half_width=0.5 * shape.canal_width_mm * CANAL_ROOM,
        canal_depth=shape.canal_depth_mm * CANAL_ROOM,
        removed=frozen_copy(boxes),
    )


def canal_back_mm(shape: VertebraShape) -> float:
    """How far behind the body's centre its back wall stands: a little inside the oval, which it flattens."""
    return 0.5 * min(shape.upper_depth_mm, shape.lower_depth_mm) - 0.7


def pedicle_frame(shape: VertebraShape) -> tuple[Floats, Floats]:
    """Middle of the left pedicle's isthmus, shape (3,), and its axes: across, along (back), up; (3, 3)."""
    turn = np.radians(shape.pedicle_convergence_deg)
    c, s = np.cos(turn), np.sin(turn)
    axes = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    # the pedicle's top lies about 2.5 mm below the endplate's back edge (chosen)
    top = 0.5 * shape.height_mm - 0.5 * shape.upper_depth_mm * np.tan(np.radians(0.5 * shape.wedge_deg)) - 2.5
    across = 0.47 * shape.canal_width_mm + 0.5 * shape.pedicle_width_mm / c
    middle = np.array([across, canal_back_mm(shape) + 3.5, top - 0.5 * shape.pedicle_height_mm])
    return middle, axes


def process_centre_mm(shape: VertebraShape) -> Floats:
    """Centre of the left superior articular process, shape (3,), built as the sacrum's."""
    back = canal_back_mm(shape) + 0.55 * shape.canal_depth_mm + 3.0
    return np.array([shape.facet_x_mm, back, 0.5 * shape.height_mm + shape.facet_z_mm])


def facet_axes(shape: VertebraShape) -> Floats:
    """Rows: along the superior facet, its outward normal (back and medial), and upwards; shape (3, 3)."""
    turn, lean = np.radians(shape.facet_angle_deg), np.radians(-8.0)
    ct, st, cl, sl = np.cos(turn), np.sin(turn), np.cos(lean), np.sin(lean)
    about_z = np.array([[ct, -st, 0.0], [st, ct, 0.0], [0.0, 0.0, 1.0]])
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cl, -sl], [0.0, sl, cl]])
    return np.asarray((about_z @ about_x).T)


def lamina_frame(shape: VertebraShape) -> tuple[Floats, Floats]:
    """Middle of the left lamina, shape (3,), and its axes: along it, its thickness, its height; (3, 3)."""
    roof = canal_back_mm(shape) + shape.canal_depth_mm + 0.5 * shape.lamina_mm
    medial = np.array([0.0, roof, 0.0])
    lateral = np.array([0.66 * shape.canal_width_mm, roof - 0.42 * shape.canal_depth_mm, 0.0])
    along = (lateral - medial) / np.linalg.norm(lateral - medial)
    # the lower edge stands further back than the upper one
    up = np.array([0.0, -np.sin(np.radians(14.0)), np.cos(np.radians(14.0))])
    through = np.cross(up, along)
    through /= np.linalg.norm(through)
    middle = 0.5 * (medial + lateral)
    middle[2] = -0.22 * shape.height_mm
    return middle, np.array([along, through, np.cross(along, through)])


def row_of(centre_mm: Floats, sizes_mm: Sequence[float], axes: Floats) -> Floats:
    """Fifteen numbers, (centre, sizes, axes), as `ellipsoid_at` and `plate_at` read them."""
    return frozen_copy([*centre_mm, *sizes_mm, *np.asarray(axes).ravel()])


def _pedicle(shape: VertebraShape) -> Floats:
    middle, axes = pedicle_frame(shape)
    half_width = 0.5 * shape.pedicle_width_mm - PEDICLE_FILLET_MM[0]
    half_height = 0.5 * shape.pedicle_height_mm - PEDICLE_FILLET_MM[1]
    centre = middle - PEDICLE_FORWARD_MM * axes[1]
    return row_of(centre, (half_width, PEDICLE_HALF_MM, half_height), axes)


def _transverse(shape: VertebraShape) -> Floats:
    """From the pedicle outwards and back; a stout one also springs from the side of the body."""
    middle, _ = pedicle_frame(shape)
    base = shape.transverse_base_mm
    tip_radius = 0.25 * base + 2.8
    tip = np.array([0.5 * shape.transverse_span_mm - tip_radius, middle[1] + 13.0, middle[2] + 4.5])
    root = middle + np.array([0.45 * shape.pedicle_width_mm, 8.0, 0.5])
    reach = root + 0.45 * (tip - root)
    rows = [
        [*root, *reach, base, 0.5 * (base + tip_radius)],
        [*reach, *tip, 0.5 * (base + tip_radius), tip_radius],
    ]
    if base > STOUT_MM:
        side = np.array([0.40 * shape.upper_width_mm, middle[1] - 10.0, middle[2] - 1.0])
        rows.append([*side, *reach, 0.7 * base, 0.6 * base])
    return frozen_copy(rows)


def _superior(shape: VertebraShape) -> Floats:
    centre = process_centre_mm(shape) + np.array([0.0, 0.0, -1.5])
    sizes = (0.60 * shape.facet_width_mm, 6.0, 0.70 * shape.facet_height_mm)
    return row_of(centre, sizes, facet_axes(shape))


def _mammillary(shape: VertebraShape) -> Floats:
    """The low knob on the back of the superior articular process, as a row of a bar."""
    centre = process_centre_mm(shape)
    ends = centre + np.array([3.0, 1.5, 4.0]), centre + np.array([3.0, 2.0, -2.0])
    return frozen_copy([*ends[0], *ends[1], 4.8, 4.8])


def _facet_cut(shape: VertebraShape) -> Floats:
    axes = facet_axes(shape)
    centre = process_centre_mm(shape) + axes.T @ np.array([0.0, 12.4, 2.0])
    return row_of(centre, (0.64 * shape.facet_width_mm, 8.2, 0.66 * shape.facet_height_mm), axes)


def _lamina(shape: VertebraShape) -> Floats:
    middle, axes = lamina_frame(shape)
    half_length = 0.36 * shape.canal_width_mm + 2.0
    return row_of(middle, (half_length, 0.5 * shape.lamina_mm, 0.5 * shape.lamina_height_mm), axes)


def _spinous_axes(droop_deg: float) -> Floats:
    """Rows: left, back and up of the spinous process."""
    c, s = np.cos(np.radians(droop_deg)), np.sin(np.radians(droop_deg))
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def _spinous_root_mm(shape: VertebraShape) -> Floats:
    roof = canal_back_mm(shape) + shape.canal_depth_mm
    return np.array([0.0, roof + 0.5 * shape.lamina_mm, lamina_frame(shape)[0][2] - 1.0])


def spinous(shape: VertebraShape, droop_deg: float) -> Floats:
    """The spinous process without its thickened end, as a row of a box."""
    axes = _spinous_axes(droop_deg)
    half = 0.5 * (shape.spinous_reach_mm - 0.5 * shape.lamina_mm)
    centre = _spinous_root_mm(shape) + np.array([0.0, half, 0.0]) @ axes
    return row_of(centre, (3.3, half, 0.5 * shape.spinous_height_mm), axes)


def _spinous_tip(shape: VertebraShape, droop_deg: float) -> Floats:
    """The thickened end of the spinous process."""
    axes = _spinous_axes(droop_deg)
    length = shape.spinous_reach_mm - 0.5 * shape.lamina_mm
    half = 0.5 * shape.spinous_height_mm - 4.5
    root = _spinous_root_mm(shape)
    ends = [root + np.array([0.0, length - 4.0, sign * half]) @ axes for sign in (1.0, -1.0)]
    return frozen_copy([*ends[0], *ends[1], 4.3, 4.6])


def isthmus(shape: VertebraShape, facet: Facet, behind_mm: float) -> Floats:
    """The bar between the articular processes, from the upper one to behind the facet below, as a row."""
    start = process_centre_mm(shape) + np.array([-2.0, 1.0, -8.0]) + behind_mm * facet.axes[1]
    end = facet.point_mm(0.0, INFERIOR_HALF_MM - 0.5, 2.0)
    return frozen_copy([*start, *end, 6.2, 5.2])


def _inferior(facet: Facet) -> Floats:
    """The process itself: its tip reaches the lower rim of the facet and stands off it, as the rim does."""
    centre = facet.point_mm(0.0, INFERIOR_HALF_MM - INFERIOR_REACH_MM + 1.0, -0.05 * facet.height_mm)
    sizes = (0.58 * facet.width_mm, INFERIOR_HALF_MM + 0.8, 0.66 * facet.height_mm)
    along, off, up = facet.axes
    c, s = np.cos(np.radians(TIP_LEAN_DEG)), np.sin(np.radians(TIP_LEAN_DEG))
    return row_of(centre, sizes, np.array([along, c * off + s * up, c * up - s * off]))
