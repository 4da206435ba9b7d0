"""A drawn sacrum is scanned, and its density read back: the round trip of `materials.ct`.

The synthetic scan has the shell, muscle outside, a blur of 1 mm full width at half maximum, voxels of
1.2 mm and whole Hounsfield units.
"""

from collections.abc import Callable

import numpy as np
import pytest
from synthetic_scan import LINE, Scanner, elements_inside, rendered, turned

from geometry.arrays import Floats
from geometry.errors import MaterialError
from geometry.pelvis.ilium import Ilium
from geometry.pelvis.ilium_shape import ILIUM_SHAPES
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import MALE
from geometry.tetrahedron import POINTS_4, subdivided_points
from materials.cortex import CortexThickness
from materials.ct.inner_bone import SHELL_MARGIN_MM, carried_outwards, sacrum_in_scan
from materials.ct.projection import density_at, density_in_elements
from materials.ct.scanned import TEMPLATE, ScannedDensity, scanned_density
from materials.ct.volume import DensityVolume, ScanVolume
from materials.density_field import ILIUM, SACRUM
from materials.density_map import DensityMap, bone_density, lay_density
from materials.regions.iliac import IliacRegions
from materials.regions.of_interest import sampled_bone
from materials.regions.sacral import SacralRegions
from materials.templates import T_SCORE_MAPS

BONE = Sacrum(MALE)
SACRAL = SacralRegions(field=BONE)
BONES = {SACRUM: SACRAL, ILIUM: IliacRegions(field=Ilium(BONE, ILIUM_SHAPES["male"]))}
SHELL = CortexThickness()
BOX = BONE.bounds_mm + np.array([[-4.0], [4.0]])


def template(s1_body_mg_cm3: float, ala_to_body: float) -> DensityMap:
    scale = T_SCORE_MAPS["class_boundary"]
    return lay_density(
        BONES, bone_density("clinical_ct", scale, s1_body_mg_cm3=s1_body_mg_cm3, ala_to_body=ala_to_body)
    )


TRUE = template(160.0, 0.40)


@pytest.fixture(scope="module")
def scan() -> ScanVolume:
    return rendered(BONE, TRUE, SHELL, Scanner(spacing_mm=(1.2, 1.2, 1.2)))


@pytest.fixture(scope="module")
def volume(scan: ScanVolume) -> DensityVolume:
    return scan.density(LINE, np.eye(4), BOX)


def seen(volume: DensityVolume, margin_mm: float = SHELL_MARGIN_MM, **others: str) -> ScannedDensity:
    return scanned_density(volume, SACRAL, SHELL, template, margin_mm=margin_mm, **others)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def scanned(volume: DensityVolume) -> ScannedDensity:
    return seen(volume)


@pytest.fixture(scope="module")
def rough_scan() -> ScanVolume:
    """Voxels of 2 mm, for what does not depend on them."""
    return rendered(BONE, TRUE, SHELL, Scanner(spacing_mm=(2.0, 2.0, 2.0), fwhm_mm=2.0))


@pytest.fixture(scope="module")
def rough(rough_scan: ScanVolume) -> DensityVolume:
    return rough_scan.density(LINE, np.eye(4), BOX)


def under_shell_mm(points_mm: Floats) -> Floats:
    return np.asarray(-BONE(points_mm) - SHELL.at_mm(SACRAL, points_mm))


def gauss_points(corners_mm: Floats) -> Floats:
    return np.einsum("qv,mvx->mqx", POINTS_4, corners_mm).reshape(-1, 3)


def rms_percent(found: Floats, true: Floats) -> float:
    return 100.0 * float(np.sqrt(((found - true) ** 2).mean()) / true.mean())


