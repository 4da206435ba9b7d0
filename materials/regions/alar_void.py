"""The alar void: where the ala loses its trabeculae to fat in old age."""

import numpy as np

from geometry.arrays import Floats
from geometry.sacrum.promise import SacrumBody
from materials.regions.blend import step

# A constant finding with definable borders in 17 sacra (Peretz 1998, Spine 23, 971); beside the foramina from
# S1 to S3 in the mean of CT scans with less than 100 HU in L5 (Wagner 2016, JBJS 98, 584); in the centre and
# the front of the ala (Richards 2010 [V 33]). None of them prints its size: all of the following is chosen.
# Its middle and half its width as shares of the way from the body to the lateral edge.
MIDDLE_SHARE, HALF_SHARE = 0.42, 0.20
# Its middle behind the axis and half its depth as shares of half the depth of the S1 endplate.
DEPTH_SHARE, HALF_DEPTH_SHARE = 0.25, 0.40
# It begins at this share of the height of S1 and ends at this share of the height of S3.
FROM_SHARE, TO_SHARE = 0.55, 0.5


def alar_void(sacrum: SacrumBody, points_mm: Floats) -> Floats:
    """Share of each point, shape (n,), that lies in the void: 1 in its middle, 0 outside it.

    A tube through both alae from S1 to S3, of oval section.
    """
    arc, depth = sacrum.curve_coordinates(points_mm)
    s1_end, s2_end, s3_end = sacrum.junction_arcs_mm[:3]
    half_width = sacrum.body_half_width_mm(arc)
    way = sacrum.ala_half_width_mm(arc) - half_width
    endplate_mm = float(sacrum.body_half_depth_mm(np.zeros(1))[0])
    half_depth = HALF_DEPTH_SHARE * endplate_mm
    across = (np.abs(points_mm[:, 0]) - half_width - MIDDLE_SHARE * way) / (HALF_SHARE * way)
    through = (depth - DEPTH_SHARE * endplate_mm) / half_depth
    inwards = (1.0 - np.hypot(across, through)) * half_depth
    ends = np.minimum(arc - FROM_SHARE * s1_end, s2_end + TO_SHARE * (s3_end - s2_end) - arc)
    return np.asarray(step(inwards) * step(ends))


def middle_mm(sacrum: SacrumBody) -> Floats:
    """The middle of the left void at the lower end of S1, shape (3,)."""
    arc = sacrum.junction_arcs_mm[:1]
    half_width, edge = (float(at(arc)[0]) for at in (sacrum.body_half_width_mm, sacrum.ala_half_width_mm))
    depth = DEPTH_SHARE * float(sacrum.body_half_depth_mm(np.zeros(1))[0])
    return sacrum.curve.point_mm(half_width + MIDDLE_SHARE * (edge - half_width), float(arc[0]), depth)
