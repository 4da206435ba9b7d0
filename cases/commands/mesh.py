"""`sacrofix mesh CASE.yaml`: the mesh alone, its parts and how well shaped they are."""

import argparse
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic

import numpy as np

from cases.build import mesh_plan, plan_case
from cases.commands.case_argument import add_file
from cases.commands.console import Console
from cases.construct.plan import mesh_spine, plan_spine
from cases.export.mesh import FORMATS, require_target, write_mesh
from cases.load import case_kind, read_case, read_construct
from cases.mesh_hash import mesh_hash
from cases.schema_construct import CONSTRUCT
from geometry.mesh import Mesh
from geometry.mesh_quality import Quality, part_volumes, quality, shape_measures

# Name and side of what is to be meshed, and what meshes it.
Planned = tuple[str, str, Callable[[], Mesh]]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add_file(parser, "CASE.yaml", "case file, as written by sacrofix new")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help=f"also write the mesh with its parts and named faces; {' or '.join(FORMATS)} by its ending",
    )


@dataclass(frozen=True, kw_only=True)
class MeshedPart:
    """One part of a mesh.

    Attributes:
        name: of the part.
        elements: number of tetrahedra.
        volume_mm3: of the part.
        min_dihedral_deg, min_radius_ratio: of its worst element.
    """

    name: str
    elements: int
    volume_mm3: float
    min_dihedral_deg: float
    min_radius_ratio: float


def run(args: argparse.Namespace, console: Console) -> int:
    """Mesh the case, print its parts and its quality, write it where asked."""
    if args.out is not None:
        require_target(args.out)
    planned = _construct if case_kind(args.file, args.set) == CONSTRUCT else _pull_out
    name, side, make = planned(args, console)
    started = monotonic()
    mesh = make()
    seconds = monotonic() - started
    parts, whole = meshed_parts(mesh), quality(mesh)
    if args.out is not None:
        write_mesh(mesh, args.out)
    console.result(summary(parts, whole, mesh, seconds))
    if args.out is not None:
        console.result(f"\nmesh in {args.out}")
    console.document(
        {
            "ok": True,
            "name": name,
            "side": side,
            "parts": [asdict(part) for part in parts],
            "faces": {name: len(triangles) for name, triangles in mesh.faces.items()},
            "quality": asdict(whole),
            "unknowns": 3 * len(mesh.nodes_mm),
            "sha256": mesh_hash(mesh),
            "seconds": round(seconds, 2),
        }
    )
    return 0


def _pull_out(args: argparse.Namespace, console: Console) -> Planned:
    """A pull-out case, to be meshed on the side of its screw."""
    sourced = read_case(args.file, args.set)
    console.opened(sourced.tree, sourced.doubts)
    plan, side = plan_case(sourced.value), sourced.value.screw.side

    def make() -> Mesh:
        mesh = mesh_plan(plan, console.stage)
        # planned on the left, in the mirror image of the patient
        return mesh.mirrored() if side == "right" else mesh

    return sourced.value.name, side, make


def _construct(args: argparse.Namespace, console: Console) -> Planned:
    """The model of a construct's case."""
    sourced = read_construct(args.file, args.set)
    console.opened(sourced.tree, sourced.doubts)
    spine = plan_spine(sourced.value, sourced.value.model)
    return sourced.value.name, "both", lambda: mesh_spine(spine, console.stage)


def meshed_parts(mesh: Mesh) -> tuple[MeshedPart, ...]:
    """The parts of a mesh, in its order."""
    smallest, _, ratio, _ = shape_measures(mesh.corner_points_mm())
    volumes = part_volumes(mesh)
    return tuple(
        MeshedPart(
            name=name,
            elements=int((mesh.part == index).sum()),
            volume_mm3=volumes[name],
            min_dihedral_deg=float(smallest[mesh.part == index].min()),
            min_radius_ratio=float(ratio[mesh.part == index].min()),
        )
        for index, name in enumerate(mesh.part_names)
    )


def summary(parts: tuple[MeshedPart, ...], whole: Quality, mesh: Mesh, seconds: float) -> str:
    """The parts and the quality, for a terminal."""
    head = f"{'part':<24}{'elements':>10}{'volume mm3':>13}{'least angle':>13}{'radius ratio':>14}"
    rows = [
        f"{part.name:<24}{part.elements:>10,}{part.volume_mm3:>13,.0f}{part.min_dihedral_deg:>9.1f} deg"
        f"{part.min_radius_ratio:>14.3f}"
        for part in parts
    ]
    faces = ", ".join(f"{name} {len(triangles):,}" for name, triangles in sorted(mesh.faces.items()))
    edges = np.percentile(_edges_mm(mesh), [5, 50, 95])
    notes = (
        ("whole", f"{whole.n_elements:,} elements, {3 * whole.n_nodes:,} unknowns, {seconds:.1f} s"),
        (
            "dihedral angles",
            f"{whole.min_dihedral_deg:.1f} to {whole.max_dihedral_deg:.1f} deg, 99 % above "
            f"{whole.p1_dihedral_deg:.1f}",
        ),
        ("radius ratio", f"{whole.min_radius_ratio:.3f} and up, 99 % above {whole.p1_radius_ratio:.2f}"),
        ("edges", f"{edges[0]:.1f} to {edges[2]:.1f} mm (90 %), median {edges[1]:.1f} mm"),
        ("triangles by face", faces),
    )
    return "\n".join([head, *rows, "", *(f"{name:<20}{value}" for name, value in notes)])


def _edges_mm(mesh: Mesh) -> np.ndarray:
    """Length of the edges of all elements, shape (6 m,)."""
    corners = mesh.corner_points_mm()
    pairs = np.triu_indices(4, 1)
    return np.asarray(np.linalg.norm(corners[:, pairs[0]] - corners[:, pairs[1]], axis=2)).reshape(-1)
