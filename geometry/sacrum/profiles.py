"""How widths and depths of a sacrum run along its curved axis: one table, read by the compiled field."""

import itertools

import numpy as np
from scipy.interpolate import PchipInterpolator

from geometry.arrays import Floats, frozen_copy
from geometry.sacrum.curve import ABOVE_MM, BELOW_MM, STEP_MM
from geometry.sacrum.dysmorphism import DYSMORPHIC
from geometry.sacrum.shape import SacrumShape

# Heights of S1 to S5 as shares of the axis: S1 25 mm between its faces [V 15], the rest falls (chosen).
BODY_SHARES = np.array([0.22, 0.205, 0.195, 0.19, 0.19])
JUNCTION_SHARES = np.cumsum(BODY_SHARES)
S1_S2, S2_S3, S3_S4, S4_S5 = (float(share) for share in JUNCTION_SHARES[:4])

# Arc from the junction to the dorsal opening of its level, as a share of the axis: levels fan out behind a
# curved axis, yet dorsal foramina stand close together [V 27]; S1 a little below its ventral opening [V 28].
DORSAL_SHARES = (0.042, -0.026, -0.088, -0.118)

# Columns of the profile table, all in mm unless said.
(
    BODY_WIDTH,  # half-width of the body
    BODY_BACK,  # half-depth of the body behind the axis
    BODY_FRONT,  # half-depth in front, with the transverse ridges
    LATERAL,  # half-width of the lateral mass at its ventral edge
    LATERAL_SLOPE,  # its change per mm of arc
    CANAL_WIDTH,  # half-width of the canal
    CANAL_DEPTH,
    LAMINA,
    VENTRAL,  # ventral face of the lateral mass in front of the axis, at the body
    VENTRAL_SLOPE,  # backward fall of that face per mm laterally
    DORSAL_DROP,  # forward fall of the dorsal face at the lateral edge
    WEDGE,  # tangent of the auricular wedge
    RELIEF,  # size of the dorsal crests and grooves, 0 to 1
    TUBERCLE,  # share of a crest's height that is left between two dorsal foramina and beside them, 0 to 1
) = range(14)


def junction_arcs_mm(shape: SacrumShape) -> Floats:
    """Arc of S1/S2, S2/S3, S3/S4, S4/S5 and the tip of S5, shape (5,)."""
    return shape.length_mm * JUNCTION_SHARES


def dorsal_arcs_mm(shape: SacrumShape) -> Floats:
    """Arc of the dorsal openings of S1 to S4, shape (4,)."""
    return np.asarray(shape.length_mm * (JUNCTION_SHARES[:4] + np.array(DORSAL_SHARES)))


