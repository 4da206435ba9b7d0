"""Every screw preset, planned in an anatomy and inspected."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from geometry.anatomy import Anatomy, build_anatomy
from geometry.errors import GeometryError
from geometry.frame import axial_angles_deg
from geometry.pelvis.ilium_shape import ILIUM_SHAPES
from geometry.planning.breach import BreachReport, inspect
from geometry.planning.nearest import nearest_plan
from geometry.sacrum.shape import SACRUM_SHAPES
from geometry.screws.plan import PRESETS, plan_screw
from geometry.screws.preset import ScrewPreset
from geometry.screws.screw import Screw


@dataclass(frozen=True, kw_only=True)
class PlannedPreset:
    """A preset in an anatomy.

    Attributes:
        name: row of `geometry.screws.PRESETS`.
        preset: that row.
        screw: as planned.
        endplate_deg, axial_deg: its lateral and caudal angles to the S1 endplate and to the axial plane.
        report: what it meets.
        nearest: the nearest plan that fits, in words; "" if it fits itself, or none is in reach.
    """

    name: str
    preset: ScrewPreset
    screw: Screw
    endplate_deg: tuple[float, float]
    axial_deg: tuple[float, float]
    report: BreachReport
    nearest: str


@dataclass(frozen=True, kw_only=True)
class PresetPlans:
    """The presets in an anatomy.

    Attributes:
        planned: in the order of the table.
        unplanned: why the others have no plan at all there, by name.
    """

    planned: tuple[PlannedPreset, ...]
    unplanned: Mapping[str, str]


def mean_anatomy(sex: str) -> Anatomy:
    """The mean bones of "male" or "female"."""
    return build_anatomy(SACRUM_SHAPES[sex], ILIUM_SHAPES[sex])


def planned_presets(anatomy: Anatomy) -> PresetPlans:
    """All presets in this anatomy."""
    planned, unplanned = [], {}
    for name in PRESETS:
        try:
            planned.append(_planned(anatomy, name))
        except GeometryError as error:
            unplanned[name] = str(error)
    return PresetPlans(planned=tuple(planned), unplanned=MappingProxyType(unplanned))


def _planned(anatomy: Anatomy, name: str) -> PlannedPreset:
    preset = PRESETS[name]
    screw = plan_screw(anatomy, preset)
    report = inspect(anatomy, screw, preset.exit)
    found = None if report.acceptable else nearest_plan(anatomy, preset)
    angles = screw.trajectory.lateral_deg, screw.trajectory.caudal_deg
    return PlannedPreset(
        name=name,
        preset=preset,
        screw=screw,
        endplate_deg=angles,
        axial_deg=axial_angles_deg(*angles, sacral_slope_deg=anatomy.sacral_slope_deg),
        report=report,
        nearest="" if found is None else found.text(),
    )
