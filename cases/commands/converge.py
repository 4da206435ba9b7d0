"""`sacrofix converge CASE.yaml`: one case on several meshes."""

import argparse

from cases.commands.case_argument import add_file, add_out, default_out
from cases.commands.console import Console
from cases.faults import UsageError, exit_code
from cases.load import read_case
from cases.report.convergence import convergence_json, convergence_text
from cases.store import require_place
from cases.studies.converge import FACTORS, run_converge
from geometry.errors import GateError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_file(parser, "CASE.yaml", "case file, as written by sacrofix new")
    add_out(parser)
    parser.add_argument(
        "--factors",
        type=float,
        nargs="+",
        default=list(FACTORS),
        metavar="F",
        help="element edges as multiples of those of the case, three or more (default: %(default)s)",
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Compute the mesh study into its folder, and print its table; exit code 6 if it shows no order."""
    factors = sorted(set(args.factors))
    if len(factors) < 3 or factors[0] <= 0.0 or factors[-1] > 5.0 or factors[-1] < 1.3 * factors[0]:
        raise UsageError(
            f"--factors {' '.join(f'{factor:g}' for factor in args.factors)} makes no mesh study",
            advice="Give three or more, above 0 and up to 5, the largest at least 1.3 times the smallest",
        )
    sourced = read_case(args.file, args.set)
    console.opened(sourced.tree, sourced.doubts)
    out = default_out(args, f"{sourced.value.name}-converge")
    require_place(out)
    study = run_converge(sourced.value, out, factors, console.stage)
    code = 0 if study.order is not None else exit_code(GateError(""))
    console.result(convergence_text(study))
    console.result(f"\nresult in {out}")
    console.document({"ok": code == 0, "exit_code": code, "out": str(out), **convergence_json(study)})
    return code