@pytest.mark.parametrize("edge_mm", [1.4, 2.5, 4.0])
def test_density_comes_back_within_two_percent(edge_mm: float, scanned: ScannedDensity) -> None:
    corners = elements_inside(BONE, edge_mm)[:: 5 if edge_mm < 2.0 else 1]
    points = gauss_points(corners)
    clear = under_shell_mm(points) > SHELL_MARGIN_MM
    found = scanned.in_elements(SACRUM, corners).reshape(-1)
    true = TRUE.mg_cm3(SACRUM, points)
    # 2 % is asked; the blur flattens the borders of the regions, which are 2.5 mm wide
    assert rms_percent(found[clear], true[clear]) < 2.0
    # and 0.5 % of mass, here of all bone under the shell, the carried density included
    inside = under_shell_mm(points) > 0.0
    assert found[inside].mean() == pytest.approx(true[inside].mean(), rel=5e-3)


def test_the_gate_of_two_percent_can_fail(volume: DensityVolume) -> None:
    moved = np.eye(4)
    moved[2, 3] = 3.0
    corners = elements_inside(BONE, 4.0)
    points = gauss_points(corners)
    clear = under_shell_mm(points) > SHELL_MARGIN_MM
    found = density_in_elements(
        DensityVolume(volume.grid.moved(moved), volume.density_mg_cm3), corners
    ).reshape(-1)
    assert rms_percent(found[clear], TRUE.mg_cm3(SACRUM, points)[clear]) > 5.0


@pytest.mark.parametrize("edge_mm", [1.4, 4.0])
def test_the_elements_hold_the_mass_of_the_voxels_of_a_noisy_scan(
    edge_mm: float, volume: DensityVolume
) -> None:
    noise = np.random.default_rng(2).normal(0.0, 20.0, volume.grid.shape).astype(np.float32)
    noisy = DensityVolume(volume.grid, volume.density_mg_cm3 + noise)
    corners = elements_inside(BONE, edge_mm)[:: 60 if edge_mm < 2.0 else 1]
    fine = np.einsum("qv,mvx->mqx", subdivided_points(2), corners)
    voxels = density_at(noisy, fine.reshape(-1, 3)).mean()
    assert density_in_elements(noisy, corners).mean() == pytest.approx(voxels, rel=5e-3)


def test_s1_body_and_r_are_measured(scanned: ScannedDensity) -> None:
    # the blur at the borders of the regions: 1 %
    assert scanned.measures.s1_body_mg_cm3 == pytest.approx(160.0, rel=0.01)
    assert scanned.measures.ala_to_body == pytest.approx(0.40, rel=0.02)
    sampled = sampled_bone(SACRAL)
    true = TRUE.mg_cm3(SACRUM, sampled.points_mm)
    for region, density in scanned.measures.regions_mg_cm3.items():
        # the lamina is thin: most of it has the density of the few voxels that are clear of the shell
        assert density == pytest.approx(true[sampled.core((region,))].mean(), rel=0.03)


def test_noise_leaves_what_is_measured(rough: DensityVolume) -> None:
    noise = np.random.default_rng(4).normal(0.0, 20.0, rough.grid.shape).astype(np.float32)
    before, after = (
        seen(rough).measures,
        seen(DensityVolume(rough.grid, rough.density_mg_cm3 + noise)).measures,
    )
    # 20 mg/cm3 at some 1000 points: 1 mg/cm3, doubled
    assert after.s1_body_mg_cm3 == pytest.approx(before.s1_body_mg_cm3, abs=2.0)
    assert after.ala_to_body == pytest.approx(before.ala_to_body, abs=0.02)


def test_without_a_margin_the_shell_is_counted_twice(volume: DensityVolume, scanned: ScannedDensity) -> None:
    rng = np.random.default_rng(5)
    points = rng.uniform(*BONE.bounds_mm, (60_000, 3))
    points = points[under_shell_mm(points) > 0.0]
    true = TRUE.mg_cm3(SACRUM, points).mean()
    bare = carried_outwards(volume, sacrum_in_scan(volume.grid, SACRAL, SHELL), 0.0)
    # docs/bone.md: about a tenth of all trabecular mass comes in from the shell, and the margin keeps it out
    assert density_at(bare, points).mean() / true - 1.0 > 0.06
    assert abs(scanned.mg_cm3(SACRUM, points).mean() / true - 1.0) < 0.01


