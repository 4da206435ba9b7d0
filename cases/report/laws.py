"""The density laws as a table and as plain values: what they say, and how far they disagree."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from materials.conversions import APPARENT, ASH_OVER_APPARENT, Conversion
from materials.laws import LAWS, STRENGTH_LAWS
from materials.laws.disputes import DISPUTES, Dispute
from materials.laws.law import PrintedLaw
from materials.laws.measured import CALF_LUMBOSACRAL
from materials.tables import TRABECULAR_FLOOR_MPA
from materials.yield_strains import ULTIMATE_STRAINS, YIELD_STRAINS

WIDTH = 122
# Osteoporosis begins below 80 mg/cm3 (evidence 3.3); 227 is the S1 body in clinical scans, 300 the ala of
# young men (evidence 3.2).
DENSITIES_MG_CM3 = (80.0, 150.0, 227.0, 300.0)
# Where readings in dispute are compared: the middle of the densities above.
DISPUTED_AT_MG_CM3 = 150.0
FOOT = (
    "Last columns: MPa at that QCT density in mg/cm3 (K2HPO4-equivalent), * outside the range of the law.",
    "Marks: [V n] seen in source n of docs/evidence.md 13; [R-H], [R-M] recalled, high or medium confidence;",
    f"[A] assumed. A modulus below {TRABECULAR_FLOOR_MPA:g} MPa is raised to that.",
)


def laws_text(ratio: str) -> str:
    """The tables for a terminal, with ash over apparent density from that row of `ASH_OVER_APPARENT`."""
    conversion = Conversion(ash_over_apparent=ASH_OVER_APPARENT[ratio].ratio)
    moduli = [law.converted(conversion) for law in LAWS.values()]
    strengths = [law.converted(conversion) for law in STRENGTH_LAWS.values()]
    page = io.StringIO()
    terminal = Console(file=page, width=WIDTH, color_system=None)
    terminal.print(_table("Young's modulus", moduli, digits=0))
    terminal.print(_table("strength", strengths, digits=1))
    lines = [line.rstrip() for line in page.getvalue().splitlines()]
    # every table begins and ends with an empty line: one is enough
    kept = [line for line, before in zip(lines, ["x", *lines], strict=False) if line or before]
    return "\n".join(
        [
            f"Density laws; ash over apparent density {conversion.ash_over_apparent:g} ({ratio})",
            *kept,
            *FOOT,
            "",
            "Strain in %, compression and tension:",
            *_strains(),
            "",
            f"In dispute, at {DISPUTED_AT_MG_CM3:g} mg/cm3:",
            *(line for dispute in DISPUTES for line in _dispute(dispute, conversion)),
            *_ratios(),
            "",
            *_measured(),
            "",
            "Sources:",
            # a law of modulus and one of strength often share their paper
            *dict.fromkeys(f"  {law.name}: {_source(law)}" for law in (*moduli, *strengths)),
        ]
    )


def laws_json(ratio: str) -> dict[str, Any]:
    """The same as plain values."""
    conversion = Conversion(ash_over_apparent=ASH_OVER_APPARENT[ratio].ratio)
    return {
        "ash_over_apparent": ratio,
        "ash_over_apparent_choices": {name: asdict(row) for name, row in ASH_OVER_APPARENT.items()},
        "modulus_laws": [_row(law.converted(conversion)) for law in LAWS.values()],
        "strength_laws": [_row(law.converted(conversion)) for law in STRENGTH_LAWS.values()],
        "yield_strains": {name: asdict(strain) for name, strain in YIELD_STRAINS.items()},
        "ultimate_strains": {name: asdict(strain) for name, strain in ULTIMATE_STRAINS.items()},
        "disputes": [asdict(dispute) for dispute in DISPUTES],
        "measured": asdict(CALF_LUMBOSACRAL),
    }


def _table(title: str, laws: Sequence[PrintedLaw], digits: int) -> Table:
    """One table: the formula of each law, the densities it holds for, and what it says."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(title, no_wrap=True)
    table.add_column("rho in g/cm3", min_width=24, max_width=24)
    for heading in ("of", "mark"):
        table.add_column(heading, no_wrap=True)
    table.add_column("mg/cm3 of QCT", no_wrap=True)
    for density in DENSITIES_MG_CM3:
        table.add_column(f"{density:g}", justify="right", no_wrap=True, min_width=5)
    for law in laws:
        low, high = law.valid_mg_cm3
        table.add_row(
            law.name,
            str(law.curve),
            law.density_kind,
            _literal(law.formula_mark),
            _literal(f"{low:>3.0f} to {high:<4.0f} {law.range_mark}"),
            *(_value(law, density, digits) for density in DENSITIES_MG_CM3),
        )
    return table


