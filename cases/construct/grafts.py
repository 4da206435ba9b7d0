"""Strut grafts of a construct: where they stand on what is left of S1 and L5, and what speaks against it."""

from collections.abc import Mapping, Sequence

import numpy as np

from cases.schema_construct import PlannedGraft
from geometry.arrays import Floats
from geometry.body_loss import LossVoid, front_plate
from geometry.construct import Construct
from geometry.errors import GeometryError
from geometry.lumbar.graft import LYING, Graft, GraftShape
from geometry.lumbar.level import sacral_endplate
from geometry.lumbar.spine import Lumbar
from geometry.sacrum.promise import SacrumBody

# Chosen: an end of which less stands on bone is told of; of which less than the second stands in the void.
FIRM_SHARE, LEAST_SHARE = 0.8, 0.1
# Which end of a graft stands on the body that a loss is of, by its part.
ENDS: Mapping[str, str] = {"sacrum": "foot", "l5": "head"}
# Sides along the spine of the blocks in the paper (evidence 0.1).
PUBLISHED_MM: Mapping[str, tuple[float, float]] = {"height_mm": (12.0, 16.0), "length_mm": (22.0, 26.0)}
PROBE_MM = 1.0


def grafted(lumbar: Lumbar, sacrum: SacrumBody, graft: PlannedGraft, losses: Sequence[LossVoid]) -> Lumbar:
    """The spine with both blocks between S1 and L5, or between the fronts of a flat loss of their bodies.

    A side along the spine that is not given is cut to fit where the default does not reach.

    Raises:
        GeometryError: blocks that do not fit, or that stand on nothing.
    """
    plates = {"sacrum": sacral_endplate(sacrum), "l5": lumbar.l5.lower}
    for void in losses:
        part = void.loss.body.part
        plates[part] = front_plate(void, plates[part]) or plates[part]
    shape = GraftShape(pose=graft.pose or LYING, **graft.given())
    if shape.upright not in graft.given():
        shape = shape.cut_to_fit(plates["sacrum"], plates["l5"])
    spine = lumbar.grafted(shape, plates["sacrum"], plates["l5"], in_loss=bool(losses))
    for void, share in _standing_shares(spine, losses):
        if not share >= LEAST_SHARE:
            end = ENDS[void.loss.body.part]
            raise GeometryError(
                f"nothing carries the grafts: {100.0 * share:.0f} % of a {end} stands on bone that is left",
                where="operation.graft",
                advice="Use a flat loss of both sides, which they follow, move them by apart_mm and back_mm, "
                f"or give bed_mm and {shape.upright} with which they reach bone",
            )
    return spine


def graft_findings(construct: Construct, losses: Sequence[LossVoid]) -> tuple[str, ...]:
    """What a surgeon should know of the grafts, in words; nothing without them."""
    lumbar, found = construct.lumbar, []
    for graft in lumbar.grafts[:1]:
        shape, (least, most) = graft.shape, PUBLISHED_MM[graft.shape.upright]
        if not least <= shape.upright_mm <= most:
            usual = f"those of the paper were {least:g} to {most:g} mm"
            found.append(f"the grafts are {shape.upright_mm:g} mm along the spine; {usual}")
        inside = _inside_mm(graft)
        for name, canal, plate, way in (
            ("sacral", construct.anatomy.sacrum.canal, sacral_endplate(construct.anatomy.sacrum), -1.0),
            ("L5", lumbar.l5.canal, lumbar.l5.lower, 1.0),
        ):
            # beyond the endplates canals run straight on, through the other bone
            own = inside[way * ((inside - plate.centre_mm) @ plate.axes[2]) > 0.0]
            depth = -float(canal(own).min(initial=np.inf))
            if depth > 0.0:
                found.append(f"the grafts reach {depth:.1f} mm into the {name} canal")
        for name, screw in construct.screws.items():
            reach = screw.trajectory.length_mm
            line = np.linspace(screw.tip_mm, screw.trajectory.entry_mm, int(reach / PROBE_MM))
            if (graft(line) < 0.5 * screw.diameter_mm).any():
                found.append(f"the {name} screw cuts into the grafts")
    for void, share in _standing_shares(lumbar, losses):
        if share < FIRM_SHARE:
            end = ENDS[void.loss.body.part]
            found.append(f"only {100.0 * share:.0f} % of the {end} of a graft stands on bone that is left")
    return tuple(found)


def _inside_mm(graft: Graft) -> Floats:
    """Points all through a block, shape (n, 3)."""
    low, high = graft.bounds_mm
    steps = [np.arange(low[k], high[k], PROBE_MM) for k in range(3)]
    points = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)
    return points[graft(points) < 0.0]


def _standing_shares(lumbar: Lumbar, losses: Sequence[LossVoid]) -> list[tuple[LossVoid, float]]:
    """For each loss the share of the end that stands on that body; of both sides the one with less."""
    return [
        (
            void,
            min(graft.standing_share(void.bone_left, ENDS[void.loss.body.part]) for graft in lumbar.grafts),
        )
        for void in losses
        if lumbar.grafts
    ]
