"""Ligaments of the lumbar levels: L5 to the sacrum, and L4 to L5."""

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.errors import GeometryError
from geometry.ligaments.ligament import Ligament, lines, on_surface
from geometry.lumbar.arch import canal_back_mm
from geometry.lumbar.level import Endplate, sacral_endplate
from geometry.lumbar.spine import Lumbar
from geometry.lumbar.vertebra import Vertebra
from geometry.mirror import ACROSS
from geometry.rays import crossings_mm
from geometry.sacrum.promise import SacrumBody

# Where lines of a ligament stand beside the midline, in mm (chosen: within the breadth of each).
FRONT_MM, BACK_MM, FLAVUM_MM = (-12.0, 0.0, 12.0), (-6.0, 0.0, 6.0), (-6.0, 6.0)
# Of the height of a lamina above and below its middle (chosen: near its edges).
LAMINA_SHARE = 0.4
# The interspinous ligament meets the spinous process so far in front of its tip; it and the supraspinous one
# meet the back of the crest so far below its top, so that both rise backwards, as their fibres do (evidence 5
# [V 156]); and how far down the top is looked for (chosen).
BEFORE_TIP_MM, BELOW_CREST_MM, CREST_REACH_MM = 12.0, (8.0, 16.0), 30.0
# Iliolumbar ligament: lines leave the transverse process so far apart (chosen: about its height).
PROCESS_MM = 4.0


def lumbar_ligaments(anatomy: Anatomy, lumbar: Lumbar) -> tuple[Ligament, ...]:
    """The ligaments of every level that stands; what hung on a resected arch is gone with it.

    The capsules of the facet joints run along the springs of the joints themselves and are left to them.
    """
    found = _columns(lumbar.l5, sacral_endplate(anatomy.sacrum), "l5s1", "sacrum")
    crest = _sacral_crest(anatomy.sacrum)
    roof = _sacral_roof(anatomy.sacrum)
    found += _arches(lumbar.l5, crest[1:], roof, "l5s1", "sacrum")
    found += _iliolumbar(anatomy, lumbar.l5)
    if lumbar.l4 is not None:
        found += _columns(lumbar.l4, lumbar.l5.upper, "l4l5", "l5")
        if not lumbar.l5.laminectomy:
            tip = lumbar.l5.landmarks["spinous_tip"]
            back = on_surface(lumbar.l5, np.array([tip - [0.0, BEFORE_TIP_MM, -8.0], tip]))
            found += _arches(lumbar.l4, back, _lamina(lumbar.l5, LAMINA_SHARE), "l4l5", "l5")
        found += _intertransverse(lumbar.l4, lumbar.l5)
    return tuple(found)


def _columns(above: Vertebra, below: Endplate, level: str, part: str) -> list[Ligament]:
    """Anterior and posterior longitudinal ligament between two endplates."""
    upper_part = f"l{level[1]}"
    return [
        Ligament(
            kind=kind,
            name=f"{kind}_{level}",
            first=upper_part,
            second=part,
            lines_mm=lines(_rim(above.lower, beside, side), _rim(below, beside, side)),
        )
        for kind, beside, side in (
            ("anterior_longitudinal", FRONT_MM, -1.0),
            ("posterior_longitudinal", BACK_MM, 1.0),
        )
    ]


def _rim(plate: Endplate, beside_mm: tuple[float, ...], side: float) -> Floats:
    """Points on the front (side -1) or the back of an endplate's rim, shape (k, 3)."""
    x = np.array(beside_mm)
    y = side * plate.half_depth_mm * np.sqrt(1.0 - (x / plate.half_width_mm) ** 2)
    return np.asarray(plate.centre_mm + x[:, None] * plate.axes[0] + y[:, None] * plate.axes[1])


