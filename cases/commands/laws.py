"""`sacrofix laws`: every density law as a table, and as a chart of how far they disagree."""

import argparse
from pathlib import Path

from cases.commands.console import Console
from cases.faults import UsageError
from cases.report.laws import laws_json, laws_text
from cases.views.laws_chart import draw_laws
from materials.conversions import ASH_OVER_APPARENT, Conversion


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "--ash-over-apparent",
        choices=tuple(ASH_OVER_APPARENT),
        default="schileo2008",
        help="ratio of the two densities, as bone.ash_over_apparent in a case (default: %(default)s)",
    )
    parser.add_argument("--picture", type=Path, metavar="FILE.png", help="draw them over density too")


def run(args: argparse.Namespace, console: Console) -> int:
    """Print the laws; draw them if asked to."""
    picture: Path | None = args.picture
    ratio: str = args.ash_over_apparent
    if picture is not None and picture.suffix.lower() != ".png":
        raise UsageError(f"{picture} is no name for a PNG picture", advice="End it with .png")
    console.result(laws_text(ratio))
    if picture is not None:
        draw_laws(Conversion(ash_over_apparent=ASH_OVER_APPARENT[ratio].ratio), picture)
        console.result(f"\nwrote {picture}")
    console.document({"ok": True, "picture": None if picture is None else str(picture), **laws_json(ratio)})
    return 0
