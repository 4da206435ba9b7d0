"""`sacrofix new NAME`: write a commented case file to start from."""

import argparse
from pathlib import Path

from cases.commands.console import Console
from cases.faults import UsageError
from cases.schema import NAME
from cases.template import CASES, commented_case


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("name", metavar="NAME", help="name of the case; the file is NAME.yaml in this folder")
    parser.add_argument(
        "--kind",
        choices=list(CASES),
        default=next(iter(CASES)),
        help="what to describe (default: %(default)s)",
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Write the file, unless it exists."""
    name = args.name.removesuffix(".yaml")
    if not NAME.fullmatch(name):
        advice = "Use up to 80 letters, digits, dots, dashes and underscores, without a folder"
        raise UsageError(f"{args.name!r} is not a name for a case", advice=advice)
    path = Path(f"{name}.yaml")
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(commented_case(name, args.kind))
    except FileExistsError:
        raise UsageError(f"{path} exists and is left as it is", advice="Choose another name") from None
    console.result(f"wrote {path}; next: sacrofix check {path}")
    console.document({"ok": True, "file": str(path)})
    return 0
