"""`sacrofix view RESULT`: turn a result round, or save a picture of it."""

import argparse
import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from xml.etree.ElementTree import ParseError

import meshio

from cases.commands.console import Console
from cases.construct.directions import DIRECTIONS
from cases.faults import UsageError
from cases.views.construct_window import is_construct, show_construct
from cases.views.window import SHOWN_FIELDS, show_fields

# What a file that is damaged, or no result at all, makes the readers of VTU raise.
UNREADABLE = (SystemExit, meshio.ReadError, ParseError, KeyError, IndexError, ValueError)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("result", type=Path, metavar="RESULT", help="result folder, or one of its .vtu files")
    parser.add_argument(
        "--field", choices=list(SHOWN_FIELDS), default="von_mises_mpa", help="what colours the bone"
    )
    parser.add_argument(
        "--direction",
        choices=list(DIRECTIONS),
        help="of a construct: the load (default: flexion)",
    )
    parser.add_argument(
        "--screenshot", type=Path, metavar="FILE.png", help="save a picture, without a window"
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Show the fields of a result."""
    source = fields_file(args.result)
    target: Path | None = args.screenshot
    if target is not None and target.suffix.lower() != ".png":
        raise UsageError(f"{target} is no .png file", advice="Write --screenshot picture.png")
    if target is not None and not target.resolve().parent.is_dir():
        raise UsageError(
            f"there is no folder {target.resolve().parent}", advice="Make it, or choose another file"
        )
    if target is None and sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        raise UsageError("there is no screen for a window", advice="Add --screenshot picture.png")
    try:
        # meshio prints its complaints, and leaves the program
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            if is_construct(source):
                show_construct(source, args.field, args.direction, target)
            elif args.direction is not None:
                raise UsageError("--direction is of constructs; this is a pull-out", advice="Leave it out")
            else:
                show_fields(source, args.field, target)
    except UNREADABLE:
        console.trace()
        advice = "Compute it again with sacrofix run"
        raise UsageError(f"{source} cannot be read as a result", advice=advice) from None
    if target is not None:
        console.result(f"wrote {target}")
    console.document(
        {"ok": True, "source": str(source), "screenshot": None if target is None else str(target)}
    )
    return 0


def fields_file(result: Path) -> Path:
    """The file with the fields of a result; refuses a folder with none or with several to choose from."""
    if result.suffix == ".vtu" and result.is_file():
        return result
    if not result.is_dir():
        raise UsageError(f"{result} is no result folder and no .vtu file", advice="Name the --out of a run")
    files = sorted(result.glob("fields/*.vtu"))
    if not files:
        raise UsageError(
            f"{result} holds no fields", advice="Name the --out of a run, not a folder above or below it"
        )
    if len(files) > 1:
        names = ", ".join(str(file) for file in files[:20])
        raise UsageError(f"{result} holds several fields: {names}", advice="Name one of these files")
    return files[0]
