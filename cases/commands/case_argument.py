"""The arguments that every verb on a file shares."""

import argparse
from pathlib import Path

RESULTS = Path("results")


def add_file(parser: argparse.ArgumentParser, metavar: str, about: str) -> None:
    """Declare the file and its overrides: `args.file`, `args.set`."""
    parser.add_argument("file", type=Path, metavar=metavar, help=about)
    add_set(parser)


def add_set(parser: argparse.ArgumentParser) -> None:
    """Declare overrides of keys: `args.set`."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change one key, such as --set screw.length_mm='5 cm'; may be repeated",
    )


def add_out(parser: argparse.ArgumentParser) -> None:
    """Declare the folder for results: `args.out`."""
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help=f"folder for the result (default: {RESULTS}/NAME)"
    )


def default_out(args: argparse.Namespace, name: str) -> Path:
    """The folder the user chose, or the one named after the case."""
    chosen: Path | None = args.out
    return RESULTS / name if chosen is None else chosen
