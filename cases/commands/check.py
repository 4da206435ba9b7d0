"""`sacrofix check CASE.yaml`: everything but the solve."""

import argparse

import psutil
from fem.memory import predicted_gib, require_memory

from cases.build import mesh_plan, plan_case
from cases.commands.case_argument import add_file
from cases.commands.console import Console
from cases.load import read_case, read_compare, read_sweep, study_kind
from cases.schema import Case
from geometry.breach import inspect
from geometry.mesh_quality import quality

Facts = dict[str, object]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_file(parser, "FILE.yaml", "case, comparison or sweep")


def run(args: argparse.Namespace, console: Console) -> int:
    """Check the file, the anatomy, the screw, the mesh and the memory; print what was found."""
    cases = _cases(args, console)
    checked = []
    for title, case in cases:
        console.stage(f"{title}: planning and meshing")
        facts = check_case(case)
        checked.append({"screw": title, **facts})
        console.result("\n".join([title, *(f"  {name:<28}{value}" for name, value in facts.items())]))
    console.result("no fault found")
    console.document({"ok": True, "checked": checked})
    return 0


def check_case(case: Case) -> Facts:
    """What a run of the case would meet.

    Raises:
        SacrofixError: what would stop it.
    """
    plan = plan_case(case)
    report = inspect(plan.anatomy, plan.screw)
    mesh = mesh_plan(plan)
    shape = quality(mesh)
    needed_gib = predicted_gib(mesh)
    free_gib = psutil.virtual_memory().available / 2**30
    require_memory(needed_gib, free_gib)
    return {
        "kind": plan.screw.kind,
        "diameter x length": f"{plan.screw.diameter_mm:g} x {report.length_mm:g} mm",
        "length in bone": f"{report.length_inside_mm:.1f} mm",
        "longest that stays inside": f"{report.longest_inside_mm:.1f} mm",
        "bone round the wall": f"{report.wall_margin_mm:.1f} mm at the thinnest",
        "to the canal": f"{report.canal_mm:.1f} mm",
        "to a foramen": f"{report.foramina_mm:.1f} mm",
        "cortices crossed": report.cortices_crossed,
        "crosses the joint": "yes" if report.crosses_joint else "no",
        "elements": f"{shape.n_elements:,}",
        "unknowns": f"{3 * shape.n_nodes:,}",
        "dihedral angles": f"{shape.min_dihedral_deg:.1f} deg and up, 99 % above {shape.p1_dihedral_deg:.1f}",
        "memory": f"{needed_gib:.1f} GiB of {free_gib:.1f} GiB free",
    }


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
