"""`sacrofix verify`: the solver against known answers."""

import argparse

from cases.commands.console import Console
from cases.faults import UsageError, exit_code, nearest
from cases.report.verification import verification_rows, verification_text
from fem.verification import PROBLEMS, Check
from geometry.errors import GateError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "problems", nargs="*", metavar="PROBLEM", help=f"one of {', '.join(PROBLEMS)}; default all"
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Solve every problem, print the table; exit code 6 if a check misses."""
    unknown = [name for name in args.problems if name not in PROBLEMS]
    if unknown:
        question = nearest(unknown[0], PROBLEMS)
        raise UsageError(
            f"no verification problem {unknown[0]!r}",
            advice=f"{question} Known: {', '.join(PROBLEMS)}".strip(),
        )
    checks: list[Check] = []
    for name in args.problems or PROBLEMS:
        console.stage(name)
        checks += PROBLEMS[name]()
    passed = all(check.passed for check in checks)
    code = 0 if passed else exit_code(GateError(""))
    console.result(verification_text(checks))
    console.document({"ok": passed, "exit_code": code, "checks": verification_rows(checks)})
    return code
