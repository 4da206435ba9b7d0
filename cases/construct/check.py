"""What a run of a construct would meet: its shapes, screws, meshes and memory, without a solve."""

from dataclasses import dataclass

import psutil

from cases.construct.memory import needed_gib
from cases.construct.plan import mesh_spine, plan_spine
from cases.progress import Progress, silent
from cases.schema_construct import NONE, ConstructCase
from fem.memory import require_memory
from geometry.mesh_quality import quality
from geometry.planning.breach import inspect


@dataclass(frozen=True, kw_only=True)
class CheckedScrew:
    """A sacral screw as planned.

    Attributes:
        name: its title.
        diameter_mm, length_mm: as planned.
        wall_margin_mm: bone round its wall at the thinnest place.
        grade: A to E by the wall out of bone.
    """

    name: str
    diameter_mm: float
    length_mm: float
    wall_margin_mm: float
    grade: str


@dataclass(frozen=True, kw_only=True)
class CheckedSpine:
    """One model of a construct.

    Attributes:
        model: "instrumented", "destabilised" or "intact".
        screws: in it; empty without implants.
        findings: what a surgeon should know, in words.
        elements, unknowns: size of the model.
        smallest_dihedral_deg: least angle of the worst element.
        needed_gib, free_gib: memory of the solve and of this machine.
    """

    model: str
    screws: tuple[CheckedScrew, ...]
    findings: tuple[str, ...]
    elements: int
    unknowns: int
    smallest_dihedral_deg: float
    needed_gib: float
    free_gib: float

    def text(self) -> str:
        """The same for a terminal."""
        rows = [
            (
                one.name,
                f"{one.diameter_mm:g} x {one.length_mm:.4g} mm, {one.wall_margin_mm:.1f} mm of bone round "
                f"its wall at the thinnest, grade {one.grade}",
            )
            for one in self.screws
        ]
        rows += [("note", finding) for finding in self.findings]
        rows += [
            ("mesh", f"{self.elements:,} elements, {self.unknowns:,} unknowns"),
            ("dihedral angles", f"{self.smallest_dihedral_deg:.1f} deg and up"),
            ("memory", f"{self.needed_gib:.1f} GiB of {self.free_gib:.1f} GiB free"),
        ]
        return "\n".join([self.model, *(f"  {name:<22}{value}" for name, value in rows)])


def check_construct(case: ConstructCase, report: Progress = silent) -> tuple[CheckedSpine, ...]:
    """The model of a case and its reference.

    Raises:
        SacrofixError: what would stop a run.
    """
    models = [case.model] if case.reference == NONE else [case.model, case.reference]
    found = []
    for model in models:
        report(f"{model}: planning and meshing")
        spine = plan_spine(case, model)
        exits = {one.title(): one.planned().exit for one in case.screws}
        reports = {name: inspect(spine.anatomy, screw, exits[name]) for name, screw in spine.screws.items()}
        shape = quality(mesh_spine(spine))
        needed = needed_gib(case, shape.n_nodes, shape.n_elements)
        free = psutil.virtual_memory().available / 2**30
        require_memory(needed, free)
        screws = tuple(
            CheckedScrew(
                name=name,
                diameter_mm=screw.diameter_mm,
                length_mm=screw.trajectory.length_mm,
                wall_margin_mm=reports[name].wall_margin_mm,
                grade=reports[name].grade,
            )
            for name, screw in spine.screws.items()
            if spine.construct is not None
        )
        found.append(
            CheckedSpine(
                model=model,
                screws=screws,
                findings=spine.findings,
                elements=shape.n_elements,
                unknowns=3 * shape.n_nodes,
                smallest_dihedral_deg=shape.min_dihedral_deg,
                needed_gib=needed,
                free_gib=free,
            )
        )
    return tuple(found)
