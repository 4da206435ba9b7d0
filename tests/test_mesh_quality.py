"""Shape measures against known tetrahedra, and a gate that can fail."""

from dataclasses import replace

import numpy as np
import pytest

from geometry.errors import MeshError
from geometry.mesh_quality import QualityLimits, check_quality, quality_of, shape_measures

REGULAR = np.array([[1.0, 1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, -1.0], [-1.0, -1.0, 1.0]])
CORNER = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
SLIVER = np.array([[1.0, 0.0, 0.02], [0.0, 1.0, -0.02], [-1.0, 0.0, 0.02], [0.0, -1.0, -0.02]])
LIMITS = QualityLimits()


def test_a_regular_tetrahedron_has_equal_angles_and_ratio_one() -> None:
    smallest, largest, ratio, volume = shape_measures(REGULAR[None])
    assert smallest == pytest.approx(np.degrees(np.arccos(1.0 / 3.0)))
    assert largest == pytest.approx(np.degrees(np.arccos(1.0 / 3.0)))
    assert ratio == pytest.approx(1.0)
    assert volume == pytest.approx(8.0 / 3.0)


def test_a_cube_corner_has_a_right_angle_and_one_of_54_7_degrees() -> None:
    smallest, largest, ratio, volume = shape_measures(CORNER[None])
    assert smallest == pytest.approx(np.degrees(np.arccos(1.0 / np.sqrt(3.0))))
    assert largest == pytest.approx(90.0)
    # inradius 1 / (3 + sqrt 3), circumradius sqrt 3 / 2
    assert ratio == pytest.approx(6.0 / (np.sqrt(3.0) * (3.0 + np.sqrt(3.0))))
    assert volume == pytest.approx(1.0 / 6.0)


def test_a_sliver_is_refused_with_its_place() -> None:
    tets = np.array([[0, 1, 2, 3]])
    vertices = SLIVER + np.array([10.0, 20.0, 30.0])
    if shape_measures(vertices[None])[3][0] < 0.0:
        tets = tets[:, [0, 2, 1, 3]]
    with pytest.raises(MeshError, match=r"smallest dihedral angle .* at \(10.0, 20.0, 30.0\) mm"):
        check_quality(quality_of(vertices, tets), LIMITS)


def test_an_inverted_element_is_refused() -> None:
    with pytest.raises(MeshError, match="inverted element, volume -1.67e-01"):
        check_quality(quality_of(CORNER, np.array([[0, 2, 1, 3]])), LIMITS)


def test_a_good_element_passes() -> None:
    check_quality(quality_of(CORNER, np.array([[0, 1, 2, 3]])), LIMITS)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("min_dihedral_deg", "smallest dihedral"),
        ("p1_dihedral_deg", "hundredth"),
        ("min_radius_ratio", "radius ratio"),
    ],
)
def test_every_limit_can_fail_and_nan_fails_it(name: str, text: str) -> None:
    good = quality_of(CORNER, np.array([[0, 1, 2, 3]]))
    for value in (0.0, float("nan")):
        with pytest.raises(MeshError, match=text):
            check_quality(replace(good, **{name: value}), LIMITS)
