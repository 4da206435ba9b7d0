"""`sacrofix run CASE.yaml`: compute one case."""

import argparse

from cases.commands.case_argument import add_file, add_out, default_out
from cases.commands.console import Console
from cases.construct.run import run_construct
from cases.estimators import estimators_json
from cases.head_loads import LOADS
from cases.load import case_kind, read_case, read_construct
from cases.report.construct import construct_text, limits_of
from cases.report.density import density_warnings
from cases.report.forces import force_lines
from cases.results import PullOutResult
from cases.run import run_case
from cases.schema_construct import CONSTRUCT
from cases.store import require_place


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_file(parser, "CASE.yaml", "case file, as written by sacrofix new")
    add_out(parser)


def run(args: argparse.Namespace, console: Console) -> int:
    """Compute the case into its folder, and print its numbers."""
    if case_kind(args.file, args.set) == CONSTRUCT:
        return _run_construct(args, console)
    sourced = read_case(args.file, args.set)
    console.opened(sourced.tree, sourced.doubts)
    out = default_out(args, sourced.value.name)
    require_place(out)
    result = run_case(sourced.value, out, console.stage)
    console.result(summary(result))
    console.result(f"\nresult in {out}; see it with: sacrofix view {out}")
    console.document(
        {
            "ok": True,
            "out": str(out),
            "result": result.as_json(),
            "estimators": estimators_json(result.failure.forces_n),
            "density_warnings": density_warnings([result]),
        }
    )
    return 0


def _run_construct(args: argparse.Namespace, console: Console) -> int:
    """The same for a construct."""
    sourced = read_construct(args.file, args.set)
    console.opened(sourced.tree, sourced.doubts)
    out = default_out(args, sourced.value.name)
    require_place(out)
    result = run_construct(sourced.value, out, console.stage)
    console.result(construct_text(result))
    console.result(f"\nresult in {out}, with fields to open in ParaView and a picture")
    limits = " ".join(limits_of(result.computed))
    console.document({"ok": True, "out": str(out), "result": result.as_json(), "limits": limits})
    return 0


def summary(result: PullOutResult) -> str:
    """The numbers of a result, for a terminal."""
    load = LOADS[result.loading]
    low = result.stiffness().low
    size = f"{result.screw_diameter_mm:g} x {result.screw_length_mm:g} mm"
    cement = f", {result.cement_ml:.2f} ml of cement" if result.cement_ml else ""
    rows = (
        ("screw", f"{result.name}, {result.side}, {size}{cement}"),
        ("S1 body loss", f"{result.loss_percent:g} % ({result.achieved_loss_percent:.1f} % on the mesh)"),
        ("load", f"{result.force_n:g} N {load.about}"),
        (
            f"{load.label} stiffness",
            f"{low:.0f} to {result.stiffness_n_per_mm:.0f} N/mm (discretisation error)",
        ),
        ("head displacement", f"{result.head_displacement_mm:.4f} mm along the load"),
        ("effective strain", f"{result.bone_strain_p98:.2e} is exceeded in 2 % of the bone round the screw"),
        ("outside the law", f"{result.extrapolated_percent:.0f} % of trabecular bone is denser or lighter"),
        ("at the floor", f"{result.clipped_percent:.0f} % of trabecular bone, which the law makes softer"),
        (
            "model",
            f"{result.elements:,} elements, {result.unknowns:,} unknowns, {result.iterations} iterations",
        ),
        ("residual, balance", f"{result.relative_residual:.1e}, {result.balance_error:.1e}"),
    )
    forces = [f"  {name:<18}{value}" for name, value in force_lines(result.failure)]
    lines = [f"{name:<20}{value}" for name, value in rows]
    lines += [f"warning: {said}" for said in density_warnings([result])]
    return "\n".join([*lines, "", f"{load.force}, by estimator", *forces, "", *load.limits])
