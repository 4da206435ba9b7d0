"""Checks against known answers as text and as JSON-ready values."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fem.peers import PEERS
from fem.peers.compare import Agreement
from fem.verification import Check


def verification_text(checks: Sequence[Check]) -> str:
    """A table for a terminal: one row a check."""
    widths = [max(len(getattr(check, name)) for check in checks) for name in ("case", "quantity", "source")]
    case, quantity, source = widths
    lines = [
        f"{'case':<{case}}  {'quantity':<{quantity}}  {'reference':>11}  {'computed':>11}  {'error':>9}  "
        f"{'':<4}  {'source':<{source}}".rstrip()
    ]
    lines += [
        f"{check.case:<{case}}  {check.quantity:<{quantity}}  {check.reference:>11.6g}  "
        f"{check.computed:>11.6g}  {100.0 * check.error:>7.3f} %  "
        f"{'pass' if check.passed else 'MISS'}  {check.source}"
        for check in checks
    ]
    missed = sum(not check.passed for check in checks)
    lines += ["", f"{len(checks)} checks, {missed or 'none'} missed"]
    return "\n".join(lines)


def agreement_text(agreements: Sequence[Agreement]) -> str:
    """What another engine says, for a terminal."""
    lines = []
    for one in agreements:
        lines += [
            f"{one.case} by {one.peer}: {'pass' if one.passed else 'MISS'}",
            f"  displacements   {one.displacement:.1e} apart, relative L2",
            f"  stiffness       {one.stiffness:+.1e} relative",
            f"  time            {one.ours_s:.1f} s here, {one.peer_s:.1f} s there",
        ]
        if PEERS[one.peer].constant_in_elements:
            lines.append("  material        one modulus in each element, here and there")
    return "\n".join(lines)


def verification_rows(checks: Sequence[Check]) -> list[dict[str, Any]]:
    """One row a check; a number that is none becomes null."""
    rows = [{**asdict(check), "error": check.error, "passed": check.passed} for check in checks]
    return [
        {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in row.items()
        }
        for row in rows
    ]