def test_the_ilium_is_not_read_from_the_scan(scanned: ScannedDensity) -> None:
    corners = elements_inside(BONE, 4.0)[:50]
    np.testing.assert_array_equal(
        scanned.in_elements(ILIUM, corners), scanned.template.in_elements(ILIUM, corners)
    )
    assert scanned.template.density.s1_body_mg_cm3 == pytest.approx(scanned.measures.s1_body_mg_cm3)


def cut(volume: DensityVolume, keep: Callable[[Floats], Floats]) -> DensityVolume:
    """The same with the voxels that are not kept not measured."""
    kept = keep(volume.grid.centres_mm()).reshape(volume.grid.shape)
    return DensityVolume(volume.grid, np.where(kept, volume.density_mg_cm3, np.float32(np.nan)))


def test_bone_outside_the_scan_is_refused_with_its_share(rough: DensityVolume) -> None:
    short = cut(rough, lambda p: p[:, 2] > -95.0)
    with pytest.raises(
        MaterialError, match=r"[1-9]\.\d % of the sacrum lies outside the scan.*outside: temp"
    ):
        seen(short)


def test_bone_outside_the_scan_is_the_templates_where_that_is_allowed(rough: DensityVolume) -> None:
    scanned = seen(cut(rough, lambda p: p[:, 2] > -95.0), outside=TEMPLATE)
    assert 0.01 < scanned.measures.outside_share < 0.1
    assert "of the sacrum lies outside: from the template" in "\n".join(scanned.measures.summary())
    corners = elements_inside(BONE, 2.5)
    low = corners[:, :, 2].max(axis=1) < -97.0
    np.testing.assert_array_equal(
        scanned.in_elements(SACRUM, corners[low]), scanned.template.in_elements(SACRUM, corners[low])
    )
    points = gauss_points(corners[low])
    np.testing.assert_allclose(scanned.mg_cm3(SACRUM, points), scanned.template.mg_cm3(SACRUM, points))
    assert np.isfinite(scanned.in_elements(SACRUM, corners)).all()


REFUSED: dict[str, Callable[[DensityVolume], DensityVolume]] = {
    "the scan shows [3-7][0-9] % of the S1 body": lambda v: cut(v, lambda p: p[:, 1] > 0.0),
    "the S1 body measures 9[0-9]{2} mg/cm3, outside 20 to 500": lambda v: DensityVolume(
        v.grid, v.density_mg_cm3 + np.float32(830.0)
    ),
    "too little of s1_ala": lambda v: cut(v, lambda p: np.abs(p[:, 0]) < 22.0),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_scan_that_cannot_be_of_this_bone_is_refused(reason: str, rough: DensityVolume) -> None:
    with pytest.raises(MaterialError, match=reason):
        seen(REFUSED[reason](rough), outside=TEMPLATE)


def test_a_shell_thicker_than_the_bone_leaves_nothing_to_read(rough: DensityVolume) -> None:
    with pytest.raises(MaterialError, match="too little of s1_body"):
        seen(rough, margin_mm=40.0)
    found = sacrum_in_scan(rough.grid, SACRAL, SHELL)
    with pytest.raises(MaterialError, match="no voxel of the scan lies 40 mm below the shell"):
        carried_outwards(rough, found, 40.0)


def test_a_bone_that_is_not_where_it_is_said_to_be_is_refused(rough_scan: ScanVolume) -> None:
    turn = np.eye(4)
    turn[:3, :3] = turned(12.0, 0.0, 0.0)
    with pytest.raises(MaterialError, match=r"the edge of a bone shows on \d+ % of the sacrum's surface"):
        seen(rough_scan.density(LINE, turn, BOX), outside=TEMPLATE)
    shift = np.eye(4)
    shift[1, 3] = 3.0
    poor = seen(rough_scan.density(LINE, shift, BOX), outside=TEMPLATE)
    assert "it lies some millimetres off" in "\n".join(poor.measures.summary())


def test_a_scan_of_another_place_is_refused(rough_scan: ScanVolume) -> None:
    away = np.eye(4)
    away[0, 3] = 500.0
    with pytest.raises(MaterialError, match="the sacrum lies wholly outside the scan"):
        rough_scan.density(LINE, away, BOX)
