"""Transverse isotropy: another stiffness along one direction, the grain, than across it, as in wood.

With n the grain, N = n n' and strain e, the stress for a modulus of one along the grain is
    lambda tr(e) I + 2 mu e + alpha (n.en I + tr(e) N) + gamma (n (en)' + en n') + beta n.en N:
five numbers, whatever the direction, so no stiffness matrix is ever turned (Spencer 1984, Continuum Theory
of the Mechanics of Fibre-Reinforced Composites).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geometry.arrays import Floats, frozen_copy
from geometry.errors import MaterialError


@dataclass(frozen=True, kw_only=True)
class GrainRatios:
    """What a transversely isotropic solid with its grain along z is, over its Young's modulus along z.

    Attributes:
        young_x: Young's modulus across the grain, E_x / E_z.
        poisson_xy: thinning along y, pulled along x: both across the grain.
        poisson_xz: thinning along z, pulled along x; pulled along z it thins by `poisson_zx`.
        shear_xz: shear modulus of planes along the grain, G_xz / E_z. Across it G_xy is E_x / (2 + 2 nu_xy).

    Raises:
        MaterialError: ratios with which some strain would cost no energy.
    """

    young_x: float
    poisson_xy: float
    poisson_xz: float
    shear_xz: float

    def __post_init__(self) -> None:
        for name in ("young_x", "shear_xz"):
            if not 0.0 < getattr(self, name) < np.inf:
                raise MaterialError(
                    f"{name} is {getattr(self, name):g}, not a positive number", where="grain"
                )
        if not -1.0 < self.poisson_xy < 1.0:
            raise MaterialError(f"poisson_xy is {self.poisson_xy:g}, not between -1 and 1", where="grain")
        most = np.sqrt(0.5 * (1.0 - self.poisson_xy) * self.young_x)
        if not abs(self.poisson_xz) < most:
            raise MaterialError(
                f"poisson_xz is {self.poisson_xz:g}: the stiffness is not positive definite",
                where="grain",
                advice=f"With these other ratios it must lie between -{most:.4g} and {most:.4g}",
            )

    @property
    def poisson_zx(self) -> float:
        """Thinning across the grain, pulled along it."""
        return self.poisson_xz / self.young_x

    @cached_property
    def stiffness(self) -> Floats:
        """The numbers of the stress, shape (5,): lambda, mu, alpha, gamma, beta."""
        across, mixed, along = 1.0 / self.young_x, -self.poisson_zx, 1.0
        lateral = -self.poisson_xy / self.young_x
        normal = np.linalg.inv([[across, lateral, mixed], [lateral, across, mixed], [mixed, mixed, along]])
        first, second = normal[0, 1], 0.5 * (normal[0, 0] - normal[0, 1])
        alpha, gamma = normal[0, 2] - first, 2.0 * (self.shear_xz - second)
        beta = normal[2, 2] - first - 2.0 * (second + alpha + gamma)
        return frozen_copy(np.array([first, second, alpha, gamma, beta]))

    def stress_mpa(self, strain: Floats, young_mpa: Floats, axes: Floats) -> Floats:
        """Stress of a strain.

        Args:
            strain: order xx, yy, zz, xy, yz, zx with engineering shear, shape (m, q, 6).
            young_mpa: Young's modulus along the grain, shape (m, q).
            axes: unit vectors along the grain, shape (m, 3).
        """
        first, second, alpha, gamma, beta = self.stiffness
        x, y, z = axes.T
        none = np.zeros_like(x)
        # e n for a strain in six numbers, and N in six
        along = np.stack(
            [
                np.stack([x, none, none, 0.5 * y, none, 0.5 * z], axis=-1),
                np.stack([none, y, none, 0.5 * x, 0.5 * z, none], axis=-1),
                np.stack([none, none, z, none, 0.5 * y, 0.5 * x], axis=-1),
            ],
            axis=1,
        )
        square = np.stack([x * x, y * y, z * z, x * y, y * z, z * x], axis=-1)
        stretch = np.einsum("mqc,mc->mq", strain, square)
        trace = strain[:, :, :3].sum(axis=2)
        unit = second * strain
        unit[:, :, :3] += second * strain[:, :, :3] + (first * trace + alpha * stretch)[:, :, None]
        unit += (alpha * trace + beta * stretch)[:, :, None] * square[:, None]
        unit += 2.0 * gamma * np.einsum("mqc,mdc,mde->mqe", strain, along, along, optimize=True)
        return np.asarray(unit * young_mpa[:, :, None], dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Grain:
    """The part of the modulus of each element that is transversely isotropic.

    Attributes:
        ratios: of the solid, the same in all elements.
        axes: unit vectors along the grain, shape (m, 3); zeros in elements without.
        moments_mpa: moments of Young's modulus along the grain, shape (m, 10), as in `ElasticField`; zeros
            in elements without.
        gauss_young_mpa: Young's modulus along the grain at the points of GAUSS_4, shape (m, 4).
    """

    ratios: GrainRatios
    axes: Floats
    moments_mpa: Floats
    gauss_young_mpa: Floats

    def __post_init__(self) -> None:
        count = len(self.axes)
        shapes = (self.axes.shape, self.moments_mpa.shape, self.gauss_young_mpa.shape)
        if shapes != ((count, 3), (count, 10), (count, 4)):
            raise MaterialError(
                "axes {}, moments {} and Gauss moduli {} do not belong to the same elements".format(*shapes),
                where="grain",
            )
        grained = (self.moments_mpa != 0.0).any(axis=1) | (self.gauss_young_mpa != 0.0).any(axis=1)
        length = np.linalg.norm(self.axes, axis=1)
        if not np.all((np.abs(length - 1.0) < 1e-9) | ((length == 0.0) & ~grained)):
            raise MaterialError(
                "an axis is no unit vector",
                where="grain",
                advice="Elements without a grain have zeros for axis, moments and Gauss moduli",
            )
        for name in ("axes", "moments_mpa", "gauss_young_mpa"):
            object.__setattr__(self, name, frozen_copy(getattr(self, name)))

    def scaled(self, factor: float | Floats) -> "Grain":
        """The same grain with every modulus multiplied by a factor, or by one per element, shape (m, 1)."""
        return Grain(
            ratios=self.ratios,
            axes=self.axes,
            moments_mpa=self.moments_mpa * factor,
            gauss_young_mpa=self.gauss_young_mpa * factor,
        )
