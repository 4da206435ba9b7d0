"""CalculiX (GPL) as a peer: the program `ccx` in a process of its own, by its text input and binary output.

It knows one modulus in each element. Its output has single precision: displacements of one problem are 2.5e-8
apart, with every solver, on blocks and on sacra with a screw.

Its iterative solver has a fixed limit, 1e-4 of the mean force, which leaves displacements 1e-3 off. So here
it solves again for what is left, in the iterations that CalculiX has for nonlinear problems, until the
residual is down to the tolerance: NLGEOM switches these on, and NLGEOM=NO the large deformations off again.
"""

import io
import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from fem.elastic import ElasticField
from fem.model import Model
from fem.peers.by_element import ten_digits, varies_inside
from geometry.arrays import Floats, Ints
from geometry.errors import ModelError

ADVICE = "Install it: apt-get install calculix-ccx, or elsewhere conda install -c conda-forge calculix"
DIRECT, ITERATIVE = "SPOOLES", "ITERATIVE CHOLESKY"
# Chosen: factors are quicker up to here in a block (34 s and 2.4 GiB at 144 000), and beyond in a sacrum.
DIRECT_UNKNOWNS = 150_000
# Largest residual over the mean force, where the solver is iterative.
TOLERANCE = 1e-8
# It takes residuals below 1e-6 for zero, whatever the unit: loads go in about this large, in powers of two.
LARGEST_FORCE = 2.0**40
TIME_LIMIT_S = 3600.0
# Its numbers have room for twenty letters.
NUMBER = "%.13e"
# What stands before the displacements of a load case; the fourth word is the number of nodes.
HEADING = re.compile(rb"  100C[^\n]{20}([ \d]{12})[^\n]*\n -4  DISP[^\n]*\n(?: -5[^\n]*\n)+")
RECORD = np.dtype([("node", "<i4"), ("displacement", "<f4", 3)])


def displacements_by_calculix(
    model: Model, solver: str | None = None, tolerance: float = TOLERANCE
) -> Floats:
    """Displacements of all load cases, shape (cases, n, 3).

    Args:
        model: its modulus is constant in each element.
        solver: SPOOLES (factors), ITERATIVE CHOLESKY or ITERATIVE SCALING; by size if none is named.
        tolerance: of the largest residual over the mean force, if the solver is iterative.

    Raises:
        ModelError: the modulus varies inside elements, or ccx is missing or fails.
    """
    program = shutil.which("ccx")
    if program is None:
        raise ModelError("the program ccx of CalculiX is not found", advice=ADVICE)
    if solver is None:
        solver = DIRECT if model.held.size <= DIRECT_UNKNOWNS else ITERATIVE
    scales = [2.0 ** np.round(np.log2(LARGEST_FORCE / np.abs(forces).max())) for forces in model.forces_n]
    with TemporaryDirectory() as folder:
        with Path(folder, "model.inp").open("w") as file:
            _write_body(file, model)
            for forces, scale in zip(model.forces_n, scales, strict=True):
                _write_step(file, forces * scale, solver, tolerance)
        _run(program, folder)
        found = _read(Path(folder, "model.frd").read_bytes(), model.forces_n.shape)
    return np.asarray(found / np.array(scales)[:, None, None], dtype=np.float64)


def _write_body(file: io.TextIOBase, model: Model) -> None:
    """Nodes, elements by material, and supports."""
    mesh = model.discretisation.mesh
    file.write("*NODE\n")
    _write_rows(file, np.arange(1, len(mesh.nodes_mm) + 1)[:, None], mesh.nodes_mm)
    materials, which = np.unique(_constants(model.elastic), axis=0, return_inverse=True)
    which = which.reshape(-1)
    order = np.argsort(which, kind="stable")
    for number, elements in enumerate(np.split(order, np.cumsum(np.bincount(which))[:-1])):
        file.write(f"*ELEMENT,TYPE=C3D10,ELSET=E{number}\n")
        _write_rows(file, np.column_stack([elements, mesh.tets[elements]]) + 1)
        young, poisson = (NUMBER % value for value in materials[number])
        file.write(f"*MATERIAL,NAME=M{number}\n*ELASTIC\n{young},{poisson}\n")
        file.write(f"*SOLID SECTION,ELSET=E{number},MATERIAL=M{number}\n")
    file.write("*BOUNDARY\n")
    nodes, components = np.nonzero(model.held)
    _write_rows(file, np.column_stack([nodes, components, components]) + 1)


def _write_step(file: io.TextIOBase, forces_n: Floats, solver: str, tolerance: float) -> None:
    """One load case."""
    if solver == DIRECT:
        file.write(f"*STEP\n*STATIC,SOLVER={solver}\n")
    else:
        limits = f"{tolerance},1.,,,{tolerance},{tolerance},1.,1."
        file.write(f"*STEP,NLGEOM,NLGEOM=NO\n*CONTROLS,PARAMETERS=FIELD\n{limits}\n")
        file.write(f"*STATIC,SOLVER={solver},DIRECT\n1.,1.\n")
    file.write("*CLOAD,OP=NEW\n")
    nodes, components = np.nonzero(forces_n)
    _write_rows(file, np.column_stack([nodes, components]) + 1, forces_n[nodes, components][:, None])
    file.write("*NODE OUTPUT\nU\n*END STEP\n")


def _write_rows(file: io.TextIOBase, counts: Ints, numbers: Floats | None = None) -> None:
    """A line a row: whole numbers, then others."""
    columns = [counts] if numbers is None else [counts, numbers]
    shapes = ["%d"] * counts.shape[1] + [NUMBER] * (0 if numbers is None else numbers.shape[1])
    # one format for all lines is several times quicker than numpy.savetxt
    rows = np.column_stack([column.astype(object) for column in columns])
    file.write((",".join(shapes) + "\n") * len(rows) % tuple(rows.ravel()))


def _constants(elastic: ElasticField) -> Floats:
    """E and nu of each element, shape (m, 2); refuses a modulus that varies inside."""
    if varies_inside(elastic):
        raise ModelError("calculix knows one modulus in each element, and here it varies inside")
    return np.column_stack([ten_digits(elastic.mean_young_mpa), elastic.poisson])


def _run(program: str, folder: str) -> None:
    """Run ccx on all cores; if it fails or misses a limit, its last words are in the refusal."""
    threads = {"OMP_NUM_THREADS": str(os.cpu_count() or 1)}
    try:
        done = subprocess.run(  # noqa: S603, a fixed program and fixed words
            [program, "-i", "model"],
            cwd=folder,
            env={**os.environ, **threads},
            capture_output=True,
            timeout=TIME_LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"ccx did not end after {TIME_LIMIT_S:.0f} s") from None
    if done.returncode or b"Job finished" not in done.stdout:
        said = (done.stdout + done.stderr).decode(errors="replace").split()
        raise ModelError(f"ccx failed with code {done.returncode}: ... {' '.join(said[-60:])}")


def _read(output: bytes, shape: tuple[int, ...]) -> Floats:
    """Displacements of every step, shape (cases, n, 3)."""
    headings = list(HEADING.finditer(output))
    if len(headings) != shape[0]:
        raise ModelError(f"ccx wrote displacements of {len(headings)} load cases, not of {shape[0]}")
    result = np.zeros(shape)
    for displacement, heading in zip(result, headings, strict=True):
        rows = np.frombuffer(output, RECORD, count=int(heading[1]), offset=heading.end())
        displacement[rows["node"] - 1] = rows["displacement"]
    return result