def profile_table(shape: SacrumShape) -> Floats:
    """The profiles every `STEP_MM` of arc from `ABOVE_MM` above the endplate, shape (k, 14).

    The shares along the axis were drawn after the silhouettes of a dry sacrum: ventral and dorsal view,
    lateral view and axial sections through S1, S2 and S3 (chosen; checked by the morphometry tests).
    """
    count = round((ABOVE_MM + shape.length_mm + BELOW_MM) / STEP_MM) + 1
    arc = np.arange(count) * STEP_MM - ABOVE_MM
    place = arc / shape.length_mm
    width, depth, breadth = (
        0.5 * shape.endplate_width_mm,
        0.5 * shape.endplate_depth_mm,
        0.5 * shape.breadth_mm,
    )

    def profile(shares: list[float], values: list[float]) -> Floats:
        return np.asarray(PchipInterpolator(shares, values)(np.clip(place, shares[0], shares[-1])))

    table = np.zeros((count, 14))
    table[:, BODY_WIDTH] = width * profile(
        [0, 0.05, 0.13, S1_S2, 0.35, S2_S3, S3_S4, S4_S5, 1],
        [1, 0.955, 0.86, 0.75, 0.66, 0.61, 0.50, 0.44, 0.34],
    )
    taper = shape.s1_lower_depth_mm / shape.endplate_depth_mm
    back = depth * profile(
        [0, 0.04, 0.13, S1_S2, 0.35, S2_S3, S3_S4, S4_S5, 1],
        [
            1,
            1.0 - 0.105 * (1.0 - taper),
            1.0 - 0.526 * (1.0 - taper),
            *(taper * share for share in (1, 0.87, 0.79, 0.645, 0.50, 0.39)),
        ],
    )
    table[:, BODY_BACK] = back
    waist = [0.5 * (low + high) for low, high in itertools.pairwise(JUNCTION_SHARES)]
    ridges = sum(np.exp(-(((place - share) / 0.020) ** 2)) for share in JUNCTION_SHARES[:4])
    hollows = sum(np.exp(-(((place - share) / 0.05) ** 2)) for share in waist)
    overhang = np.exp(-(((place - 0.12) / 0.055) ** 2))
    furrow = np.exp(-(((place - JUNCTION_SHARES[0]) / 0.026) ** 2))
    table[:, BODY_FRONT] = back + 1.6 * ridges - 0.8 * hollows - shape.promontory_mm * overhang
    disc = DYSMORPHIC.disc_furrow_mm * shape.dysmorphism * furrow
    table[:, BODY_FRONT] -= disc
    table[:, LATERAL] = breadth * profile(
        [-0.1, 0.03, 0.18, 0.32, 0.45, 0.55, 0.64, 0.74, 0.83, 0.89, 0.95, 1],
        [0.95, 0.99, 1.0, 0.975, 0.895, 0.75, 0.64, 0.57, 0.505, 0.43, 0.29, 0.18],
    )
    table[:, LATERAL_SLOPE] = np.gradient(table[:, LATERAL], STEP_MM)
    sizes = [0, S1_S2, S2_S3, S3_S4, S4_S5, 1]
    table[:, CANAL_WIDTH] = 0.5 * shape.canal_width_mm * profile(sizes, [1, 0.90, 0.68, 0.50, 0.41, 0.36])
    table[:, CANAL_DEPTH] = shape.canal_depth_mm * profile(sizes, [1, 0.80, 0.60, 0.42, 0.33, 0.30])
    table[:, LAMINA] = shape.lamina_mm * profile([0, 0.3, 0.6, 0.8, 1], [1.15, 1.0, 0.8, 0.7, 0.6])
    table[:, VENTRAL] = depth * profile([0, S1_S2, S2_S3, 0.72, 1], [0.46, 0.51, 0.45, 0.29, 0.17])
    forwards = shape.ala_front_mm - 0.46 * depth
    # the lateral mass would fill the furrow that the disc leaves in the body; it runs out on the ala
    table[:, VENTRAL] += forwards * profile([0, 0.15, 0.40], [1.0, 0.8, 0.0]) - disc
    table[:, VENTRAL_SLOPE] = profile([0, S1_S2, S2_S3, 0.72, 1], [0.19, 0.11, 0.08, 0.05, 0.0])
    table[:, VENTRAL_SLOPE] -= disc / (breadth - width)
    table[:, DORSAL_DROP] = profile([-0.1, 0.12, 0.3, 0.46, 0.66, 0.83, 1], [6, 10, 12, 11, 7, 3.5, 2])
    wedge = np.tan(np.radians(shape.auricular_wedge_deg))
    table[:, WEDGE] = wedge * profile([0, 0.3, 0.55, 0.75, 1], [1, 0.9, 0.55, 0.1, 0])
    table[:, RELIEF] = profile([0, 0.18, 0.7, 0.9, 1], [0.2, 1, 0.7, 0.2, 0])
    openings = np.sum(
        [np.exp(-(((arc - level) / 6.0) ** 2)) for level in dorsal_arcs_mm(shape)],
        axis=0,
    )
    table[:, TUBERCLE] = 1.0 - 0.7 * np.minimum(openings, 1.0)
    return frozen_copy(table)
