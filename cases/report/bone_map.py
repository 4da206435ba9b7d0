"""The density and the cortex of a case as tables and as plain values."""

import io
import textwrap
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from cases.measured_bone import MeasuredBone
from cases.schema import Case
from materials.templates import FAT_MG_CM3, T_SCORE_MAPS, TEMPLATES

WIDTH = 118
FOOT = (
    "Densities are QCT (K2HPO4) in mg/cm3. asked: as the map or the case has it. mean: of the region's core",
    "inside the shell, as CT measures it. min, max: of all of it inside the shell. SD: between people, as",
    "published. E: of bone of that mean. Marks: [V] verified, [D] derived, [R] recalled, [A] assumed; see",
    "docs/evidence.md.",
)


def bone_text(case: Case, bone: MeasuredBone) -> str:
    """The tables for a terminal, and how T-score and R were read."""
    page = io.StringIO()
    terminal = Console(file=page, width=WIDTH, color_system=None)
    terminal.print(_density_table(bone))
    terminal.print(_cortex_table(bone))
    tables = [line.rstrip() for line in page.getvalue().splitlines() if line.strip()]
    misfit = [f"L5 and L4 are left out: {bone.misfit}"] if bone.misfit else []
    return "\n".join([*_readings(case, bone), "", *tables, "", *FOOT, *misfit])


def _readings(case: Case, bone: MeasuredBone) -> list[str]:
    """How the case was read, in sentences."""
    asked = bone.material.asked
    scale, template = T_SCORE_MAPS[case.bone.t_score_map], TEMPLATES[case.bone.map]
    kept = f"{100.0 * asked.s1_body_mg_cm3 / template.s1_body_mg_cm3:.0f} % of what the map has at T 0"
    if case.bone.t_score is None:
        score = f"S1 body {asked.s1_body_mg_cm3:.0f} mg/cm3 as measured, {kept}: as at T {asked.t_score:.1f}"
    else:
        lumbar = scale.lumbar_mg_cm3(asked.t_score)
        score = f"T {asked.t_score:g} is read as {lumbar:.0f} mg/cm3 in lumbar bodies, {kept}"
    origin = (
        f"the map's {template.ala_to_body:g} at T 0, falling with exponent {case.bone.ala_loss_exponent:g}"
    )
    if case.bone.ala_to_body_ratio is not None:
        origin = "as the case has it"
    if bone.scanned:
        origin = "as the scan shows it"
    lines = [
        *(["Sacrum: density of the scan; the map stands for the other bones"] if bone.scanned else []),
        f"Map {case.bone.map}: {template.source}",
        f"{score} ({case.bone.t_score_map}: {scale.source})",
        f"R, ala over S1 body: asked {asked.ala_to_body:.3f} ({origin}), measured {bone.ala_to_body:.3f}",
    ]
    if asked.alar_void:
        void, empty, below = (100.0 * share for share in (bone.void_of_ala, asked.alar_void, bone.below_zero))
        lines += [
            f"Alar void, {void:.0f} % of the S1 ala: {empty:.0f} % of its bone replaced by fat of "
            f"{FAT_MG_CM3:g} mg/cm3",
            f"{below:.1f} % of the sacrum inside the shell lies below 0 mg/cm3: there fat outweighs bone",
        ]
    return [line for text in lines for line in textwrap.wrap(text, WIDTH, subsequent_indent="  ")]


def _density_table(bone: MeasuredBone) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("density", no_wrap=True)
    for title in ("asked", "mean", "min", "max", "SD", "volume", "E, MPa"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("source")
    before = ""
    for row in bone.regions:
        if row.part != before:
            table.add_row(row.part)
        before = row.part
        table.add_row(
            f"  {row.region}",
            "" if row.asked_mg_cm3 is None else f"{row.asked_mg_cm3:.0f}",
            *(f"{value:.0f}" for value in (row.mean_mg_cm3, row.low_mg_cm3, row.high_mg_cm3)),
            "" if row.sd_mg_cm3 is None else f"{row.sd_mg_cm3:.0f}",
            f"{100.0 * row.share:.1f} %",
            f"{row.young_mpa:.0f}",
            row.source,
        )
    return table


def _cortex_table(bone: MeasuredBone) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("cortex", no_wrap=True)
    for title in ("mm", "mean", "range", "surface"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("source")
    before = ""
    for row in bone.shells:
        if row.part != before:
            table.add_row(row.part)
        before = row.part
        low, high = row.range_mm
        table.add_row(
            f"  {row.region}",
            f"{row.thickness_mm:.2f}",
            f"{row.mean_mm:.2f}",
            f"{low:g}-{high:g}",
            f"{100.0 * row.share:.0f} %",
            row.source,
        )
    return table


def bone_json(case: Case, bone: MeasuredBone) -> dict[str, Any]:
    """The same as plain values."""
    asked = bone.material.asked
    scale = T_SCORE_MAPS[case.bone.t_score_map]
    return {
        "map": case.bone.map,
        "scanned": bone.scanned,
        "map_source": asked.source,
        "t_score": asked.t_score,
        "t_score_map": case.bone.t_score_map,
        "t_score_source": scale.source,
        "t_score_lumbar_mg_cm3": scale.lumbar_mg_cm3(asked.t_score),
        "s1_body_mg_cm3": asked.s1_body_mg_cm3,
        "ala_to_body_asked": asked.ala_to_body,
        "ala_to_body_measured": bone.ala_to_body,
        "alar_void": asked.alar_void,
        "void_of_ala_percent": 100.0 * bone.void_of_ala,
        "below_zero_percent": 100.0 * bone.below_zero,
        "density_law": case.bone.density_law,
        "lumbar_misfit": bone.misfit or None,
        "regions": [asdict(row) for row in bone.regions],
        "cortex": [asdict(row) for row in bone.shells],
    }
