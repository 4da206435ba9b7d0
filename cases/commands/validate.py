"""`sacrofix validate`: published tests beside what is computed, misses included; resumable."""

import argparse
from pathlib import Path

from cases.commands.case_argument import add_out
from cases.commands.console import Console
from cases.commands.exits import INTERRUPTED
from cases.estimators import ESTIMATORS
from cases.faults import UsageError, exit_code
from cases.report.validation import validation_json, validation_page, validation_text
from cases.store import replace_file, write_json
from cases.studies.sweep_pool import Pool
from cases.studies.validation.run import GROUPS, Validation, run_validation
from cases.studies.validation.target import FAILED, tally
from cases.views.validation_chart import draw_validation
from geometry.errors import GateError

DEFAULT_OUT = Path("results") / "validation"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_out(parser)
    parser.add_argument("--only", choices=GROUPS, help="one group of tests (default: all)")
    parser.add_argument(
        "--scale",
        type=float,
        default=1.0,
        metavar="F",
        help="all element edges times this; 1 for numbers that are quoted (default: 1)",
    )
    parser.add_argument("--workers", type=int, metavar="N", help="processes (default: one per core)")
    parser.add_argument("--picture", type=Path, metavar="FILE.png", help="draw computed over measured")


def run(args: argparse.Namespace, console: Console) -> int:
    """Compute what is not finished yet and print the table; a miss is a result, what failed is a fault."""
    if not 0.3 <= args.scale <= 4.0:
        raise UsageError(f"--scale {args.scale:g} is outside 0.3 to 4", advice="Write --scale 1")
    out = args.out or DEFAULT_OUT
    groups = GROUPS if args.only is None else (args.only,)
    pool = Pool(workers=args.workers)
    study = run_validation(out, pool, groups=groups, scale=args.scale, report=console.stage)
    write_json(out / "result.json", validation_json(study))
    replace_file(out / "table.md", (validation_page(study) + "\n").encode())
    if args.picture is not None:
        _draw(study, args.picture)
    failed = tally(study.rows)[FAILED]
    code = INTERRUPTED if study.interrupted else exit_code(GateError("")) if failed else 0
    console.result(validation_text(study))
    console.result(f"\nresult in {out}")
    console.document({"ok": code == 0, "exit_code": code, "out": str(out), **validation_json(study)})
    return code


def _draw(study: Validation, target: Path) -> None:
    """Draw every row that was computed."""
    targets = list(dict.fromkeys(row.target for row in study.rows))
    tests = [(one.name, one.low / one.value, one.high / one.value) for one in targets]
    points: dict[str, list[tuple[int, float]]] = {}
    for row in study.rows:
        if row.ratio is not None:
            points.setdefault(row.by, []).append((targets.index(row.target), row.ratio))
    labels = {way: ESTIMATORS[way].label if way in ESTIMATORS else way for way in points}
    labels[""] = "no force: motion, stiffness, strain"
    draw_validation(tests, points, labels, target)
