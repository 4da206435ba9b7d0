"""`sacrofix anatomy CASE.yaml`: the bone of a case, measured and drawn."""

import argparse
from pathlib import Path

import numpy as np

from cases.commands.case_argument import add_file, add_out, default_out
from cases.commands.console import Console
from cases.load import read_case
from cases.report.morphometry import morphometry_json, morphometry_text
from cases.schema import Case
from cases.views.anatomy_picture import DrawnBody, axial_cut, cut_along, draw_anatomy, sacral_views
from cases.views.canvas import BONE, METAL, SCREW_COLOURS
from geometry.anatomy import Anatomy, build_anatomy
from geometry.arrays import Floats
from geometry.morphometry import morphometry
from geometry.screws.plan import plan_screw
from geometry.screws.screw import Screw

PICTURE = "anatomy.png"
# Where the bone is cut across when the screw is left out: through the pedicles of S1.
PEDICLE_LEVEL_MM = 14.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_file(parser, "CASE.yaml", "case file, as written by sacrofix new")
    add_out(parser)
    parser.add_argument("--no-screw", action="store_true", help="leave the screw out of the picture")


def run(args: argparse.Namespace, console: Console) -> int:
    """Measure the sacrum of the case, and draw it with its screw."""
    sourced = read_case(args.file, args.set)
    console.trees.append(sourced.tree)
    case = sourced.value
    console.stage("measuring")
    anatomy = case_anatomy(case)
    measured = morphometry(anatomy.sacrum, case.anatomy.sex)
    console.result(morphometry_text(measured, case.anatomy.sex))
    console.stage("drawing")
    target = default_out(args, f"{case.name}-anatomy") / PICTURE
    draw_case(case, anatomy, target, with_screw=not args.no_screw)
    console.result(f"\nwrote {target}")
    console.document(
        {
            "ok": True,
            "sex": case.anatomy.sex,
            "picture": str(target),
            "morphometry": morphometry_json(measured),
        }
    )
    return 0


def case_anatomy(case: Case) -> Anatomy:
    """The bones of a case.

    Raises:
        GeometryError: a shape that cannot be built.
    """
    section = case.anatomy
    return build_anatomy(
        section.sacrum_shapes()[0], section.ilium_shape(), section.joint_gap_mm, section.sacral_slope_deg
    )


def draw_case(case: Case, anatomy: Anatomy, target: Path, *, with_screw: bool) -> None:
    """Write the plate of a case; its screw is drawn where it was planned, in or out of bone.

    Raises:
        GeometryError: the screw's entry misses the bone.
    """
    sacrum = anatomy.sacrum
    bodies = [DrawnBody(name="sacrum", field=sacrum, bounds_mm=sacrum.bounds_mm, colour=BONE)]
    across = axial_cut(PEDICLE_LEVEL_MM)
    if with_screw:
        screw = plan_screw(anatomy, case.screw.planned())
        side = np.array([1.0 if case.screw.side == "left" else -1.0, 1.0, 1.0])
        bodies.append(_drawn(screw, side))
        across = cut_along(np.array(screw.trajectory.entry_mm) * side, screw.direction * side)
    target.parent.mkdir(parents=True, exist_ok=True)
    draw_anatomy(bodies, sacral_views(sacrum, across), target)


def _drawn(screw: Screw, side: Floats) -> DrawnBody:
    """A screw as a body of the plate, mirrored to its side of the patient."""
    ends = np.array([screw.head_centre_mm, screw.tip_mm]) * side
    reach = 0.5 * screw.diameter_mm + 1.0
    return DrawnBody(
        name="screw",
        field=lambda points_mm: screw.field(points_mm * side),
        bounds_mm=np.array([ends.min(axis=0) - reach, ends.max(axis=0) + reach]),
        colour=SCREW_COLOURS.get(screw.kind, METAL),
        step_mm=0.4,
        cut=False,
    )
