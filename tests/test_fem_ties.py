"""Ties: what they hand on, where they glue, and what is refused."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from joined_blocks import across, foot, model

from fem.connections import (
    rigid_faces,
    tied_faces,
)
from fem.discretisation import discretise
from fem.elastic import uniform_elastic
from fem.loads import face_traction
from fem.model import Model
from fem.solution import Solution
from fem.solvers import SolverSettings, solve
from fem.supports import FixedComponents, FixedNodes, Support
from fem.verification.joints import glued, stacked
from fem.verification.models import TIGHT
from geometry.arrays import Floats
from geometry.blocks import block
from geometry.errors import ModelError
from geometry.mesh import Mesh


def glued_cubes(lower: int, upper: int, moduli: tuple[float, float], gap_mm: float = 0.0) -> Solution:
    mesh = stacked(lower, upper, gap_mm)
    tie = glued(mesh, 1.1 * gap_mm + 1e-6)
    return solve(
        model(mesh, [tie], [foot(mesh, "lower_z0")], across(mesh, "upper_z1"), moduli),
        settings=SolverSettings(relative_tolerance=1e-9),
    )


def test_glued_cubes_are_as_stiff_as_one_body() -> None:
    whole = block((4, 4, 8), (1.0, 1.0, 2.0))
    one = solve(
        Model(
            discretisation=discretise(whole),
            elastic=uniform_elastic(len(whole.tets), 1000.0, 0.3),
            supports=(foot(whole),),
            load_cases=tuple(across(whole, "z1")),
        )
    ).work_nmm()
    # the same cells on both sides: the tie loses nothing at all
    np.testing.assert_allclose(glued_cubes(4, 4, (1000.0, 1000.0)).work_nmm(), one, rtol=1e-7)
    # 4 to 3 cells: what the coarser half itself loses
    np.testing.assert_allclose(glued_cubes(4, 3, (1000.0, 1000.0)).work_nmm(), one, rtol=2e-3)


@pytest.mark.parametrize("moduli", [(1000.0, 1000.0), (100.0, 1e5), (1e5, 100.0)])
def test_a_tie_converges_and_balances_whatever_the_contrast(moduli: tuple[float, float]) -> None:
    solution = glued_cubes(4, 5, moduli, gap_mm=0.05)
    # measured 30 to 42 for cubes of 6 and 9 cells; without weights by stiffness it stalled at 400
    assert solution.iterations.max() <= 60
    # a moment passes across the gap without loss: rigid motions open no tie
    assert solution.imbalance().max() < 1e-9


def test_a_support_beside_a_tie_gets_the_force_that_the_tie_hands_on() -> None:
    mesh = stacked(3, 2)
    tie = glued(mesh)
    # held all along the edge of the tie, so that tied nodes are held too
    side = np.concatenate([mesh.face("lower_x0").ravel(), mesh.face("upper_x0").ravel()])
    held = FixedNodes(name="side", nodes=side)
    solution = solve(model(mesh, [tie], [held], across(mesh, "upper_z1")), settings=TIGHT)
    assert solution.imbalance().max() < 1e-10
    assert solution.support_force_n("side", "pull 2") == pytest.approx([0.0, 0.0, -1.0], abs=1e-9)


def test_sides_that_lie_apart_or_nowhere_opposite_are_not_glued() -> None:
    mesh = stacked(2, 3, gap_mm=0.1)
    with pytest.raises(ModelError, match=r"two sides of tie 'glue' are 0.1 mm apart, with 0.05 mm allowed"):
        glued(mesh, 0.05)
    with pytest.raises(ModelError, match="nowhere opposite each other"):
        tied_faces(mesh, mesh.face("lower_x0"), mesh.face("upper_z0"), largest_gap_mm=1.0)
    with pytest.raises(ModelError, match="share nodes"):
        tied_faces(mesh, mesh.face("lower_z1"), mesh.face("lower_z1"), largest_gap_mm=1.0)


def test_a_tie_says_how_much_of_the_first_side_it_glues() -> None:
    mesh = stacked(4, 3)
    left = mesh.face("upper_z0")
    middle = mesh.nodes_mm[left[:, :3]].mean(axis=1)
    tie = tied_faces(mesh, mesh.face("lower_z1"), left[middle[:, 0] < 1 / 3], largest_gap_mm=1e-6)
    assert tie.share == pytest.approx(1 / 3)


def guides(mesh: Mesh) -> list[Support]:
    """Planes of symmetry on three sides of stacked cubes."""
    found: list[Support] = []
    for face, held in (
        ("x0", (True, False, False)),
        ("y0", (False, True, False)),
        ("z0", (False, False, True)),
    ):
        names = [f"{part}_{face}" for part in mesh.part_names if face != "z0" or part == "lower"]
        nodes = np.concatenate([mesh.face(name).ravel() for name in names])
        found.append(FixedComponents(name=face, nodes=nodes, components=held))
    return found


def test_linear_elements_pass_the_patch_test_across_a_tie() -> None:
    mesh = stacked(3, 4)
    tie = glued(mesh)
    pull = face_traction(mesh, mesh.face("upper_z1"), np.array([0.0, 0.0, 1.0]), "pull")
    linear = replace(
        model(mesh, [tie], guides(mesh), [pull]), discretisation=discretise(mesh, order=1, connections=[tie])
    )
    found = solve(linear, settings=TIGHT).displacement_mm[0]
    np.testing.assert_allclose(found, mesh.nodes_mm * [-3e-4, -3e-4, 1e-3], atol=1e-11)


def test_linear_elements_take_ties_and_plates() -> None:
    works = []
    for lower, upper in ((3, 4), (6, 8)):
        mesh = stacked(lower, upper)
        joints = [glued(mesh), rigid_faces(mesh, mesh.face("upper_z1"))]
        quadratic = model(mesh, joints, [foot(mesh, "lower_z0")], across(mesh, "upper_z1"))
        linear = replace(quadratic, discretisation=discretise(mesh, order=1, connections=joints))
        solution = solve(linear)
        assert solution.imbalance().max() < 1e-8
        works.append(solution.work_nmm())
    best = solve(quadratic).work_nmm()
    # stiffer than quadratic ones, and half as much on half the cells
    assert (works[0] < works[1]).all()
    assert (works[1] < best).all()
    assert ((best - works[1]) / (best - works[0]) < 0.5).all()


def arch(radius: float) -> Callable[[Floats], Floats]:
    """Maps a block onto a piece of a ring."""

    def shape(points: Floats) -> Floats:
        angle, out = points[:, 0], radius + points[:, 2]
        return np.column_stack([out * np.sin(angle), points[:, 1], out * np.cos(angle)])

    return shape


def test_curved_sides_are_refused_and_may_be_straightened() -> None:
    parts = [block((4, 2, 1), shape=arch(2.0), curved=True), block((3, 2, 1), shape=arch(3.0), curved=True)]
    shift = len(parts[0].nodes_mm)
    mesh = Mesh(
        nodes_mm=np.concatenate([part.nodes_mm for part in parts]),
        tets=np.concatenate([parts[0].tets, parts[1].tets + shift]),
        part=np.repeat([0, 1], [len(part.tets) for part in parts]),
        part_names=("lower", "upper"),
        faces={"below": parts[0].face("z1"), "above": parts[1].face("z0") + shift},
    )
    with pytest.raises(ModelError, match=r"belong to curved elements.*mesh.straightened\(\)"):
        tied_faces(mesh, mesh.face("below"), mesh.face("above"), largest_gap_mm=0.2)
    straight = mesh.straightened()
    tie = tied_faces(straight, straight.face("below"), straight.face("above"), largest_gap_mm=0.2)
    turned = np.cross([0.3, -0.2, 0.5], straight.nodes_mm).ravel()
    assert np.abs(tie.rows @ turned).max() < 1e-12 * np.abs(tie.rows).max()


def test_a_wide_gap_is_glued_all_over() -> None:
    for gap_mm in (0.3, 0.7, 1.5):
        mesh = stacked(4, 5, gap_mm)
        assert glued(mesh, 2.0).share == pytest.approx(1.0)


def test_a_graded_tie_passes_the_patch_test() -> None:
    even = np.linspace(0.0, 1.0, 4)
    graded = np.concatenate([[0.0], np.cumsum(np.geomspace(0.01, 1.0, 5))])
    graded /= graded[-1]
    parts = [block((1, 1, 1), ticks=(graded, graded, even)), block((1, 1, 1), ticks=(even, even, even))]
    shift = len(parts[0].nodes_mm)
    names = ("lower", "upper")
    faces = {f"lower_{name}": face for name, face in parts[0].faces.items()}
    faces |= {f"upper_{name}": face + shift for name, face in parts[1].faces.items()}
    mesh = Mesh(
        nodes_mm=np.concatenate([parts[0].nodes_mm, parts[1].nodes_mm + np.array([0.0, 0.0, 1.0])]),
        tets=np.concatenate([parts[0].tets, parts[1].tets + shift]),
        part=np.repeat([0, 1], [len(part.tets) for part in parts]),
        part_names=names,
        faces=faces,
    )
    pull = face_traction(mesh, mesh.face("upper_z1"), np.array([0.0, 0.0, 1.0]), "pull")
    solution = solve(model(mesh, [glued(mesh)], guides(mesh), [pull]))
    expected = mesh.nodes_mm * [-3e-4, -3e-4, 1e-3]
    np.testing.assert_allclose(solution.displacement_mm[0], expected, atol=1e-8)


def test_a_side_that_sticks_out_by_a_sliver_converges() -> None:
    parts = [block((5, 5, 2)), block((3, 3, 2), (0.61, 1.0, 1.0))]
    shift = len(parts[0].nodes_mm)
    mesh = Mesh(
        nodes_mm=np.concatenate([parts[0].nodes_mm, parts[1].nodes_mm + np.array([0.0, 0.0, 1.0])]),
        tets=np.concatenate([parts[0].tets, parts[1].tets + shift]),
        part=np.repeat([0, 1], [len(part.tets) for part in parts]),
        part_names=("lower", "upper"),
        faces={
            "lower_z0": parts[0].face("z0"),
            "lower_z1": parts[0].face("z1"),
            "upper_z0": parts[1].face("z0") + shift,
            "upper_z1": parts[1].face("z1") + shift,
        },
    )
    tie = glued(mesh)
    assert tie.share == pytest.approx(0.61)
    solution = solve(model(mesh, [tie], [foot(mesh, "lower_z0")], across(mesh, "upper_z1")))
    assert solution.iterations.max() < 80


def test_a_side_in_layers_is_refused() -> None:
    mesh = stacked(2, 2)
    top, bottom = mesh.face("lower_z1"), mesh.face("upper_z0")
    twice = np.concatenate([bottom, bottom])
    with pytest.raises(ModelError, match="lies in layers over the first"):
        tied_faces(mesh, top, twice, largest_gap_mm=1e-6)
