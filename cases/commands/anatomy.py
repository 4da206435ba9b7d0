"""`sacrofix anatomy CASE.yaml`: the bones of a case, measured and drawn."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from cases.commands.case_argument import add_file, add_out, default_out
from cases.commands.console import Console
from cases.fixation import fixation
from cases.load import read_case
from cases.patient import Patient, measured_patient
from cases.report.morphometry import (
    Row,
    differing,
    lumbar_json,
    lumbar_rows,
    morphometry_text,
    pelvic_json,
    pelvic_rows,
    sacral_json,
    sacral_rows,
)
from cases.schema import Case
from cases.views.anatomy_picture import draw_anatomy
from cases.views.case_plates import Plate, construct_plate, pelvic_plate, sacral_plate
from geometry.anatomy import Anatomy
from geometry.imported.sacrum import ImportedSacrum
from geometry.screws.plan import plan_screw
from geometry.screws.screw import Screw


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_file(parser, "CASE.yaml", "case file, as written by sacrofix new")
    add_out(parser)
    screw = parser.add_mutually_exclusive_group()
    screw.add_argument("--no-screw", action="store_true", help="leave the screw out of the pictures")
    screw.add_argument(
        "--construct",
        action="store_true",
        help="draw a fixation too: the screw and one in L5 on both sides, with heads and rods",
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Measure the bones of the case, and draw them with its screw.

    The screw is drawn where it was planned, in or out of bone.
    """
    sourced = read_case(args.file, args.set)
    console.opened(sourced.tree, sourced.doubts)
    case = sourced.value
    console.stage("measuring")
    patient = measured_patient(case)
    sides = patient.told_sides
    surface = _surface(patient.anatomy)
    console.result("\n".join([*surface, morphometry_text(_sections(patient), case.anatomy.sex)]))
    if len(sides) > 1:
        console.result("\nThe sides differ: of the right one only what differs is shown.")
    if patient.misfit:
        console.result(f"\nL5 and L4 are left out: {patient.misfit}")
    screw = None if args.no_screw else plan_screw(patient.anatomy, case.screw.planned())
    folder = default_out(args, f"{case.name}-anatomy")
    pictures = [_draw(plate, folder, console) for plate in _plates(case, patient, screw)]
    findings: tuple[str, ...] = ()
    if args.construct and screw is not None:
        # last: where no construct can be built, the other plates are there
        console.stage("building the construct")
        fixed = fixation(patient.anatomy, case.screw.planned(), case.anatomy.sex)
        findings = fixed.findings
        for finding in findings:
            console.result(f"\nconstruct: {finding}")
        pictures.append(_draw(construct_plate(fixed.construct, screw, case.screw.side), folder, console))
    console.document(
        {
            "ok": True,
            "sex": case.anatomy.sex,
            "picture": str(pictures[0]),
            "pictures": [str(picture) for picture in pictures],
            "surface": list(surface),
            "morphometry": [row for name, side in sides.items() for row in sacral_json(side.sacral, name)],
            "pelvis": [row for name, side in sides.items() for row in pelvic_json(side.pelvic, name)],
            "lumbar": lumbar_json(patient.spinal),
            "lumbar_misfit": patient.misfit or None,
            "construct_findings": list(findings),
        }
    )
    return 0


def _surface(anatomy: Anatomy) -> tuple[str, ...]:
    """What was made of an imported surface; nothing for a drawn sacrum."""
    sacrum = anatomy.sacrum
    return (*sacrum.summary(), "") if isinstance(sacrum, ImportedSacrum) else ()


def _sections(patient: Patient) -> dict[str, Sequence[Row]]:
    """The sections of the table, from below upwards."""
    spine = {part: lumbar_rows(rows) for part, rows in patient.spinal.items()}
    sacra = [sacral_rows(side.sacral) for side in patient.told_sides.values()]
    pelves = [pelvic_rows(side.pelvic) for side in patient.told_sides.values()]
    if len(sacra) == 1:
        return {"sacrum": sacra[0], "pelvis": pelves[0], **spine}
    return {
        "sacrum, left": sacra[0],
        "sacrum, right": differing(sacra[1], sacra[0]),
        "pelvis, left": pelves[0],
        "pelvis, right": differing(pelves[1], pelves[0]),
        **spine,
    }


def _plates(case: Case, patient: Patient, screw: Screw | None) -> list[Plate]:
    """The plates of every case."""
    side = case.screw.side
    return [
        sacral_plate(patient.anatomy, screw, side),
        pelvic_plate(patient.anatomy, patient.opposite, patient.lumbar, screw, side),
    ]


def _draw(plate: Plate, folder: Path, console: Console) -> Path:
    """The picture of a plate, written."""
    picture = folder / plate.file
    console.stage(f"drawing {plate.file}")
    draw_anatomy(plate.bodies, plate.views, picture)
    console.result(f"wrote {picture}")
    return picture
