"""Faces that press and do not pull: cutting a mesh open, exact small answers, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from fem.connections import springs_to_ground
from fem.connections.connection import Connection
from fem.contact import (
    Contact,
    OneSidedSolution,
    PartedMesh,
    contact_connections,
    contact_faces,
    parted,
    solve_one_sided,
)
from fem.discretisation import discretise
from fem.elastic import elastic_by_part
from fem.loads import LoadCase, face_traction, remote_load
from fem.model import Model
from fem.recovery import gauss_fields
from fem.rigid import bodies
from fem.solvers import solve
from fem.supports import FixedComponents, FixedNodes, Support
from fem.verification import contact as verification
from fem.verification.contact import contact_checks, two_blocks
from fem.verification.models import TIGHT, plane
from geometry.arrays import Floats, Ints
from geometry.blocks import block
from geometry.errors import GateError, MeshError, ModelError, SolveError
from geometry.mesh import Mesh

CUBES = (np.linspace(0.0, 1.0, 4), np.linspace(0.0, 1.0, 4), np.linspace(-1.0, 1.0, 5))


def box_in_a_box() -> Mesh:
    def where(centroids: Floats) -> Ints:
        return np.asarray(np.abs(centroids - 0.5).max(axis=1) < 0.3, dtype=np.int64)

    return block((5, 5, 5), part_of=where, part_names=("bone", "seed"), jitter=0.1)


def pressed(
    cut: PartedMesh,
    load: LoadCase,
    extra: tuple[Connection, ...] = (),
    held: tuple[Support, ...] = (),
    poisson: float = 0.3,
    stiffness_n_per_mm3: float | None = None,
) -> tuple[Model, Contact]:
    """Two blocks of 1000 and 3000 MPa, the lower one held at its foot."""
    mesh = cut.mesh
    elastic = elastic_by_part(mesh, {"lower": (1000.0, poisson), "upper": (3000.0, poisson)})
    contact = contact_faces(mesh, cut.interfaces["touch"], elastic, stiffness_n_per_mm3=stiffness_n_per_mm3)
    connections = (*contact_connections([contact]), *extra)
    foot = FixedComponents(name="foot", nodes=mesh.face("z0"), components=(False, False, True))
    model = Model(
        discretisation=discretise(mesh, connections=connections), elastic=elastic, supports=(foot, *held),
        load_cases=(load,), connections=connections,
    )  # fmt: skip
    return model, contact


def with_contact(model: Model, contact: Contact) -> Model:
    """The model with other numbers of its contact."""
    new = {c.name: c for c in contact_connections([contact])}
    return replace(model, connections=tuple(new.get(c.name, c) for c in model.connections))


def sides(mesh: Mesh) -> tuple[Support, ...]:
    return tuple(plane(mesh, face) for face in ("x0", "y0"))


def push(cut: PartedMesh, force_n: float = -6.0, name: str = "press") -> LoadCase:
    return face_traction(cut.mesh, cut.mesh.face("z1"), np.array([0.0, 0.0, force_n]), name)


def test_a_cut_doubles_the_nodes_between_two_parts_and_no_others() -> None:
    mesh = box_in_a_box()
    cut = parted(mesh, {"seed": (("seed",), ("bone",))})
    shell = np.intersect1d(mesh.tets[mesh.part == 0], mesh.tets[mesh.part == 1])
    assert bodies(mesh)[0] == 1
    assert bodies(cut.mesh)[0] == 2
    assert len(cut.mesh.nodes_mm) == len(mesh.nodes_mm) + len(shell)
    np.testing.assert_array_equal(cut.origin[cut.mesh.tets], mesh.tets)
    faces = cut.interfaces["seed"]
    np.testing.assert_array_equal(cut.origin[faces.first], cut.origin[faces.second])
    assert not np.isin(faces.first, faces.second).any()
    for side, part, owners in ((faces.first, 1, faces.owners[:, 0]), (faces.second, 0, faces.owners[:, 1])):
        assert np.isin(side, cut.mesh.tets[mesh.part == part]).all()
        assert (mesh.part[owners] == part).all()
    # a box of 3 mm around the middle, seen from inside: its faces look outwards
    contact = contact_faces(cut.mesh, faces, elastic_by_part(cut.mesh, {"bone": (1.0, 0), "seed": (1.0, 0)}))
    outward = ((contact.points_mm - 0.5) * contact.normals).sum(axis=2)
    assert (outward > 0.0).all()


def test_named_faces_follow_the_part_that_they_belong_to() -> None:
    cut = two_blocks(CUBES)
    mesh = cut.mesh
    for name, face in mesh.faces.items():
        below = mesh.nodes_mm[face, 2].mean(axis=1) < 0.0
        assert np.isin(face[below], mesh.tets[mesh.part == 0]).all(), name
        assert np.isin(face[~below], mesh.tets[mesh.part == 1]).all(), name


def test_a_third_part_keeps_both_sides_together_at_the_rim() -> None:
    # a coat over both blocks: the cut between them ends at it as a crack does
    def where(centroids: Floats) -> Ints:
        return np.where(centroids[:, 0] > 0.7, 2, (centroids[:, 2] > 0.5).astype(np.int64))

    mesh = block((3, 2, 2), part_of=where, part_names=("lower", "upper", "coat"))
    cut = parted(mesh, {"crack": (("lower",), ("upper",))})
    faces = cut.interfaces["crack"]
    rim = np.intersect1d(faces.first, faces.second)
    np.testing.assert_allclose(cut.mesh.nodes_mm[rim, 0], 2.0 / 3.0)
    assert bodies(cut.mesh)[0] == 1
    assert len(rim) == 5


def test_compression_passes_as_if_bonded_but_for_what_the_contact_gives() -> None:
    cut = two_blocks(CUBES)
    model, contact = pressed(cut, push(cut), held=sides(cut.mesh), poisson=0.0)
    state = solve_one_sided(model, contacts=[contact], settings=TIGHT)
    stress = gauss_fields(state.solution, "press").stress_mpa
    # a patch test: keys are the only difference to a constant stress
    np.testing.assert_allclose(stress[..., 2], -6.0, rtol=1e-5)
    np.testing.assert_allclose(state.of("touch", "press").pressure_mpa, 6.0, rtol=1e-5)
    np.testing.assert_allclose(state.of("touch", "press").force_n, [0.0, 0.0, 6.0], atol=1e-4)
    assert state.of("touch", "press").area_mm2 == pytest.approx(1.0)
    # the layer gives a tenth of what the cells behind it give, here a half of the height, tets of 1/6 cube
    sunk = -state.solution.displacement_mm[0][cut.mesh.face("z1"), 2].mean()
    give = float((1.0 / contact.stiffness_n_per_mm3).max())
    assert sunk == pytest.approx(6.0 * (1.0 / 1000.0 + 1.0 / 3000.0 + give), rel=1e-4)
    assert give < 0.1 * 0.5 * (1.0 / 1000.0 + 1.0 / 3000.0) * 1.001
    # the second takes the first to the tolerance asked for
    assert state.rounds == 2


def test_tension_opens_the_whole_interface_and_passes_nothing() -> None:
    cut = two_blocks(CUBES)
    top = springs_to_ground(cut.mesh, np.unique(cut.mesh.face("z1")), (1.0, 1.0, 1.0), "sling")
    model, contact = pressed(cut, push(cut, 6.0), extra=(top,), held=sides(cut.mesh))
    state = solve_one_sided(model, contacts=[contact])
    assert not state.of("touch", "press").closed.any()
    assert (state.of("touch", "press").opening_mm > 0.0).all()
    carried = state.solution.spring_forces_n("sling", "press")[2::3].sum()
    # the keys across the gap, a millionth as stiff as the contact, are all that is missing
    assert carried == pytest.approx(6.0, rel=0.01)
    assert state.of("touch", "press").key_share < 0.01


def test_what_only_keys_hold_is_refused() -> None:
    cut = two_blocks(CUBES)
    model, contact = pressed(cut, push(cut, 6.0), held=sides(cut.mesh))
    with pytest.raises(GateError, match=r"keys of contact 'touch' carry 1e\+02 % .* lifts off"):
        solve_one_sided(model, contacts=[contact])
    slide = face_traction(cut.mesh, cut.mesh.face("z1"), np.array([1.0, 0.0, -1.0]), "press")
    foot = FixedNodes(name="root", nodes=cut.mesh.face("z0"))
    model, contact = pressed(cut, slide, held=(foot,))
    with pytest.raises(GateError, match="without friction nothing else holds what slides"):
        solve_one_sided(model, contacts=[contact])


def _eccentric(cut: PartedMesh, arm_mm: float) -> tuple[Model, Contact]:
    """A push of 1 N at an arm from the middle of a block on a bed so soft that blocks are rigid on it."""
    at = np.array([0.5 + arm_mm, 0.5, 1.0])
    load = remote_load(cut.mesh, cut.mesh.face("z1"), at, force_n=(0.0, 0.0, -1.0), name="press")
    lower = np.unique(cut.mesh.tets[cut.mesh.part == 0])
    upper = np.unique(cut.mesh.tets[cut.mesh.part == 1])
    line = upper[np.isclose(cut.mesh.nodes_mm[upper, 2], 1.0)]
    held = (
        FixedNodes(name="ground", nodes=lower),
        FixedComponents(name="guide", nodes=line, components=(True, True, False)),
    )
    return pressed(cut, load, held=held, stiffness_n_per_mm3=1.0)


def test_a_block_on_a_bed_that_does_not_pull_is_borne_by_three_times_the_distance_to_the_edge() -> None:
    cut = two_blocks((np.linspace(0.0, 1.0, 13), np.linspace(0.0, 1.0, 3), CUBES[2]))
    model, contact = _eccentric(cut, 0.3)
    state = solve_one_sided(model, contacts=[contact])
    found = state.of("touch", "press")
    # no tension: a triangle of pressure under the load, 3 x 0.2 mm long; known to some points in an element
    assert found.area_mm2 == pytest.approx(0.6, rel=0.03)
    edge = found.pressure_mpa.max() * (0.6 / (contact.points_mm[..., 0].max() - 0.4))
    assert edge == pytest.approx(2.0 / 0.6, rel=0.01)
    np.testing.assert_allclose(found.force_n, [0.0, 0.0, 1.0], atol=1e-4)
    # without clearance nothing but the direction of the load counts
    double = replace(model, load_cases=(model.load_cases[0].scaled(2.0),))
    again = solve_one_sided(double, contacts=[contact], start=state.solution.displacement_mm)
    np.testing.assert_array_equal(again.of("touch", "press").closed, found.closed)
    np.testing.assert_allclose(again.of("touch", "press").pressure_mpa, 2.0 * found.pressure_mpa, atol=1e-4)
    assert again.rounds == 2 < state.rounds
    # within the kern all of it touches
    within = solve_one_sided(_eccentric(cut, 0.1)[0], contacts=[contact])
    assert within.of("touch", "press").closed.all()


def test_pieces_pressed_together_from_the_start_push_each_other_apart() -> None:
    cut = two_blocks(CUBES)
    sling = springs_to_ground(cut.mesh, np.unique(cut.mesh.face("z1")), (0.0, 0.0, 2.0), "sling")
    model, contact = pressed(
        cut, push(cut, 1e-3), extra=(sling,), held=sides(cut.mesh), poisson=0.0, stiffness_n_per_mm3=50.0
    )
    tight = replace(contact, clearance_mm=np.full(contact.areas_mm2.shape, -0.1))
    found = solve_one_sided(with_contact(model, tight), contacts=[tight]).of("touch", "press")
    nodes = len(np.unique(cut.mesh.face("z1")))
    series = 1.0 / 50.0 + 1.0 / 1000.0 + 1.0 / 3000.0 + 1.0 / (2.0 * nodes)
    # nodal springs bend the top a little
    assert found.force_n[2] == pytest.approx(0.1 / series, rel=0.01)


def test_points_that_have_not_settled_are_refused() -> None:
    cut = two_blocks((np.linspace(0.0, 1.0, 7), np.linspace(0.0, 1.0, 3), CUBES[2]))
    model, contact = _eccentric(cut, 0.3)
    with pytest.raises(SolveError, match=r"after 1 rounds one-sided springs still go slack and taut; .* of"):
        solve_one_sided(model, contacts=[contact], most_rounds=1)


def test_every_gate_of_the_contact_checks_sees_another_load_and_bed(monkeypatch: pytest.MonkeyPatch) -> None:
    def off(model: Model, contact: Contact) -> OneSidedSolution:
        more = replace(model, load_cases=(model.load_cases[0].scaled(1.2),))
        stiffer = replace(contact, stiffness_n_per_mm3=1.5 * contact.stiffness_n_per_mm3)
        return solve_one_sided(with_contact(more, stiffer), contacts=[stiffer])

    monkeypatch.setattr(verification, "touched", off)
    assert not any(check.passed for check in contact_checks())


def test_cuts_and_contacts_that_make_no_sense_are_refused() -> None:
    mesh = box_in_a_box()
    with pytest.raises(ModelError, match="parted along nothing"):
        parted(mesh, {})
    with pytest.raises(ModelError, match="names part 'bone' twice"):
        parted(mesh, {"cut": (("bone",), ("bone",))})
    with pytest.raises(ModelError, match="run along the same faces"):
        parted(mesh, {"a": (("seed",), ("bone",)), "b": (("bone",), ("seed",))})
    with pytest.raises(MeshError, match="no part named 'rock'"):
        parted(mesh, {"cut": (("bone",), ("rock",))})
    cut = two_blocks(CUBES)
    with pytest.raises(ModelError, match="'again': lower and upper have no face in common"):
        parted(cut.mesh, {"again": (("lower",), ("upper",))})
    model, contact = pressed(cut, push(cut), held=sides(cut.mesh))
    with pytest.raises(ModelError, match="stiffness that is not above zero"):
        replace(contact, stiffness_n_per_mm3=np.zeros_like(contact.areas_mm2))
    with pytest.raises(ModelError, match="clearance_mm that is no number"):
        replace(contact, clearance_mm=np.array(np.nan))
    with pytest.raises(ModelError, match="lacks the contact connections other, other keys"):
        solve_one_sided(model, contacts=[replace(contact, name="other")])
    with pytest.raises(ModelError, match="lacks the contact connections touch"):
        # another clearance than the model knows would be silently ignored
        solve_one_sided(model, contacts=[replace(contact, clearance_mm=contact.clearance_mm + 1.0)])
    with pytest.raises(ModelError, match="connections touch act one way only"):
        solve(model)
    with pytest.raises(ModelError, match="no contact named 'far', only touch"):
        solve_one_sided(model, contacts=[contact]).of("far", "press")


def test_a_contact_held_shut_is_the_linear_model_that_it_is_part_of() -> None:
    cut = two_blocks(CUBES)
    model, contact = pressed(cut, push(cut), held=sides(cut.mesh))
    always = replace(model, connections=(contact.pressing.always(), contact.keys))
    linear, state = solve(always), solve_one_sided(model, contacts=[contact])
    # of two moduli and nu 0.3 the blocks bulge differently, but nothing opens
    assert state.of("touch", "press").closed.all()
    np.testing.assert_allclose(state.solution.displacement_mm, linear.displacement_mm, atol=1e-9)
    assert state.of("touch", "press").slip_mm.max() > 1e-4
