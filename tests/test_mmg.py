"""Mmg runs in a process of its own: signals are left alone, a refusal or a hang ends in words."""

import signal

import numpy as np
import pytest

from geometry.arrays import Floats, Ints
from geometry.errors import MeshError
from geometry.meshing import Body, GradedSize, TetMesh, improve, mesh_bodies
from geometry.meshing.improve import remeshed
from geometry.meshing.tet_mesh import LabelledMesh


@pytest.fixture(scope="module")
def ball() -> TetMesh:
    """A ball of 10 mm across, out of Mmg."""
    body = Body(name="ball", field=lambda p: np.linalg.norm(p, axis=1) - 5.0, surface_size_mm=1.5)
    size = GradedSize(surfaces=(), grading=0.5, largest_mm=1.5)
    return mesh_bodies([body], size=size, bounds_mm=np.array([[-7.0] * 3, [7.0] * 3]))


def unmarked(vertices_mm: Floats, tets: Ints) -> LabelledMesh:
    """A mesh of one part without outlines of caps."""
    return LabelledMesh(
        vertices_mm=vertices_mm,
        tets=tets,
        label=np.ones(len(tets), dtype=np.int64),
        marked=np.zeros((0, 3), dtype=np.int64),
        mark=np.zeros(0, dtype=np.int64),
    )


def test_ctrl_c_works_after_meshing(ball: TetMesh) -> None:
    assert len(ball.tets) > 0
    # Mmg takes over the handlers of signals in the process that runs it
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_mesh_that_mmg_cannot_take_is_refused_in_its_words() -> None:
    flat = unmarked(np.zeros((4, 3)), np.array([[0, 1, 2, 3]]))
    with pytest.raises(MeshError, match="Mmg could not improve the mesh: "):
        remeshed(flat, lambda points_mm: np.ones(len(points_mm)))


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"LEAST_CPU_LIMIT_S": 1.0, "WALL_OVER_CPU": 1e3}, "no end after 1 s of processor time"),
        ({"LEAST_CPU_LIMIT_S": 1.0, "WALL_OVER_CPU": 1e-3}, "no end after 0 s"),
    ],
)
def test_a_mesh_that_mmg_does_not_end_on_is_refused(
    ball: TetMesh, monkeypatch: pytest.MonkeyPatch, limits: dict[str, float], said: str
) -> None:
    monkeypatch.setattr(improve, "CPU_LIMIT_S_PER_TET", 0.0)
    for name, value in limits.items():
        monkeypatch.setattr(improve, name, value)
    with pytest.raises(MeshError, match=said):
        # far finer than the mesh: a long work
        remeshed(unmarked(ball.vertices_mm, ball.tets), lambda points_mm: np.full(len(points_mm), 0.1))
