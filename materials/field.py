"""The material field: Young's modulus anywhere in the mesh, before any bone is lost."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geometry.arrays import Bools, Floats, Ints
from geometry.errors import MaterialError
from geometry.field import Field
from geometry.mesh import Mesh
from geometry.tetrahedron import POINTS_4, halves_at
from materials.cortex import CortexThickness
from materials.density_field import DensityField
from materials.density_map import BoneDensity
from materials.laws import DensityLaw
from materials.regions.bone import RegionalBone
from materials.tables import CARTILAGE, CORTEX, TRABECULAR_FLOOR_MPA, TRABECULAR_POISSON, Solid

# Density is held at the four Gauss points of an element and is linear between them.
_GAUSS_TO_VERTICES = np.linalg.inv(POINTS_4)
# Gradients of the bones' fields at their surfaces are longer than this but for one point in fifty (measured).
TRUSTED_SLOPE = 0.6


@dataclass(frozen=True, kw_only=True)
class BoneMaterial:
    """What bone is made of, before it is laid on a mesh.

    Attributes:
        bones: with their regions, by the name of their part in a mesh.
        asked: their regional densities as asked for; with a scan, of what it does not show.
        density: of these bones, from a template or from a scan.
        law: density to Young's modulus.
        cortex_mm: shell thickness by region.
        cortex: the solid of the shell.
        trabecular_poisson: Poisson's ratio of trabecular bone.
    """

    bones: Mapping[str, RegionalBone]
    asked: BoneDensity
    density: DensityField
    law: DensityLaw
    cortex_mm: CortexThickness
    cortex: Solid = CORTEX
    trabecular_poisson: float = TRABECULAR_POISSON


@dataclass(frozen=True, kw_only=True)
class MaterialField:
    """Young's modulus at any point of every element of one mesh.

    Attributes:
        law: density to Young's modulus.
        density_mg_cm3: at the four Gauss points of each element, shape (m, 4); NaN outside bone.
        under_cortex_mm: depth below the inner face of the shell at the ten nodes, shape (m, 10), linear in
            the eight children of the element; negative in the shell. With the four vertices alone an element
            across a thin wall, all on the surface, would be nothing but shell.
        cortex_young_mpa: modulus of the shell.
        solid_young_mpa: modulus of metal and cartilage, shape (m,); NaN in bone.
        poisson: shape (m,).
    """

    law: DensityLaw
    density_mg_cm3: Floats
    under_cortex_mm: Floats
    cortex_young_mpa: float
    solid_young_mpa: Floats
    poisson: Floats

    def is_bone(self) -> Bools:
        """True for the elements of bone, shape (m,)."""
        return np.isnan(self.solid_young_mpa)

    def density_at(self, elements: Ints, barycentric: Floats) -> Floats:
        """QCT density in mg/cm3 at barycentric points (s, 4), shape (k, s); NaN outside bone.

        It is negative where fat outweighs bone.
        """
        return self.density_mg_cm3[elements] @ (barycentric @ _GAUSS_TO_VERTICES).T

    def young_mpa(self, elements: Ints, barycentric: Floats) -> Floats:
        """Young's modulus in MPa of the elements (k,) at barycentric points (s, 4), shape (k, s)."""
        trabecular = self.trabecular_young_mpa(elements, barycentric)
        solid = np.where(self.is_bone(), self.cortex_young_mpa, self.solid_young_mpa)[elements, None]
        return np.where(trabecular == 0.0, solid, trabecular)

    def trabecular_young_mpa(self, elements: Ints, barycentric: Floats) -> Floats:
        """The same of trabecular bone alone; zero in the shell and outside bone."""
        young = np.zeros((len(elements), len(barycentric)))
        bone = self.is_bone()[elements]
        inside = elements[bone]
        trabecular = np.maximum(
            self.law.young_mpa(self.density_at(inside, barycentric)), TRABECULAR_FLOOR_MPA
        )
        in_shell = self.under_cortex_mm[inside] @ halves_at(barycentric).T < 0.0
        young[bone] = np.where(in_shell, 0.0, trabecular)
        return young

    def jumps_inside(self) -> Bools:
        """The elements that the inner face of the shell passes through, shape (m,)."""
        shell = self.under_cortex_mm < 0.0
        return self.is_bone() & shell.any(axis=1) & ~shell.all(axis=1)

    def extrapolated_share(self, volumes_mm3: Floats) -> float:
        """Share by volume of the trabecular bone whose density lies outside the law's measured range."""
        low, high = self.law.valid_mg_cm3
        density = self._bone_density_mg_cm3()
        return self._trabecular_share(volumes_mm3, (density < low) | (density > high))

    def clipped_share(self, volumes_mm3: Floats) -> float:
        """Share by volume of the trabecular bone that the law makes softer than the floor it is raised to."""
        softer = self.law.young_mpa(self._bone_density_mg_cm3()) < TRABECULAR_FLOOR_MPA
        return self._trabecular_share(volumes_mm3, softer)

    def _bone_density_mg_cm3(self) -> Floats:
        """Density at the Gauss points of the bone's elements, shape (k, 4)."""
        return self.density_at(np.flatnonzero(self.is_bone()), POINTS_4)

    def _trabecular_share(self, volumes_mm3: Floats, chosen: Bools) -> float:
        """Share by volume of the trabecular bone at the chosen Gauss points of bone, shape (k, 4)."""
        bone = self.is_bone()
        trabecular = self.under_cortex_mm[bone] @ halves_at(POINTS_4).T >= 0.0
        weight = volumes_mm3[bone, None] * trabecular
        return float((weight * chosen).sum() / weight.sum())


