"""`sacrofix compare STUDY.yaml`: one screw after another, at one body loss after another."""

import argparse

from cases.commands.case_argument import add_file, add_out, default_out
from cases.commands.console import Console
from cases.construct.compare import compare_constructs
from cases.faults import exit_code
from cases.load import case_kind, read_compare, read_construct_study
from cases.report.construct import constructs_text, limits_of
from cases.report.table import comparison_json, comparison_text
from cases.schema_construct import CONSTRUCT
from cases.store import require_place
from cases.studies.compare import run_compare
from geometry.errors import GateError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_file(parser, "STUDY.yaml", "study file with study: compare")
    add_out(parser)


def run(args: argparse.Namespace, console: Console) -> int:
    """Compute the comparison into its folder, and print its table."""
    if case_kind(args.file, args.set) == CONSTRUCT:
        return _compare_constructs(args, console)
    sourced = read_compare(args.file, args.set)
    console.opened(sourced.tree, sourced.doubts)
    out = default_out(args, sourced.value.name)
    require_place(out)
    comparison = run_compare(sourced.value, out, console.stage)
    # a table with holes is worth reading, but it is no success
    code = 0 if not comparison.failures else exit_code(GateError(""))
    console.result(comparison_text(comparison))
    console.result(f"\nresult in {out}; see it with: sacrofix view {out}")
    console.document({"ok": code == 0, "exit_code": code, "out": str(out), **comparison_json(comparison)})
    return code


def _compare_constructs(args: argparse.Namespace, console: Console) -> int:
    """The same for constructs."""
    sourced = read_construct_study(args.file, args.set)
    console.opened(sourced.tree, sourced.doubts)
    out = default_out(args, sourced.value.name)
    require_place(out)
    comparison = compare_constructs(sourced.value, out, console.stage)
    console.result(constructs_text(comparison))
    console.result(f"\nresult in {out}, with fields to open in ParaView and pictures")
    code = 0 if not comparison.failures else exit_code(GateError(""))
    console.document(
        {
            "ok": code == 0,
            "exit_code": code,
            "out": str(out),
            **comparison.as_json(),
            "limits": " ".join(limits_of(comparison.rows[0].result)),
        }
    )
    return code
