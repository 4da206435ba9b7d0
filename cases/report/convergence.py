"""A mesh study as text and as JSON-ready values."""

from dataclasses import asdict
from typing import Any

from cases.head_loads import LOADS
from cases.studies.converge import Convergence

EDGES = ("own", "half", "quarter")


def convergence_text(study: Convergence) -> str:
    """A table for a terminal, and what it says."""
    lines = [
        f"{'edges':>7}  {'edge mm':>8}  {'elements':>10}  {'unknowns':>10}  {'N/mm':>10}  "
        f"{'error: estimated':>17}  {'extrapolated':>13}"
    ]
    for point in study.points:
        true = study.true_error_percent(point)
        lines.append(
            f"{EDGES[point.halvings]:>7}  {point.edge_mm:>8.2f}  {point.elements:>10,}  "
            f"{point.unknowns:>10,}  {point.stiffness_n_per_mm:>10.0f}  "
            f"{point.estimated_error_percent:>15.1f} %  "
            + ("             -" if true is None else f"{true:>11.1f} %")
        )
    lines.append("")
    if study.order is None:
        lines.append("these meshes do not converge: the band is three times their spread")
    else:
        if study.observed_order is None:
            lines.append(
                f"order {study.order:g} of theory: two meshes show none, and have a band three times wider"
            )
        elif study.order == study.observed_order:
            lines.append(f"observed order {study.observed_order:.2f}")
        else:
            lines.append(
                f"observed order {study.observed_order:.2f}, {study.order:g} used (theory allows no more)"
            )
        lines.append(f"extrapolated stiffness: {study.extrapolated_n_per_mm:.0f} N/mm")
    band = f"{study.low_n_per_mm:.0f} to {study.high_n_per_mm:.0f} N/mm"
    lines.append(f"{LOADS[study.loading].label} stiffness without mesh error: {band}")
    return "\n".join(lines)


def convergence_json(study: Convergence) -> dict[str, Any]:
    """The same for a machine."""
    points = [
        {**asdict(point), "extrapolated_error_percent": study.true_error_percent(point)}
        for point in study.points
    ]
    return {**asdict(study), "points": points}
