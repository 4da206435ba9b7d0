"""The fixation of a case: its screw and one in L5, with as much of L5 resected as their heads need."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from geometry.anatomy import Anatomy
from geometry.construct import Construct, build_construct, refuse_two_sides
from geometry.errors import GeometryError
from geometry.lumbar.spine import LumbarPlan, build_lumbar, mean_lumbar
from geometry.planning.breach import acceptable
from geometry.rods import RodDesign
from geometry.screws.plan import plan_screw
from geometry.screws.preset import ScrewPreset
from geometry.screws.screw import Screw

LAMINA = "the lamina of L5 is resected with its facets: beside it the head would find no room"
# Chosen: clears a head of 13 mm by 1 mm.
SHORT_MM = 7.5
SHORT = f"the rods end {SHORT_MM:g} mm beyond the heads: longer ones of both sides would meet"
# A lower entry is looked for in these steps, and no further down (chosen: from there on it would be S2's).
LOWER_STEP_MM, LOWEST_MM = 1.0, 12.0


@dataclass(frozen=True, kw_only=True)
class Fixation:
    """A construct and what its surgeon should know.

    Attributes:
        construct: the screw of the case and one in L5, on both sides.
        findings: in words.
    """

    construct: Construct
    findings: tuple[str, ...]


def fixation(anatomy: Anatomy, preset: ScrewPreset, sex: str) -> Fixation:
    """The screw of this preset and one in the mean L5 of that sex.

    The facets of L5 are resected as in the operation; its lamina, where a head finds no room else.

    Raises:
        GeometryError: the sacrum is not alike on both sides; or heads find no room or no rod leads through
            them: the advice is the nearest lower entry from which they do.
    """
    refuse_two_sides(anatomy.sacrum)
    screw = plan_screw(anatomy, preset)
    try:
        return _fixation(anatomy, screw, sex)
    except GeometryError as error:
        advice = _lower_entry(anatomy, preset, screw, sex)
        if not advice:
            raise
        raise GeometryError(error.args[0], where="screw.entry_mm", advice=advice) from None


def _fixation(anatomy: Anatomy, screw: Screw, sex: str) -> Fixation:
    """The same for a screw where it is, by the first of `_ways` that leads to a construct."""
    refused: list[GeometryError] = []
    for plan, rod, told in _ways(sex):
        lumbar = build_lumbar(anatomy.sacrum, plan)
        try:
            construct = build_construct(anatomy, lumbar, {screw.kind: screw}, rod=rod)
        except GeometryError as error:
            refused.append(error)
        else:
            return Fixation(construct=construct, findings=(*told, *construct.findings))
    raise refused[0]


def _ways(sex: str) -> Iterator[tuple[LumbarPlan, RodDesign, tuple[str, ...]]]:
    """What is resected, the rods, and what is to be told of it: the usual first."""
    facets = replace(mean_lumbar(sex), l4=None, l5_facets="total")
    lamina = replace(facets, l5_laminectomy=True)
    yield facets, RodDesign(), ()
    yield lamina, RodDesign(), (LAMINA,)
    yield lamina, RodDesign(overhang_mm=SHORT_MM), (LAMINA, SHORT)


def _lower_entry(anatomy: Anatomy, preset: ScrewPreset, screw: Screw, sex: str) -> str:
    """The nearest entry further down from which the screw fits bone and construct, in words; "" if none."""
    x, y, z = screw.trajectory.entry_mm
    lower = LOWER_STEP_MM
    while lower <= LOWEST_MM:
        entry = (round(x, 1), round(y, 1), round(z - lower, 1))
        lower += LOWER_STEP_MM
        try:
            moved = plan_screw(anatomy, replace(preset, entry="", entry_mm=entry))
            _fixation(anatomy, moved, sex)
        except GeometryError:
            continue
        if acceptable(anatomy, moved, preset.exit):
            told = ", ".join(f"{part:g}" for part in entry)
            return f"From {z - entry[2]:.0f} mm further down it fits: entry_mm: [{told}]"
    return ""
