"""`sacrofix verify`: the solver against known answers, or against another engine on a case."""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from cases.build import lost_share, mesh_plan, model_at, plan_case, set_up
from cases.commands.case_argument import add_set
from cases.commands.console import Console
from cases.faults import UsageError, exit_code, nearest
from cases.load import read_case
from cases.report.verification import agreement_text, verification_rows, verification_text
from fem.peers import PEERS
from fem.peers.compare import agreement_with
from fem.verification import PROBLEMS, Check
from geometry.errors import GateError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "subjects",
        nargs="*",
        metavar="PROBLEM",
        help=f"{', '.join(PROBLEMS)}; default all. With --against: one case file",
    )
    parser.add_argument("--against", metavar="PEER", help=f"another engine: {' or '.join(PEERS)}")
    add_set(parser)


def run(args: argparse.Namespace, console: Console) -> int:
    """Print a table of differences; exit code 6 if one is too large."""
    if args.against is None:
        return _known_answers(args.subjects, console)
    _require_known(args.against, PEERS, "engine")
    if len(args.subjects) != 1:
        raise UsageError("--against takes one case file", advice="sacrofix verify --against sfepy CASE.yaml")
    return _against(args.against, Path(args.subjects[0]), args.set, console)


def _known_answers(names: Sequence[str], console: Console) -> int:
    """Solve every problem that is named, or all."""
    for name in names:
        _require_known(name, PROBLEMS, "verification problem")
    checks: list[Check] = []
    for name in names or PROBLEMS:
        console.stage(name)
        checks += PROBLEMS[name]()
    passed = all(check.passed for check in checks)
    code = 0 if passed else exit_code(GateError(""))
    console.result(verification_text(checks))
    console.document({"ok": passed, "exit_code": code, "checks": verification_rows(checks)})
    return code


def _against(peer: str, file: Path, overrides: Sequence[str], console: Console) -> int:
    """Solve the case here and in the peer, on one mesh with one material."""
    sourced = read_case(file, overrides)
    console.opened(sourced.tree, sourced.doubts)
    console.stage("meshing")
    plan = plan_case(sourced.value)
    setup = set_up(plan, mesh_plan(plan))
    model = model_at(setup, lost_share(setup, sourced.value.body_loss.percent))
    console.stage(f"solving {3 * len(setup.mesh.nodes_mm)} unknowns by {peer}, then here")
    agreements = agreement_with(peer, model)
    passed = all(agreement.passed for agreement in agreements)
    code = 0 if passed else exit_code(GateError(""))
    console.result(agreement_text(agreements))
    rows = [{**asdict(one), "passed": one.passed} for one in agreements]
    console.document({"ok": passed, "exit_code": code, "agreements": rows})
    return code


def _require_known(name: str, known: Iterable[str], what: str) -> None:
    """Refuse a name that is not in the list."""
    if name not in known:
        question = nearest(name, known)
        raise UsageError(f"no {what} {name!r}", advice=f"{question} Known: {', '.join(known)}".strip())