def _arches(above: Vertebra, crest_mm: Floats, roof_mm: Floats, level: str, part: str) -> list[Ligament]:
    """Yellow, interspinous and supraspinous ligament; none after a laminectomy.

    Args:
        above: the upper vertebra.
        crest_mm: where the interspinous and the supraspinous one end below, shape (2, 3).
        roof_mm: where the yellow one ends below, shape (2, 3).
        level, part: names.
    """
    if above.laminectomy:
        return []
    tip = above.landmarks["spinous_tip"]
    under = on_surface(above, np.array([tip - [0.0, BEFORE_TIP_MM, 8.0]]))
    ends = (
        ("flavum", _lamina(above, -LAMINA_SHARE), roof_mm),
        ("interspinous", under, crest_mm[:1]),
        ("supraspinous", tip[None], crest_mm[1:]),
    )
    return [
        Ligament(
            kind=kind, name=f"{kind}_{level}", first=f"l{level[1]}", second=part, lines_mm=lines(first, last)
        )
        for kind, first, last in ends
    ]


def _lamina(vertebra: Vertebra, share: float) -> Floats:
    """Points on both laminae so much of their height above their middle, shape (2, 3)."""
    shape = vertebra.shape
    back = canal_back_mm(shape) + shape.canal_depth_mm
    own = [[x, back, -0.22 * shape.height_mm + share * shape.lamina_height_mm] for x in FLAVUM_MM]
    return on_surface(vertebra, vertebra.placement.point_mm(np.array(own)))


def _sacral_crest(sacrum: SacrumBody) -> Floats:
    """The top of the median crest and two points on its back below, shape (3, 3).

    Raises:
        GeometryError: nothing stands behind the canal of S1.
    """
    start, forwards = np.array([0.0, 70.0, 0.0]), np.array([0.0, -1.0, 0.0])
    for down in np.arange(4.0, CREST_REACH_MM):
        hits = crossings_mm(sacrum, start - [0.0, 0.0, down], forwards, 100.0)
        if len(hits) >= 4:
            places = [start - [0.0, hits[0], down]]
            for below in BELOW_CREST_MM:
                lower = start - [0.0, 0.0, down + below]
                places.append(lower + crossings_mm(sacrum, lower, forwards, 100.0)[0] * forwards)
            return np.array(places)
    raise GeometryError("the sacrum has no arch behind the canal of S1", where="anatomy.sacrum")


def _sacral_roof(sacrum: SacrumBody) -> Floats:
    """Points under the arch of S1, where the yellow ligament ends, shape (2, 3)."""
    top = _sacral_crest(sacrum)[0]
    return on_surface(sacrum, np.array([[x, top[1] - 4.0, top[2] - 4.0] for x in FLAVUM_MM]))


def _process(vertebra: Vertebra) -> Floats:
    """The tip of the left transverse process, shape (3,)."""
    shape = vertebra.shape
    middle = canal_back_mm(shape)
    own = np.array([0.5 * shape.transverse_span_mm - 3.0, middle + 15.0, 0.2 * shape.height_mm])
    return np.asarray(on_surface(vertebra, vertebra.placement.point_mm(own)[None])[0])


def _iliolumbar(anatomy: Anatomy, l5: Vertebra) -> list[Ligament]:
    """From the transverse process of L5 to the nearest bone of the iliac crest, on both sides."""
    tip = _process(l5)
    around = tip + PROCESS_MM * np.array([[0.0, 1, 0], [0.0, -1, 0], [0, 0, 1.0], [0, 0, -1.0]])
    outwards = np.array([10.0, 0.0, 0.0])
    left = Ligament(
        kind="iliolumbar",
        name="iliolumbar_left",
        first="l5",
        second="ilium_left",
        lines_mm=lines(on_surface(l5, around), on_surface(anatomy.ilium, around + outwards)),
    )
    return [left, left.mirrored()]


def _intertransverse(l4: Vertebra, l5: Vertebra) -> list[Ligament]:
    """Between the transverse processes of L4 and L5, on both sides."""
    ends = [_process(l4), _process(l5)]
    return [
        Ligament(
            kind="intertransverse",
            name=f"intertransverse_{side}",
            first="l4",
            second="l5",
            lines_mm=lines((ends[0] * hand)[None], (ends[1] * hand)[None]),
        )
        for side, hand in (("left", np.ones(3)), ("right", ACROSS))
    ]
