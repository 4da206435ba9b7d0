"""`sacrofix bone CASE.yaml`: density and cortex of a case, region by region, as a table and as a picture."""

import argparse
from pathlib import Path

from cases.commands.case_argument import add_file
from cases.commands.console import Console
from cases.faults import UsageError
from cases.load import read_case
from cases.measured_bone import measured_bone
from cases.report.bone_map import bone_json, bone_text
from cases.views.density_picture import DrawnDensity, draw_density
from geometry.screws.plan import plan_screw
from materials.templates import TEMPLATES


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_file(parser, "CASE.yaml", "case file, as written by sacrofix new")
    parser.add_argument("--picture", type=Path, metavar="FILE.png", help="draw the density in four cuts too")
    parser.add_argument("--no-screw", action="store_true", help="leave the screw out of the picture")


def run(args: argparse.Namespace, console: Console) -> int:
    """Measure the bone of the case; draw it if asked to, with its screw where it was planned."""
    picture: Path | None = args.picture
    if picture is not None and picture.suffix.lower() != ".png":
        raise UsageError(f"{picture} is no name for a PNG picture", advice="End it with .png")
    sourced = read_case(args.file, args.set)
    console.opened(sourced.tree, sourced.doubts)
    case = sourced.value
    console.stage("measuring")
    bone = measured_bone(case)
    console.result(bone_text(case, bone))
    if picture is not None:
        console.stage("drawing")
        screw = None if args.no_screw else plan_screw(bone.anatomy, case.screw.planned())
        drawn = DrawnDensity(
            sacrum=bone.anatomy.sacrum,
            material=bone.material,
            screw=screw,
            side=case.screw.side,
            densest_mg_cm3=max(row.mean_mg_cm3 for row in bone.regions),
            normal_mg_cm3=TEMPLATES[case.bone.map].s1_body_mg_cm3,
        )
        draw_density(drawn, picture)
        console.result(f"\nwrote {picture}")
    console.document(
        {"ok": True, **bone_json(case, bone), "picture": None if picture is None else str(picture)}
    )
    return 0
