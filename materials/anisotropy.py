"""How much softer trabecular bone is across its trabeculae than along them, and which way they run."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geometry.anatomy import Anatomy
from geometry.arrays import Floats
from geometry.mesh import Mesh


@dataclass(frozen=True, kw_only=True)
class Anisotropy:
    """Elastic constants of trabecular bone over its Young's modulus along the trabeculae, which run along z.

    Attributes:
        young_x: E_x / E_z, and E_y / E_z.
        poisson_xy: thinning along y, pulled along x.
        poisson_xz: thinning along z, pulled along x.
        shear_xz: G_xz / E_z, and G_yz / E_z.
        source: where they are from.
    """

    young_x: float
    poisson_xy: float
    poisson_xz: float
    shear_xz: float
    source: str


# G_xy follows from the first two: 0.1206 E_z, where the paper prints 0.121. That nu_xz is the strain along z
# of a pull along x, as engineers write it, is our reading: the recalled table does not say.
ANISOTROPIES: Mapping[str, Anisotropy | None] = {
    "none": None,
    "crawford": Anisotropy(
        young_x=0.333,
        poisson_xy=0.381,
        poisson_xz=0.104,
        shear_xz=0.157,
        source="Crawford 2003, vertebral bodies, recalled (evidence 4.2) [R-H]",
    ),
}


@dataclass(frozen=True, kw_only=True)
class TrabecularGrain:
    """Anisotropic trabecular bone on one mesh.

    Attributes:
        anisotropy: its constants.
        axes: unit vectors along the trabeculae of each element, shape (m, 3); zeros where no direction is
            known and bone stays isotropic.
    """

    anisotropy: Anisotropy
    axes: Floats


def lay_grain(mesh: Mesh, anatomy: Anatomy, anisotropy: Anisotropy) -> TrabecularGrain:
    """The grain of the bones of a mesh: cranio-caudal in the sacrum, along the curved axis of its bodies.

    So it is in vertebral bodies, where the constants were measured; for the alae it is assumed [A]. In the
    ilium no direction is known that goes with these constants, so it stays isotropic.
    """
    axes = np.zeros((len(mesh.tets), 3))
    elements = np.flatnonzero(mesh.part == mesh.part_index("sacrum"))
    arc, _ = anatomy.sacrum.curve_coordinates(mesh.corner_points_mm()[elements].mean(axis=1))
    tangents = anatomy.sacrum.curve.tangent(arc)
    axes[elements] = tangents / np.linalg.norm(tangents, axis=1, keepdims=True)
    return TrabecularGrain(anisotropy=anisotropy, axes=axes)
