"""`sacrofix sensitivity FILE.yaml`: how far the answer moves with what is not known; resumable."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from cases.commands.case_argument import add_file, add_out, default_out
from cases.commands.console import Console
from cases.commands.exits import INTERRUPTED
from cases.export.table import write_csv
from cases.faults import exit_code
from cases.load import Sourced, read_case, read_compare, study_kind
from cases.report.sensitivity import by_input, headlines, sensitivity_json, sensitivity_rows, sensitivity_text
from cases.schema import Case
from cases.schema_study import CompareStudy
from cases.store import PROVENANCE, provenance, write_case, write_json
from cases.studies.sensitivity.inputs import UncertainInput, asked_inputs
from cases.studies.sensitivity.run import Sensitivity, run_sensitivity, subject_of
from cases.studies.sweep_pool import Pool
from cases.views.tornado_chart import draw_tornado
from geometry.errors import GateError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_file(parser, "FILE.yaml", "case file, or study file with study: compare")
    add_out(parser)
    parser.add_argument(
        "--budget",
        type=int,
        default=300,
        metavar="N",
        help="solves allowed: first every input is moved alone, then all are drawn at once (default: 300)",
    )
    parser.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="KEY[=VALUES]",
        help="an uncertain key in place of the usual ones, with its range LOW:HIGH or its choices A,B; "
        "may be repeated",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the draws (default: 1)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes (default: one per core)")
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="run on a dask scheduler, such as tcp://host:8786; its workers must see the same folders",
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Compute what the budget allows and is not finished yet, write the numbers, and print the tables."""
    sourced = _read(args.file, args.set)
    console.trees.append(sourced.tree)
    subject = subject_of(sourced.value)
    inputs = asked_inputs(subject.first, args.input)
    _check_values(args.file, args.set, inputs)
    out = default_out(args, f"{subject.name}-sensitivity")
    pool = Pool(workers=args.workers, scheduler=args.scheduler)
    study = run_sensitivity(subject, inputs, out, args.budget, args.seed, pool, console.stage)
    _write(study, sourced.value, out)
    code = INTERRUPTED if study.interrupted else exit_code(GateError("")) if study.failed else 0
    console.result(sensitivity_text(study))
    console.result(f"\nresult in {out}")
    if study.interrupted:
        console.note("interrupted; the same command goes on from here")
    console.document({"ok": code == 0, "exit_code": code, "out": str(out), **sensitivity_json(study)})
    return code


def _read(path: Path, overrides: Sequence[str]) -> Sourced[Case] | Sourced[CompareStudy]:
    """The case or the comparison of a file."""
    return read_case(path, overrides) if study_kind(path) is None else read_compare(path, overrides)


def _check_values(path: Path, overrides: Sequence[str], inputs: Sequence[UncertainInput]) -> None:
    """Refuse a value that the key does not allow, with the message that it would get in the file."""
    for one in inputs:
        if not one.is_stray:
            for value in one.values:
                _read(path, [*overrides, f"{one.key}={value}"])


def _write(study: Sensitivity, source: Case | CompareStudy, out: Path) -> None:
    """Write numbers and pictures beside the cases."""
    write_json(out / "result.json", sensitivity_json(study))
    write_csv(out / "tornado.csv", sensitivity_rows(study))
    write_case(out / "case.yaml", source)
    write_json(out / PROVENANCE, provenance(source))
    (out / "pictures").mkdir(exist_ok=True)
    for number, output in enumerate(headlines(study.outputs)):
        axis = f"{output.quantity.label}, " + ("ratio" if output.unit == "1" else output.unit)
        moved = [(one.key, values) for one, values in by_input(study, output)]
        draw_tornado(output.title, axis, output.base, moved, out / "pictures" / f"tornado-{number + 1}.png")
