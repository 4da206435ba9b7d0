"""The anatomical frame and the standing frame, and screw angles in both.

The anatomical frame has its origin at the centre of the S1 superior endplate, x to the patient's left,
y posterior, z cranial along the endplate normal. In a patient who stands, or lies on a table, the endplate
leans forward by the sacral slope: the standing frame is the anatomical frame turned about x by that slope.
Papers quote screw angles in either one and rarely say which (evidence.md section 2.0).
"""

from math import asin, atan2, degrees

import numpy as np

from geometry.arrays import Floats
from geometry.errors import GeometryError

ANGLE_REFERENCES = ("s1_endplate", "global_axial")


def direction(lateral_deg: float, caudal_deg: float) -> Floats:
    """Unit vector, shape (3,), of a screw on the left side, in the frame its angles are given in.

    Args:
        lateral_deg: angle to the sagittal plane, within the plane tilted by `caudal_deg`; negative is medial.
        caudal_deg: angle below the transverse plane of the frame; negative is cranial.
    """
    lateral, caudal = np.radians(lateral_deg), np.radians(caudal_deg)
    across = np.cos(caudal)
    return np.array([np.sin(lateral) * across, -np.cos(lateral) * across, -np.sin(caudal)])


def angles_deg(vector: Floats) -> tuple[float, float]:
    """The (lateral, caudal) angles of a vector of shape (3,): the inverse of `direction`."""
    x, y, z = (float(part) for part in np.asarray(vector) / np.linalg.norm(vector))
    return degrees(atan2(x, -y)), degrees(asin(min(max(-z, -1.0), 1.0)))


def standing_from_anatomical(sacral_slope_deg: float) -> Floats:
    """Rotation, shape (3, 3), that takes a vector of the anatomical frame to the standing frame.

    The endplate normal (0, 0, 1) leans forward: it becomes (0, -sin(slope), cos(slope)).
    """
    slope = np.radians(sacral_slope_deg)
    c, s = np.cos(slope), np.sin(slope)
    return np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])


def endplate_angles_deg(
    lateral_deg: float, caudal_deg: float, *, angle_reference: str, sacral_slope_deg: float
) -> tuple[float, float]:
    """The (lateral, caudal) angles to the S1 endplate of a direction given in either reference.

    The direction vector is turned about x by the sacral slope, so both angles change: 30 lateral and 45
    caudal to the axial plane of a patient with a slope of 40 is 21 lateral and 8.5 caudal to the endplate.

    Raises:
        GeometryError: the reference is not one of `ANGLE_REFERENCES`.
    """
    if angle_reference not in ANGLE_REFERENCES:
        raise GeometryError(
            f"angle_reference is {angle_reference!r}",
            where="screw.angle_reference",
            advice=f"Choose one of {', '.join(ANGLE_REFERENCES)}",
        )
    if angle_reference == "s1_endplate":
        return lateral_deg, caudal_deg
    turn = standing_from_anatomical(sacral_slope_deg)
    return angles_deg(turn.T @ direction(lateral_deg, caudal_deg))


def axial_angles_deg(
    lateral_deg: float, caudal_deg: float, *, sacral_slope_deg: float
) -> tuple[float, float]:
    """The (lateral, caudal) angles to the axial plane of a direction given to the S1 endplate."""
    turn = standing_from_anatomical(sacral_slope_deg)
    return angles_deg(turn @ direction(lateral_deg, caudal_deg))
