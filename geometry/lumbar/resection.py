"""What a surgeon takes off a vertebra from behind: inferior articular processes, spinous process, laminae."""

from collections.abc import Mapping, Sequence

import numpy as np

from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.lumbar.arch import canal_back_mm, row_of
from geometry.lumbar.level import Facet
from geometry.lumbar.shape import VertebraShape

# Top of the cut above the middle of the facet below, as a share of its height: takes the lower half of the
# process, or all of its articular part (chosen).
RESECTIONS: Mapping[str, float | None] = {"none": None, "partial": 0.0, "total": 0.62}
# The box of a facet resection: along the facet, in front of and behind it, and downwards (chosen: takes the
# whole process and its margin of lamina, leaves the spinous process).
ALONG_MM, FRONT_MM, BEHIND_MM, DOWN_MM = 12.0, 4.0, 13.0, 24.0
# Half-width of a laminectomy as a share of the canal's width: up to the medial edge of the facet joints.
LAMINECTOMY_SHARE = 0.40


def removed_boxes(
    shape: VertebraShape, facets_below: Sequence[Facet], facet_resection: str, laminectomy: bool
) -> list[list[Floats]]:
    """Boxes taken away on the left and on the right, in the bone's own frame drawn on its left side.

    Raises:
        GeometryError: no such facet resection.
    """
    if facet_resection not in RESECTIONS:
        raise GeometryError(
            f"no facet resection named {facet_resection!r}",
            where="anatomy.lumbar.facet_resection",
            advice=f"Choose one of {', '.join(RESECTIONS)}",
        )
    top = RESECTIONS[facet_resection]
    sides: list[list[Floats]] = [[], []]
    for boxes, facet in zip(sides, facets_below, strict=True):
        if top is not None:
            high = top * facet.height_mm
            centre = facet.point_mm(0.0, 0.5 * (BEHIND_MM - FRONT_MM), 0.5 * (high - DOWN_MM))
            sizes = (ALONG_MM, 0.5 * (BEHIND_MM + FRONT_MM), 0.5 * (high + DOWN_MM))
            boxes.append(row_of(centre, sizes, facet.axes))
        if laminectomy:
            front = canal_back_mm(shape) + 0.35 * shape.canal_depth_mm
            centre = np.array([0.0, front + 40.0, 0.0])
            boxes.append(row_of(centre, (LAMINECTOMY_SHARE * shape.canal_width_mm, 40.0, 60.0), np.eye(3)))
    return sides
