"""Voxels become densities in elements: exact for linear fields, mass kept, wherever the voxels lie."""

import numpy as np
import pytest
from synthetic_scan import turned

from geometry.arrays import Floats
from geometry.errors import MaterialError
from geometry.tetrahedron import POINTS_4, subdivided_points
from materials.ct.calibration import given_line
from materials.ct.grid import VoxelGrid
from materials.ct.projection import density_at, density_in_elements
from materials.ct.volume import DensityVolume, ScanVolume

SPACING = (0.6, 0.8, 1.25)
SHAPE = (40, 36, 24)
RNG = np.random.default_rng(11)


def oblique_grid() -> VoxelGrid:
    """Anisotropic voxels with axes far from those of the frame."""
    matrix = np.eye(4)
    matrix[:3, :3] = turned(20.0, -35.0, 50.0) * np.array(SPACING)
    matrix[:3, 3] = [-7.0, 4.0, 90.0]
    return VoxelGrid(SHAPE, matrix)


def linear(points_mm: Floats) -> Floats:
    return 100.0 + points_mm @ np.array([1.0, -2.0, 0.5])


def volume_of(field: object) -> DensityVolume:
    grid = oblique_grid()
    values = field(grid.centres_mm()).reshape(SHAPE)  # type: ignore[operator]
    return DensityVolume(grid, values.astype(np.float32))


def tetrahedra(count: int, size_voxels: float) -> Floats:
    """Random tetrahedra well inside the grid, shape (count, 4, 3)."""
    room = np.array(SHAPE) - 1.0
    middle = RNG.uniform(0.45, 0.55, (count, 1, 3)) * room
    corners = middle + size_voxels * RNG.uniform(-1.0, 1.0, (count, 4, 3))
    return oblique_grid().points_mm(corners.reshape(-1, 3)).reshape(-1, 4, 3)


def volumes_mm3(corners_mm: Floats) -> Floats:
    return np.abs(np.linalg.det(corners_mm[:, 1:] - corners_mm[:, :1])) / 6.0


def test_places_and_indices_lead_there_and_back() -> None:
    grid = oblique_grid()
    indices = RNG.uniform(0.0, 20.0, (50, 3))
    np.testing.assert_allclose(grid.indices(grid.points_mm(indices)), indices, atol=1e-12)
    np.testing.assert_allclose(grid.spacing_mm, SPACING)


def test_a_crop_keeps_every_voxel_where_it_is() -> None:
    grid = oblique_grid()
    kept = (slice(3, 30), slice(5, 20), slice(2, 9))
    inside, outer = np.array([[1.0, 2.0, 3.0]]), np.array([[4.0, 7.0, 5.0]])
    np.testing.assert_allclose(grid.cropped(kept).points_mm(inside), grid.points_mm(outer))


@pytest.mark.parametrize("size_voxels", [0.3, 2.0, 8.0])
def test_a_linear_density_comes_back_to_the_last_digit_in_any_element(size_voxels: float) -> None:
    corners = tetrahedra(200, size_voxels)
    found = density_in_elements(volume_of(linear), corners)
    expected = linear(np.einsum("qv,mvx->mqx", POINTS_4, corners).reshape(-1, 3)).reshape(-1, 4)
    # voxels are single precision
    np.testing.assert_allclose(found, expected, rtol=2e-6)


def test_elements_smaller_than_a_voxel_read_it_at_their_gauss_points() -> None:
    volume = volume_of(lambda p: RNG.normal(100.0, 20.0, len(p)))
    corners = tetrahedra(100, 0.2)
    points = np.einsum("qv,mvx->mqx", POINTS_4, corners).reshape(-1, 3)
    np.testing.assert_allclose(
        density_in_elements(volume, corners).reshape(-1), density_at(volume, points), rtol=1e-9
    )


