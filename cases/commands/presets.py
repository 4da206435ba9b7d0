"""`sacrofix presets`: every screw preset, planned in a mean anatomy, as a table and as a picture."""

import argparse
from pathlib import Path

from cases.commands.console import Console
from cases.faults import UsageError
from cases.planned_presets import mean_anatomy, planned_presets
from cases.report.presets import presets_json, presets_text
from cases.views.presets_gallery import draw_presets
from geometry.sacrum.shape import SACRUM_SHAPES


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("--sex", choices=tuple(SACRUM_SHAPES), default="male", help="whose mean anatomy")
    parser.add_argument("--out", type=Path, metavar="FILE.png", help="draw a gallery of them too")


def run(args: argparse.Namespace, console: Console) -> int:
    """Plan and inspect all presets; draw them if asked to."""
    picture: Path | None = args.out
    if picture is not None and picture.suffix.lower() != ".png":
        raise UsageError(f"{picture} is no name for a PNG picture", advice="End it with .png")
    console.stage("planning")
    anatomy = mean_anatomy(args.sex)
    presets = planned_presets(anatomy)
    console.result(presets_text(presets, args.sex))
    if picture is not None:
        console.stage("drawing")
        draw_presets(anatomy, presets, picture)
        console.result(f"\nwrote {picture}")
    console.document(
        {
            "ok": True,
            "sex": args.sex,
            "sacral_slope_deg": anatomy.sacral_slope_deg,
            "picture": None if picture is None else str(picture),
            "presets": presets_json(presets),
        }
    )
    return 0
