"""A mesh study as text and as JSON-ready values."""

from dataclasses import asdict
from typing import Any

from cases.studies.converge import Convergence


def convergence_text(study: Convergence) -> str:
    """A table for a terminal, and what it says."""
    lines = [
        f"{'scale':>6}  {'edge mm':>8}  {'elements':>10}  {'unknowns':>10}  {'N/mm':>10}  "
        f"{'error: estimated':>17}  {'extrapolated':>13}"
    ]
    for point in study.points:
        true = study.true_error_percent(point)
        lines.append(
            f"{point.scale:>6g}  {point.edge_mm:>8.2f}  {point.elements:>10,}  {point.unknowns:>10,}  "
            f"{point.stiffness_n_per_mm:>10.0f}  {point.estimated_error_percent:>15.1f} %  "
            + ("             -" if true is None else f"{true:>11.1f} %")
        )
    lines.append("")
    if study.observed_order is None or study.order is None:
        lines.append("these meshes show no order of convergence: the band is three times their spread")
    else:
        used = (
            "" if study.order == study.observed_order else f", {study.order:g} used (theory allows no more)"
        )
        lines.append(f"observed order {study.observed_order:.2f}{used}")
        lines.append(f"extrapolated stiffness: {study.extrapolated_n_per_mm:.0f} N/mm")
    lines.append(f"stiffness without mesh error: {study.low_n_per_mm:.0f} to {study.high_n_per_mm:.0f} N/mm")
    return "\n".join(lines)


def convergence_json(study: Convergence) -> dict[str, Any]:
    """The same for a machine."""
    points = [
        {**asdict(point), "extrapolated_error_percent": study.true_error_percent(point)}
        for point in study.points
    ]
    return {**asdict(study), "points": points}
