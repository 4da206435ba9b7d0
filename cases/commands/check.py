"""`sacrofix check CASE.yaml`: everything but the solve."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import psutil

from cases.build import case_anatomy, mesh_plan, plan_case
from cases.case_density import scan_summary
from cases.commands.case_argument import add_file
from cases.commands.console import Console
from cases.construct.check import check_construct
from cases.load import (
    case_kind,
    read_case,
    read_compare,
    read_construct,
    read_construct_study,
    read_sweep,
    study_kind,
)
from cases.schema import Case
from cases.schema_construct import CONSTRUCT, ConstructCase
from fem.memory import predicted_gib, require_memory
from geometry.mesh_quality import quality
from geometry.planning.breach import BreachReport, inspect
from geometry.planning.passage import Crossing
from geometry.screws.cement import SHELL_MM


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_file(parser, "FILE.yaml", "case, comparison or sweep")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a run of one case would meet.

    Attributes:
        screw, kind, exit: its name in tables, its family, and whether it is meant to pass the far cortex.
        diameter_mm, length_mm: as planned.
        cement_mm: radius of the cement across the screw and along it; None without any.
        length_inside_mm: length of its axis that runs in bone.
        longest_inside_mm: the longest unicortical screw on this path that stays in bone.
        far_cortex_mm: from its tip to the surface ahead; negative beyond it.
        wall_margin_mm: bone round its wall at the thinnest place.
        grade: A to E by the wall out of bone.
        canal_mm, foramina_mm: from its wall to the canal and the nearest foramen.
        endplate_mm, joint_mm, notch_mm: to the S1 endplate, the sacroiliac cartilage and the greater sciatic
            notch; None where the screw has nothing to do with it.
        hazards_mm: to the usual places of nerves and vessels, by name.
        crossings: the bone surfaces its axis passes.
        cortices_crossed: how many those are.
        crosses_joint: whether it runs into the ilium.
        elements, unknowns: size of the model.
        smallest_dihedral_deg, hundredth_dihedral_deg: least angle of the worst element, of the worst 1 %.
        needed_gib, free_gib: memory of the solve and of this machine.
    """

    screw: str
    kind: str
    exit: str
    diameter_mm: float
    length_mm: float
    cement_mm: tuple[float, float] | None
    length_inside_mm: float
    longest_inside_mm: float
    far_cortex_mm: float
    wall_margin_mm: float
    grade: str
    canal_mm: float
    foramina_mm: float
    endplate_mm: float | None
    joint_mm: float | None
    notch_mm: float | None
    hazards_mm: Mapping[str, float]
    crossings: tuple[Crossing, ...]
    cortices_crossed: int
    crosses_joint: bool
    elements: int
    unknowns: int
    smallest_dihedral_deg: float
    hundredth_dihedral_deg: float
    needed_gib: float
    free_gib: float

    def text(self) -> str:
        """The same for a terminal."""
        size = f"{self.diameter_mm:g} x {self.length_mm:.4g} mm"
        longest = "longest unicortical" if self.exit == "bicortical" else "longest in bone"
        rows = (
            ("size", f"{size}, {self.length_inside_mm:.1f} mm of it in bone"),
            (longest, f"{self.longest_inside_mm:.1f} mm on this path"),
            ("path", _path(self.crossings)),
            ("tip", _tip(self.far_cortex_mm)),
            ("bone round the wall", f"{self.wall_margin_mm:.1f} mm at the thinnest, grade {self.grade}"),
            ("distances", _distances(self)),
            ("usually near", _by_distance(self.hazards_mm)),
            ("cement", _cement(self.cement_mm)),
            ("mesh", f"{self.elements:,} elements, {self.unknowns:,} unknowns"),
            (
                "dihedral angles",
                f"{self.smallest_dihedral_deg:.1f} deg and up, 99 % above {self.hundredth_dihedral_deg:.1f}",
            ),
            ("memory", f"{self.needed_gib:.1f} GiB of {self.free_gib:.1f} GiB free"),
        )
        return "\n".join(
            [f"{self.screw} ({self.kind}, {self.exit})", *(f"  {name:<22}{value}" for name, value in rows)]
        )


def run(args: argparse.Namespace, console: Console) -> int:
    """Check the file, the anatomy, the screw, the mesh and the memory; print what was found."""
    if case_kind(args.file, args.set) == CONSTRUCT:
        return _check_construct(args, console)
    checked = []
    for title, case in _cases(args, console):
        console.stage(f"{title}: planning and meshing")
        if case.bone.ct is not None:
            console.result("\n".join(scan_summary(case, case_anatomy(case))))
        checked.append(check_case(title, case))
        console.result(checked[-1].text())
    console.result("no fault found")
    console.document({"ok": True, "checked": [asdict(one) for one in checked]})
    return 0