def test_the_mass_in_the_elements_is_that_of_the_voxels() -> None:
    # white noise is the worst there is: nothing is alike between neighbouring voxels
    volume = volume_of(lambda p: RNG.normal(100.0, 20.0, len(p)))
    corners = tetrahedra(400, 3.0)
    fine = np.einsum("qv,mvx->mqx", subdivided_points(3), corners)
    true = density_at(volume, fine.reshape(-1, 3)).reshape(len(corners), -1).mean(axis=1)
    found = density_in_elements(volume, corners).mean(axis=1)
    weight = volumes_mm3(corners) / volumes_mm3(corners).sum()
    # asked is 0.5 %; 400 elements that overlap find 0.15 %
    assert float(weight @ found) == pytest.approx(float(weight @ true), rel=5e-3)


def test_an_element_that_reaches_beyond_the_voxels_is_not_made_up() -> None:
    corners = tetrahedra(1, 1.0)
    away = oblique_grid().to_mm[:3, 0] * SHAPE[0]
    found = density_in_elements(volume_of(linear), np.concatenate([corners, corners + 0.5 * away]))
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).all()


def test_voxels_that_were_not_measured_spoil_only_what_reads_them() -> None:
    grid = oblique_grid()
    hu = np.full(SHAPE, 100.0, dtype=np.float32)
    hu[0, 0, 0], hu[20, 20, 12] = 1000.0, -2000.0
    volume = ScanVolume(grid, hu).density(
        given_line(1.0, 0.0), np.eye(4), np.array([[-1e3] * 3, [1e3] * 3], dtype=float)
    )
    places = grid.points_mm(np.array([[20.4, 19.7, 12.2], [22.0, 20.0, 12.0]]))
    np.testing.assert_array_equal(np.isnan(density_at(volume, places)), [True, False])


def test_the_checksum_knows_voxels_and_their_places() -> None:
    hu = RNG.normal(200.0, 200.0, SHAPE).astype(np.float32)
    grid = oblique_grid()
    other = hu.copy()
    other[3, 4, 5] += 1.0
    moved = np.eye(4)
    moved[0, 3] = 0.5
    same = ScanVolume(grid, hu).sha256
    assert ScanVolume(oblique_grid(), hu.copy()).sha256 == same
    assert ScanVolume(grid, other).sha256 != same
    assert ScanVolume(grid.moved(moved), hu).sha256 != same


def sheared() -> Floats:
    matrix = np.diag([0.5, 0.5, 1.0, 1.0])
    matrix[1, 2] = np.tan(np.radians(15.0))
    return matrix


UNFIT = {
    "its axes are 15.00 deg off a right angle": (SHAPE, sheared()),
    "voxels are 0.0005 x 0.0005 x 0.001 mm": (SHAPE, np.diag([5e-4, 5e-4, 1e-3, 1.0])),
    "voxels are 0 x 1 x 1 mm": (SHAPE, np.diag([0.0, 1.0, 1.0, 1.0])),
    "a volume of 40 x 36 x 1 voxels": ((40, 36, 1), np.eye(4)),
    "more than 4e[+]08": ((2000, 2000, 2000), np.eye(4)),
    "no 4 x 4 matrix of numbers": (SHAPE, np.full((4, 4), np.nan)),
}


@pytest.mark.parametrize("reason", UNFIT)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_grid_that_is_none_is_refused(reason: str) -> None:
    with pytest.raises(MaterialError, match=reason):
        VoxelGrid(*UNFIT[reason])


VALUES = {
    "the densest voxel is 255": np.linspace(0.0, 255.0, 8),
    "the densest voxel is 1.4": np.linspace(0.0, 1.4, 8),
    "no voxel holds a number": np.full(8, np.nan),
}


@pytest.mark.parametrize("reason", VALUES)
def test_numbers_that_are_no_hounsfield_units_are_refused(reason: str) -> None:
    grid = VoxelGrid((2, 2, 2), np.eye(4))
    with pytest.raises(MaterialError, match=reason):
        ScanVolume(grid, VALUES[reason].reshape(2, 2, 2).astype(np.float32))