def _strains() -> list[str]:
    """A line for each strain at yield, and at the highest stress."""
    return [
        f"  {name:<24}{what:<9}{_spread(strain.compression, strain.compression_sd):<14}"
        f"{_spread(strain.tension, strain.tension_sd):<14}{strain.source}"
        for what, strains in (("yield", YIELD_STRAINS), ("ultimate", ULTIMATE_STRAINS))
        for name, strain in strains.items()
    ]


def _literal(text: str) -> str:
    """The text as rich prints it whole: it takes words in brackets for orders."""
    return text.replace("[", "\\[")


def _spread(mean: float, sd: float | None) -> str:
    return f"{100 * mean:.2f}" + ("" if sd is None else f" +- {100 * sd:.2f}")


def _value(law: PrintedLaw, density_mg_cm3: float, digits: int) -> str:
    """The law at one density, starred outside its range."""
    low, high = law.valid_mg_cm3
    star = " " if low <= density_mg_cm3 <= high else "*"
    return f"{_at(law, density_mg_cm3):.{digits}f}{star}"


def _at(law: PrintedLaw, density_mg_cm3: float) -> float:
    return float(law.at_mpa(np.array(density_mg_cm3)))


def _source(law: PrintedLaw) -> str:
    """Site, paper and doubt."""
    return "; ".join(filter(None, (law.site, law.source, law.doubt)))


def _dispute(dispute: Dispute, conversion: Conversion) -> list[str]:
    """What is in doubt, and what each reading says."""
    lines = [f"  {dispute.about}: {dispute.readings}"]
    if dispute.laws:
        lines.append(f"    modulus: {_said(dispute.laws, LAWS, conversion, 0)}")
    if dispute.strength_laws:
        lines.append(f"    strength: {_said(dispute.strength_laws, STRENGTH_LAWS, conversion, 1)}")
    return lines


def _said(names: Sequence[str], table: Mapping[str, PrintedLaw], conversion: Conversion, digits: int) -> str:
    """What these laws say at the density of disputes."""
    values = [(name, _at(table[name].converted(conversion), DISPUTED_AT_MG_CM3)) for name in names]
    return ", ".join(f"{name} {value:.{digits}f}" for name, value in values) + " MPa"


def _ratios() -> list[str]:
    """What ash over apparent density does to the laws of apparent density."""
    names = [name for name, law in LAWS.items() if law.density_kind == APPARENT]
    lines = ["  ash over apparent density, bone.ash_over_apparent:"]
    for name, row in ASH_OVER_APPARENT.items():
        conversion = Conversion(ash_over_apparent=row.ratio)
        lines += [
            f"    {name}: {row.ratio:g}, {row.source}",
            f"      modulus: {_said(names, LAWS, conversion, 0)}",
        ]
    return lines


def _measured() -> list[str]:
    """The bone that was measured in every kind of density."""
    one = CALF_LUMBOSACRAL
    densities = (
        f"QCT {_pair(one.qct_mg_cm3)}, ash {_pair(one.ash_mg_cm3)}, apparent {_pair(one.apparent_mg_cm3)}"
    )
    return [
        f"Measured in {one.source}:",
        f"  {densities} mg/cm3; modulus {_pair(one.young_mpa)}, strength {_pair(one.strength_mpa)} MPa",
    ]


def _pair(mean_and_sd: tuple[float, float]) -> str:
    mean, sd = mean_and_sd
    return f"{mean:g} +- {sd:g}"


def _row(law: PrintedLaw) -> dict[str, Any]:
    """A law as plain values."""
    return {
        "name": law.name,
        "formula": str(law.curve),
        "density_kind": law.density_kind,
        "site": law.site,
        "valid_g_cm3": list(law.valid_g_cm3),
        "valid_qct_mg_cm3": list(law.valid_mg_cm3),
        "mpa_at_qct_mg_cm3": {f"{density:g}": _at(law, density) for density in DENSITIES_MG_CM3},
        "source": law.source,
        "formula_mark": law.formula_mark,
        "range_mark": law.range_mark,
        "doubt": law.doubt,
    }
