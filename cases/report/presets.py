"""The screw presets as a table and as plain values."""

import io
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from cases.planned_presets import PlannedPreset, PresetPlans

WIDTH = 118
FOOT = (
    "Angles: lateral / caudal in degrees, to the S1 endplate and to the axial plane, standing; negative is",
    "medial or cranial. Margin: bone over the wall at its thinnest, away from the entry. Grades A to E: 0,",
    "2, 4, 6 mm and more of wall out of bone.",
)


def presets_text(plans: PresetPlans, bones: str) -> str:
    """The table for a terminal, what is refused and why, and the sources; `bones` says whose they are."""
    presets = plans.planned
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for title in ("preset", "kind"):
        table.add_column(title, no_wrap=True)
    for title in ("size", "to endplate", "to axial", "in bone", "margin"):
        table.add_column(title, justify="right", no_wrap=True)
    for title in ("grade", ""):
        table.add_column(title, no_wrap=True)
    for one in presets:
        table.add_row(
            one.name,
            one.preset.kind,
            size_text(one),
            angles_text(one.endplate_deg),
            angles_text(one.axial_deg),
            f"{one.report.length_inside_mm:.0f} mm",
            f"{one.report.wall_margin_mm:.1f} mm",
            one.report.grade,
            "fits" if one.report.acceptable else "refused",
        )
    page = io.StringIO()
    Console(file=page, width=WIDTH, color_system=None).print(table)
    refused = [line for one in presets if not one.report.acceptable for line in _refusal(one)]
    refused += [f"{name} has no plan: {why}." for name, why in plans.unplanned.items()]
    sources = [
        "Sources (rows of docs/evidence.md):",
        *(f"  {one.name}: {one.preset.source}" for one in presets),
    ]
    lines = [
        f"The screw presets in {bones}",
        *page.getvalue().rstrip().splitlines(),
        "",
        *FOOT,
        "",
        *([*refused, ""] if refused else []),
        *sources,
    ]
    return "\n".join(line.rstrip() for line in lines)


def presets_json(presets: Sequence[PlannedPreset]) -> list[dict[str, Any]]:
    """One flat row per preset."""
    return [
        {
            "preset": one.name,
            "kind": one.preset.kind,
            "exit": one.preset.exit,
            "entry": one.preset.entry,
            "entry_mm": list(one.screw.trajectory.entry_mm),
            "diameter_mm": one.screw.diameter_mm,
            "length_mm": one.screw.trajectory.length_mm,
            "endplate_lateral_deg": one.endplate_deg[0],
            "endplate_caudal_deg": one.endplate_deg[1],
            "axial_lateral_deg": one.axial_deg[0],
            "axial_caudal_deg": one.axial_deg[1],
            "length_inside_mm": one.report.length_inside_mm,
            "wall_margin_mm": one.report.wall_margin_mm,
            "grade": one.report.grade,
            "fits": one.report.acceptable,
            "breaches": list(one.report.breaches),
            "nearest": one.nearest or None,
            "source": one.preset.source,
        }
        for one in presets
    ]


def size_text(one: PlannedPreset) -> str:
    """Diameter and length of the screw as planned."""
    return f"{one.screw.diameter_mm:g} x {one.screw.trajectory.length_mm:.0f} mm"


def angles_text(angles_deg: tuple[float, float]) -> str:
    """Lateral and caudal angle, to the degree."""
    # an angle that rounds to nothing has no sign
    return " / ".join(f"{round(angle) + 0:d}" for angle in angles_deg)


def _refusal(one: PlannedPreset) -> tuple[str, str]:
    nearest = one.nearest or "No plan near it fits"
    return f"{one.name} is refused: it {'; '.join(one.report.breaches)}.", f"  {nearest}."
