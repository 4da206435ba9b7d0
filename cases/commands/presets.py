"""`sacrofix presets [CASE.yaml]`: every screw preset, planned in a mean anatomy or in the bones of a case."""

import argparse
from pathlib import Path

from cases.build import case_anatomy
from cases.commands.case_argument import add_set
from cases.commands.console import Console
from cases.faults import UsageError
from cases.load import read_case
from cases.planned_presets import mean_anatomy, planned_presets
from cases.report.presets import presets_json, presets_text
from cases.views.presets_gallery import draw_presets
from geometry.anatomy import Anatomy
from geometry.sacrum.shape import SACRUM_SHAPES


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="CASE.yaml", help="whose bones (default: a mean anatomy)"
    )
    add_set(parser)
    parser.add_argument("--sex", choices=tuple(SACRUM_SHAPES), help="whose mean anatomy (default: male)")
    parser.add_argument("--out", type=Path, metavar="FILE.png", help="draw a gallery of them too")


def run(args: argparse.Namespace, console: Console) -> int:
    """Plan and inspect all presets; draw them if asked to."""
    picture: Path | None = args.out
    if picture is not None and picture.suffix.lower() != ".png":
        raise UsageError(f"{picture} is no name for a PNG picture", advice="End it with .png")
    console.stage("planning")
    anatomy, bones, sex = _bones(args, console)
    plans = planned_presets(anatomy)
    console.result(presets_text(plans, bones))
    if picture is not None:
        console.stage("drawing")
        draw_presets(anatomy, plans.planned, picture)
        console.result(f"\nwrote {picture}")
    console.document(
        {
            "ok": True,
            "sex": sex,
            "bones": bones,
            "sacral_slope_deg": anatomy.sacral_slope_deg,
            "picture": None if picture is None else str(picture),
            "presets": presets_json(plans.planned),
            "unplanned": dict(plans.unplanned),
        }
    )
    return 0


def _bones(args: argparse.Namespace, console: Console) -> tuple[Anatomy, str, str]:
    """The bones to plan in, whose they are in words, and their sex."""
    if args.file is None:
        if args.set:
            raise UsageError("--set changes keys of a case", advice="Name the case file too")
        sex = args.sex or "male"
        return mean_anatomy(sex), f"the mean {sex} anatomy", sex
    if args.sex is not None:
        raise UsageError("--sex beside a case, which has its own", advice="Use --set anatomy.sex=...")
    sourced = read_case(args.file, args.set)
    console.trees.append(sourced.tree)
    case = sourced.value
    where = f"the bones of {case.name}, on the {case.screw.side}"
    if case.screw.side == "right":
        where += " (drawn and numbered as on the left)"
    return case_anatomy(case), where, case.anatomy.sex
