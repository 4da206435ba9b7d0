"""`sacrofix sweep STUDY.yaml`: a grid of cases on all cores, resumable."""

import argparse

from cases.commands.case_argument import add_file, add_out, default_out
from cases.commands.console import Console
from cases.commands.exits import INTERRUPTED
from cases.load import read_sweep
from cases.report.density import sweep_warning
from cases.studies.sweep import SweepOutcome, run_sweep
from cases.studies.sweep_pool import Pool
from cases.studies.sweep_runners import numbers_only, with_fields


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_file(parser, "STUDY.yaml", "study file with study: sweep")
    add_out(parser)
    parser.add_argument("--workers", type=_positive, metavar="N", help="processes (default: one per core)")
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="run on a dask scheduler, such as tcp://host:8786; its workers must see the same folders",
    )
    parser.add_argument("--fields", action="store_true", help="keep stress and strain fields of every case")


def run(args: argparse.Namespace, console: Console) -> int:
    """Compute what is not finished yet, write the tables, and tell how it went."""
    sourced = read_sweep(args.file, args.set)
    console.opened(sourced.tree, sourced.doubts)
    out = default_out(args, sourced.value.name)
    pool = Pool(workers=args.workers, scheduler=args.scheduler)
    runner = with_fields if args.fields else numbers_only
    outcome = run_sweep(sourced.value, out, runner, pool, console.stage)
    code = _code(outcome)
    console.result(
        f"{outcome.count('ok')} of {outcome.total} cases computed ({outcome.reused} of them before), "
        f"{outcome.count('failed')} failed\ntables in {out}: table.csv, table.parquet"
    )
    far = sweep_warning(outcome.rows)
    if far:
        console.result(f"warning: {far}")
    if outcome.interrupted:
        console.note("interrupted; the same command goes on from here")
    console.document(
        {
            "ok": code == 0,
            "exit_code": code,
            "out": str(out),
            "total": outcome.total,
            "reused": outcome.reused,
            "interrupted": outcome.interrupted,
            "density_warnings": [far] if far else [],
            "rows": list(outcome.rows),
        }
    )
    return code


def _code(outcome: SweepOutcome) -> int:
    """0 if any case gave a result: failed ones are rows; else the code of the first failure."""
    if outcome.interrupted:
        return INTERRUPTED
    if outcome.count("ok") or not outcome.rows:
        return 0
    return int(outcome.rows[0]["exit_code"] or 1)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
