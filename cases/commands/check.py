"""`sacrofix check CASE.yaml`: everything but the solve."""

import argparse
from dataclasses import asdict, dataclass

import psutil

from cases.build import mesh_plan, plan_case
from cases.commands.case_argument import add_file
from cases.commands.console import Console
from cases.load import read_case, read_compare, read_sweep, study_kind
from cases.schema import Case
from fem.memory import predicted_gib, require_memory
from geometry.mesh_quality import quality
from geometry.planning.breach import inspect


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_file(parser, "FILE.yaml", "case, comparison or sweep")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a run of one case would meet.

    Attributes:
        screw, kind: its name in tables, and its family.
        diameter_mm, length_mm: as planned.
        length_inside_mm: length of its axis that runs in bone.
        longest_inside_mm: the longest screw on this path that stays in bone.
        wall_margin_mm: bone round its wall at the thinnest place.
        canal_mm, foramina_mm: from its wall to the canal and the nearest foramen.
        cortices_crossed: how often its axis passes a bone surface.
        crosses_joint: whether it runs into the ilium.
        elements, unknowns: size of the model.
        smallest_dihedral_deg, hundredth_dihedral_deg: least angle of the worst element, of the worst 1 %.
        needed_gib, free_gib: memory of the solve and of this machine.
    """

    screw: str
    kind: str
    diameter_mm: float
    length_mm: float
    length_inside_mm: float
    longest_inside_mm: float
    wall_margin_mm: float
    canal_mm: float
    foramina_mm: float
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
        joint = "crosses" if self.crosses_joint else "does not cross"
        rows = (
            (
                "size",
                f"{self.diameter_mm:g} x {self.length_mm:g} mm, {self.length_inside_mm:.1f} mm of it in bone",
            ),
            ("longest that fits", f"{self.longest_inside_mm:.1f} mm on this path"),
            ("bone round the wall", f"{self.wall_margin_mm:.1f} mm at the thinnest"),
            ("distances", f"{self.canal_mm:.1f} mm to the canal, {self.foramina_mm:.1f} mm to a foramen"),
            ("path", f"cortex crossed {_times(self.cortices_crossed)}, {joint} the sacroiliac joint"),
            ("mesh", f"{self.elements:,} elements, {self.unknowns:,} unknowns"),
            (
                "dihedral angles",
                f"{self.smallest_dihedral_deg:.1f} deg and up, 99 % above {self.hundredth_dihedral_deg:.1f}",
            ),
            ("memory", f"{self.needed_gib:.1f} GiB of {self.free_gib:.1f} GiB free"),
        )
        return "\n".join([f"{self.screw} ({self.kind})", *(f"  {name:<22}{value}" for name, value in rows)])


def run(args: argparse.Namespace, console: Console) -> int:
    """Check the file, the anatomy, the screw, the mesh and the memory; print what was found."""
    checked = []
    for title, case in _cases(args, console):
        console.stage(f"{title}: planning and meshing")
        checked.append(check_case(title, case))
        console.result(checked[-1].text())
    console.result("no fault found")
    console.document({"ok": True, "checked": [asdict(one) for one in checked]})
    return 0


def check_case(title: str, case: Case) -> Checked:
    """What a run of the case would meet.

    Raises:
        SacrofixError: what would stop it.
    """
    plan = plan_case(case)
    report = inspect(plan.anatomy, plan.screw)
    shape = quality(mesh_plan(plan))
    needed_gib = predicted_gib(shape.n_nodes, shape.n_elements)
    free_gib = psutil.virtual_memory().available / 2**30
    require_memory(needed_gib, free_gib)
    return Checked(
        screw=title,
        kind=plan.screw.kind,
        diameter_mm=plan.screw.diameter_mm,
        length_mm=report.length_mm,
        length_inside_mm=report.length_inside_mm,
        longest_inside_mm=report.longest_inside_mm,
        wall_margin_mm=report.wall_margin_mm,
        canal_mm=report.canal_mm,
        foramina_mm=report.foramina_mm,
        cortices_crossed=report.cortices_crossed,
        crosses_joint=report.crosses_joint,
        elements=shape.n_elements,
        unknowns=3 * shape.n_nodes,
        smallest_dihedral_deg=shape.min_dihedral_deg,
        hundredth_dihedral_deg=shape.p1_dihedral_deg,
        needed_gib=needed_gib,
        free_gib=free_gib,
    )


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _cases(args: argparse.Namespace, console: Console) -> list[tuple[str, Case]]:
    """The cases to plan: of a comparison each screw, of a sweep the first; all are read and validated."""
    kind = study_kind(args.file)
    if kind == "compare":
        compare = read_compare(args.file, args.set)
        console.trees.append(compare.tree)
        study = compare.value
        return [(screw.title(), study.case_of(screw, study.body_loss_percent[0])) for screw in study.screws]
    if kind == "sweep":
        sweep = read_sweep(args.file, args.set)
        console.trees.append(sweep.tree)
        console.result(f"{len(sweep.value.points)} cases, all valid; the first is planned")
        first = sweep.value.points[0].case
        return [(first.screw.title(), first)]
    sourced = read_case(args.file, args.set)
    console.trees.append(sourced.tree)
    return [(sourced.value.screw.title(), sourced.value)]