def map_material(
    mesh: Mesh,
    bone: BoneMaterial,
    solids: Mapping[str, Solid],
) -> MaterialField:
    """The material of every element of a mesh.

    Args:
        mesh: parts that are among the bones are bone, "cartilage" and those in `solids` are not.
        bone: bones, density, law and cortex.
        solids: the solid of every other part, such as {"screw": METALS["titanium"]}.

    Raises:
        MaterialError: a part without a material; a missing modulus is never guessed.
    """
    known = {"cartilage": CARTILAGE, **solids}
    missing = [name for name in mesh.part_names if name not in bone.bones and name not in known]
    if missing:
        raise MaterialError(f"no material for part {', '.join(missing)}")
    count = len(mesh.tets)
    solid_young, poisson = np.full(count, np.nan), np.full(count, bone.trabecular_poisson)
    density, under_cortex = np.full((count, 4), np.nan), np.full((count, 10), np.inf)
    for index, name in enumerate(mesh.part_names):
        elements = np.flatnonzero(mesh.part == index)
        if name in known:
            solid_young[elements], poisson[elements] = known[name].young_mpa, known[name].poisson
            continue
        density[elements] = bone.density.in_elements(name, mesh.corner_points_mm()[elements])
        nodes, at = np.unique(mesh.tets[elements], return_inverse=True)
        points = mesh.nodes_mm[nodes]
        thickness = bone.cortex_mm.at_mm(bone.bones[name], points)
        depth = depth_mm(bone.bones[name].field, points)
        under_cortex[elements] = (depth - thickness)[at].reshape(-1, 10)
    return MaterialField(
        law=bone.law,
        density_mg_cm3=density,
        under_cortex_mm=under_cortex,
        cortex_young_mpa=bone.cortex.young_mpa,
        solid_young_mpa=solid_young,
        poisson=poisson,
    )


def depth_mm(field: Field, points_mm: Floats) -> Floats:
    """Depth below the surface of a body in mm, shape (n,), to first order near the surface.

    The field is divided by the length of its gradient, which differs from one where shapes are blended.
    Between two walls that are equally near the gradient vanishes: there the field itself is believed.
    """
    step = 0.05
    value = field(points_mm)
    slopes = [field(points_mm + step * axis) - field(points_mm - step * axis) for axis in np.eye(3)]
    gradient = np.linalg.norm(slopes, axis=0) / (2.0 * step)
    doubt = np.clip((TRUSTED_SLOPE - gradient) / (0.5 * TRUSTED_SLOPE), 0.0, 1.0)
    return np.asarray(-value / np.minimum(gradient + doubt * (1.0 - gradient), 3.0), dtype=np.float64)