def _check_construct(args: argparse.Namespace, console: Console) -> int:
    """The same for a construct and its reference, or for all that are compared."""
    cases: dict[str, ConstructCase] = {}
    if study_kind(args.file) is None:
        one = read_construct(args.file, args.set)
        console.opened(one.tree, one.doubts)
        cases[one.value.name] = one.value
    else:
        study = read_construct_study(args.file, args.set)
        console.opened(study.tree, study.doubts)
        first = study.value.s1_loss_percent[0]
        cases = {made.label: study.value.case_of(made, first) for made in study.value.constructs}
    checked = []
    for title, case in cases.items():
        found = check_construct(case, console.stage)
        checked += [{"name": title, **asdict(model)} for model in found]
        console.result("\n".join(f"{title}, {model.text()}" for model in found))
    console.result("no fault found")
    console.document({"ok": True, "checked": checked})
    return 0


def check_case(title: str, case: Case) -> Checked:
    """What a run of the case would meet.

    Raises:
        SacrofixError: what would stop it.
    """
    plan = plan_case(case)
    report = inspect(plan.anatomy, plan.screw, case.screw.planned().exit)
    shape = quality(mesh_plan(plan))
    needed_gib = predicted_gib(shape.n_nodes, shape.n_elements, grain=case.bone.anisotropic)
    free_gib = psutil.virtual_memory().available / 2**30
    require_memory(needed_gib, free_gib)
    return Checked(
        screw=title,
        diameter_mm=plan.screw.diameter_mm,
        cement_mm=None if plan.cement is None else (plan.cement.radii_mm[0], plan.cement.radii_mm[2]),
        **_of_report(report),
        elements=shape.n_elements,
        unknowns=3 * shape.n_nodes,
        smallest_dihedral_deg=shape.min_dihedral_deg,
        hundredth_dihedral_deg=shape.p1_dihedral_deg,
        needed_gib=needed_gib,
        free_gib=free_gib,
    )


def _of_report(report: BreachReport) -> dict[str, Any]:
    """What a breach report says, as JSON can say it."""
    crosses = report.crosses_joint
    return {
        "kind": report.kind,
        "exit": report.exit,
        "length_mm": report.length_mm,
        "length_inside_mm": report.length_inside_mm,
        "longest_inside_mm": report.longest_inside_mm,
        "far_cortex_mm": report.far_cortex_mm,
        "wall_margin_mm": report.wall_margin_mm,
        "grade": report.grade,
        "canal_mm": report.canal_mm,
        "foramina_mm": report.foramina_mm,
        "endplate_mm": report.endplate_mm if isfinite(report.endplate_mm) else None,
        "joint_mm": None if crosses else report.joint_mm,
        "notch_mm": report.notch_mm if isfinite(report.notch_mm) else None,
        "hazards_mm": dict(report.hazards_mm),
        "crossings": report.crossings,
        "cortices_crossed": report.cortices_crossed,
        "crosses_joint": crosses,
    }


def _path(crossings: tuple[Crossing, ...]) -> str:
    """The surfaces on the way, with their distance from the entry."""
    # the entry itself is found a hair before or behind zero
    return ", ".join(f"{one.name} {abs(one.along_mm):.1f}" for one in crossings) + " mm along the axis"


def _tip(far_cortex_mm: float) -> str:
    side = "short of" if far_cortex_mm >= 0.0 else "beyond"
    return f"{abs(far_cortex_mm):.1f} mm {side} the far cortex"


def _cement(radii_mm: tuple[float, float] | None) -> str:
    """The size of the cloud round the screw."""
    if radii_mm is None:
        return "none"
    across, along = radii_mm
    size = f"{2.0 * across:.1f} mm across, {2.0 * along:.1f} mm long"
    return f"a cloud {size}, cut off {SHELL_MM:g} mm under the surface of the bone"


def _distances(checked: Checked) -> str:
    """From the wall to what must not be hit."""
    places = (
        (checked.canal_mm, "to the canal"),
        (checked.foramina_mm, "to a foramen"),
        (checked.endplate_mm, "to the endplate"),
        (checked.joint_mm, "to the sacroiliac joint"),
        (checked.notch_mm, "to the sciatic notch"),
    )
    return ", ".join(f"{distance:.1f} mm {where}" for distance, where in places if distance is not None)


def _by_distance(hazards_mm: Mapping[str, float]) -> str:
    """Nerves and vessels, the nearest first."""
    nearest = sorted(hazards_mm.items(), key=lambda pair: pair[1])
    return ", ".join(f"{name} {distance:.1f} mm" for name, distance in nearest)


def _cases(args: argparse.Namespace, console: Console) -> list[tuple[str, Case]]:
    """The cases to plan: of a comparison each screw, of a sweep the first; all are read and validated."""
    kind = study_kind(args.file)
    if kind == "compare":
        compare = read_compare(args.file, args.set)
        console.opened(compare.tree, compare.doubts)
        study = compare.value
        return [(screw.title(), study.case_of(screw, study.body_loss_percent[0])) for screw in study.screws]
    if kind == "sweep":
        sweep = read_sweep(args.file, args.set)
        console.opened(sweep.tree, sweep.doubts)
        console.result(f"{len(sweep.value.points)} cases, all valid; the first is planned")
        first = sweep.value.points[0].case
        return [(first.screw.title(), first)]
    sourced = read_case(args.file, args.set)
    console.opened(sourced.tree, sourced.doubts)
    return [(sourced.value.screw.title(), sourced.value)]
