"""The cortical shell: thickness by region, thinned by T-score, sampled inside the elements (evidence 1.2)."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from geometry.arrays import Floats
from geometry.field import Field
from geometry.lumbar.spine import Lumbar, LumbarPlan, build_lumbar
from geometry.mesh import Mesh
from geometry.rays import surface_point_mm
from geometry.sacrum.bone import Sacrum
from geometry.sacrum.shape import MALE
from geometry.tetrahedron import TET_EDGES, halves_at
from materials.cortex import CortexThickness, thinned_cortex
from materials.density_map import DensityMap, bone_density
from materials.field import BoneMaterial, map_material
from materials.laws import LAWS
from materials.regions.lumbar import LumbarRegions
from materials.regions.sacral import SacralRegions
from materials.templates import S1_BODY, T_SCORE_MAPS

SHELL = CortexThickness()
CLASSES = T_SCORE_MAPS["class_boundary"]
# A point outside, the way to the wall, and the region that is met there.
SACRAL_WALLS = {
    "endplate": ((0.0, 2.0, 20.0), (0.0, 0.0, -1.0)),
    "promontory": ((0.0, -40.0, -2.0), (0.0, 1.0, 0.0)),
    "anterior": ((0.0, -40.0, -18.0), (0.0, 1.0, 0.0)),
    "auricular": ((80.0, 8.0, -25.0), (-1.0, 0.0, 0.0)),
    "dorsal": ((8.0, 80.0, -45.0), (0.0, -1.0, 0.0)),
    "canal": ((0.0, 22.0, -20.0), (0.0, -1.0, 0.0)),
}


@pytest.fixture(scope="module")
def sacrum() -> SacralRegions:
    return SacralRegions(field=Sacrum(MALE))


@pytest.fixture(scope="module")
def lumbar(sacrum: SacralRegions) -> Lumbar:
    return build_lumbar(sacrum.field, LumbarPlan(l4=None))


def under_wall(field: Field, start: tuple[float, ...], way: tuple[float, ...], deep_mm: float) -> Floats:
    """The point so deep under the first wall that a ray meets, shape (1, 3)."""
    wall = surface_point_mm(field, np.array(start), np.array(way), 90.0)
    return np.asarray(wall + deep_mm * np.array(way))[None]


@pytest.mark.parametrize("region", SACRAL_WALLS)
def test_each_wall_of_the_sacrum_has_the_thickness_of_its_region(sacrum: SacralRegions, region: str) -> None:
    own = getattr(SHELL, f"{region}_mm")
    point = under_wall(sacrum.field, *SACRAL_WALLS[region], 0.5 * own)
    # in the middle of a region its neighbours have died out to a few percent
    assert SHELL.at_mm(sacrum, point)[0] == pytest.approx(own, abs=0.05)


def test_the_inside_of_a_lamina_is_canal_and_its_outside_dorsal(sacrum: SacralRegions) -> None:
    outside, inside = (
        under_wall(sacrum.field, (3.0, y, -42.0), (0.0, way, 0.0), 0.4)
        for y, way in ((80.0, -1.0), (24.0, 1.0))
    )
    assert SHELL.at_mm(sacrum, outside)[0] == pytest.approx(SHELL.dorsal_mm, abs=0.1)
    assert SHELL.at_mm(sacrum, inside)[0] == pytest.approx(SHELL.canal_mm, abs=0.15)


def test_the_walls_of_foramina_are_as_thick_as_those_of_the_canal(sacrum: SacralRegions) -> None:
    opening = sacrum.field.foramina_shape.ventral[1]
    middle = 0.5 * (opening[:3] + opening[3:6])
    point = under_wall(sacrum.field, tuple(middle), (1.0, 0.0, 0.0), 0.4)
    assert SHELL.at_mm(sacrum, point)[0] == pytest.approx(SHELL.canal_mm, abs=0.05)


def test_a_lumbar_body_has_thin_walls_and_its_arch_thick_ones(lumbar: Lumbar) -> None:
    bone = LumbarRegions(level="l5", field=lumbar.l5)
    centre, up, back = lumbar.l5.upper.centre_mm, lumbar.l5.upper.axes[2], lumbar.l5.upper.axes[1]
    plate = centre - 1.5 * up
    front = surface_point_mm(lumbar.l5, centre - 13.0 * up - 40.0 * back, back) + 0.2 * back
    tip = lumbar.l5.landmarks["spinous_tip"] - 0.7 * back
    found = SHELL.at_mm(bone, np.array([plate, front, tip]))
    assert found == pytest.approx(
        [SHELL.lumbar_endplate_mm, SHELL.lumbar_shell_mm, SHELL.dorsal_mm], abs=0.05
    )


def test_thickness_nowhere_jumps_along_the_surface(sacrum: SacralRegions) -> None:
    low, high = sacrum.bounds_mm
    points = np.random.default_rng(3).uniform(low, high, (40_000, 3))
    rim = points[np.abs(sacrum.field(points) + 0.6) < 0.6]
    step_mm = 0.1
    # from 0.6 to 1.5 mm over twice the blend of 1.5 mm: 0.03 mm per step, and twice that where two meet
    for axis in np.eye(3):
        rise = SHELL.at_mm(sacrum, rim + step_mm * axis) - SHELL.at_mm(sacrum, rim)
        assert np.abs(rise).max() < 0.06


@pytest.mark.parametrize(
    ("t_score", "share"), [(0.0, 1.0), (-1.0, 1.0), (-1.75, 0.9), (-2.5, 0.8), (-4.0, 0.8)]
)
def test_every_region_thins_alike_with_the_t_score(t_score: float, share: float) -> None:
    thinned = vars(thinned_cortex(SHELL, t_score))
    assert thinned == pytest.approx({name: share * value for name, value in vars(SHELL).items()})


@dataclass(frozen=True, kw_only=True)
class Plate:
    """A wall of 4 mm between z = 0 and z = -4, as a `RegionalBone` whose shell is that of an ilium."""

    bounds_mm: Floats

    def field(self, points_mm: Floats) -> Floats:
        return np.abs(points_mm[:, 2] + 2.0) - 2.0

    def density_weights(self, points_mm: Floats) -> dict[str, Floats]:
        return {S1_BODY: np.ones(len(points_mm))}

    def shell_weights(self, points_mm: Floats) -> dict[str, Floats]:
        return {"ilium": np.ones(len(points_mm))}

    def void_share(self, points_mm: Floats) -> Floats:
        return np.zeros(len(points_mm))

    def __hash__(self) -> int:
        return id(self)


def one_layer_mesh(edge_mm: float) -> Mesh:
    """The wall, one layer of tetrahedra thick: all their vertices lie on its surfaces."""
    count = 3
    ends = np.array([[x, y, z] for z in (-4.0, 0.0) for y in range(count) for x in range(count)], dtype=float)
    vertices = ends * [edge_mm, edge_mm, 1.0]
    layer, tets = count * count, []
    for y in range(count - 1):
        for x in range(count - 1):
            a = y * count + x
            cube = [a, a + 1, a + count, a + count + 1]
            cube += [corner + layer for corner in cube]
            tets += [[cube[k] for k in tet] for tet in KUHN]
    corners = np.array(tets)
    pairs = np.sort(corners[:, TET_EDGES], axis=2).reshape(-1, 2)
    edges, at = np.unique(pairs, axis=0, return_inverse=True)
    nodes = np.vstack([vertices, vertices[edges].mean(axis=1)])
    return Mesh(
        nodes_mm=nodes,
        tets=np.hstack([corners, len(vertices) + at.reshape(-1, 6)]),
        part=np.zeros(len(corners), dtype=np.int64),
        part_names=("ilium",),
        faces={},
    )


# A cube cut into six along its diagonal, corners numbered x first.
KUHN = ((0, 1, 3, 7), (0, 3, 2, 7), (0, 2, 6, 7), (0, 6, 4, 7), (0, 4, 5, 7), (0, 5, 1, 7))


@pytest.mark.parametrize("edge_mm", [2.0, 4.0, 8.0])
def test_a_thin_wall_has_its_shell_whatever_the_size_of_its_elements(edge_mm: float) -> None:
    bone = Plate(bounds_mm=np.array([[0.0, 0.0, -4.0], [1.0, 1.0, 0.0]]))
    asked = bone_density("clinical_ct", CLASSES, t_score=0.0)
    density = DensityMap(bones={"ilium": bone}, density=asked, values_mg_cm3={"ilium": {S1_BODY: 200.0}})
    material = BoneMaterial(
        bones={"ilium": bone},
        asked=asked,
        density=density,
        law=LAWS["crawford2003"],
        cortex_mm=replace(SHELL, ilium_mm=0.8),
    )
    field = map_material(one_layer_mesh(edge_mm), material, {})
    points = np.random.default_rng(1).dirichlet(np.ones(4), 4000)
    in_shell = field.under_cortex_mm @ halves_at(points).T < 0.0
    # 0.8 mm on both sides of 4 mm: two fifths, and a little more where the inner edge of the eight children
    # joins both surfaces. By its vertices alone the wall would be nothing but shell
    assert in_shell.mean() == pytest.approx(0.4, abs=0.03)
    assert (field.under_cortex_mm[:, :4] < 0.0).all()
