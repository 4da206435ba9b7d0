"""`sacrofix converge CASE.yaml`: one case on finer meshes."""

import argparse

from cases.commands.case_argument import add_file, add_out, default_out
from cases.commands.console import Console
from cases.faults import UsageError, exit_code
from cases.load import read_case
from cases.report.convergence import convergence_json, convergence_text
from cases.store import require_place
from cases.studies.converge import run_converge
from geometry.errors import GateError

# Chosen: a third would take half a thousand times the elements.
MOST_HALVINGS = 2


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_file(parser, "CASE.yaml", "case file, as written by sacrofix new")
    add_out(parser)
    parser.add_argument(
        "--halvings",
        type=int,
        default=1,
        metavar="N",
        help="how often the edges of the case's mesh are halved; each takes eight times the elements, and "
        "two show an order of convergence (default: %(default)s)",
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Compute the mesh study into its folder, and print its table; exit code 6 without convergence."""
    if not 1 <= args.halvings <= MOST_HALVINGS:
        raise UsageError(
            f"--halvings {args.halvings} makes no mesh study",
            advice=f"Give 1 to {MOST_HALVINGS}, and --set mesh.scale=2 for coarser meshes to start from",
        )
    sourced = read_case(args.file, args.set)
    console.opened(sourced.tree, sourced.doubts)
    out = default_out(args, f"{sourced.value.name}-converge")
    require_place(out)
    study = run_converge(sourced.value, out, args.halvings, console.stage)
    code = 0 if study.order is not None else exit_code(GateError(""))
    console.result(convergence_text(study))
    console.result(f"\nresult in {out}")
    console.document({"ok": code == 0, "exit_code": code, "out": str(out), **convergence_json(study)})
    return code
